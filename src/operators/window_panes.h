// SPDX-License-Identifier: Apache-2.0
//
// What a window aggregate keeps: per pane one row per key with accumulators, and the values of
// its DISTINCT aggregates; and the running window that is put together from panes. The panes are
// the state; the running window is a cache that can be rebuilt from them at any time.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "operators/aggregates.h"
#include "operators/dense_input.h"
#include "operators/distinct_values.h"
#include "operators/pane_blocks.h"
#include "state/paned_table.h"

namespace hw {

class StateStore;

class WindowPanes {
 public:
  struct Options {
    std::vector<SqlField> keys;
    /// Rows are dealt to instances by that many of the first keys.
    int num_distribution_keys = 0;
    bool retracts = false;
    /// Every pane is a window of its own: nothing is put together.
    bool single_pane = false;
    /// Windows move over the panes, up to panes_per_window of them at a time.
    bool sliding = false;
    int64_t panes_per_window = 1;
    int64_t pane_ms = 1;
    /// Name of any pane.
    int64_t origin_ms = 0;
    arrow::MemoryPool* memory_pool = nullptr;
  };
  /// `aggregates` outlives it; bound with deferred_sets and first_accumulator().
  WindowPanes(const Aggregates& aggregates, const Schema& input, Options options,
              StateStore& store);
  /// Value column where accumulators begin.
  static constexpr int first_accumulator() { return 1; }

  /// Folds rows into a pane.
  Status update(int64_t pane, const DenseInput& input, std::span<const int> keys);
  bool empty() const { return panes_->empty(); }
  /// Requires: not empty.
  int64_t first_pane() const { return panes_->panes().begin()->first; }

  /// Makes the window of panes [start, end) and lists its keys' rows in `rows`. The next window's
  /// panes must not lie before these. Returns false after some work if more is left: then call it
  /// again with the same window, without an update between.
  Result<bool> open_window(int64_t start, int64_t end, std::vector<uint32_t>& rows);
  Result<ColumnPtr> read_key(int key, std::span<const uint32_t> rows) const;
  Result<ColumnPtr> result(int call, std::span<const uint32_t> rows);
  /// Panes before `end` are in no further window: takes them out and drops them.
  Status drop_before(int64_t end);

 private:
  struct Distinct {
    DistinctValues values;
    PanedTable* panes;
    /// Of the running window: which values were fed to the kernels, a bit per filter.
    std::unique_ptr<KeyedTable> fed;
  };
  static constexpr int kRows = 0;

  Result<bool> add_panes(int64_t start, int64_t end);
  Status add_pane(KeyedTable& pane, int64_t number);
  Status take_out_pane(KeyedTable& pane);
  Status feed_distinct(KeyedTable& pane, int64_t number, KeyedTable& window,
                       std::span<const uint32_t> window_row_of_pane_row);
  Status feed_values(const Distinct& distinct, int filter_slot, KeyedTable& window,
                     std::span<const ColumnPtr> values, std::span<const uint32_t> groups,
                     const std::vector<int8_t>* signs);
  void forget_window();
  void list_rows(KeyedTable& table, std::vector<uint32_t>& rows) const;

  const Aggregates& aggregates_;
  const Options options_;
  PanedTable* panes_ = nullptr;
  std::vector<Distinct> distinct_;
  // The running window: the sum of all panes before added_until_ that are still there.
  std::unique_ptr<KeyedTable> window_;
  int64_t added_until_ = INT64_MIN;
  /// Only for long sliding windows that cannot be taken back.
  std::optional<PaneBlocks> blocks_;
  KeyedTable* open_ = nullptr;  // the window that results are read from
};

}  // namespace hw
