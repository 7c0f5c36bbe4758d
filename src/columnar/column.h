// SPDX-License-Identifier: Apache-2.0
//
// One immutable column: Arrow storage plus an encoding. `slot(row)` maps a row to its place in
// the storage, so that a constant or a dictionary is read like plain values:
//   plain       slot = row             values hold num_rows rows
//   constant    slot = 0               values hold one row
//   dictionary  slot = indices[row]    values hold the distinct values (one of them may be NULL)
// Shared between threads; nobody writes to it after construction.

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <arrow/array/data.h>
#include <arrow/util/bit_util.h>

#include "columnar/sql_type.h"

namespace hw {

class Column;
using ColumnPtr = std::shared_ptr<const Column>;

class Column {
 public:
  enum class Encoding : uint8_t { kPlain, kConstant, kDictionary };

  /// Requires: the storage's Arrow type is type.to_arrow().
  static ColumnPtr plain(SqlType type, std::shared_ptr<arrow::ArrayData> values);
  static ColumnPtr constant(SqlType type, std::shared_ptr<arrow::ArrayData> one_value,
                            int64_t num_rows);
  /// `indices` are int32, one a row, each below the number of values.
  static ColumnPtr dictionary(SqlType type, std::shared_ptr<arrow::ArrayData> values,
                              std::shared_ptr<arrow::Buffer> indices, int64_t num_rows);
  /// A constant column of NULLs.
  static ColumnPtr nulls(SqlType type, int64_t num_rows);

  Column(SqlType type, Encoding encoding, std::shared_ptr<arrow::ArrayData> values,
         std::shared_ptr<arrow::Buffer> indices, int64_t indices_offset, int64_t num_rows);

  const SqlType& type() const { return type_; }
  Encoding encoding() const { return encoding_; }
  bool is_plain() const { return encoding_ == Encoding::kPlain; }
  bool is_constant() const { return encoding_ == Encoding::kConstant; }
  int64_t num_rows() const { return num_rows_; }
  const arrow::ArrayData& values() const { return *values_; }
  const std::shared_ptr<arrow::ArrayData>& values_ptr() const { return values_; }
  /// Dictionary only: one int32 a row.
  const int32_t* indices() const { return indices_; }
  /// Dictionary only: the buffer behind indices() and where they begin in it.
  const std::shared_ptr<arrow::Buffer>& indices_ptr() const { return indices_buffer_; }
  int64_t indices_offset() const { return indices_offset_; }

  int64_t slot(int64_t row) const {
    if (encoding_ == Encoding::kPlain) return row;
    return encoding_ == Encoding::kConstant ? 0 : indices_[row];
  }
  /// True when a NULL is possible, i.e. there is a validity bitmap.
  bool may_have_nulls() const { return validity_ != nullptr; }
  bool slot_is_null(int64_t slot) const {
    return validity_ != nullptr && !arrow::bit_util::GetBit(validity_, slot + values_->offset);
  }
  bool is_null(int64_t row) const { return slot_is_null(slot(row)); }
  int64_t null_count() const;

  /// The value at a slot; for T = bool, integers, float, double, 16-byte decimals (as
  /// arrow::Decimal128) and std::string_view (text and binary). Requires: T fits physical().
  /// Unspecified where the slot is NULL (text: some valid view).
  template <typename T>
  T slot_value(int64_t slot) const {
    if constexpr (std::is_same_v<T, bool>) {
      return arrow::bit_util::GetBit(data_, slot + values_->offset);
    } else if constexpr (std::is_same_v<T, std::string_view>) {
      const int64_t i = slot + values_->offset;
      return {reinterpret_cast<const char*>(bytes_) + offsets_[i],
              static_cast<size_t>(offsets_[i + 1] - offsets_[i])};
    } else {
      return reinterpret_cast<const T*>(data_)[slot + values_->offset];
    }
  }
  template <typename T>
  T value(int64_t row) const {
    return slot_value<T>(slot(row));
  }
  /// Plain fixed-width values of row 0 on (offset applied). Not for bool.
  template <typename T>
  const T* data() const {
    return reinterpret_cast<const T*>(data_) + values_->offset;
  }
  /// Validity bits of values() before its offset is applied, or null if nothing is NULL.
  const uint8_t* validity() const { return validity_; }

  /// Returns the same rows plain.
  Result<ColumnPtr> flattened() const;
  /// Returns rows [offset, offset + length) without copying.
  ColumnPtr slice(int64_t offset, int64_t length) const;
  /// Dictionary only: returns the same rows with other distinct values.
  ColumnPtr with_dictionary_values(SqlType type, std::shared_ptr<arrow::ArrayData> values) const {
    return std::make_shared<const Column>(std::move(type), Encoding::kDictionary, std::move(values),
                                          indices_buffer_, indices_offset_, num_rows_);
  }
  /// Returns the same storage under another type. Requires: equal Arrow storage layout.
  ColumnPtr with_type(SqlType type) const;
  std::shared_ptr<arrow::Array> to_arrow() const;
  static Result<ColumnPtr> from_arrow(SqlType type, const arrow::Array& array);

 private:
  // Constant after construction; the raw pointers point into values_ and indices_buffer_.
  const SqlType type_;
  const Encoding encoding_;
  const std::shared_ptr<arrow::ArrayData> values_;
  const std::shared_ptr<arrow::Buffer> indices_buffer_;
  const int64_t indices_offset_;
  const int64_t num_rows_;
  const uint8_t* validity_ = nullptr;
  const uint8_t* data_ = nullptr;
  const int32_t* offsets_ = nullptr;
  const uint8_t* bytes_ = nullptr;
  const int32_t* indices_ = nullptr;
};

}  // namespace hw
