// SPDX-License-Identifier: Apache-2.0
//
// Sort keys as bytes: append_order_bytes of key_bytes.h.

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/assert.h"
#include "columnar/key_bytes.h"
#include "columnar/nested.h"

namespace hw {
namespace {

constexpr char kNullFirst = 0;
constexpr char kPresent = 1;
constexpr char kNullLast = 2;

void append_value(const Column& column, int64_t slot, std::string& out);

template <typename U>
void put_big_endian(U bits, std::string& out) {
  for (int shift = static_cast<int>(sizeof(U)) * 8 - 8; shift >= 0; shift -= 8) {
    out += static_cast<char>(bits >> shift);
  }
}

/// Two's complement sorts as unsigned once the sign bit is turned around.
template <typename T>
void append_signed(T value, std::string& out) {
  using U = std::make_unsigned_t<T>;
  constexpr U kSign = U{1} << (sizeof(U) * 8 - 1);
  put_big_endian<U>(static_cast<U>(value) ^ kSign, out);
}

/// IEEE numbers sort as sign and magnitude; the one NaN lies above infinity.
template <typename T>
void append_floating(T value, std::string& out) {
  using U = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
  if (value == 0) value = 0;
  if (std::isnan(value)) value = std::numeric_limits<T>::quiet_NaN();
  const auto bits = std::bit_cast<U>(value);
  constexpr U kSign = U{1} << (sizeof(U) * 8 - 1);
  put_big_endian<U>((bits & kSign) != 0 ? ~bits : bits | kSign, out);
}

/// Ends with two zero bytes; a zero byte inside is followed by 0xff. So a prefix sorts first, also
/// when another key column follows.
void append_text(std::string_view value, std::string& out) {
  for (const char c : value) {
    out += c;
    if (c == '\0') out += '\xff';
  }
  out.append(2, '\0');
}

/// NULL is the smallest inside of constructed values.
void append_nested(const Column& column, int64_t slot, std::string& out) {
  if (column.slot_is_null(slot)) {
    out += kNullFirst;
    return;
  }
  out += kPresent;
  append_value(column, slot, out);
}

/// Each element behind a 1, the end is a 0: a shorter list sorts first.
void append_elements(const Column& column, int64_t slot, std::string& out) {
  const ColumnPtr storage = Column::plain(column.type(), column.values_ptr());
  const ElementsView view(*storage);
  for (int64_t i = view.begin(slot); i < view.end(slot); ++i) {
    out += '\1';
    append_nested(*view.keys(), i, out);
    if (view.values() != nullptr) append_nested(*view.values(), i, out);
  }
  out += '\0';
}

struct Raw128 {
  uint64_t low;
  int64_t high;
};

void append_value(const Column& column, int64_t slot, std::string& out) {
  switch (column.type().physical()) {
    case PhysicalType::kNone:
      return;
    case PhysicalType::kBool:
      out += column.slot_value<bool>(slot) ? '\1' : '\0';
      return;
    case PhysicalType::kInt8:
      return append_signed(column.slot_value<int8_t>(slot), out);
    case PhysicalType::kInt16:
      return append_signed(column.slot_value<int16_t>(slot), out);
    case PhysicalType::kInt32:
      return append_signed(column.slot_value<int32_t>(slot), out);
    case PhysicalType::kInt64:
      return append_signed(column.slot_value<int64_t>(slot), out);
    case PhysicalType::kFloat32:
      return append_floating(column.slot_value<float>(slot), out);
    case PhysicalType::kFloat64:
      return append_floating(column.slot_value<double>(slot), out);
    case PhysicalType::kDecimal128: {
      const auto value = column.slot_value<Raw128>(slot);
      append_signed(value.high, out);
      return put_big_endian(value.low, out);
    }
    case PhysicalType::kBytes:
      return append_text(column.slot_value<std::string_view>(slot), out);
    case PhysicalType::kList:
    case PhysicalType::kMap:
      return append_elements(column, slot, out);
    case PhysicalType::kStruct: {
      const ColumnPtr storage = Column::plain(column.type(), column.values_ptr());
      for (int i = 0; i < static_cast<int>(column.type().fields().size()); ++i) {
        append_nested(*row_field(*storage, i), slot, out);
      }
      return;
    }
  }
}

}  // namespace

void append_order_bytes(const Column& column, int64_t row, bool descending, bool nulls_first,
                        std::string& out) {
  const int64_t slot = column.slot(row);
  if (column.slot_is_null(slot)) {
    out += nulls_first ? kNullFirst : kNullLast;
    return;
  }
  out += kPresent;
  const size_t begin = out.size();
  append_value(column, slot, out);
  if (!descending) return;
  for (size_t i = begin; i < out.size(); ++i) out[i] = static_cast<char>(~out[i]);
}

}  // namespace hw
