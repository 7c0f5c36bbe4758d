// SPDX-License-Identifier: Apache-2.0
//
// Times to look at keys again, grouped by due time: one bucket per time with the parent rows that
// asked for it, not a heap entry each. Equal requests are one. A delta has whole buckets.

#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <utility>
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

  /// All of them as (due time, row), ascending.
  std::vector<std::pair<int64_t, uint32_t>> all() const;

  SnapshotLayout layout() const override;
  std::shared_ptr<const FrozenTable> freeze(int64_t snapshot) override;
  void settle(Settled settled) override;
  Status restore_rows(const std::vector<ColumnPtr>& columns, int64_t num_rows) override;
  int64_t num_rows() const override;
  int64_t num_bytes() const override;

 private:
  struct Bucket {
    // Shared with snapshots once `frozen` is set: copied before the next change.
    std::shared_ptr<std::vector<uint32_t>> rows = std::make_shared<std::vector<uint32_t>>();
    size_t num_sorted = 0;  // ascending, each once, up to here
    bool frozen = false;
    bool changed = false;  // since the last freeze()
  };
  Bucket& writable(int64_t due_ms);
  static void sort(Bucket& bucket);

  KeyedTable& parent_;
  std::map<int64_t, Bucket> buckets_;
  // Snapshots. Due times whose buckets have changed or are gone.
  bool tracking_ = false;
  std::vector<int64_t> changed_;                        // since the last freeze()
  std::map<int64_t, std::vector<int64_t>> changed_in_;  // by snapshot that is not settled
};

}  // namespace hw
