// SPDX-License-Identifier: Apache-2.0

#include "state/paned_table.h"

#include <utility>

#include <arrow/array/data.h>
#include <arrow/type.h>

#include "base/memory.h"
#include "columnar/gather.h"

namespace hw {
namespace {

const SqlField& pane_field() {
  static const SqlField field{"pane", SqlType::bigint().not_null()};
  return field;
}

/// Rows of several panes, one pane after the other.
class FrozenPanedRows final : public FrozenRows {
 public:
  explicit FrozenPanedRows(const std::map<int64_t, std::unique_ptr<KeyedTable>>& panes) {
    for (const auto& [pane, table] : panes) {
      const auto index = static_cast<int32_t>(tables_.size());
      tables_.push_back(table.get());
      panes_.push_back(pane);
      const std::vector<uint32_t> rows = table->live_rows();
      rows_.insert(rows_.end(), rows.begin(), rows.end());
      pane_of_row_.resize(rows_.size(), index);
    }
  }
  int64_t num_rows() const override { return static_cast<int64_t>(rows_.size()); }

  Result<std::vector<ColumnPtr>> read(std::span<const int> columns,
                                      std::span<const uint32_t> positions) const override {
    // Rows of each pane that occurs, and where each position went.
    std::vector<std::vector<uint32_t>> rows(tables_.size());
    std::vector<RowSource> from;
    from.reserve(positions.size());
    for (const uint32_t position : positions) {
      const int32_t pane = pane_of_row_[position];
      auto& rows_of_pane = rows[static_cast<size_t>(pane)];
      from.push_back({pane, static_cast<int32_t>(rows_of_pane.size())});
      rows_of_pane.push_back(rows_[position]);
    }
    std::vector<ColumnPtr> result;
    for (const int column : columns) {
      if (column == 0) {
        result.push_back(pane_column(positions));
        continue;
      }
      std::vector<ColumnPtr> parts;
      for (size_t i = 0; i < tables_.size(); ++i) {
        HW_ASSIGN_OR_RETURN(ColumnPtr part, tables_[i]->read_snapshot_column(column - 1, rows[i]));
        parts.push_back(std::move(part));
      }
      HW_ASSIGN_OR_RETURN(ColumnPtr values, gather_from(parts, from));
      result.push_back(std::move(values));
    }
    return result;
  }

 private:
  ColumnPtr pane_column(std::span<const uint32_t> positions) const {
    auto buffer = pooled_buffer(static_cast<int64_t>(positions.size() * sizeof(int64_t)));
    auto* out = reinterpret_cast<int64_t*>(buffer->mutable_data());
    for (size_t i = 0; i < positions.size(); ++i) {
      out[i] = panes_[static_cast<size_t>(pane_of_row_[positions[i]])];
    }
    const SqlType& type = pane_field().type;
    return Column::plain(
        type, arrow::ArrayData::Make(type.to_arrow(), static_cast<int64_t>(positions.size()),
                                     {nullptr, std::move(buffer)}));
  }

  std::vector<const KeyedTable*> tables_;
  std::vector<int64_t> panes_;
  std::vector<uint32_t> rows_;
  std::vector<int32_t> pane_of_row_;
};

}  // namespace

PanedTable::PanedTable(TableSchema schema, arrow::MemoryPool* pool)
    : schema_(std::move(schema)), pool_(pool) {}

PanedTable::PanedTable(TableSchema schema, PanedTable& parent, arrow::MemoryPool* pool)
    : schema_(std::move(schema)), parent_(&parent), pool_(pool) {}

KeyedTable& PanedTable::pane(int64_t pane) {
  std::unique_ptr<KeyedTable>& table = panes_[pane];
  if (table != nullptr) return *table;
  if (parent_ != nullptr) {
    table = std::make_unique<KeyedTable>(schema_, parent_->pane(pane), pool_);
  } else if (spare_ != nullptr) {
    table = std::move(spare_);
  } else {
    table = std::make_unique<KeyedTable>(schema_, pool_);
  }
  table->set_name(name());
  return *table;
}

KeyedTable* PanedTable::find_pane(int64_t pane) {
  const auto found = panes_.find(pane);
  return found == panes_.end() ? nullptr : found->second.get();
}

void PanedTable::drop(int64_t pane) {
  const auto found = panes_.find(pane);
  if (found == panes_.end()) return;
  if (parent_ == nullptr &&
      (spare_ == nullptr || spare_->num_bytes() < found->second->num_bytes())) {
    spare_ = std::move(found->second);
    spare_->clear();
  }
  panes_.erase(found);
}

SnapshotLayout PanedTable::layout() const {
  SnapshotLayout layout;
  if (parent_ != nullptr) {
    KeyedTable parent(parent_->schema_, pool_);
    layout = KeyedTable(schema_, parent, pool_).layout();
  } else {
    layout = KeyedTable(schema_, pool_).layout();
  }
  layout.kind = "paned";
  layout.columns.insert(layout.columns.begin(), pane_field());
  for (int& column : layout.key_columns) ++column;
  return layout;
}

Result<std::unique_ptr<FrozenRows>> PanedTable::freeze() const {
  return std::make_unique<FrozenPanedRows>(panes_);
}

Status PanedTable::restore_rows(const std::vector<ColumnPtr>& columns, int64_t num_rows) {
  std::map<int64_t, std::vector<int32_t>> rows_of_pane;
  for (int64_t i = 0; i < num_rows; ++i) {
    rows_of_pane[columns[0]->value<int64_t>(i)].push_back(static_cast<int32_t>(i));
  }
  for (const auto& [number, rows] : rows_of_pane) {
    std::vector<ColumnPtr> part;
    for (size_t c = 1; c < columns.size(); ++c) {
      HW_ASSIGN_OR_RETURN(ColumnPtr values, gather(*columns[c], rows));
      part.push_back(std::move(values));
    }
    HW_TRY(pane(number).restore_rows(part, static_cast<int64_t>(rows.size())));
  }
  return Status::OK();
}

int64_t PanedTable::num_rows() const {
  int64_t rows = 0;
  for (const auto& [pane, table] : panes_) rows += table->num_rows();
  return rows;
}

int64_t PanedTable::num_bytes() const {
  int64_t bytes = spare_ != nullptr ? spare_->num_bytes() : 0;
  for (const auto& [pane, table] : panes_) bytes += table->num_bytes();
  return bytes;
}

}  // namespace hw
