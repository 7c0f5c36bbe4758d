// SPDX-License-Identifier: Apache-2.0
//
// SQL types as written in DDL and CAST. Synonyms are resolved and defaults filled in by the parser
// (STRING is VARCHAR(2147483647), DEC is DECIMAL(10, 0), TIMESTAMP is TIMESTAMP(6)), and ranges are
// checked there, so that a reader maps kinds one to one.

#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "sql/ast_name.h"

namespace hw::ast {

enum class TypeKind : uint8_t {
  kBoolean,
  kTinyint,
  kSmallint,
  kInt,
  kBigint,
  kFloat,
  kDouble,
  kDecimal,    // precision, scale
  kChar,       // precision = length in code points
  kVarchar,    // precision = length; STRING = kMaxLength
  kBinary,     // precision = length in bytes
  kVarbinary,  // precision = length; BYTES = kMaxLength
  kDate,
  kTime,          // precision
  kTimestamp,     // precision
  kTimestampLtz,  // precision
  kInterval,      // interval
  kArray,         // elements[0]
  kMap,           // elements[0] = key, elements[1] = value
  kMultiset,      // elements[0]
  kRow,           // elements, fields (one name per element)
  kVariant,
  kBitmap,
  kNull,
  kNamed,  // name: a user-defined (structured) type
};

enum class TimeUnit : uint8_t { kYear, kQuarter, kMonth, kWeek, kDay, kHour, kMinute, kSecond };

/// `DAY(3) TO SECOND(2)`: the fields of an interval literal or interval type.
struct IntervalQualifier {
  TimeUnit from = TimeUnit::kDay;
  /// Equal to `from` where no TO is written.
  TimeUnit to = TimeUnit::kDay;
  std::optional<int> leading_precision;
  std::optional<int> fraction_precision;

  /// YEAR, QUARTER, MONTH ranges count months, all others milliseconds.
  bool is_months() const { return from <= TimeUnit::kMonth; }
  bool operator==(const IntervalQualifier&) const = default;
};

struct RowField;

struct Type {
  static constexpr int kMaxLength = std::numeric_limits<int32_t>::max();

  TypeKind kind = TypeKind::kNull;
  bool not_null = false;
  int precision = 0;
  int scale = 0;
  IntervalQualifier interval;
  std::vector<Type> elements;
  std::vector<RowField> fields;
  Name name;
  SqlPosition position;
};

/// Name and comment of the element of a ROW at the same index of `Type::elements`.
struct RowField {
  Identifier name;
  std::optional<std::string> comment;
};

/// Returns "YEAR", "DAY", ...
const char* to_string(TimeUnit unit);

}  // namespace hw::ast
