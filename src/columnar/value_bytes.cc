// SPDX-License-Identifier: Apache-2.0
//
// Reads back what append_value_bytes wrote. The bytes may come from a damaged file: every length
// is checked before it is used.

#include <cstring>

#include <arrow/util/decimal.h>

#include "base/assert.h"
#include "columnar/column_builder.h"
#include "columnar/key_bytes.h"

namespace hw {
namespace {

/// Deeper ones are not types that this program makes.
constexpr int kDepthMax = 100;

Status damaged(const SqlType& type) {
  return Status::SerializationError("the stored bytes of a ", type.to_sql_without_null(),
                                    " value are damaged");
}

template <typename T>
Status take(const SqlType& type, std::string_view& bytes, T& value) {
  if (bytes.size() < sizeof(T)) return damaged(type);
  std::memcpy(&value, bytes.data(), sizeof(T));
  bytes.remove_prefix(sizeof(T));
  return Status::OK();
}

template <typename T>
Status decode_int(const SqlType& type, std::string_view& bytes, ColumnBuilder& out) {
  T value{};
  HW_TRY(take(type, bytes, value));
  return out.append_int(value);
}

template <typename T>
Status decode_float(const SqlType& type, std::string_view& bytes, ColumnBuilder& out) {
  T value{};
  HW_TRY(take(type, bytes, value));
  return out.append_double(value);
}

Status decode_bytes(const SqlType& type, std::string_view& bytes, ColumnBuilder& out) {
  uint32_t size = 0;
  HW_TRY(take(type, bytes, size));
  if (bytes.size() < size) return damaged(type);
  HW_TRY(out.append_bytes(bytes.substr(0, size)));
  bytes.remove_prefix(size);
  return Status::OK();
}

Status decode_decimal(const SqlType& type, std::string_view& bytes, ColumnBuilder& out) {
  uint64_t low = 0;
  int64_t high = 0;
  HW_TRY(take(type, bytes, low));
  HW_TRY(take(type, bytes, high));
  return out.append_decimal(arrow::Decimal128(high, low));
}

Status decode(const SqlType& type, int depth, std::string_view& bytes, ColumnBuilder& out);

Status decode_elements(const SqlType& type, int depth, std::string_view& bytes,
                       ColumnBuilder& out) {
  uint32_t count = 0;
  HW_TRY(take(type, bytes, count));
  // Each element has a tag: a larger count is a lie.
  if (count > bytes.size()) return damaged(type);
  const bool is_array = type.is(TypeKind::kArray);
  for (uint32_t i = 0; i < count; ++i) {
    HW_TRY(decode(out.child(0).type(), depth + 1, bytes, out.child(0)));
    if (!is_array) HW_TRY(decode(out.child(1).type(), depth + 1, bytes, out.child(1)));
  }
  return out.append_constructed(count);
}

Status decode_row(const SqlType& type, int depth, std::string_view& bytes, ColumnBuilder& out) {
  const std::vector<SqlField>& fields = type.fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    HW_TRY(decode(fields[i].type, depth + 1, bytes, out.child(static_cast<int>(i))));
  }
  return out.append_constructed(static_cast<int64_t>(fields.size()));
}

Status decode_present(const SqlType& type, int depth, std::string_view& bytes, ColumnBuilder& out) {
  switch (type.physical()) {
    case PhysicalType::kNone:
      return damaged(type);
    case PhysicalType::kBool: {
      uint8_t value = 0;
      HW_TRY(take(type, bytes, value));
      return value > 1 ? damaged(type) : out.append_bool(value == 1);
    }
    case PhysicalType::kInt8:
      return decode_int<int8_t>(type, bytes, out);
    case PhysicalType::kInt16:
      return decode_int<int16_t>(type, bytes, out);
    case PhysicalType::kInt32:
      return decode_int<int32_t>(type, bytes, out);
    case PhysicalType::kInt64:
      return decode_int<int64_t>(type, bytes, out);
    case PhysicalType::kFloat32:
      return decode_float<float>(type, bytes, out);
    case PhysicalType::kFloat64:
      return decode_float<double>(type, bytes, out);
    case PhysicalType::kDecimal128:
      return decode_decimal(type, bytes, out);
    case PhysicalType::kBytes:
      return decode_bytes(type, bytes, out);
    case PhysicalType::kList:
    case PhysicalType::kMap:
      return decode_elements(type, depth, bytes, out);
    case PhysicalType::kStruct:
      return decode_row(type, depth, bytes, out);
  }
  HW_CHECK(false);
}

Status decode(const SqlType& type, int depth, std::string_view& bytes, ColumnBuilder& out) {
  if (depth > kDepthMax) return damaged(type);
  uint8_t tag = 0;
  HW_TRY(take(type, bytes, tag));
  if (tag == 0) return out.append_null();
  if (tag != 1) return damaged(type);
  return decode_present(type, depth, bytes, out);
}

}  // namespace

Status append_decoded_value(const SqlType& type, std::string_view& bytes, ColumnBuilder& out) {
  const int64_t rows = out.num_rows();
  const Status status = decode(type, 0, bytes, out);
  if (!status.ok()) HW_TRY(out.truncate(rows));
  return status;
}

}  // namespace hw
