// SPDX-License-Identifier: Apache-2.0
//
// How rows of a table are found by key: what a lookup join asks. A table is either copied whole
// from its source (a FULL cache; the copy is made by operators/lookup_copy), or its connector finds
// rows itself. What finds rows is a LookupReader, asked for a batch of keys at a time; a cache or
// a rule of retrying is a reader in front of another one.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/status.h"
#include "columnar/column.h"
#include "runtime/operator.h"
#include "runtime/source.h"

namespace hw {

/// One column per key column of the request; the n-th row of each is a key.
struct LookupKeys {
  std::span<const ColumnPtr> columns;
  int64_t num_rows = 0;
};

/// Rows that were found: row i of `columns` has the key asked for as number rows[i], ascending.
struct LookupMatches {
  std::vector<int32_t> rows;
  std::vector<ColumnPtr> columns;
};

/// Finds rows for one instance of a join. One thread touches it; it never blocks longer than a
/// bounded read.
class LookupReader {
 public:
  virtual ~LookupReader() = default;
  /// Begins to look for the rows of these keys; a NULL in a key finds nothing. The columns live
  /// until the last poll. Requires: nothing is being looked for.
  virtual Status ask(const LookupKeys& keys) = 0;
  /// Sets `matches` to the next ones, at most some thousands. kMoreOutput: there may be more;
  /// kWaiting: an answer is under way, ask again later; kNeedInput: these were the last.
  virtual Result<Flow> poll(LookupMatches& matches) = 0;
};

using LookupReaderFactory =
    std::function<Result<std::unique_ptr<LookupReader>>(OperatorContext& context)>;

/// When a copy of a table is made again: with the first row that comes later than this.
struct ReloadRule {
  /// 0 = never.
  int64_t interval_ms = 0;
  /// Counted from the beginning of the reading before, not from its end.
  bool fixed_rate = false;
};

/// What lowering asks a connector for.
struct LookupRequest {
  /// Columns that are wanted, and by which of them rows are sought.
  ScanRequest scan;
  std::vector<int> keys;
};

/// A connector's answer.
struct LookupWay {
  /// Set: the table's source is read to its end, and rows are found in the copy.
  std::optional<ReloadRule> copy;
  /// Else: the connector finds them.
  LookupReaderFactory reader;
};

}  // namespace hw
