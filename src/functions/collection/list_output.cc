// SPDX-License-Identifier: Apache-2.0

#include "functions/collection/list_output.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>
#include <utility>

#include "columnar/key_bytes.h"
#include "expr/kernel_output.h"

namespace hw {

ListOutput::ListOutput(int64_t num_rows) {
  offsets_.reserve(static_cast<size_t>(num_rows) + 1);
  present_.reserve(static_cast<size_t>(num_rows));
  offsets_.push_back(0);
}

void ListOutput::end_row() {
  offsets_.push_back(static_cast<int32_t>(picks_.size()));
  present_.push_back(1);
}

void ListOutput::end_null_row() {
  picks_.resize(list_begin());
  offsets_.push_back(offsets_.back());
  present_.push_back(0);
  any_null_ = true;
}

Result<std::shared_ptr<arrow::ArrayData>> ListOutput::gathered(
    const SqlType& type, const std::vector<ColumnPtr>& sources) const {
  std::vector<ColumnPtr> columns;
  for (const ColumnPtr& source : sources) {
    columns.push_back(source->type() == type ? source : source->with_type(type));
  }
  HW_ASSIGN_OR_RETURN(ColumnPtr all, gather_from(columns, picks_));
  if (!all->is_plain()) {
    HW_ASSIGN_OR_RETURN(all, all->flattened());
  }
  return all->values_ptr();
}

Status ListOutput::wrap(std::shared_ptr<arrow::Buffer>& validity,
                        std::shared_ptr<arrow::Buffer>& offsets) const {
  const auto num_rows = static_cast<int64_t>(present_.size());
  HW_ASSIGN_OR_RETURN(offsets, allocate_values<int32_t>(num_rows + 1));
  std::memcpy(offsets->mutable_data(), offsets_.data(), offsets_.size() * sizeof(int32_t));
  if (!any_null_) return Status::OK();
  HW_ASSIGN_OR_RETURN(validity, allocate_bitmap(num_rows));
  pack_bits(present_.data(), num_rows, validity->mutable_data());
  return Status::OK();
}

Result<ColumnPtr> ListOutput::finish(const SqlType& type, const std::vector<ColumnPtr>& sources) {
  HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::ArrayData> elements,
                      gathered(type.element(), sources));
  std::shared_ptr<arrow::Buffer> validity, offsets;
  HW_TRY(wrap(validity, offsets));
  const auto num_rows = static_cast<int64_t>(present_.size());
  return Column::plain(type, arrow::ArrayData::Make(type.to_arrow(), num_rows,
                                                    {std::move(validity), std::move(offsets)},
                                                    {std::move(elements)}));
}

Result<ColumnPtr> ListOutput::finish_map(const SqlType& type, const std::vector<ColumnPtr>& keys,
                                         const std::vector<ColumnPtr>& values) {
  HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::ArrayData> key_data, gathered(type.key(), keys));
  HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::ArrayData> value_data, gathered(type.value(), values));
  std::shared_ptr<arrow::Buffer> validity, offsets;
  HW_TRY(wrap(validity, offsets));
  const std::shared_ptr<arrow::DataType> map_type = type.to_arrow();
  const auto num_rows = static_cast<int64_t>(present_.size());
  const auto num_entries = static_cast<int64_t>(picks_.size());
  auto pairs = arrow::ArrayData::Make(map_type->field(0)->type(), num_entries, {nullptr},
                                      {std::move(key_data), std::move(value_data)}, 0);
  return Column::plain(
      type, arrow::ArrayData::Make(map_type, num_rows, {std::move(validity), std::move(offsets)},
                                   {std::move(pairs)}));
}

ElementEquality::ElementEquality(std::vector<ColumnPtr> columns) {
  for (ColumnPtr& column : columns) {
    const int64_t num_rows = column->num_rows();
    columns_.push_back({std::move(column)});
    hashes_.push_back(hash_keys(columns_.back(), num_rows));
  }
}

bool ElementEquality::equal(RowSource a, RowSource b) const {
  if (hash(a) != hash(b)) return false;
  bytes_a_.clear();
  bytes_b_.clear();
  append_key_bytes(columns_[static_cast<size_t>(a.source)], a.row, bytes_a_);
  append_key_bytes(columns_[static_cast<size_t>(b.source)], b.row, bytes_b_);
  return bytes_a_ == bytes_b_;
}

void ElementSet::clear(size_t elements_expected) {
  const size_t size = std::bit_ceil(std::max<size_t>(8, elements_expected * 2));
  slots_.assign(size, RowSource{0, -1});
  mask_ = size - 1;
}

size_t ElementSet::find(RowSource element) const {
  size_t i = equality_->hash(element) & mask_;
  while (slots_[i].row >= 0 && !equality_->equal(slots_[i], element)) i = (i + 1) & mask_;
  return i;
}

bool ElementSet::insert(RowSource element) {
  RowSource& slot = slots_[find(element)];
  if (slot.row >= 0) return false;
  slot = element;
  return true;
}

bool ElementSet::contains(RowSource element) const { return slots_[find(element)].row >= 0; }

}  // namespace hw
