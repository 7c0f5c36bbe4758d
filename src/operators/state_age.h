// SPDX-License-Identifier: Apache-2.0
//
// State that is forgotten when nobody has written it for a time (table.exec.state.ttl): when each
// row of a table was last written, which rows have expired, and when to look for them. Time is
// processing time. What has expired is never shown, whether it has been removed or not: an operator
// asks before it uses a row. Removal goes on beside the rows, a slice of the table at a time, so
// that the whole of it is looked at about four times while a row lives.
//
// One for each table; without a time to live it does nothing.

#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "columnar/row_store.h"
#include "runtime/operator.h"
#include "state/keyed_table.h"
#include "state/row_log.h"

namespace hw {

class StateAge {
 public:
  /// 0 = rows live for ever.
  explicit StateAge(int64_t ttl_ms) : ttl_ms_(ttl_ms) {}

  bool is_on() const { return ttl_ms_ > 0; }
  /// At open().
  void open(OperatorContext& context) { context_ = &context; }
  /// Rows that were last written then or before have expired.
  int64_t expired_ms() const { return is_on() ? context_->now_ms() - ttl_ms_ : kLongAgo; }
  int64_t now_ms() const { return context_->now_ms(); }

 public:  // The table, with an age_field() as its value number `column`.
  void keep(KeyedTable& table, int column) {
    table_ = &table;
    column_ = column;
  }
  /// Requires: rows that may be written to.
  void write(std::span<const uint32_t> rows) const;
  /// Those of `rows` that have expired, ascending, each once.
  std::vector<uint32_t> expired_among(std::span<const uint32_t> rows) const;
  FixedColumn<int64_t> last_writes() const { return table_->fixed<int64_t>(column_); }
  /// After a restore: rows of a state that did not age count as written now.
  void adopt() const;

 public:  // Looking for what has expired.
  /// Call after rows were added, after a restore, and after each look: asks for on_timer.
  void wake(int64_t num_rows);
  /// The number of rows to look at now, 0 when this timer is not for that.
  int64_t due_slice(int64_t num_rows);
  /// Of the next slice of the table, what has expired. The operator forgets it and calls wake().
  std::vector<uint32_t> sweep();
  /// The same for a log of rows.
  std::vector<uint32_t> sweep(const RowLog& log);

 private:
  static constexpr int64_t kLongAgo = std::numeric_limits<int64_t>::min();
  static constexpr int64_t kNotSet = std::numeric_limits<int64_t>::max();
  static constexpr int64_t kSliceRows = 4096;

  int64_t slice_of(int64_t num_rows) const;
  template <typename Table>
  std::vector<uint32_t> sweep(const Table& table, FixedColumn<int64_t> written);

  const int64_t ttl_ms_;
  OperatorContext* context_ = nullptr;
  KeyedTable* table_ = nullptr;
  int column_ = -1;
  int64_t next_look_ms_ = kNotSet;
  uint32_t cursor_ = 0;  // where the next slice begins
};

/// The columns of a keyed table that NULLs of `column` stand for now: NULL = `now_ms`.
void adopt_times(KeyedTable& table, int column, int64_t now_ms);

}  // namespace hw
