// SPDX-License-Identifier: Apache-2.0

#include "state/paned_table.h"

#include <algorithm>
#include <set>
#include <utility>

#include "columnar/gather.h"
#include "state/version_rows.h"

namespace hw {
namespace {

const SqlField& pane_field() {
  static const SqlField field{"pane", SqlType::bigint().not_null()};
  return field;
}

class FrozenPanes final : public FrozenTable {
 public:
  struct Pane {
    int64_t pane;
    std::shared_ptr<const FrozenTable> rows;
  };
  FrozenPanes(std::vector<Pane> panes, std::set<int64_t> drops)
      : panes_(std::move(panes)), drops_(std::move(drops)) {}

  int64_t num_rows() const override {
    int64_t rows = 0;
    for (const Pane& pane : panes_) rows += pane.rows->num_rows();
    return rows;
  }
  bool has_changes() const override {
    return std::all_of(panes_.begin(), panes_.end(),
                       [](const Pane& pane) { return pane.rows->has_changes(); });
  }
  std::unique_ptr<FrozenRows> all() const override { return join(&FrozenTable::all); }
  std::unique_ptr<FrozenRows> changed() const override { return join(&FrozenTable::changed); }
  std::unique_ptr<FrozenRows> removed() const override { return join(&FrozenTable::removed); }
  std::vector<int64_t> drops() const override { return {drops_.begin(), drops_.end()}; }

 private:
  std::unique_ptr<FrozenRows> join(std::unique_ptr<FrozenRows> (FrozenTable::*which)()
                                       const) const {
    std::vector<JoinedRows::Part> parts;
    for (const Pane& pane : panes_) {
      std::unique_ptr<FrozenRows> rows = ((*pane.rows).*which)();
      if (rows != nullptr) parts.push_back({pane.pane, std::move(rows)});
    }
    return std::make_unique<JoinedRows>(std::move(parts), /*paned=*/true);
  }

  const std::vector<Pane> panes_;
  const std::set<int64_t> drops_;
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
  if (tracking_) table->track_changes();
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
    spare_->forget_versions();
  }
  if (tracking_) dropped_.push_back(pane);
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
  for (int& column : layout.identity) ++column;
  layout.identity.insert(layout.identity.begin(), 0);
  layout.drop_column = 0;
  return layout;
}

std::shared_ptr<const FrozenTable> PanedTable::freeze(int64_t snapshot) {
  tracking_ = true;
  std::vector<FrozenPanes::Pane> panes;
  for (const auto& [pane, table] : panes_) panes.push_back({pane, table->freeze(snapshot)});
  drops_of_[snapshot] = std::exchange(dropped_, {});
  std::set<int64_t> drops;
  for (const auto& [of, dropped] : drops_of_) drops.insert(dropped.begin(), dropped.end());
  return std::make_shared<FrozenPanes>(std::move(panes), std::move(drops));
}

void PanedTable::settle(Settled settled) {
  for (const auto& [pane, table] : panes_) table->settle(settled);
  drops_of_.erase(drops_of_.begin(), drops_of_.upper_bound(settled.snapshot));
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
