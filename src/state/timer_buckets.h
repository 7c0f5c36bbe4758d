// SPDX-License-Identifier: Apache-2.0
//
// Times to look at keys again, grouped by due time: one bucket per time with the parent rows that
// asked for it, not a heap entry each. Equal requests are one.

#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "state/keyed_table.h"
#include "state/state_table.h"

namespace hw {

class TimerBuckets final : public StateTable {
 public:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  /// `parent` outlives the table. Whoever erases a parent's row cancels its timers before.
  explicit TimerBuckets(KeyedTable& parent) : parent_(parent) {}

  void set(int64_t due_ms, uint32_t parent_row);
  void cancel(int64_t due_ms, uint32_t parent_row);
  /// The earliest due time, or kNever.
  int64_t next_due_ms() const { return buckets_.empty() ? kNever : buckets_.begin()->first; }
  /// Takes the bucket of the earliest time out: its rows, ascending. Requires: not empty.
  std::vector<uint32_t> take_next();

  SnapshotLayout layout() const override;
  Result<std::unique_ptr<FrozenRows>> freeze() const override;
  Status restore_rows(const std::vector<ColumnPtr>& columns, int64_t num_rows) override;
  int64_t num_rows() const override;
  int64_t num_bytes() const override;

 private:
  struct Bucket {
    std::vector<uint32_t> rows;
    size_t num_sorted = 0;  // ascending, each once, up to here
  };
  static void sort(Bucket& bucket);

  KeyedTable& parent_;
  std::map<int64_t, Bucket> buckets_;
};

}  // namespace hw
