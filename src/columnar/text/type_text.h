// SPDX-License-Identifier: Apache-2.0
//
// Printing and parsing of values of every SQL type, in one place, shared by casts, formats, the
// command line and error messages.

#pragma once

#include <string>
#include <string_view>

#include "columnar/column.h"
#include "columnar/column_builder.h"

namespace hw {

/// How values look. kSql is CAST to STRING; kJson Flink's json format; kCsv its csv format.
enum class TextStyle : uint8_t { kSql, kJson, kCsv };

/// Appends the text of one row of `column`; NULL prints as `NULL` (kSql), `null` (kJson), ``
/// (kCsv). TIMESTAMP_LTZ prints in `time_zone` for kSql and in UTC with Z for the others.
class ValuePrinter {
 public:
  virtual ~ValuePrinter() = default;
  static Result<std::unique_ptr<ValuePrinter>> make(const SqlType& type, TextStyle style,
                                                    std::string_view time_zone);
  virtual void print(const Column& column, int64_t row, std::string& out) const = 0;
};

/// Parses the SQL text form of a type into a builder, with the rules of CAST from STRING.
/// Fails (Invalid) naming the text and the type; the builder is unchanged then.
class ValueParser {
 public:
  virtual ~ValueParser() = default;
  static Result<std::unique_ptr<ValueParser>> make(const SqlType& type, std::string_view time_zone);
  virtual Status parse(std::string_view text, ColumnBuilder& out) const = 0;
};

/// One value as CAST to STRING, for messages and tests.
std::string value_text(const Column& column, int64_t row);

}  // namespace hw
