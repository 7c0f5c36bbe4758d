// SPDX-License-Identifier: Apache-2.0

#include "state/frozen_state.h"

#include <algorithm>
#include <utility>

#include <arrow/io/interfaces.h>

#include "state/table_file.h"

namespace hw {
namespace {

/// Their layouts are one: the streams may be used again.
bool is_same_table(const SnapshotTable& prior, const SnapshotLayout& layout) {
  return prior.kind == layout.kind && prior.version == layout.version &&
         prior.key_columns == layout.key_columns && prior.identity == layout.identity &&
         prior.drop_column == layout.drop_column;
}

void keep_streams(const SnapshotTable& table, std::vector<std::string>& kept) {
  for (std::string& stream : table.streams()) kept.push_back(std::move(stream));
}

}  // namespace

Result<SnapshotTable> FrozenState::write_base(const Table& table, SnapshotSink& sink,
                                              const WriteOptions& options, Written& written) const {
  SnapshotTable saved;
  saved.name = table.name;
  saved.kind = table.layout.kind;
  saved.version = table.layout.version;
  saved.key_columns = table.layout.key_columns;
  saved.identity = table.layout.identity;
  saved.drop_column = table.layout.drop_column;
  std::vector<int> columns(table.layout.columns.size());
  for (size_t c = 0; c < columns.size(); ++c) columns[c] = static_cast<int>(c);
  const std::unique_ptr<FrozenRows> rows = table.rows->all();
  HW_ASSIGN_OR_RETURN(
      SnapshotPiece base,
      write_table_file(*rows, table.layout, columns,
                       {.stream = table.name + "." + std::to_string(options.snapshot) + ".arrow",
                        .num_key_groups = parts_.num_key_groups,
                        .pool = parts_.pool},
                       sink));
  saved.live_rows = base.num_rows;
  written.num_rows += base.num_rows;
  saved.set_base(std::move(base));
  return saved;
}

Result<SnapshotTable> FrozenState::write_table(const Table& table, SnapshotSink& sink,
                                               const WriteOptions& options,
                                               Written& written) const {
  const SnapshotTable* prior =
      options.prior != nullptr && since() > 0 ? options.prior->find(table.name) : nullptr;
  const int64_t live_rows = table.rows->num_rows();
  const DeltaPolicy& policy = options.policy;
  if (prior == nullptr || !is_same_table(*prior, table.layout) || !table.rows->has_changes()) {
    return write_base(table, sink, options, written);
  }
  const std::unique_ptr<FrozenRows> changed = table.rows->changed();
  const std::unique_ptr<FrozenRows> removed = table.rows->removed();
  const int64_t num_changed = changed->num_rows();
  const int64_t num_removed = removed != nullptr ? removed->num_rows() : 0;
  SnapshotDelta delta;
  delta.drops = table.rows->drops();
  SnapshotTable saved = *prior;
  saved.live_rows = live_rows;
  if (num_changed == 0 && num_removed == 0 && delta.drops.empty()) {
    keep_streams(saved, written.kept);
    return saved;
  }
  const int64_t stored_rows = prior->stored_rows() + num_changed + num_removed;
  if (live_rows <= policy.small_rows || prior->deltas.size() >= policy.deltas_max ||
      stored_rows > live_rows * policy.stored_per_live) {
    return write_base(table, sink, options, written);
  }
  keep_streams(saved, written.kept);
  const std::string name = table.name + "." + std::to_string(options.snapshot);
  TableFileTarget target{
      .stream = "", .num_key_groups = parts_.num_key_groups, .pool = parts_.pool};
  if (num_removed > 0) {
    target.stream = name + ".removed.arrow";
    HW_ASSIGN_OR_RETURN(delta.removed, write_table_file(*removed, table.layout,
                                                        table.layout.identity, target, sink));
  }
  if (num_changed > 0) {
    std::vector<int> columns(table.layout.columns.size());
    for (size_t c = 0; c < columns.size(); ++c) columns[c] = static_cast<int>(c);
    target.stream = name + ".changed.arrow";
    HW_ASSIGN_OR_RETURN(delta.changed,
                        write_table_file(*changed, table.layout, columns, target, sink));
  }
  written.num_rows += num_changed + num_removed;
  saved.deltas.push_back(std::move(delta));
  return saved;
}

Result<FrozenState::Written> FrozenState::write(SnapshotSink& sink,
                                                const WriteOptions& options) const {
  Written written;
  SnapshotIndex index;
  index.num_key_groups = parts_.num_key_groups;
  index.key_groups = parts_.key_groups;
  for (const Table& table : parts_.tables) {
    auto saved = write_table(table, sink, options, written);
    if (!saved.ok()) {
      return while_doing(saved.status(), "writing state table '" + table.name + "'");
    }
    index.tables.push_back(*std::move(saved));
  }
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::io::OutputStream> stream,
                      sink.create(kSnapshotIndexStream));
  const std::string bytes = encode(index);
  HW_TRY(stream->Write(bytes.data(), static_cast<int64_t>(bytes.size())));
  HW_TRY(stream->Close());
  return written;
}

Result<std::shared_ptr<SnapshotSource>> FrozenState::in_memory() const {
  auto snapshot = std::make_shared<MemorySnapshot>();
  HW_TRY(write(*snapshot, {}).status());
  return snapshot;
}

}  // namespace hw
