// SPDX-License-Identifier: Apache-2.0

#include "operators/dense_input.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "columnar/gather.h"

namespace hw {
namespace {

RowKindsPtr select(const RowKindsPtr& kinds, std::span<const int32_t> rows) {
  if (kinds == nullptr) return nullptr;
  auto selected = std::make_shared<std::vector<RowKind>>();
  selected->reserve(rows.size());
  for (const int32_t row : rows) selected->push_back((*kinds)[static_cast<size_t>(row)]);
  return selected;
}

}  // namespace

Result<DenseInput> DenseInput::of(const Batch& batch, std::span<const int> needed) {
  DenseInput input;
  input.num_rows_ = batch.num_rows();
  input.columns_.resize(static_cast<size_t>(batch.num_columns()));
  input.row_kinds_ = batch.row_kinds();
  input.key_hashes_ = batch.key_hashes();
  const SelectionPtr& selection = batch.selection();
  for (const int column : needed) {
    ColumnPtr& taken = input.columns_[static_cast<size_t>(column)];
    if (taken != nullptr) continue;
    taken = batch.column(column);
    if (selection != nullptr) {
      HW_ASSIGN_OR_RETURN(taken, gather(*taken, *selection));
    }
  }
  if (selection != nullptr) {
    input.row_kinds_ = select(input.row_kinds_, *selection);
    input.key_hashes_ = gather(input.key_hashes_, *selection);
  }
  return input;
}

DenseInput DenseInput::of_inserts(std::vector<ColumnPtr> columns, int64_t num_rows) {
  DenseInput input;
  input.num_rows_ = num_rows;
  input.columns_ = std::move(columns);
  return input;
}

Result<DenseInput> DenseInput::gathered(std::span<const int32_t> rows) const {
  DenseInput input;
  input.num_rows_ = static_cast<int64_t>(rows.size());
  input.columns_.resize(columns_.size());
  for (size_t c = 0; c < columns_.size(); ++c) {
    if (columns_[c] == nullptr) continue;
    HW_ASSIGN_OR_RETURN(input.columns_[c], gather(*columns_[c], rows));
  }
  input.row_kinds_ = select(row_kinds_, rows);
  input.key_hashes_ = gather(key_hashes_, rows);
  return input;
}

Result<DenseInput> DenseInput::of(const Batch& batch) {
  std::vector<int> all(static_cast<size_t>(batch.num_columns()));
  std::iota(all.begin(), all.end(), 0);
  return of(batch, all);
}

std::vector<ColumnPtr> DenseInput::columns(std::span<const int> numbers) const {
  std::vector<ColumnPtr> columns;
  columns.reserve(numbers.size());
  for (const int number : numbers) columns.push_back(column(number));
  return columns;
}

const uint64_t* DenseInput::hashes_of(std::span<const int> columns) const {
  if (key_hashes_ == nullptr || !std::ranges::equal(key_hashes_->columns, columns)) return nullptr;
  return key_hashes_->hashes.data();
}

std::vector<int8_t> DenseInput::signs() const {
  std::vector<int8_t> signs;
  if (row_kinds_ == nullptr) return signs;
  signs.reserve(row_kinds_->size());
  for (const RowKind kind : *row_kinds_) signs.push_back(is_retraction(kind) ? -1 : 1);
  return signs;
}

}  // namespace hw
