// SPDX-License-Identifier: Apache-2.0

#include "state/state_store.h"

#include <algorithm>
#include <utility>

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>

#include "base/assert.h"
#include "state/frozen_state.h"
#include "state/keyed_table.h"
#include "state/manifest.h"
#include "state/ordered_table.h"
#include "state/paned_table.h"
#include "state/row_log.h"
#include "state/snapshot_index.h"
#include "state/state_table.h"
#include "state/table_restore.h"
#include "state/timer_buckets.h"

namespace hw {

StateStore::StateStore(StateStoreOptions options) : options_(options) {
  HW_CHECK(options_.memory_pool != nullptr);
}

// Children go before their parents.
StateStore::~StateStore() {
  while (!tables_.empty()) tables_.pop_back();
}

template <typename Table>
Table& StateStore::add(std::string_view name, std::unique_ptr<Table> table) {
  // Names become file names.
  HW_CHECK(!name.empty() &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == name.npos);
  for (const auto& other : tables_) HW_CHECK(other->name() != name);
  table->set_name(name);
  Table& added = *table;
  tables_.push_back(std::move(table));
  return added;
}

KeyedTable& StateStore::keyed_table(std::string_view name, TableSchema schema) {
  return add(name, std::make_unique<KeyedTable>(std::move(schema), options_.memory_pool));
}

KeyedTable& StateStore::keyed_table(std::string_view name, KeyedTable& parent, TableSchema schema) {
  return add(name, std::make_unique<KeyedTable>(std::move(schema), parent, options_.memory_pool));
}

PanedTable& StateStore::paned_table(std::string_view name, TableSchema schema) {
  return add(name, std::make_unique<PanedTable>(std::move(schema), options_.memory_pool));
}

PanedTable& StateStore::paned_table(std::string_view name, PanedTable& parent, TableSchema schema) {
  return add(name, std::make_unique<PanedTable>(std::move(schema), parent, options_.memory_pool));
}

RowLog& StateStore::row_log(std::string_view name, RowLogSpec spec) {
  return add(name, std::make_unique<RowLog>(std::move(spec), options_.memory_pool));
}

OrderedTable& StateStore::ordered_table(std::string_view name, KeyedTable& parent,
                                        OrderedTableSpec spec) {
  return add(name, std::make_unique<OrderedTable>(std::move(spec), parent, options_.memory_pool));
}

TimerBuckets& StateStore::timer_buckets(std::string_view name, KeyedTable& parent) {
  return add(name, std::make_unique<TimerBuckets>(parent));
}

std::shared_ptr<const FrozenState> StateStore::freeze(int64_t snapshot) {
  HW_CHECK(snapshot > 0 && (unsettled_.empty() || unsettled_.back() < snapshot));
  if (unsettled_.size() >= kUnsettledMax) {
    // Somebody may still be writing it.
    for (const auto& table : tables_) {
      table->settle({.snapshot = unsettled_.front(), .unread = false});
    }
    unsettled_.erase(unsettled_.begin());
    since_ = 0;
  }
  FrozenState::Parts parts{.tables = {},
                           .num_key_groups = options_.num_key_groups,
                           .key_groups = options_.key_groups,
                           .since = since_,
                           .pool = options_.memory_pool};
  for (const auto& table : tables_) {
    parts.tables.push_back({table->name(), table->layout(), table->freeze(snapshot)});
  }
  unsettled_.push_back(snapshot);
  return std::make_shared<const FrozenState>(std::move(parts));
}

void StateStore::settle(int64_t snapshot) {
  const auto settled = std::find(unsettled_.begin(), unsettled_.end(), snapshot);
  if (settled == unsettled_.end()) return;
  for (const auto& table : tables_) table->settle({.snapshot = snapshot, .unread = true});
  unsettled_.erase(unsettled_.begin(), settled + 1);
  since_ = snapshot;
}

Status StateStore::snapshot(SnapshotSink& sink) {
  const int64_t number = std::max(since_, unsettled_.empty() ? 0 : unsettled_.back()) + 1;
  HW_TRY(freeze(number)->write(sink, {.snapshot = number}).status());
  settle(number);
  return Status::OK();
}

Status StateStore::restore(const std::vector<std::shared_ptr<SnapshotSource>>& instances) {
  for (const std::shared_ptr<SnapshotSource>& instance : instances) {
    HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::io::RandomAccessFile> stream,
                        instance->open(kSnapshotIndexStream));
    HW_ASSIGN_OR_RETURN(const int64_t size, stream->GetSize());
    HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Buffer> bytes, stream->ReadAt(0, size));
    HW_ASSIGN_OR_RETURN(const SnapshotIndex index, decode_snapshot_index(std::string_view(*bytes)));
    if (index.num_key_groups != options_.num_key_groups) {
      return Status::Invalid(
          "the number of key groups is fixed for the life of a job's state: ", index.num_key_groups,
          " in the snapshot, ", options_.num_key_groups, " now");
    }
    for (const SnapshotTable& file : index.tables) {
      const auto registered = [&](const auto& table) { return table->name() == file.name; };
      if (file.live_rows > 0 && std::none_of(tables_.begin(), tables_.end(), registered)) {
        return Status::Invalid("the snapshot has a state table '", file.name,
                               "' that this operator does not know: state would be lost");
      }
    }
    for (const auto& table : tables_) {
      const SnapshotTable* file = index.find(table->name());
      if (file == nullptr) continue;
      const Status restored =
          restore_table(*file, options_.key_groups, *instance, options_.memory_pool, *table);
      if (!restored.ok()) {
        return while_doing(restored, "restoring state table '" + table->name() + "'");
      }
    }
  }
  for (const auto& table : tables_) table->finish_restore();
  return Status::OK();
}

int64_t StateStore::num_bytes() const {
  int64_t bytes = 0;
  for (const auto& table : tables_) bytes += table->num_bytes();
  return bytes;
}

std::vector<StateStore::TableSize> StateStore::table_sizes() const {
  std::vector<TableSize> sizes;
  for (const auto& table : tables_) {
    sizes.push_back({table->name(), table->num_rows(), table->num_bytes()});
  }
  return sizes;
}

std::vector<ManifestTable> StateStore::schemas() const {
  std::vector<ManifestTable> schemas;
  for (const auto& table : tables_) {
    const SnapshotLayout layout = table->layout();
    ManifestTable schema{
        .name = table->name(), .kind = std::string(layout.kind), .version = layout.version};
    for (const SqlField& column : layout.columns) {
      schema.columns.push_back({.name = column.name, .type = column.type.to_sql()});
    }
    for (const int key : layout.key_columns) schema.columns[static_cast<size_t>(key)].key = true;
    schemas.push_back(std::move(schema));
  }
  return schemas;
}

}  // namespace hw
