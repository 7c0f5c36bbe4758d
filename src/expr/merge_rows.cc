// SPDX-License-Identifier: Apache-2.0

#include "expr/merge_rows.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <arrow/buffer.h>

#include "base/memory.h"
#include "expr/kernel_output.h"
#include "expr/row_value.h"

namespace hw {
namespace {

/// Where a part's fixed-width values lie; a constant's mask sends every row to its one value.
struct Part {
  const void* values;
  const Column* column;
  int64_t mask;
};

/// Null when no row is NULL.
template <typename Parts>
Result<BufferPtr> merged_validity(const Parts& parts, std::span<const RowSource> from) {
  std::vector<uint8_t> present(from.size());
  uint8_t all = 1;
  for (size_t i = 0; i < from.size(); ++i) {
    const auto& part = parts[static_cast<size_t>(from[i].source)];
    present[i] = part.column->slot_is_null(from[i].row & part.mask) ? 0 : 1;
    all &= present[i];
  }
  if (all != 0) return BufferPtr();
  const auto n = static_cast<int64_t>(from.size());
  HW_ASSIGN_OR_RETURN(BufferPtr validity, allocate_bitmap(n));
  pack_bits(present.data(), n, validity->mutable_data());
  return validity;
}

template <typename T>
Result<ColumnPtr> merge_fixed(const SqlType& type, const std::vector<ColumnPtr>& columns,
                              std::span<const RowSource> from) {
  const auto n = static_cast<int64_t>(from.size());
  std::vector<Part> parts;
  bool nulls = false;
  for (const ColumnPtr& column : columns) {
    parts.push_back({value_bytes<T>(*column), column.get(), row_mask(*column)});
    nulls = nulls || column->may_have_nulls();
  }
  HW_ASSIGN_OR_RETURN(BufferPtr values, allocate_values<T>(n));
  auto* out = reinterpret_cast<T*>(values->mutable_data());
  for (int64_t i = 0; i < n; ++i) {
    const RowSource& source = from[static_cast<size_t>(i)];
    const Part& part = parts[static_cast<size_t>(source.source)];
    out[i] = load_value<T>(part.values, source.row & part.mask);
  }
  BufferPtr validity;
  if (nulls) {
    HW_ASSIGN_OR_RETURN(validity, merged_validity(parts, from));
  }
  return make_plain(type, n, std::move(validity), std::move(values));
}

/// What a short text is copied by: one load and store of fixed size instead of a call.
constexpr int64_t kCopyStep = 16;

/// A short constant with room behind it, so that it is copied in one step.
struct Room {
  std::array<uint8_t, kCopyStep> bytes = {};
  std::array<int32_t, 2> starts = {};
};

/// The same for text.
struct TextPart {
  TextPart(const Column& from, Room& room)
      : column(&from),
        starts(from.values().GetValues<int32_t>(1)),
        bytes(from.values().buffers[2] ? from.values().buffers[2]->data() : nullptr),
        size(from.values().buffers[2] ? from.values().buffers[2]->size() : 0),
        mask(row_mask(from)) {
    const int64_t length = from.is_constant() ? size_at(0) : INT64_MAX;
    if (length > kCopyStep) return;
    if (length > 0) std::memcpy(room.bytes.data(), bytes + starts[0], static_cast<size_t>(length));
    room.starts[1] = static_cast<int32_t>(length);
    starts = room.starts.data();
    bytes = room.bytes.data();
    size = kCopyStep;
  }
  int64_t size_at(int64_t row) const {
    return column->slot_is_null(row) ? 0 : starts[row + 1] - starts[row];
  }
  /// May write kCopyStep bytes even where the text is shorter.
  void copy(int64_t row, int64_t text_size, uint8_t* to) const {
    const int64_t start = starts[row];
    if (text_size <= kCopyStep && start + kCopyStep <= size) {
      std::memcpy(to, bytes + start, kCopyStep);
    } else if (text_size > 0) {
      std::memcpy(to, bytes + start, static_cast<size_t>(text_size));
    }
  }

  const Column* column;
  const int32_t* starts;
  const uint8_t* bytes;
  int64_t size;
  int64_t mask;
};

/// Requires: no dictionaries.
Result<ColumnPtr> merge_text(const SqlType& type, const std::vector<ColumnPtr>& columns,
                             std::span<const RowSource> from) {
  const auto n = static_cast<int64_t>(from.size());
  std::vector<Room> rooms(columns.size());
  std::vector<TextPart> parts;
  bool nulls = false;
  for (size_t i = 0; i < columns.size(); ++i) {
    parts.emplace_back(*columns[i], rooms[i]);
    nulls = nulls || columns[i]->may_have_nulls();
  }
  HW_ASSIGN_OR_RETURN(BufferPtr offsets, allocate_values<int32_t>(n + 1));
  auto* ends = reinterpret_cast<int32_t*>(offsets->mutable_data());
  int64_t total = 0;
  ends[0] = 0;
  for (int64_t i = 0; i < n; ++i) {
    const RowSource& source = from[static_cast<size_t>(i)];
    const TextPart& part = parts[static_cast<size_t>(source.source)];
    total += part.size_at(source.row & part.mask);
    ends[i + 1] = static_cast<int32_t>(total);
  }
  if (total > INT32_MAX) {
    return Status::CapacityError("the text of one batch of rows is limited to 2 GiB");
  }
  const std::shared_ptr<arrow::ResizableBuffer> bytes = pooled_buffer(total + kCopyStep);
  uint8_t* const to = bytes->mutable_data();
  for (int64_t i = 0; i < n; ++i) {
    const RowSource& source = from[static_cast<size_t>(i)];
    const TextPart& part = parts[static_cast<size_t>(source.source)];
    part.copy(source.row & part.mask, ends[i + 1] - ends[i], to + ends[i]);
  }
  HW_TRY(bytes->Resize(total, /*shrink_to_fit=*/false));
  BufferPtr validity;
  if (nulls) {
    HW_ASSIGN_OR_RETURN(validity, merged_validity(parts, from));
  }
  return make_plain_text(type, n, std::move(validity), std::move(offsets), bytes);
}

}  // namespace

Result<ColumnPtr> merge_rows(const SqlType& type, const std::vector<ColumnPtr>& parts,
                             std::span<const RowSource> from) {
  std::vector<ColumnPtr> columns;
  const bool fixed = type.fixed_width() > 0 && type.physical() != PhysicalType::kBool;
  bool dictionaries = false;
  for (const ColumnPtr& part : parts) {
    ColumnPtr column = part->type() == type ? part : part->with_type(type);
    dictionaries = dictionaries || column->encoding() == Column::Encoding::kDictionary;
    if (fixed && column->encoding() == Column::Encoding::kDictionary) {
      HW_ASSIGN_OR_RETURN(column, column->flattened());
    }
    columns.push_back(std::move(column));
  }
  if (fixed) {
    switch (type.fixed_width()) {
      case 1:
        return merge_fixed<int8_t>(type, columns, from);
      case 2:
        return merge_fixed<int16_t>(type, columns, from);
      case 4:
        return merge_fixed<int32_t>(type, columns, from);
      case 8:
        return merge_fixed<int64_t>(type, columns, from);
      case 16:
        return merge_fixed<Int128>(type, columns, from);
      default:
        break;
    }
  }
  if (type.physical() == PhysicalType::kBytes && !dictionaries) {
    return merge_text(type, columns, from);
  }
  return gather_from(columns, from);
}

}  // namespace hw
