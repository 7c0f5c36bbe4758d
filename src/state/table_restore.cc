// SPDX-License-Identifier: Apache-2.0

#include "state/table_restore.h"

#include <algorithm>
#include <string>
#include <utility>

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include "state/table_file.h"
#include "state/table_merge.h"

namespace hw {
namespace {

/// The place of column `c` in the file, -1 if it is not there. Names may repeat (rows of a join):
/// equal ones stand in their order.
int place_of(const SnapshotLayout& layout, size_t c, const arrow::Schema& schema) {
  const std::string& name = layout.columns[c].name;
  size_t ordinal = 0;
  for (size_t i = 0; i < c; ++i) ordinal += layout.columns[i].name == name;
  for (int place = 0; place < schema.num_fields(); ++place)
    if (schema.field(place)->name() == name && ordinal-- == 0) return place;
  return -1;
}

/// Where each column of the layout is in the file; -1 = not there, read as NULL.
Result<std::vector<int>> match_columns(const SnapshotTable& file, const SnapshotLayout& layout,
                                       const arrow::Schema& schema) {
  if (file.kind != layout.kind || file.version != layout.version ||
      file.key_columns != layout.key_columns) {
    return Status::Invalid("state table '", file.name, "' is a ", layout.kind, " table of version ",
                           layout.version, ", but the snapshot has a ", file.kind,
                           " table of version ", file.version, " or with other keys");
  }
  std::vector<int> places;
  int num_found = 0;
  for (size_t c = 0; c < layout.columns.size(); ++c) {
    const SqlField& column = layout.columns[c];
    const int place = place_of(layout, c, schema);
    places.push_back(place);
    if (place < 0) {
      const bool is_key = std::find(layout.key_columns.begin(), layout.key_columns.end(),
                                    static_cast<int>(c)) != layout.key_columns.end();
      if (!is_key && column.type.nullable()) continue;
      return Status::Invalid("state table '", file.name, "' needs column '", column.name,
                             "', which the snapshot does not have");
    }
    ++num_found;
    const auto& field = *schema.field(place);
    const auto type = field.metadata() != nullptr ? field.metadata()->Get(kSqlTypeKey)
                                                  : Result<std::string>(std::string());
    if (!type.ok() || *type != column.type.to_sql_without_null() ||
        !field.type()->Equals(*column.type.to_arrow())) {
      return Status::Invalid("column '", column.name, "' of state table '", file.name, "' is ",
                             column.type.to_sql_without_null(), ", but ",
                             type.ok() ? *type : std::string("of no SQL type"), " in the snapshot");
    }
  }
  if (num_found != schema.num_fields()) {
    return Status::Invalid("the snapshot of state table '", file.name, "' has ",
                           schema.num_fields(), " columns, but only ", num_found,
                           " are known: state would be lost");
  }
  return places;
}

class Restoring final : public TableFileVisitor {
 public:
  Restoring(const SnapshotTable& saved, StateTable& table)
      : saved_(saved), layout_(table.layout()), table_(table) {}

  Status on_schema(const arrow::Schema& schema) override {
    return match_columns(saved_, layout_, schema).Value(&places_);
  }
  Status on_rows(const arrow::RecordBatch& batch) override {
    std::vector<ColumnPtr> columns;
    for (size_t c = 0; c < places_.size(); ++c) {
      const SqlType& type = layout_.columns[c].type;
      if (places_[c] < 0) {
        columns.push_back(Column::nulls(type, batch.num_rows()));
        continue;
      }
      HW_ASSIGN_OR_RETURN(ColumnPtr column, Column::from_arrow(type, *batch.column(places_[c])));
      columns.push_back(std::move(column));
    }
    return table_.restore_rows(columns, batch.num_rows());
  }

 private:
  const SnapshotTable& saved_;
  const SnapshotLayout layout_;
  StateTable& table_;
  std::vector<int> places_;
};

}  // namespace

Status restore_table(const SnapshotTable& saved, KeyGroupRange range, const SnapshotSource& source,
                     arrow::MemoryPool* pool, StateTable& table) {
  Restoring restoring(saved, table);
  return read_snapshot_table(saved, range, source, pool, restoring);
}

}  // namespace hw
