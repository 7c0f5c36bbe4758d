// SPDX-License-Identifier: Apache-2.0
//
// The public sqllogictest format, as SQLite's and other engines' test files have it (.test):
//
//   statement ok                        or: statement error
//   INSERT INTO t VALUES (1, 2)
//
//   query IT rowsort label-1            a letter a column: I, R (three decimals), T; how values are
//   SELECT a, b FROM t                  sorted: nosort, rowsort, valuesort; results of one label
//   ----                                are the same
//   1
//   x                                   one value a line, or the values of a row parted by tabs; or
//                                       `30 values hashing to 3c13dee48d9356ae19af2515e05e6b54`
//
//   skipif headwater                    or onlyif NAME: for the next record
//   hash-threshold 8                    for who writes such files: longer results are hashed
//   halt                                the file ends here

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace hw {

enum class LogicSort : uint8_t { kNone, kRows, kValues };

struct LogicRecord {
  int line = 0;  // of the record's first line, from 1
  bool is_query = false;
  /// statement error
  bool fails = false;
  std::string sql;
  std::string types;
  LogicSort sort = LogicSort::kNone;
  std::string label;
  /// One value each, or the one line with a hash.
  std::vector<std::string> expected;
};

/// The records that are for us, up to `halt`. Fails (Invalid) naming the line.
Result<std::vector<LogicRecord>> parse_logic_file(std::string_view text);

/// What a file states of a result: its values in the order of `sort`. Requires: as many cells a row
/// as there are types.
std::vector<std::string> logic_values(const std::vector<std::vector<std::string>>& rows,
                                      std::string_view types, LogicSort sort);
/// `30 values hashing to 3c13dee48d9356ae19af2515e05e6b54`
std::string logic_hash(const std::vector<std::string>& values);
bool is_logic_hash(const std::vector<std::string>& expected);

}  // namespace hw
