// SPDX-License-Identifier: Apache-2.0
//
// One keyed table per pane (a slice of time, numbered by an int64), each dropped whole: the state
// of window aggregates. The memory of a dropped pane serves the next one.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "state/keyed_table.h"
#include "state/state_table.h"
#include "state/table_schema.h"

namespace hw {

class PanedTable final : public StateTable {
 public:
  /// `pool` outlives the table.
  PanedTable(TableSchema schema, arrow::MemoryPool* pool);
  /// The pane of a child is a child of the parent's pane of the same number. `parent` outlives it.
  PanedTable(TableSchema schema, PanedTable& parent, arrow::MemoryPool* pool);

  /// The table of a pane; made when it is asked for first. A child's parent pane too.
  KeyedTable& pane(int64_t pane);
  /// Null when there is none.
  KeyedTable* find_pane(int64_t pane);
  /// Forgets a pane. Children drop theirs first.
  void drop(int64_t pane);
  bool empty() const { return panes_.empty(); }
  /// Ascending.
  const std::map<int64_t, std::unique_ptr<KeyedTable>>& panes() const { return panes_; }

  SnapshotLayout layout() const override;
  std::shared_ptr<const FrozenTable> freeze(int64_t snapshot) override;
  void settle(Settled settled) override;
  Status restore_rows(const std::vector<ColumnPtr>& columns, int64_t num_rows) override;
  int64_t num_rows() const override;
  int64_t num_bytes() const override;

 private:
  const TableSchema schema_;
  PanedTable* const parent_ = nullptr;
  arrow::MemoryPool* const pool_;
  std::map<int64_t, std::unique_ptr<KeyedTable>> panes_;
  std::unique_ptr<KeyedTable> spare_;
  // Snapshots.
  bool tracking_ = false;
  std::vector<int64_t> dropped_;                      // since the last freeze()
  std::map<int64_t, std::vector<int64_t>> drops_of_;  // by snapshot that is not settled
};

}  // namespace hw
