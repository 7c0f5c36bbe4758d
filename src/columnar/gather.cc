// SPDX-License-Identifier: Apache-2.0

#include "columnar/gather.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <arrow/array.h>
#include <arrow/array/concatenate.h>
#include <arrow/array/util.h>

#include "base/assert.h"
#include "base/memory.h"
#include "columnar/fast_builders.h"
#include "columnar/gather_values.h"

namespace hw {
namespace {

std::vector<int32_t> slots_of(const Column& column, std::span<const int32_t> rows) {
  std::vector<int32_t> slots(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    slots[i] = rows[i] < 0 ? -1 : static_cast<int32_t>(column.slot(rows[i]));
  }
  return slots;
}

/// Keeps a dictionary: moves indices only.
ColumnPtr gather_dictionary(const Column& column, std::span<const int32_t> rows) {
  std::shared_ptr<arrow::ResizableBuffer> indices =
      pooled_buffer(static_cast<int64_t>(rows.size() * 4));
  auto* to = reinterpret_cast<int32_t*>(indices->mutable_data());
  for (size_t i = 0; i < rows.size(); ++i) to[i] = column.indices()[rows[i]];
  return Column::dictionary(column.type(), column.values_ptr(), std::move(indices),
                            static_cast<int64_t>(rows.size()));
}

bool is_plain_text(const Column& column) {
  return column.is_plain() && column.type().physical() == PhysicalType::kBytes;
}

std::shared_ptr<arrow::Buffer> buffer_of(std::span<const int32_t> rows) {
  std::shared_ptr<arrow::ResizableBuffer> buffer =
      pooled_buffer(static_cast<int64_t>(rows.size_bytes()));
  std::copy(rows.begin(), rows.end(), reinterpret_cast<int32_t*>(buffer->mutable_data()));
  return buffer;
}

bool all_share_values(const std::vector<ColumnPtr>& columns, Column::Encoding encoding) {
  return std::all_of(columns.begin(), columns.end(), [&](const ColumnPtr& column) {
    return column->encoding() == encoding && column->values_ptr() == columns[0]->values_ptr();
  });
}

ColumnPtr concatenate_dictionaries(const std::vector<ColumnPtr>& columns, int64_t num_rows) {
  std::shared_ptr<arrow::ResizableBuffer> indices = pooled_buffer(num_rows * 4);
  auto* to = reinterpret_cast<int32_t*>(indices->mutable_data());
  for (const ColumnPtr& column : columns) {
    to = std::copy_n(column->indices(), column->num_rows(), to);
  }
  return Column::dictionary(columns[0]->type(), columns[0]->values_ptr(), std::move(indices),
                            num_rows);
}

template <typename T>
ColumnPtr gather_fixed_from(const std::vector<ColumnPtr>& columns,
                            std::span<const RowSource> from) {
  FixedBuilder<T> out;
  out.reserve(static_cast<int64_t>(from.size()));
  for (const RowSource& source : from) {
    if (source.row < 0) {
      out.append_null();
      continue;
    }
    const Column& column = *columns[static_cast<size_t>(source.source)];
    const int64_t slot = column.slot(source.row);
    if (column.slot_is_null(slot)) {
      out.append_null();
    } else {
      out.unsafe_append(column.slot_value<T>(slot));
    }
  }
  return out.finish(columns[0]->type());
}

/// Bytes of a column may be read up to here, past the value that is meant.
const char* readable_end(const Column& column) {
  const std::shared_ptr<arrow::Buffer>& bytes = column.values().buffers[2];
  return bytes == nullptr ? nullptr : reinterpret_cast<const char*>(bytes->data()) + bytes->size();
}

/// A block of rows at a time: where its values lie is found out and their memory asked for before
/// the first of them is copied, since rows at random are seldom in a cache.
Result<ColumnPtr> gather_bytes_from(const std::vector<ColumnPtr>& columns,
                                    std::span<const RowSource> from) {
  constexpr size_t kBlockRows = 256;
  constexpr size_t kLine = 64;
  std::vector<const char*> ends;
  for (const ColumnPtr& column : columns) ends.push_back(readable_end(*column));
  BytesBuilder out;
  out.reserve(static_cast<int64_t>(from.size()), 0);
  std::string_view values[kBlockRows];
  bool is_null[kBlockRows];
  for (size_t first = 0; first < from.size(); first += kBlockRows) {
    const size_t count = std::min(kBlockRows, from.size() - first);
    int64_t bytes = 0;
    for (size_t i = 0; i < count; ++i) {
      const RowSource& source = from[first + i];
      const Column& column = *columns[static_cast<size_t>(source.source)];
      values[i] = {};
      is_null[i] = source.row < 0 || column.is_null(source.row);
      if (is_null[i]) continue;
      values[i] = column.value<std::string_view>(source.row);
      bytes += static_cast<int64_t>(values[i].size());
      __builtin_prefetch(values[i].data());
      if (values[i].size() > kLine) __builtin_prefetch(values[i].data() + kLine);
    }
    out.reserve(static_cast<int64_t>(count), bytes + kCopyStep);
    for (size_t i = 0; i < count; ++i) {
      if (is_null[i]) {
        out.append_null();
        continue;
      }
      const std::string_view value = values[i];
      uint8_t* place = out.append_uninitialised(static_cast<int64_t>(value.size()));
      if (value.empty()) continue;
      const char* const end = ends[static_cast<size_t>(from[first + i].source)];
      copy_value(place, value.data(), static_cast<int64_t>(value.size()), end - value.data());
    }
  }
  return out.finish(columns[0]->type());
}

/// Any type, by way of all sources end to end.
Result<ColumnPtr> gather_concatenated(const std::vector<ColumnPtr>& columns,
                                      std::span<const RowSource> from) {
  HW_ASSIGN_OR_RETURN(ColumnPtr all, concatenate(columns));
  std::vector<int64_t> starts(columns.size(), 0);
  for (size_t i = 1; i < columns.size(); ++i)
    starts[i] = starts[i - 1] + columns[i - 1]->num_rows();
  std::vector<int32_t> rows(from.size());
  for (size_t i = 0; i < from.size(); ++i) {
    const int64_t start = starts[static_cast<size_t>(from[i].source)];
    rows[i] = from[i].row < 0 ? -1 : static_cast<int32_t>(start + from[i].row);
  }
  return gather(*all, rows);
}

RowKindsPtr pick(const RowKindsPtr& all, std::span<const int32_t> rows) {
  if (all == nullptr) return nullptr;
  std::vector<RowKind> picked(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) picked[i] = (*all)[static_cast<size_t>(rows[i])];
  return std::make_shared<const std::vector<RowKind>>(std::move(picked));
}

RowKindsPtr concatenate_kinds(const std::vector<Batch>& batches) {
  const bool insert_only = std::all_of(batches.begin(), batches.end(),
                                       [](const Batch& batch) { return batch.insert_only(); });
  if (insert_only) return nullptr;
  auto kinds = std::make_shared<std::vector<RowKind>>();
  for (const Batch& batch : batches) {
    for (int64_t row = 0; row < batch.num_stored_rows(); ++row) {
      kinds->push_back(batch.row_kind(row));
    }
  }
  return kinds;
}

Result<ColumnPtr> gather_slots(const Column& column, const SlotList& rows) {
  const auto n = static_cast<int64_t>(rows.size());
  if (column.is_constant() && (!rows.any_negative() || column.null_count() > 0)) {
    return Column::constant(column.type(), column.values_ptr(), n);
  }
  if (column.type().physical() == PhysicalType::kNone) return Column::nulls(column.type(), n);
  std::shared_ptr<arrow::ArrayData> values;
  if (column.is_plain()) {
    HW_ASSIGN_OR_RETURN(values, gather_values(column.values(), rows));
  } else {
    const std::vector<int32_t> slots = slots_of(column, rows.numbers());
    HW_ASSIGN_OR_RETURN(values, gather_values(column.values(), slots));
  }
  return Column::plain(column.type(), std::move(values));
}

}  // namespace

Result<ColumnPtr> gather(const Column& column, std::span<const int32_t> rows) {
  return gather_slots(column, SlotList(rows));
}

Result<ColumnPtr> concatenate(const std::vector<ColumnPtr>& columns) {
  HW_CHECK(!columns.empty());
  if (columns.size() == 1) return columns[0];
  int64_t num_rows = 0;
  for (const ColumnPtr& column : columns) num_rows += column->num_rows();
  if (columns[0]->type().physical() == PhysicalType::kNone) {
    return Column::nulls(columns[0]->type(), num_rows);
  }
  if (all_share_values(columns, Column::Encoding::kConstant)) {
    return Column::constant(columns[0]->type(), columns[0]->values_ptr(), num_rows);
  }
  if (all_share_values(columns, Column::Encoding::kDictionary)) {
    return concatenate_dictionaries(columns, num_rows);
  }
  // Field names and nullability inside may differ between the sources; Arrow wants one type.
  std::shared_ptr<arrow::DataType> type = columns[0]->values().type;
  arrow::ArrayVector arrays;
  for (const ColumnPtr& column : columns) {
    HW_ASSIGN_OR_RETURN(ColumnPtr flat, column->flattened());
    arrays.push_back(arrow::MakeArray(flat->with_type(columns[0]->type())->values_ptr()));
  }
  HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Array> all,
                      arrow::Concatenate(arrays, recycling_pool()));
  return Column::plain(columns[0]->type(), all->data());
}

Result<Batch> concatenate(const std::vector<Batch>& batches) {
  HW_CHECK(!batches.empty());
  std::vector<Batch> dense;
  int64_t num_rows = 0;
  for (const Batch& batch : batches) {
    HW_ASSIGN_OR_RETURN(Batch compacted, batch.compacted());
    num_rows += compacted.num_stored_rows();
    dense.push_back(std::move(compacted));
  }
  if (dense.size() == 1) return dense[0];
  std::vector<ColumnPtr> columns;
  for (int c = 0; c < dense[0].num_columns(); ++c) {
    std::vector<ColumnPtr> parts;
    for (const Batch& batch : dense) parts.push_back(batch.column(c));
    HW_ASSIGN_OR_RETURN(ColumnPtr column, concatenate(parts));
    columns.push_back(std::move(column));
  }
  return Batch(dense[0].schema(), std::move(columns), num_rows, concatenate_kinds(dense));
}

Result<ColumnPtr> gather_from(const std::vector<ColumnPtr>& columns,
                              std::span<const RowSource> from) {
  HW_CHECK(!columns.empty());
  switch (columns[0]->type().physical()) {
    case PhysicalType::kInt8:
      return gather_fixed_from<int8_t>(columns, from);
    case PhysicalType::kInt16:
      return gather_fixed_from<int16_t>(columns, from);
    case PhysicalType::kInt32:
    case PhysicalType::kFloat32:
      return gather_fixed_from<int32_t>(columns, from);
    case PhysicalType::kInt64:
    case PhysicalType::kFloat64:
      return gather_fixed_from<int64_t>(columns, from);
    case PhysicalType::kBytes:
      return gather_bytes_from(columns, from);
    default:
      return gather_concatenated(columns, from);
  }
}

KeyHashesPtr gather(const KeyHashesPtr& hashes, std::span<const int32_t> rows) {
  if (hashes == nullptr) return nullptr;
  KeyHashes gathered{.columns = hashes->columns, .hashes = {}};
  gathered.hashes.resize(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    gathered.hashes[i] = hashes->hashes[static_cast<size_t>(rows[i])];
  }
  return std::make_shared<const KeyHashes>(std::move(gathered));
}

Result<Batch> gather(const Batch& batch, std::span<const int32_t> rows, TextRows text) {
  std::vector<int32_t> stored;
  if (batch.selection() != nullptr) {
    stored.resize(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      stored[i] = (*batch.selection())[static_cast<size_t>(rows[i])];
    }
    rows = stored;
  }
  const SlotList slots(rows);
  HW_DCHECK(!slots.any_negative());
  std::vector<ColumnPtr> columns;
  columns.reserve(batch.columns().size());
  std::shared_ptr<arrow::Buffer> indices;  // of all text
  for (const ColumnPtr& column : batch.columns()) {
    if (column->encoding() == Column::Encoding::kDictionary) {
      columns.push_back(gather_dictionary(*column, rows));
      continue;
    }
    if (text == TextRows::kReferred && is_plain_text(*column)) {
      if (indices == nullptr) indices = buffer_of(rows);
      columns.push_back(Column::dictionary(column->type(), column->values_ptr(), indices,
                                           static_cast<int64_t>(rows.size())));
      continue;
    }
    HW_ASSIGN_OR_RETURN(ColumnPtr gathered, gather_slots(*column, slots));
    columns.push_back(std::move(gathered));
  }
  Batch out(batch.schema(), std::move(columns), static_cast<int64_t>(rows.size()),
            pick(batch.row_kinds(), rows));
  return out.with_key_hashes(gather(batch.key_hashes(), rows));
}

}  // namespace hw
