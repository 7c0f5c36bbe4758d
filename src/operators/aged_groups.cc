// SPDX-License-Identifier: Apache-2.0

#include "operators/aged_groups.h"

#include <algorithm>
#include <limits>

#include "state/age_column.h"

namespace hw {

void AgedGroups::add_columns(TableSchema& groups, bool sets) {
  if (!is_on()) return;
  ages_ = static_cast<int>(groups.values.size());
  groups.values.push_back(age_field());
  if (!sets) return;
  births_ = ages_ + 1;
  groups.values.push_back(birth_field());
}

void AgedGroups::open(OperatorContext& context, KeyedTable& groups) {
  age_.open(context);
  age_.keep(groups, ages_);
  groups_ = &groups;
}

void AgedGroups::adopt() {
  if (!is_on()) return;
  age_.adopt();
  if (births_ >= 0) adopt_times(*groups_, births_, age_.now_ms());
  for (KeyedTable* values : sets_) {
    adopt_times(*values, static_cast<int>(values->schema().values.size()) - 1, age_.now_ms());
  }
  age_.wake(num_rows());
}

std::vector<uint32_t> AgedGroups::revive(std::span<const uint32_t> groups,
                                         std::span<const uint32_t> inserted) {
  if (!is_on()) return {};
  age_.write(inserted);
  std::vector<uint32_t> expired = age_.expired_among(groups);
  std::vector<int64_t> births(expired.size(), age_.now_ms());
  for (size_t i = 0; births_ >= 0 && i < expired.size(); ++i) {
    // Another life than the one before, whatever the clock says.
    births[i] = std::max(births[i], groups_->fixed<int64_t>(births_)[expired[i]] + 1);
  }
  groups_->reset_values(expired);
  if (births_ >= 0) {
    const FixedColumn<int64_t> born = groups_->fixed<int64_t>(births_);
    for (const uint32_t group : inserted) born[group] = age_.now_ms();
    for (size_t i = 0; i < expired.size(); ++i) born[expired[i]] = births[i];
  }
  return expired;
}

void AgedGroups::write(std::span<const uint32_t> groups) {
  if (!is_on()) return;
  age_.write(groups);
  age_.wake(num_rows());
}

Status AgedGroups::erase(std::span<const uint32_t> groups) {
  if (sets_.empty() || !is_on()) return groups_->erase(groups);
  // Values of an earlier life may still name them.
  const FixedColumn<int64_t> written = age_.last_writes();
  for (const uint32_t group : groups) written[group] = emptied_mark();
  return Status::OK();
}

/// Of groups that have lost their last row during this look: it may have passed their values, so
/// they go in the next one.
int64_t AgedGroups::emptied_mark() const {
  return std::numeric_limits<int64_t>::min() + (odd_look_ ? 1 : 2);
}

int64_t AgedGroups::num_rows() const {
  int64_t rows = groups_->num_rows();
  for (const KeyedTable* values : sets_) rows += values->num_rows();
  return rows;
}

Status AgedGroups::sweep(const std::function<void(uint32_t group)>& forget) {
  const int64_t slice = age_.due_slice(is_on() ? num_rows() : 0);
  if (slice == 0) return Status::OK();
  const bool begins = place_ == 0 && cursor_ == 0;
  if (begins || sets_.empty()) doomed_ms_ = age_.expired_ms();
  if (begins) odd_look_ = !odd_look_;
  KeyedTable& table = place_ < sets_.size() ? *sets_[place_] : *groups_;
  std::vector<uint32_t> rows;
  cursor_ = table.scan(cursor_, static_cast<size_t>(slice), rows);
  if (&table == groups_) {
    const FixedColumn<int64_t> written = age_.last_writes();
    std::erase_if(rows, [&](uint32_t row) {
      return written[row] > doomed_ms_ || (!sets_.empty() && written[row] == emptied_mark());
    });
    for (const uint32_t row : rows) forget(row);
    HW_TRY(groups_->erase(rows));
  } else {
    HW_TRY(sweep_values(table, rows));
  }
  if (cursor_ >= table.end_row()) {
    cursor_ = 0;
    place_ = place_ == sets_.size() ? 0 : place_ + 1;
  }
  age_.wake(num_rows());
  return Status::OK();
}

/// Erases what belongs to an earlier life of its group, or to one that has expired.
Status AgedGroups::sweep_values(KeyedTable& values, const std::vector<uint32_t>& rows) {
  HW_ASSIGN_OR_RETURN(const ColumnPtr parents, values.read_key(0, rows));
  const auto* const groups = parents->data<uint32_t>();
  const FixedColumn<int64_t> own =
      values.fixed<int64_t>(static_cast<int>(values.schema().values.size()) - 1);
  const FixedColumn<int64_t> born = groups_->fixed<int64_t>(births_);
  const FixedColumn<int64_t> written = age_.last_writes();
  std::vector<uint32_t> gone;
  for (size_t i = 0; i < rows.size(); ++i) {
    const uint32_t group = groups[i];
    if (written[group] <= doomed_ms_ || own[rows[i]] != born[group]) gone.push_back(rows[i]);
  }
  return values.erase(gone);
}

}  // namespace hw
