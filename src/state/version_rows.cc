// SPDX-License-Identifier: Apache-2.0

#include "state/version_rows.h"

#include <arrow/array/data.h>
#include <arrow/type.h>

#include "base/memory.h"
#include "columnar/gather.h"

namespace hw {

JoinedRows::JoinedRows(std::vector<Part> parts, bool paned)
    : parts_(std::move(parts)), paned_(paned) {
  for (const Part& part : parts_) {
    const auto index = static_cast<uint32_t>(begin_of_part_.size());
    begin_of_part_.push_back(static_cast<uint32_t>(part_of_row_.size()));
    part_of_row_.resize(part_of_row_.size() + static_cast<size_t>(part.rows->num_rows()), index);
  }
}

Result<std::vector<ColumnPtr>> JoinedRows::read(std::span<const int> columns,
                                                std::span<const uint32_t> positions) const {
  // The parts that occur, numbered as they come, their rows, and where each position went.
  std::vector<int32_t> number(parts_.size(), -1);
  std::vector<const FrozenRows*> parts;
  std::vector<std::vector<uint32_t>> rows;
  std::vector<RowSource> from;
  from.reserve(positions.size());
  for (const uint32_t position : positions) {
    const uint32_t part = part_of_row_[position];
    if (number[part] < 0) {
      number[part] = static_cast<int32_t>(parts.size());
      parts.push_back(parts_[part].rows.get());
      rows.emplace_back();
    }
    auto& rows_of_part = rows[static_cast<size_t>(number[part])];
    from.push_back({number[part], static_cast<int32_t>(rows_of_part.size())});
    rows_of_part.push_back(position - begin_of_part_[part]);
  }
  if (parts.empty() && !parts_.empty()) {
    parts.push_back(parts_.front().rows.get());
    rows.emplace_back();
  }
  std::vector<ColumnPtr> result;
  for (const int column : columns) {
    if (paned_ && column == 0) {
      result.push_back(panes(positions));
      continue;
    }
    const int in_part = paned_ ? column - 1 : column;
    std::vector<ColumnPtr> values;
    for (size_t i = 0; i < parts.size(); ++i) {
      HW_ASSIGN_OR_RETURN(std::vector<ColumnPtr> read, parts[i]->read({&in_part, 1}, rows[i]));
      values.push_back(std::move(read.front()));
    }
    HW_ASSIGN_OR_RETURN(ColumnPtr gathered, gather_from(values, from));
    result.push_back(std::move(gathered));
  }
  return result;
}

ColumnPtr JoinedRows::panes(std::span<const uint32_t> positions) const {
  auto buffer = pooled_buffer(static_cast<int64_t>(positions.size() * sizeof(int64_t)));
  auto* out = reinterpret_cast<int64_t*>(buffer->mutable_data());
  for (const uint32_t position : positions) *out++ = parts_[part_of_row_[position]].pane;
  const SqlType type = SqlType::bigint().not_null();
  return Column::plain(
      type, arrow::ArrayData::Make(type.to_arrow(), static_cast<int64_t>(positions.size()),
                                   {nullptr, std::move(buffer)}));
}

}  // namespace hw
