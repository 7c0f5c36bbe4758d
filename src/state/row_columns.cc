// SPDX-License-Identifier: Apache-2.0

#include "state/row_columns.h"

#include <array>
#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>

#include "base/memory.h"
#include "columnar/column_builder.h"
#include "columnar/key_bytes.h"

namespace hw {
namespace {

constexpr size_t kLineBytes = 64;

struct Wide {
  uint64_t low;
  uint64_t high;
};

int64_t source_row_of(std::span<const int32_t> source_rows, size_t i) {
  return source_rows.empty() ? static_cast<int64_t>(i) : source_rows[i];
}

template <typename T>
void write_fixed(RowChunks& to, int column, const Column& source, std::span<const uint32_t> rows,
                 std::span<const int32_t> source_rows) {
  const FixedColumn<T> values = to.fixed<T>(column);
  if (source.is_plain() && source_rows.empty()) {
    const T* data = source.data<T>();
    for (size_t i = 0; i < rows.size(); ++i) values[rows[i]] = data[i];
    return;
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    values[rows[i]] = source.value<T>(source_row_of(source_rows, i));
  }
}

template <typename T>
std::shared_ptr<arrow::Buffer> read_fixed(const RowChunks& from, int column,
                                          std::span<const uint32_t> rows) {
  auto buffer = pooled_buffer(static_cast<int64_t>(rows.size() * sizeof(T)));
  T* out = reinterpret_cast<T*>(buffer->mutable_data());
  const FixedColumn<T> values = from.fixed<T>(column);
  for (size_t i = 0; i < rows.size(); ++i) out[i] = values[rows[i]];
  return buffer;
}

std::shared_ptr<arrow::Buffer> read_bool(const RowChunks& from, int column,
                                         std::span<const uint32_t> rows) {
  auto buffer = zeroed_buffer(arrow::bit_util::BytesForBits(static_cast<int64_t>(rows.size())));
  const FixedColumn<uint8_t> values = from.fixed<uint8_t>(column);
  for (size_t i = 0; i < rows.size(); ++i) {
    buffer->mutable_data()[i >> 3] |= static_cast<uint8_t>((values[rows[i]] & 1) << (i & 7));
  }
  return buffer;
}

/// Null when no row is NULL.
std::shared_ptr<arrow::Buffer> read_validity(const RowChunks& from, int column,
                                             std::span<const uint32_t> rows, bool never_null) {
  if (never_null) return nullptr;
  const FixedColumn<uint8_t> nulls = from.nulls(column);
  uint8_t any = 0;
  for (const uint32_t row : rows) any |= nulls[row];
  if (any == 0) return nullptr;
  auto buffer = zeroed_buffer(arrow::bit_util::BytesForBits(static_cast<int64_t>(rows.size())));
  for (size_t i = 0; i < rows.size(); ++i) {
    buffer->mutable_data()[i >> 3] |= static_cast<uint8_t>((nulls[rows[i]] ^ 1) << (i & 7));
  }
  return buffer;
}

/// Texts one after the other. Those of rows in no order lie anywhere: each is asked for while
/// others are copied.
void copy_bytes(const RowChunks& from, int column, std::span<const uint32_t> rows, uint8_t* to) {
  constexpr size_t kAhead = 16;
  if (rows.size() < kAhead) {
    for (const uint32_t row : rows) {
      const std::string_view value = from.bytes(column, row);
      if (!value.empty()) std::memcpy(to, value.data(), value.size());
      to += value.size();
    }
    return;
  }
  std::array<std::string_view, kAhead> asked;
  for (size_t i = 0; i < rows.size() + kAhead; ++i) {
    std::string_view& place = asked[i % kAhead];
    if (i >= kAhead && !place.empty()) {
      std::memcpy(to, place.data(), place.size());
      to += place.size();
    }
    if (i >= rows.size()) continue;
    place = from.bytes(column, rows[i]);
    __builtin_prefetch(place.data());
    // What lies next to it comes by itself, but not across a line of which nobody has asked.
    if (place.size() > kLineBytes) __builtin_prefetch(place.data() + kLineBytes);
  }
}

Result<ColumnPtr> read_bytes(const RowChunks& from, int column, const SqlType& type,
                             std::span<const uint32_t> rows, bool never_null) {
  const auto num_rows = static_cast<int64_t>(rows.size());
  auto offsets = pooled_buffer((num_rows + 1) * static_cast<int64_t>(sizeof(int32_t)));
  auto* ends = reinterpret_cast<int32_t*>(offsets->mutable_data());
  int64_t total = 0;
  ends[0] = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    total += from.bytes_ref(column, rows[i]).length;
    if (total > INT32_MAX) {
      return Status::CapacityError("a column holds at most 2 GiB of text, but ", rows.size(),
                                   " rows of state are longer");
    }
    ends[i + 1] = static_cast<int32_t>(total);
  }
  auto bytes = pooled_buffer(total);
  copy_bytes(from, column, rows, bytes->mutable_data());
  return Column::plain(type, arrow::ArrayData::Make(type.to_arrow(), num_rows,
                                                    {read_validity(from, column, rows, never_null),
                                                     std::move(offsets), std::move(bytes)}));
}

Result<ColumnPtr> read_constructed(const RowChunks& from, int column, const SqlType& type,
                                   std::span<const uint32_t> rows) {
  HW_ASSIGN_OR_RETURN(std::unique_ptr<ColumnBuilder> builder, ColumnBuilder::make(type));
  const FixedColumn<uint8_t> nulls = from.nulls(column);
  for (const uint32_t row : rows) {
    std::string_view bytes = from.bytes(column, row);
    // Without bytes: nobody has written this value of the row yet, and nobody asks for it.
    if (nulls[row] != 0 || bytes.empty()) {
      HW_TRY(builder->append_null());
      continue;
    }
    HW_TRY(append_decoded_value(type, bytes, *builder));
  }
  return builder->finish();
}

template <typename T>
bool same_number(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return a == b || (std::isnan(a) && std::isnan(b));
  } else {
    return a == b;
  }
}

template <typename T>
bool fixed_equals(const RowChunks& in, int column, uint32_t row, const Column& source,
                  int64_t source_row) {
  return same_number(in.fixed<T>(column)[row], source.value<T>(source_row));
}

/// Maps may hold equal entries in another order, and numbers in them may be equal without equal
/// bytes: what differs as stored is compared again as keys are.
bool constructed_equals(const RowChunks& in, int column, uint32_t row, const Column& source,
                        int64_t source_row) {
  std::string bytes;
  append_value_bytes(source, source_row, bytes);
  if (in.bytes_equal(column, row, bytes)) return true;
  const Result<ColumnPtr> stored = read_constructed(in, column, source.type(), std::span(&row, 1));
  HW_CHECK(stored.ok());
  std::string stored_key;
  std::string key;
  append_key_bytes(std::span(&*stored, 1), 0, stored_key);
  const ColumnPtr one = source.slice(source_row, 1);
  append_key_bytes(std::span(&one, 1), 0, key);
  return stored_key == key;
}

}  // namespace

RowColumn row_column_of(const SqlType& type) {
  return {.width = type.fixed_width(), .nullable = true};
}

void write_rows(RowChunks& to, int column, const Column& source, std::span<const uint32_t> rows,
                std::span<const int32_t> source_rows) {
  const FixedColumn<uint8_t> nulls = to.nulls(column);
  if (source.may_have_nulls()) {
    for (size_t i = 0; i < rows.size(); ++i) {
      nulls[rows[i]] = source.is_null(source_row_of(source_rows, i)) ? 1 : 0;
    }
  } else {
    for (const uint32_t row : rows) nulls[row] = 0;
  }
  switch (source.type().physical()) {
    case PhysicalType::kNone:
      return;
    case PhysicalType::kBool: {
      const FixedColumn<uint8_t> values = to.fixed<uint8_t>(column);
      for (size_t i = 0; i < rows.size(); ++i) {
        values[rows[i]] = source.value<bool>(source_row_of(source_rows, i)) ? 1 : 0;
      }
      return;
    }
    case PhysicalType::kInt8:
      return write_fixed<int8_t>(to, column, source, rows, source_rows);
    case PhysicalType::kInt16:
      return write_fixed<int16_t>(to, column, source, rows, source_rows);
    case PhysicalType::kInt32:
    case PhysicalType::kFloat32:
      return write_fixed<int32_t>(to, column, source, rows, source_rows);
    case PhysicalType::kInt64:
    case PhysicalType::kFloat64:
      return write_fixed<int64_t>(to, column, source, rows, source_rows);
    case PhysicalType::kDecimal128:
      return write_fixed<Wide>(to, column, source, rows, source_rows);
    case PhysicalType::kBytes:
      for (size_t i = 0; i < rows.size(); ++i) {
        const int64_t from = source_row_of(source_rows, i);
        to.set_bytes(
            column, rows[i],
            nulls[rows[i]] != 0 ? std::string_view() : source.value<std::string_view>(from));
      }
      return;
    case PhysicalType::kList:
    case PhysicalType::kMap:
    case PhysicalType::kStruct: {
      std::string bytes;
      for (size_t i = 0; i < rows.size(); ++i) {
        bytes.clear();
        if (nulls[rows[i]] == 0) append_value_bytes(source, source_row_of(source_rows, i), bytes);
        to.set_bytes(column, rows[i], bytes);
      }
      return;
    }
  }
}

Result<ColumnPtr> read_rows(const RowChunks& from, int column, const SqlType& type,
                            std::span<const uint32_t> rows, bool never_null) {
  std::shared_ptr<arrow::Buffer> values;
  switch (type.physical()) {
    case PhysicalType::kNone:
      return Column::nulls(type, static_cast<int64_t>(rows.size()));
    case PhysicalType::kBool:
      values = read_bool(from, column, rows);
      break;
    case PhysicalType::kInt8:
      values = read_fixed<int8_t>(from, column, rows);
      break;
    case PhysicalType::kInt16:
      values = read_fixed<int16_t>(from, column, rows);
      break;
    case PhysicalType::kInt32:
    case PhysicalType::kFloat32:
      values = read_fixed<int32_t>(from, column, rows);
      break;
    case PhysicalType::kInt64:
    case PhysicalType::kFloat64:
      values = read_fixed<int64_t>(from, column, rows);
      break;
    case PhysicalType::kDecimal128:
      values = read_fixed<Wide>(from, column, rows);
      break;
    case PhysicalType::kBytes:
      return read_bytes(from, column, type, rows, never_null);
    case PhysicalType::kList:
    case PhysicalType::kMap:
    case PhysicalType::kStruct:
      return read_constructed(from, column, type, rows);
  }
  return Column::plain(
      type,
      arrow::ArrayData::Make(type.to_arrow(), static_cast<int64_t>(rows.size()),
                             {read_validity(from, column, rows, never_null), std::move(values)}));
}

bool row_equals(const RowChunks& in, int column, uint32_t row, const Column& source,
                int64_t source_row) {
  const bool is_null = in.nulls(column)[row] != 0;
  if (is_null || source.is_null(source_row)) return is_null && source.is_null(source_row);
  switch (source.type().physical()) {
    case PhysicalType::kNone:
      return true;
    case PhysicalType::kBool:
      return (in.fixed<uint8_t>(column)[row] != 0) == source.value<bool>(source_row);
    case PhysicalType::kInt8:
      return fixed_equals<int8_t>(in, column, row, source, source_row);
    case PhysicalType::kInt16:
      return fixed_equals<int16_t>(in, column, row, source, source_row);
    case PhysicalType::kInt32:
      return fixed_equals<int32_t>(in, column, row, source, source_row);
    case PhysicalType::kInt64:
      return fixed_equals<int64_t>(in, column, row, source, source_row);
    case PhysicalType::kFloat32:
      return fixed_equals<float>(in, column, row, source, source_row);
    case PhysicalType::kFloat64:
      return fixed_equals<double>(in, column, row, source, source_row);
    case PhysicalType::kDecimal128: {
      const Wide a = in.fixed<Wide>(column)[row];
      const Wide b = source.value<Wide>(source_row);
      return a.low == b.low && a.high == b.high;
    }
    case PhysicalType::kBytes:
      return in.bytes_equal(column, row, source.value<std::string_view>(source_row));
    case PhysicalType::kList:
    case PhysicalType::kMap:
    case PhysicalType::kStruct:
      return constructed_equals(in, column, row, source, source_row);
  }
  return false;
}

}  // namespace hw
