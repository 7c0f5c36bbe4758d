// SPDX-License-Identifier: Apache-2.0
//
// Everything one operator instance remembers, as tables registered by name at open(). The store
// owns the tables, snapshots them together and restores them from the snapshots of any number of
// earlier instances, keeping the rows whose key group it owns. One thread touches it; what it
// freezes belongs to whoever writes it.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/status.h"
#include "state/key_group.h"
#include "state/snapshot.h"
#include "state/table_schema.h"

namespace hw {

class FrozenState;
class KeyedTable;
class OrderedTable;
class PanedTable;
class RowLog;
class StateTable;
class TimerBuckets;
struct ManifestTable;
struct OrderedTableSpec;
struct RowLogSpec;

struct StateStoreOptions {
  /// Not null; outlives the store.
  arrow::MemoryPool* memory_pool = nullptr;
  int num_key_groups = kKeyGroupsDefault;
  /// What this instance owns.
  KeyGroupRange key_groups;
};

class StateStore {
 public:
  explicit StateStore(StateStoreOptions options);
  ~StateStore();
  StateStore(const StateStore&) = delete;
  StateStore& operator=(const StateStore&) = delete;

  /// Makes a table. Requires: a name of a-z, 0-9 and _, not used before in this store; all tables
  /// are registered before restore(). References stay valid as long as the store.
  KeyedTable& keyed_table(std::string_view name, TableSchema schema);
  /// Keyed by a row of `parent` (an INT column, parent_row_column()) and the schema's keys:
  /// distinct sets. Whoever erases a parent's row erases its rows here before.
  KeyedTable& keyed_table(std::string_view name, KeyedTable& parent, TableSchema schema);
  /// A table per int64 pane (window slices), each dropped whole.
  PanedTable& paned_table(std::string_view name, TableSchema schema);
  PanedTable& paned_table(std::string_view name, PanedTable& parent, TableSchema schema);
  /// Append-only rows with a chain per key.
  RowLog& row_log(std::string_view name, RowLogSpec spec);
  /// Sorted entries per row of `parent`.
  OrderedTable& ordered_table(std::string_view name, KeyedTable& parent, OrderedTableSpec spec);
  /// Times at which rows of `parent` are due.
  TimerBuckets& timer_buckets(std::string_view name, KeyedTable& parent);

  /// The tables of this moment, in time that depends on the number of chunks of rows. From the
  /// first call on changes are remembered. `snapshot` > 0 rises with every call.
  std::shared_ptr<const FrozenState> freeze(int64_t snapshot);
  /// That snapshot will be gone on from if need be, and nobody reads it or earlier ones any more:
  /// from now on only what changed since it is needed. Does nothing for one that is not ours.
  void settle(int64_t snapshot);
  /// Writes all tables and an index with their checksums, whole. The tables stay as they are.
  Status snapshot(SnapshotSink& sink);
  /// Fills the (empty) tables from the snapshots of earlier instances: keyed rows whose key group
  /// is ours. Fails (SerializationError) on any damage, (Invalid) when a table's schema does not
  /// fit the registered one; tables that no snapshot has stay empty.
  Status restore(const std::vector<std::shared_ptr<SnapshotSource>>& instances);

  const StateStoreOptions& options() const { return options_; }
  /// Bytes that all tables hold.
  int64_t num_bytes() const;

  struct TableSize {
    std::string name;
    int64_t num_rows = 0;
    int64_t num_bytes = 0;
  };
  std::vector<TableSize> table_sizes() const;
  /// The schemas of all tables as a manifest holds them; keys are the distribution columns.
  std::vector<ManifestTable> schemas() const;

 private:
  template <typename Table>
  Table& add(std::string_view name, std::unique_ptr<Table> table);

  /// Changes since more snapshots than that are not remembered: the next one is whole.
  static constexpr size_t kUnsettledMax = 4;

  const StateStoreOptions options_;
  std::vector<std::unique_ptr<StateTable>> tables_;  // parents before children
  int64_t since_ = 0;               // settled, and all changes since are known; 0 = none
  std::vector<int64_t> unsettled_;  // snapshots, ascending
};

}  // namespace hw
