// SPDX-License-Identifier: Apache-2.0
//
// The text form of golden SQL cases (.slt), an extension of the public sqllogictest format:
//
//   # feature: …                        comment
//   table orders (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
//   1   2020-01-01 00:00:00             rows; cells are parted by a tab or two spaces; a first
//   -D  1  2020-01-01 00:00:00          cell +I, -U, +U or -D is the row's kind
//
//   sink upsert totals (k STRING, PRIMARY KEY (k) NOT ENFORCED)
//                                       a table to write: takes insert, upsert or all
//
//   written IT totals                   what statements have written into it so far, in any order,
//   ----                                changes folded; not for upsert
//   a  1
//
//   statement ok                        or: statement error
//   CREATE VIEW …                       SQL up to `----` or an empty line
//
//   query IT rowsort                    one letter a column; nosort (default) keeps the order
//   SELECT …
//   ----
//   1  a                                the final result; NULL, (empty) for the empty text
//
//   changelog IT                        the changelog as a stream, first cell is the kind
//   SELECT …
//   ----
//   +I  1  a
//
//   onlyif batch                        or stream; also skipif: for the next record only
//
// An expected error is a part of the message.
//
//   explain                             the physical plan with changelog modes, line by line;
//   INSERT INTO t SELECT …              `explain all`: the whole EXPLAIN CHANGELOG_MODE, at
//   ----                                parallelism 4, without its empty lines; `explain flow`,
//                                       `state`, `advice`: that section alone
//   Sink(table=[…], changelogMode=[I])
//
// A plan is the stream's; behind `onlyif batch` it is the batch's.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "columnar/row_kind.h"

namespace hw {

struct SltRecord {
  enum class Kind : uint8_t {
    kTable,
    kSink,
    kStatementOk,
    kStatementError,
    kQuery,
    kChangelog,
    kWritten,
    kExplain
  };
  enum class Condition : uint8_t { kAlways, kBatchOnly, kStreamOnly };

  Kind kind = Kind::kStatementOk;
  Condition condition = Condition::kAlways;
  int line = 0;           // of the record's first line, from 1
  int expected_line = 0;  // of the first expected line
  std::string sql;        // kTable, kSink: `orders (id INT, …)`; kWritten: `orders`
  RowKindSet accepts;     // kSink
  std::string types;      // kQuery, kChangelog, kWritten
  bool rowsort = false;
  bool whole_plan = false;  // kExplain: all parts of the text
  std::string section;      // kExplain: flow, state or advice; empty = the physical plan
  /// Cells of expected rows, or of kTable's input rows.
  std::vector<std::vector<std::string>> rows;
  /// kStatementError, kExplain: the lines as they are.
  std::vector<std::string> lines;
};

/// Fails (Invalid) naming the line.
Result<std::vector<SltRecord>> parse_slt(std::string_view text);

/// Parts a line at tabs and runs of two or more spaces.
std::vector<std::string> split_cells(std::string_view line);
/// How a cell is written in a file: `(empty)` for nothing; a space that would part cells (leading,
/// trailing, second in a row) is written as U+2420.
std::string cell_text(std::string_view value);

}  // namespace hw
