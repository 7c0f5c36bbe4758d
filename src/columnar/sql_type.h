// SPDX-License-Identifier: Apache-2.0
//
// The SQL types and their Arrow storage. A type is a small value; constructed types share their
// children. Nullability is part of a type, as in Flink.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/status.h"

namespace hw {

enum class TypeKind : uint8_t {
  kNull,  // the type of a bare NULL, before it is coerced
  kBoolean,
  kTinyint,
  kSmallint,
  kInt,
  kBigint,
  kFloat,
  kDouble,
  kDecimal,
  kChar,
  kVarchar,
  kBinary,
  kVarbinary,
  kDate,           // int32 days since 1970-01-01
  kTime,           // int32 milliseconds of the day
  kTimestamp,      // int64 wall clock: ms (p <= 3), us (p <= 6) or ns (p <= 9)
  kTimestampLtz,   // int64 instant, same units
  kIntervalMonth,  // int32 months
  kIntervalDay,    // int64 milliseconds
  kArray,
  kMap,
  kMultiset,  // stored as map<T, int32>
  kRow,
  kSymbol,      // plan time only: a keyword argument such as YEAR in EXTRACT
  kDescriptor,  // plan time only
  kVariant,     // a JSON value of any shape, as canonical JSON text (text/variant.h)
  kBitmap,      // a set of 32-bit integers, in the portable format of Roaring bitmaps
};

/// How values lie in memory; what a kernel switches over.
enum class PhysicalType : uint8_t {
  kNone,
  kBool,  // bit-packed
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kFloat32,
  kFloat64,
  kDecimal128,
  kBytes,  // 32-bit offsets: text (UTF-8) and binary
  kList,
  kMap,
  kStruct,
};

struct SqlField;

class SqlType {
 public:
  static constexpr int32_t kLengthMax = 2147483647;

  SqlType() = default;
  static SqlType null() { return SqlType(TypeKind::kNull); }
  static SqlType boolean() { return SqlType(TypeKind::kBoolean); }
  static SqlType tinyint() { return SqlType(TypeKind::kTinyint); }
  static SqlType smallint() { return SqlType(TypeKind::kSmallint); }
  static SqlType integer() { return SqlType(TypeKind::kInt); }
  static SqlType bigint() { return SqlType(TypeKind::kBigint); }
  static SqlType float32() { return SqlType(TypeKind::kFloat); }
  static SqlType float64() { return SqlType(TypeKind::kDouble); }
  static SqlType decimal(int precision, int scale) {
    return SqlType(TypeKind::kDecimal, precision, scale);
  }
  static SqlType character(int length) { return SqlType(TypeKind::kChar, length); }
  static SqlType varchar(int length = kLengthMax) { return SqlType(TypeKind::kVarchar, length); }
  static SqlType string() { return varchar(); }
  static SqlType binary(int length) { return SqlType(TypeKind::kBinary, length); }
  static SqlType varbinary(int length = kLengthMax) {
    return SqlType(TypeKind::kVarbinary, length);
  }
  static SqlType bytes() { return varbinary(); }
  static SqlType date() { return SqlType(TypeKind::kDate); }
  static SqlType time(int precision = 0) { return SqlType(TypeKind::kTime, precision); }
  static SqlType timestamp(int precision = 6) { return SqlType(TypeKind::kTimestamp, precision); }
  static SqlType timestamp_ltz(int precision = 6) {
    return SqlType(TypeKind::kTimestampLtz, precision);
  }
  static SqlType interval_month() { return SqlType(TypeKind::kIntervalMonth); }
  static SqlType interval_day() { return SqlType(TypeKind::kIntervalDay, 3); }
  static SqlType symbol() { return SqlType(TypeKind::kSymbol); }
  static SqlType variant() { return SqlType(TypeKind::kVariant); }
  static SqlType bitmap() { return SqlType(TypeKind::kBitmap); }
  static SqlType descriptor() { return SqlType(TypeKind::kDescriptor); }
  static SqlType array(SqlType element);
  static SqlType map(SqlType key, SqlType value);
  static SqlType multiset(SqlType element);
  static SqlType row(std::vector<SqlField> fields);

  TypeKind kind() const { return kind_; }
  bool is(TypeKind kind) const { return kind_ == kind; }
  bool nullable() const { return nullable_; }
  SqlType with_nullable(bool nullable) const;
  SqlType not_null() const { return with_nullable(false); }

  /// Precision of DECIMAL, TIME, TIMESTAMP*; length of CHAR, VARCHAR, BINARY, VARBINARY.
  int precision() const { return precision_; }
  int length() const { return precision_; }
  int scale() const { return scale_; }

  /// Fields of ROW; {"element"} of ARRAY and MULTISET; {"key", "value"} of MAP; else empty.
  const std::vector<SqlField>& fields() const;
  const SqlType& element() const;
  const SqlType& key() const;
  const SqlType& value() const;
  /// Returns the index of a ROW's field, or -1. Case-sensitive.
  int field_index(std::string_view name) const;

  bool is_integer() const { return kind_ >= TypeKind::kTinyint && kind_ <= TypeKind::kBigint; }
  bool is_approximate() const { return kind_ == TypeKind::kFloat || kind_ == TypeKind::kDouble; }
  bool is_numeric() const { return kind_ >= TypeKind::kTinyint && kind_ <= TypeKind::kDecimal; }
  bool is_text() const { return kind_ == TypeKind::kChar || kind_ == TypeKind::kVarchar; }
  bool is_bytes() const { return kind_ == TypeKind::kBinary || kind_ == TypeKind::kVarbinary; }
  bool is_timestamp() const {
    return kind_ == TypeKind::kTimestamp || kind_ == TypeKind::kTimestampLtz;
  }
  bool is_interval() const {
    return kind_ == TypeKind::kIntervalMonth || kind_ == TypeKind::kIntervalDay;
  }
  bool is_temporal() const { return kind_ >= TypeKind::kDate && kind_ <= TypeKind::kTimestampLtz; }
  bool is_constructed() const { return kind_ >= TypeKind::kArray && kind_ <= TypeKind::kRow; }
  bool is_variant() const { return kind_ == TypeKind::kVariant; }
  bool is_bitmap() const { return kind_ == TypeKind::kBitmap; }
  /// True for VARIANT and for a type with such a part on some level.
  bool holds_variant() const;
  /// True when values of the type can be sorted: not MAP, MULTISET, SYMBOL, nor what holds a
  /// VARIANT. All but SYMBOL can be compared with = and grouped by.
  bool has_order() const;

  PhysicalType physical() const;
  /// Bytes of one value of a fixed-width physical type (1 for BOOLEAN as a byte); 0 otherwise.
  int fixed_width() const;
  /// Units a second for TIMESTAMP*: 1'000, 1'000'000 or 1'000'000'000 (by precision).
  int64_t ticks_per_second() const;

  std::shared_ptr<arrow::DataType> to_arrow() const;
  /// Returns the SQL type an Arrow type is read as. Fails when there is none (NotImplemented).
  static Result<SqlType> from_arrow(const arrow::DataType& type, bool nullable = true);

  /// Flink's spelling: `DECIMAL(10, 2)`, `STRING`, `ROW<a INT, b STRING NOT NULL>`, ` NOT NULL`.
  std::string to_sql() const;
  /// The same without a trailing NOT NULL.
  std::string to_sql_without_null() const;

  /// Equal in everything, nullability of all levels included.
  bool operator==(const SqlType& other) const;
  /// Equal but for nullability on every level.
  bool equals_ignoring_null(const SqlType& other) const;

 private:
  explicit SqlType(TypeKind kind, int precision = 0, int scale = 0)
      : kind_(kind), precision_(precision), scale_(scale) {}

  TypeKind kind_ = TypeKind::kNull;
  bool nullable_ = true;
  int32_t precision_ = 0;
  int32_t scale_ = 0;
  std::shared_ptr<const std::vector<SqlField>> fields_;
};

/// A name as SQL spells it: in backticks unless it is a plain word.
std::string name_to_sql(std::string_view name);

struct SqlField {
  std::string name;
  SqlType type;
  bool operator==(const SqlField&) const = default;
};

}  // namespace hw
