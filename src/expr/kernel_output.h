// SPDX-License-Identifier: Apache-2.0
//
// What kernels write into: buffers, validity bitmaps, packed booleans, text.

#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "columnar/column.h"
#include "columnar/load_bits.h"

namespace arrow {
class ResizableBuffer;
}

namespace hw {

using BufferPtr = std::shared_ptr<arrow::Buffer>;

/// Uninitialised bytes, aligned and padded for vector loads.
Result<BufferPtr> allocate_bytes(int64_t size);
template <typename T>
Result<BufferPtr> allocate_values(int64_t num_values) {
  return allocate_bytes(num_values * static_cast<int64_t>(sizeof(T)));
}
/// A bitmap of zeros, whole 64-bit words.
Result<BufferPtr> allocate_bitmap(int64_t num_bits);

/// Turns 8 bytes that are 0 or 1 into 8 bits.
inline uint8_t pack_8(const uint8_t* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, 8);
  // Byte i times 2^(56 - 7i) lands on bit 56 + i; no two products meet, so nothing carries.
  return static_cast<uint8_t>((word * 0x0102040810204080u) >> 56);
}
/// Packs `n` bytes that are 0 or 1 into a bitmap.
void pack_bits(const uint8_t* bytes, int64_t n, uint8_t* bits);
/// Sets bytes[i] = 0 where bit i + offset of `bits` is 0.
void clear_where_unset(const uint8_t* bits, int64_t offset, int64_t n, uint8_t* bytes);

/// Bitmap from bit 0 on of the rows where no column is NULL, or null if there can be none. Shares
/// a column's own bitmap where possible. Requires: columns are plain, or constant and not NULL.
Result<BufferPtr> combined_validity(std::span<const Column* const> columns, int64_t num_rows);

/// A plain column from bitmap and buffers that start at row 0.
ColumnPtr make_plain(const SqlType& type, int64_t num_rows, BufferPtr validity, BufferPtr values);
ColumnPtr make_plain_text(const SqlType& type, int64_t num_rows, BufferPtr validity,
                          BufferPtr offsets, BufferPtr bytes);

/// Collects the rows of a text or binary column. A row is what was appended since the last end.
class TextWriter {
 public:
  static Result<TextWriter> make(int64_t num_rows, int64_t bytes_expected);
  TextWriter(TextWriter&&) noexcept = default;
  TextWriter& operator=(TextWriter&&) noexcept = default;

  void append(std::string_view text) {
    if (!text.empty()) std::memcpy(extend(text.size()), text.data(), text.size());
  }
  void append(char c) { *extend(1) = c; }
  void append(size_t count, char c) {
    if (count > 0) std::memset(extend(count), c, count);
  }
  /// `count` bytes that the caller fills at once.
  char* extend(size_t count) {
    if (size_ + static_cast<int64_t>(count) > capacity_) grow(count);
    char* place = data_ + size_;
    size_ += static_cast<int64_t>(count);
    return place;
  }
  /// What the row holds so far; valid until the next append.
  std::string_view row() const {
    return {data_ + row_begin_, static_cast<size_t>(size_ - row_begin_)};
  }
  /// Cuts the row to its first `length` bytes.
  void cut_row(size_t length) { size_ = row_begin_ + static_cast<int64_t>(length); }

  void end_row() {
    row_begin_ = size_;
    *++next_offset_ = static_cast<int32_t>(size_);
  }
  /// Drops what the row holds and ends it: NULL.
  void end_null_row() {
    size_ = row_begin_;
    end_row();
  }
  /// Fails (CapacityError) when the rows together exceed 2 GiB.
  Result<ColumnPtr> finish(const SqlType& type, int64_t num_rows, BufferPtr validity);

 private:
  TextWriter() = default;
  void grow(size_t count);

  std::shared_ptr<arrow::ResizableBuffer> bytes_;
  BufferPtr offsets_;
  char* data_ = nullptr;
  int64_t size_ = 0;
  int64_t capacity_ = 0;
  int64_t row_begin_ = 0;
  int32_t* next_offset_ = nullptr;
  bool overflow_ = false;
};

}  // namespace hw
