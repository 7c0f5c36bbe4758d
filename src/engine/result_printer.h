// SPDX-License-Identifier: Apache-2.0
//
// The output forms of SELECT: json, csv, table and changelog, as text handed to a writer.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "columnar/batch.h"

namespace hw {

enum class OutputForm : uint8_t { kTable, kJson, kCsv, kChangelog };
/// Returns nothing for an unknown name.
std::optional<OutputForm> parse_output_form(std::string_view name);

/// What a printer is made for.
struct PrintRequest {
  SchemaPtr schema;
  OutputForm form = OutputForm::kTable;
  /// table: a first column with the row kind, as in Flink's tableau mode.
  bool show_kind = false;
  /// table: rows come as they happen, so widths follow from types instead of from the rows.
  bool unbounded = false;
  std::string time_zone = "UTC";
};

using TextWriter = std::function<Status(std::string_view)>;

class ResultPrinter {
 public:
  virtual ~ResultPrinter() = default;
  static Result<std::unique_ptr<ResultPrinter>> make(PrintRequest request, TextWriter writer);

  virtual Status begin() = 0;
  virtual Status print(const Batch& batch) = 0;
  virtual Status end() = 0;
};

/// The rows of SHOW and DESCRIBE. A lone text of several lines (SHOW CREATE) stands in no table.
Status print_listing(const Batch& rows, OutputForm form, const TextWriter& writer);

}  // namespace hw
