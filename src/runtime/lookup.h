// SPDX-License-Identifier: Apache-2.0
//
// How rows of a table are found by key: what a lookup join asks. A table is either read to its end
// by its source (operators/lookup_copy: once, as a FULL cache, or anew for each batch of keys), or
// its connector finds rows itself. What finds rows is a LookupReader, asked for a batch of keys at
// a time; a cache, a limit of time or a rule of asking again is a reader in front of another one.

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
  /// Set instead of an interval: the first time after `now_ms` at which a copy is made again, where
  /// the one before was due at `before_ms` (nothing: none was).
  std::function<int64_t(std::optional<int64_t> before_ms, int64_t now_ms)> timetable = {};
  /// No copy is kept: the table is read for each batch of keys, and only their rows are.
  bool each_time = false;

  bool may_change() const { return interval_ms > 0 || timetable || each_time; }
};

/// What was found for single keys is kept for a while.
struct LookupCacheRule {
  /// Rows, a key without any counting as one; 0 = any number. What is kept of the keys at hand may
  /// go beyond it for as long as they are.
  int64_t rows_max = 0;
  /// 0 = for ever.
  int64_t after_write_ms = 0;
  int64_t after_access_ms = 0;
  /// Also that there was nothing.
  bool misses = true;
};

/// Keys that find nothing are asked for again.
struct LookupRetry {
  int64_t delay_ms = 0;
  int64_t attempts = 0;  // after the first
};

/// How a query wants a connector that finds rows itself to be asked.
struct LookupAsking {
  /// Whether the connector goes on while answers are under way; unset = as it likes.
  std::optional<bool> async = std::nullopt;
  /// Rows keep their order. They do in any case.
  std::optional<bool> ordered = std::nullopt;
  /// Keys under way at a time.
  std::optional<int64_t> capacity = std::nullopt;
  /// A batch of keys that waits longer fails the job.
  std::optional<int64_t> timeout_ms = std::nullopt;
  std::optional<LookupRetry> retry = std::nullopt;
};

/// What lowering asks a connector for.
struct LookupRequest {
  /// Columns that are wanted, and by which of them rows are sought.
  ScanRequest scan;
  std::vector<int> keys;
  /// With the configuration's values where the query says nothing.
  LookupAsking asking = {};
};

/// A connector's answer.
struct LookupWay {
  /// Set: rows are found by reading the table's source to its end.
  std::optional<ReloadRule> copy;
  /// Else: the connector finds them. Its answers may be under way (kWaiting) if `async`.
  LookupReaderFactory reader;
  bool async = false;
  /// In front of either.
  std::optional<LookupCacheRule> cache = std::nullopt;
};

}  // namespace hw
