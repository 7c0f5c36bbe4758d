// SPDX-License-Identifier: Apache-2.0
//
// Panes merged into blocks of 2, 4, 8, … neighbours, so that a long window whose aggregates cannot
// be taken back is put together from a few blocks instead of thousands of panes. A block is made
// when a window first needs it, serves every window that holds it whole, and goes with its oldest
// pane. A cache over the panes: nothing of it is state.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "operators/aggregates.h"
#include "state/paned_table.h"

namespace hw {

class PaneBlocks {
 public:
  struct Options {
    TableSchema schema;
    arrow::MemoryPool* memory_pool = nullptr;
    /// Width of a pane, and the name of any pane.
    int64_t pane_ms = 1;
    int64_t origin_ms = 0;
  };
  /// `aggregates` and `panes` outlive it.
  PaneBlocks(const Aggregates& aggregates, PanedTable& panes, Options options);

  /// Lists tables that together hold the panes of [start, end), each once. All of these panes must
  /// be complete but for late rows, which are told by forget().
  Status cover(int64_t start, int64_t end, std::vector<KeyedTable*>& tables);
  /// A pane has changed.
  void forget(int64_t pane);
  /// Panes before `end` are gone.
  void drop_before(int64_t end);

 private:
  /// Level, and number of the block in its level: panes [number << level, (number + 1) << level).
  using BlockName = std::pair<int, int64_t>;

  Result<KeyedTable*> block(BlockName name);
  bool has_panes(BlockName name) const;
  int64_t pane_at(int64_t index) const { return options_.origin_ms + index * options_.pane_ms; }
  int64_t index_of(int64_t pane) const {
    return (pane - options_.origin_ms) / options_.pane_ms;  // exact
  }

  const Aggregates& aggregates_;
  PanedTable& panes_;
  const Options options_;
  std::map<BlockName, std::unique_ptr<KeyedTable>> blocks_;  // level 1 and up
};

/// Adds all rows of `from` to `to`: keys, the row counts in value column `rows_column`, and the
/// accumulators of kPlain calls. rows[i] = the row that from_rows[i] went to.
Status merge_tables(const Aggregates& aggregates, int rows_column, KeyedTable& from,
                    std::span<const uint32_t> from_rows, KeyedTable& to,
                    std::vector<uint32_t>& rows);

}  // namespace hw
