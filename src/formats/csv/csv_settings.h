// SPDX-License-Identifier: Apache-2.0
//
// The options of the csv format, as declared and as used.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "columnar/schema.h"
#include "runtime/options.h"

namespace hw {

struct CsvSettings {
  char delimiter = ',';
  char quote = '"';
  bool quoting = true;
  std::optional<char> escape;
  std::string array_delimiter = ";";
  std::optional<std::string> null_literal;
  bool allow_comments = false;
  bool ignore_parse_errors = false;
  bool trim_spaces = false;
  bool ignore_trailing_unmappable = false;
  bool allow_trailing_comma = true;
  bool fail_on_missing_columns = false;
  bool empty_string_as_null = false;
  bool scientific_decimals = true;
  enum class Header : uint8_t { kNone, kSkip, kByName } header = Header::kNone;

  /// Fails (Invalid) when a character option is not one character, or two of them are the same.
  static Result<CsvSettings> from(const Options& options);
};

std::vector<OptionSpec> csv_options();

/// Fails (Invalid) when csv cannot carry a column: MAP, or an ARRAY or ROW inside another.
Status check_csv_schema(const Schema& schema);

}  // namespace hw
