// SPDX-License-Identifier: Apache-2.0
//
// The C++ types that stand for one value of a column in row functions, and how they are read from
// a plain or constant column. A reader's index is masked, so that a constant is read like plain
// values without a branch.

#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <type_traits>

#include "columnar/column.h"

namespace hw {

/// Unscaled value of a DECIMAL; lies in memory as Arrow's 16-byte decimals do.
__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <typename T>
constexpr PhysicalType physical_of() {
  if constexpr (std::is_same_v<T, bool>) return PhysicalType::kBool;
  if constexpr (std::is_same_v<T, int8_t>) return PhysicalType::kInt8;
  if constexpr (std::is_same_v<T, int16_t>) return PhysicalType::kInt16;
  if constexpr (std::is_same_v<T, int32_t>) return PhysicalType::kInt32;
  if constexpr (std::is_same_v<T, int64_t>) return PhysicalType::kInt64;
  if constexpr (std::is_same_v<T, float>) return PhysicalType::kFloat32;
  if constexpr (std::is_same_v<T, double>) return PhysicalType::kFloat64;
  if constexpr (std::is_same_v<T, Int128>) return PhysicalType::kDecimal128;
  if constexpr (std::is_same_v<T, std::string_view>) return PhysicalType::kBytes;
  return PhysicalType::kNone;
}

/// Values that lie side by side in memory.
template <typename T>
constexpr bool is_fixed_value = std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;
template <>
inline constexpr bool is_fixed_value<Int128> = true;

template <typename T>
T load_value(const void* values, int64_t i) {
  if constexpr (std::is_same_v<T, Int128>) {
    // Arrow promises 8 bytes of alignment only.
    T value;
    std::memcpy(&value, static_cast<const char*>(values) + i * 16, 16);
    return value;
  } else {
    return static_cast<const T*>(values)[i];
  }
}

/// Start of the plain fixed-width values, offset applied; of a constant, its one value.
template <typename T>
const void* value_bytes(const Column& column) {
  return column.data<std::conditional_t<std::is_same_v<T, Int128>, std::array<int64_t, 2>, T>>();
}

inline int64_t row_mask(const Column& column) { return column.is_constant() ? 0 : -1; }

template <typename T>
class ValueReader {
 public:
  static_assert(is_fixed_value<T>, "not a type of row functions");
  explicit ValueReader(const Column& column)
      : values_(value_bytes<T>(column)), mask_(row_mask(column)) {}
  T operator()(int64_t row) const { return load_value<T>(values_, row & mask_); }

 private:
  const void* values_;
  int64_t mask_;
};

template <>
class ValueReader<bool> {
 public:
  explicit ValueReader(const Column& column)
      : bits_(column.values().buffers[1]->data()),
        offset_(column.values().offset),
        mask_(row_mask(column)) {}
  bool operator()(int64_t row) const {
    return arrow::bit_util::GetBit(bits_, (row & mask_) + offset_);
  }

 private:
  const uint8_t* bits_;
  int64_t offset_;
  int64_t mask_;
};

template <>
class ValueReader<std::string_view> {
 public:
  explicit ValueReader(const Column& column) : column_(&column), mask_(row_mask(column)) {}
  std::string_view operator()(int64_t row) const {
    return column_->slot_value<std::string_view>(row & mask_);
  }

 private:
  const Column* column_;
  int64_t mask_;
};

/// NULL comes as nullopt.
template <typename T>
class ValueReader<std::optional<T>> {
 public:
  explicit ValueReader(const Column& column)
      : column_(&column), value_(column), mask_(row_mask(column)) {}
  std::optional<T> operator()(int64_t row) const {
    if (column_->slot_is_null(row & mask_)) return std::nullopt;
    return value_(row);
  }

 private:
  const Column* column_;
  ValueReader<T> value_;
  int64_t mask_;
};

/// Readers that know their encoding, for loops that are to become vector code.
template <typename T>
struct PlainReader {
  explicit PlainReader(const Column& column) : values(value_bytes<T>(column)) {}
  T operator()(int64_t row) const { return load_value<T>(values, row); }
  const void* values;
};
template <typename T>
struct ConstantReader {
  explicit ConstantReader(const Column& column) : value(ValueReader<T>(column)(0)) {}
  T operator()(int64_t) const { return value; }
  T value;
};

}  // namespace hw
