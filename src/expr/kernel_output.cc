// SPDX-License-Identifier: Apache-2.0

#include "expr/kernel_output.h"

#include <algorithm>
#include <utility>

#include <arrow/buffer.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/bitmap_ops.h>

#include "base/assert.h"
#include "base/memory.h"

namespace hw {
namespace {

constexpr int64_t kTextBytesMax = INT32_MAX;

int64_t bitmap_bytes(int64_t num_bits) { return (num_bits + 63) / 64 * 8; }

}  // namespace

Result<BufferPtr> allocate_bytes(int64_t size) { return BufferPtr(pooled_buffer(size)); }

Result<BufferPtr> allocate_bitmap(int64_t num_bits) {
  HW_ASSIGN_OR_RETURN(BufferPtr buffer, allocate_bytes(bitmap_bytes(num_bits)));
  std::memset(buffer->mutable_data(), 0, static_cast<size_t>(buffer->size()));
  return buffer;
}

void pack_bits(const uint8_t* bytes, int64_t n, uint8_t* bits) {
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) bits[i / 8] = pack_8(bytes + i);
  if (i == n) return;
  uint8_t rest[8] = {};
  std::memcpy(rest, bytes + i, static_cast<size_t>(n - i));
  bits[i / 8] = pack_8(rest);
}

void clear_where_unset(const uint8_t* bits, int64_t offset, int64_t n, uint8_t* bytes) {
  for (int64_t i = 0; i < n; ++i) {
    bytes[i] &= static_cast<uint8_t>(arrow::bit_util::GetBit(bits, offset + i));
  }
}

Result<BufferPtr> combined_validity(std::span<const Column* const> columns, int64_t num_rows) {
  BufferPtr combined;
  bool own = false;
  for (const Column* column : columns) {
    if (!column->may_have_nulls() || column->is_constant()) continue;
    const int64_t offset = column->values().offset;
    const BufferPtr& bitmap = column->values().buffers[0];
    if (!combined && offset % 8 == 0) {
      combined = offset == 0 ? bitmap : arrow::SliceBuffer(bitmap, offset / 8);
      continue;
    }
    if (!own) {
      HW_ASSIGN_OR_RETURN(BufferPtr copy, allocate_bitmap(num_rows));
      if (combined) {
        std::memcpy(copy->mutable_data(), combined->data(),
                    static_cast<size_t>((num_rows + 7) / 8));
      } else {
        arrow::internal::CopyBitmap(bitmap->data(), offset, num_rows, copy->mutable_data(), 0);
      }
      const bool copied_this = !combined;
      combined = std::move(copy);
      own = true;
      if (copied_this) continue;
    }
    arrow::internal::BitmapAnd(combined->data(), 0, bitmap->data(), offset, num_rows, 0,
                               combined->mutable_data());
  }
  return combined;
}

ColumnPtr make_plain(const SqlType& type, int64_t num_rows, BufferPtr validity, BufferPtr values) {
  const int64_t null_count = validity ? arrow::kUnknownNullCount : 0;
  return Column::plain(
      type, arrow::ArrayData::Make(type.to_arrow(), num_rows,
                                   {std::move(validity), std::move(values)}, null_count));
}

ColumnPtr make_plain_text(const SqlType& type, int64_t num_rows, BufferPtr validity,
                          BufferPtr offsets, BufferPtr bytes) {
  const int64_t null_count = validity ? arrow::kUnknownNullCount : 0;
  return Column::plain(
      type, arrow::ArrayData::Make(type.to_arrow(), num_rows,
                                   {std::move(validity), std::move(offsets), std::move(bytes)},
                                   null_count));
}

Result<TextWriter> TextWriter::make(int64_t num_rows, int64_t bytes_expected) {
  TextWriter writer;
  HW_ASSIGN_OR_RETURN(writer.offsets_, allocate_values<int32_t>(num_rows + 1));
  writer.next_offset_ = reinterpret_cast<int32_t*>(writer.offsets_->mutable_data());
  *writer.next_offset_ = 0;
  const int64_t capacity = std::max<int64_t>(64, bytes_expected);
  writer.bytes_ = pooled_buffer(capacity);
  writer.data_ = reinterpret_cast<char*>(writer.bytes_->mutable_data());
  writer.capacity_ = capacity;
  return writer;
}

void TextWriter::grow(size_t count) {
  // Past the limit the bytes already written are given up: finish() fails then.
  if (size_ + static_cast<int64_t>(count) > kTextBytesMax) {
    overflow_ = true;
    size_ = 0;
    row_begin_ = 0;
  }
  const int64_t wanted = size_ + static_cast<int64_t>(count);
  if (wanted <= capacity_) return;
  const int64_t capacity = std::max(wanted, capacity_ * 2);
  HW_CHECK(bytes_->Resize(capacity, /*shrink_to_fit=*/false).ok());
  capacity_ = capacity;
  data_ = reinterpret_cast<char*>(bytes_->mutable_data());
}

Result<ColumnPtr> TextWriter::finish(const SqlType& type, int64_t num_rows, BufferPtr validity) {
  if (overflow_) {
    return Status::CapacityError("the text of one batch of rows is limited to 2 GiB");
  }
  HW_TRY(bytes_->Resize(size_, /*shrink_to_fit=*/false));
  return make_plain_text(type, num_rows, std::move(validity), std::move(offsets_),
                         std::move(bytes_));
}

}  // namespace hw
