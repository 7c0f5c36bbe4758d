// SPDX-License-Identifier: Apache-2.0
//
// Values as JSON text with sorted keys, for the functions and aggregates that build JSON.

#pragma once

#include <memory>
#include <string>

#include "columnar/text/json_document.h"
#include "columnar/text/type_text.h"
#include "expr/scalar_function.h"

namespace hw {

/// Writes values of one type.
class JsonWriter {
 public:
  /// `is_json`: a text of this type is JSON already and is written as it stands.
  static Result<JsonWriter> make(const SqlType& type, bool is_json, const ExprSession& session);

  /// NULL is `null`.
  void append(const Column& column, int64_t row, std::string& out);

 private:
  JsonWriter() = default;

  std::unique_ptr<ValuePrinter> printer_;
  bool is_json_ = false;
  bool sorts_ = false;
  std::string text_;
  std::unique_ptr<JsonDocument> document_ = std::make_unique<JsonDocument>();
};

}  // namespace hw
