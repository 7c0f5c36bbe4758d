// SPDX-License-Identifier: Apache-2.0
//
// Builders for hot loops that know their type: they write straight into buffers of the recycling
// pool and allocate a validity bitmap only at the first NULL. Each can be used again after
// finish(). Running out of memory crashes.

#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include <arrow/buffer.h>
#include <arrow/util/bit_util.h>

#include "base/memory.h"
#include "columnar/column.h"

namespace hw {

/// Wraps buffers as a plain column. `validity` may be null (no NULLs). BOOLEAN's buffer is bits.
/// Requires: a fixed-width type and buffers that hold n values.
ColumnPtr make_fixed_column(const SqlType& type, std::shared_ptr<arrow::Buffer> values,
                            std::shared_ptr<arrow::Buffer> validity, int64_t n,
                            int64_t null_count = -1);
/// The same for text and binary: n + 1 offsets.
ColumnPtr make_bytes_column(const SqlType& type, std::shared_ptr<arrow::Buffer> offsets,
                            std::shared_ptr<arrow::Buffer> bytes,
                            std::shared_ptr<arrow::Buffer> validity, int64_t n,
                            int64_t null_count = -1);

/// Bytes that grow by doubling, in pool memory.
class GrowingBuffer {
 public:
  uint8_t* data() { return data_; }
  int64_t capacity() const { return capacity_; }
  void reserve(int64_t bytes) {
    if (bytes > capacity_) [[unlikely]]
      grow(bytes);
  }
  /// Hands the first `bytes` over (an empty buffer if nothing was reserved) and starts anew.
  std::shared_ptr<arrow::Buffer> finish(int64_t bytes);

 private:
  void grow(int64_t bytes);

  std::shared_ptr<arrow::ResizableBuffer> buffer_;
  uint8_t* data_ = nullptr;
  int64_t capacity_ = 0;
};

/// The validity bitmap of a column in the making. Rows before the first NULL cost nothing.
class ValidityBuilder {
 public:
  void append_valid() {
    if (has_nulls_) append_bit(true);
    ++num_rows_;
  }
  void append_valid(int64_t rows);
  void append_null() {
    if (!has_nulls_) start();
    append_bit(false);
    ++num_rows_;
    ++null_count_;
  }
  int64_t num_rows() const { return num_rows_; }
  int64_t null_count() const { return null_count_; }
  /// Null when no row is NULL.
  std::shared_ptr<arrow::Buffer> finish();
  void truncate(int64_t num_rows);

 private:
  void start();
  void append_bit(bool valid) {
    bits_.reserve(num_rows_ / 8 + 1);
    arrow::bit_util::SetBitTo(bits_.data(), num_rows_, valid);
  }

  GrowingBuffer bits_;
  int64_t num_rows_ = 0;
  int64_t null_count_ = 0;
  bool has_nulls_ = false;
};

/// Fixed-width values other than BOOLEAN. T = the physical type's C++ type.
template <typename T>
class FixedBuilder {
 public:
  void reserve(int64_t rows) { values_.reserve((num_rows() + rows) * int64_t{sizeof(T)}); }
  void append(T value) {
    reserve(1);
    unsafe_append(value);
  }
  /// Requires: reserved.
  void unsafe_append(T value) {
    data()[num_rows()] = value;
    validity_.append_valid();
  }
  void append_null() {
    reserve(1);
    data()[num_rows()] = T{};
    validity_.append_null();
  }
  /// Room for `rows` more values, all valid, that the caller writes.
  T* append_uninitialised(int64_t rows) {
    reserve(rows);
    T* place = data() + num_rows();
    validity_.append_valid(rows);
    return place;
  }
  int64_t num_rows() const { return validity_.num_rows(); }
  T* data() { return reinterpret_cast<T*>(values_.data()); }
  void truncate(int64_t num_rows) { validity_.truncate(num_rows); }
  ColumnPtr finish(const SqlType& type) {
    const int64_t rows = num_rows();
    const int64_t nulls = validity_.null_count();
    std::shared_ptr<arrow::Buffer> values = values_.finish(rows * int64_t{sizeof(T)});
    return make_fixed_column(type, std::move(values), validity_.finish(), rows, nulls);
  }

 private:
  GrowingBuffer values_;
  ValidityBuilder validity_;
};

class BoolBuilder {
 public:
  void reserve(int64_t rows) { values_.reserve((num_rows() + rows) / 8 + 1); }
  void append(bool value) {
    reserve(1);
    arrow::bit_util::SetBitTo(values_.data(), num_rows(), value);
    validity_.append_valid();
  }
  void append_null() {
    reserve(1);
    arrow::bit_util::SetBitTo(values_.data(), num_rows(), false);
    validity_.append_null();
  }
  int64_t num_rows() const { return validity_.num_rows(); }
  void truncate(int64_t num_rows) { validity_.truncate(num_rows); }
  ColumnPtr finish(const SqlType& type);

 private:
  GrowingBuffer values_;
  ValidityBuilder validity_;
};

/// Text and binary. A column's bytes are limited to 2 GiB; what is over is refused at finish().
class BytesBuilder {
 public:
  void reserve(int64_t rows, int64_t bytes) {
    offsets_.reserve((num_rows() + rows + 1) * 4);
    bytes_.reserve(num_bytes_ + bytes);
  }
  void append(std::string_view value) {
    uint8_t* place = append_uninitialised(static_cast<int64_t>(value.size()));
    if (!value.empty()) std::memcpy(place, value.data(), value.size());
  }
  void append_null() {
    push_offset();
    validity_.append_null();
  }
  /// Room for one value of `size` bytes that the caller writes.
  uint8_t* append_uninitialised(int64_t size) {
    if (num_bytes_ + size > kBytesMax) [[unlikely]]
      return append_too_large(size);
    push_offset();
    bytes_.reserve(num_bytes_ + size);
    uint8_t* place = bytes_.data() + num_bytes_;
    num_bytes_ += size;
    validity_.append_valid();
    return place;
  }
  int64_t num_rows() const { return validity_.num_rows(); }
  int64_t num_bytes() const { return num_bytes_; }
  void truncate(int64_t num_rows);
  /// Fails (CapacityError) when the values have more than 2 GiB together.
  Result<ColumnPtr> finish(const SqlType& type);

 private:
  static constexpr int64_t kBytesMax = 2147483647;

  int32_t* offsets() { return reinterpret_cast<int32_t*>(offsets_.data()); }
  void push_offset() {
    offsets_.reserve((num_rows() + 2) * 4);
    offsets()[num_rows()] = static_cast<int32_t>(num_bytes_);
  }
  uint8_t* append_too_large(int64_t size);

  GrowingBuffer offsets_;  // start of each row; the last end is added at finish()
  GrowingBuffer bytes_;
  GrowingBuffer excess_;  // swallows what does not fit
  ValidityBuilder validity_;
  int64_t num_bytes_ = 0;
  bool too_large_ = false;
};

}  // namespace hw
