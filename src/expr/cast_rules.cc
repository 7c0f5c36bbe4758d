// SPDX-License-Identifier: Apache-2.0
//
// Which casts exist, which can fail, which the engine inserts by itself.

#include <algorithm>
#include <utility>

#include "columnar/sql_type.h"
#include "expr/cast.h"
#include "expr/cast_family.h"
#include "expr/type_rules.h"

namespace hw {
namespace {

bool is_numeric_or_boolean(const SqlType& type) {
  return type.is_numeric() || type.is(TypeKind::kBoolean);
}

bool is_flat(const SqlType& type) {
  return type.kind() >= TypeKind::kBoolean && type.kind() <= TypeKind::kIntervalDay;
}

/// Applies `rule` to each pair of parts of two constructed types; false when they do not match.
template <typename Rule>
bool all_parts(const SqlType& from, const SqlType& to, Rule rule) {
  if (from.kind() != to.kind() || from.fields().size() != to.fields().size()) return false;
  for (size_t i = 0; i < from.fields().size(); ++i) {
    if (!rule(from.fields()[i].type, to.fields()[i].type)) return false;
  }
  return true;
}
template <typename Rule>
bool any_part(const SqlType& from, const SqlType& to, Rule rule) {
  return !all_parts(from, to, [&](const SqlType& a, const SqlType& b) { return !rule(a, b); });
}

bool can_cast_from_number(const SqlType& from, const SqlType& to) {
  if (to.is_numeric()) return true;
  if (!from.is_integer()) return false;
  return to.is(TypeKind::kBoolean) || to.is_interval();
}

bool can_cast_between_temporals(const SqlType& from, const SqlType& to) {
  if (from.kind() == to.kind()) return true;
  // A date and a time of day have nothing in common.
  return from.is_timestamp() || to.is_timestamp();
}

bool is_timestamp_or_number_mix(const SqlType& from, const SqlType& to) {
  return (is_numeric_or_boolean(from) && to.is_timestamp()) ||
         (from.is_timestamp() && is_numeric_or_boolean(to));
}

/// Which of two integer types holds both, or which float; for numbers of which one is no DECIMAL.
SqlType wider_number(const SqlType& a, const SqlType& b) {
  const bool decimal = a.is(TypeKind::kDecimal) || b.is(TypeKind::kDecimal);
  if (a.is_approximate() || b.is_approximate()) {
    const bool wide = decimal || a.is(TypeKind::kDouble) || b.is(TypeKind::kDouble);
    return wide ? SqlType::float64() : SqlType::float32();
  }
  if (!decimal) return a.kind() >= b.kind() ? a : b;
  const SqlType left = exact_decimal(a);
  const SqlType right = exact_decimal(b);
  const int scale = std::max(left.scale(), right.scale());
  const int whole = std::max(left.precision() - left.scale(), right.precision() - right.scale());
  return bounded_decimal(whole + scale, scale);
}

SqlType wider_text(const SqlType& a, const SqlType& b) {
  const int length = std::max(a.length(), b.length());
  if (a.is(TypeKind::kChar) && b.is(TypeKind::kChar) && a.length() == b.length()) return a;
  return SqlType::varchar(length);
}

SqlType wider_bytes(const SqlType& a, const SqlType& b) {
  const int length = std::max(a.length(), b.length());
  if (a.is(TypeKind::kBinary) && b.is(TypeKind::kBinary) && a.length() == b.length()) return a;
  return SqlType::varbinary(length);
}

Result<SqlType> wider_temporal(const SqlType& a, const SqlType& b) {
  if (a.is(TypeKind::kDate) && b.is(TypeKind::kDate)) return a;
  if (a.is(TypeKind::kTime) && b.is(TypeKind::kTime)) {
    return SqlType::time(std::max(a.precision(), b.precision()));
  }
  if (a.is(TypeKind::kTime) || b.is(TypeKind::kTime)) return Status::TypeError("");
  const int precision =
      std::max(a.is_timestamp() ? a.precision() : 0, b.is_timestamp() ? b.precision() : 0);
  const bool local = a.is(TypeKind::kTimestampLtz) || b.is(TypeKind::kTimestampLtz);
  return local ? SqlType::timestamp_ltz(precision) : SqlType::timestamp(precision);
}

Result<SqlType> common_of_two(const SqlType& a, const SqlType& b);

Result<SqlType> common_constructed(const SqlType& a, const SqlType& b) {
  if (a.kind() != b.kind() || a.fields().size() != b.fields().size()) {
    return Status::TypeError("");
  }
  std::vector<SqlField> parts;
  for (size_t i = 0; i < a.fields().size(); ++i) {
    HW_ASSIGN_OR_RETURN(SqlType part, common_of_two(a.fields()[i].type, b.fields()[i].type));
    parts.push_back({a.fields()[i].name, std::move(part)});
  }
  switch (a.kind()) {
    case TypeKind::kArray:
      return SqlType::array(parts[0].type);
    case TypeKind::kMultiset:
      return SqlType::multiset(parts[0].type);
    case TypeKind::kMap:
      return SqlType::map(parts[0].type, parts[1].type);
    default:
      return SqlType::row(std::move(parts));
  }
}

/// Nullability aside. Fails without a text: the caller knows both whole types.
Result<SqlType> common_not_null(const SqlType& a, const SqlType& b) {
  if (a.is(TypeKind::kNull)) return b;
  if (b.is(TypeKind::kNull)) return a;
  if (a.is_numeric() && b.is_numeric()) return wider_number(a, b);
  if (a.is_text() && b.is_text()) return wider_text(a, b);
  if (a.is_bytes() && b.is_bytes()) return wider_bytes(a, b);
  if (a.is_temporal() && b.is_temporal()) return wider_temporal(a, b);
  if (a.is_constructed() && b.is_constructed()) return common_constructed(a, b);
  if (a.kind() == b.kind()) return a;
  return Status::TypeError("");
}

Result<SqlType> common_of_two(const SqlType& a, const SqlType& b) {
  HW_ASSIGN_OR_RETURN(SqlType common, common_not_null(a, b));
  return common.with_nullable(a.nullable() || b.nullable());
}

/// Names of members are texts.
bool can_cast_variant(const SqlType& to) {
  if (to.is(TypeKind::kMap)) return to.key().is_text() && can_cast_variant(to.value());
  if (to.is(TypeKind::kArray)) return can_cast_variant(to.element());
  if (to.is(TypeKind::kRow)) {
    return std::all_of(to.fields().begin(), to.fields().end(),
                       [](const SqlField& field) { return can_cast_variant(field.type); });
  }
  return to.is_variant() || to.is_text() || is_numeric_or_boolean(to);
}

bool can_give_null_between_numbers(const SqlType& from, const SqlType& to) {
  if (!to.is(TypeKind::kDecimal)) return false;
  if (from.is_approximate()) return true;
  if (from.is(TypeKind::kBoolean)) return to.precision() == to.scale();
  const SqlType exact = exact_decimal(from);
  const int whole = exact.precision() - exact.scale();
  // Rounding may carry into one more digit.
  const int carried = exact.scale() > to.scale() ? 1 : 0;
  return to.precision() - to.scale() < whole + carried;
}

}  // namespace

bool can_cast(const SqlType& from, const SqlType& to) {
  if (from.is(TypeKind::kNull)) return true;
  if (from.is_variant()) return can_cast_variant(to);
  if (from.is_bitmap()) {
    // Other lengths would cut the bytes.
    const bool all_bytes = to.is(TypeKind::kVarbinary) && to.length() == SqlType::kLengthMax;
    return to.is_bitmap() || to.is_text() || all_bytes;
  }
  if (!is_flat(from) && !from.is_constructed()) return from.kind() == to.kind();
  if (!is_flat(to) && !to.is_constructed()) return false;
  if (to.is_text()) return true;
  if (from.is_constructed() || to.is_constructed()) return all_parts(from, to, can_cast);
  if (to.is_bytes()) return from.is_text() || from.is_bytes();
  if (from.is_text()) return !to.is_interval();
  if (from.is(TypeKind::kBoolean)) return is_numeric_or_boolean(to);
  if (from.is_numeric()) return can_cast_from_number(from, to);
  if (from.is_temporal()) return to.is_temporal() && can_cast_between_temporals(from, to);
  if (from.is_interval()) return from.kind() == to.kind() || to.is_integer();
  return false;
}

bool cast_can_fail(const SqlType& from, const SqlType& to) {
  if (from.is(TypeKind::kNull)) return false;
  if (to.is_text()) return from.is_bytes();
  if (to.is_bytes()) return false;
  if (from.is_text()) return true;
  if (from.is_variant()) return !to.is_variant();
  if (from.is_constructed()) {
    // A MAP key that becomes NULL has no place.
    const bool key_lost = from.is(TypeKind::kMap) && cast_can_give_null(from.key(), to.key());
    const bool element_lost =
        from.is(TypeKind::kMultiset) && cast_can_give_null(from.element(), to.element());
    return key_lost || element_lost || any_part(from, to, cast_can_fail);
  }
  // Nanoseconds reach from 1677 to 2262 only.
  const bool to_nanos = to.is_timestamp() && to.precision() > 6;
  const bool from_nanos = from.is_timestamp() && from.precision() > 6;
  return from.is_temporal() && to_nanos && !from_nanos;
}

bool cast_can_give_null(const SqlType& from, const SqlType& to) {
  // JSON's null.
  if (from.is_variant()) return !to.is_variant() && !to.is_text();
  return is_numeric_or_boolean(from) && to.is_numeric() && can_give_null_between_numbers(from, to);
}

bool can_cast_implicitly(const SqlType& from, const SqlType& to) {
  if (from.is(TypeKind::kNull)) return true;
  if (from.is_constructed() || to.is_constructed()) return all_parts(from, to, can_cast_implicitly);
  switch (to.kind()) {
    case TypeKind::kSmallint:
    case TypeKind::kInt:
    case TypeKind::kBigint:
      return from.is_integer() && from.kind() <= to.kind();
    case TypeKind::kDecimal:
    case TypeKind::kDouble:
      return from.is_numeric();
    case TypeKind::kFloat:
      return from.is_numeric() && !from.is(TypeKind::kDouble);
    case TypeKind::kVarchar:
      return from.is_text();
    case TypeKind::kVarbinary:
      return from.is_bytes();
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return from.is_timestamp();
    case TypeKind::kDate:
    case TypeKind::kTime:
      return from.kind() == to.kind() || from.is(TypeKind::kTimestamp);
    default:
      return from.kind() == to.kind();
  }
}

Result<SqlType> common_type(std::span<const SqlType> types) {
  if (types.empty()) return SqlType::null();
  SqlType common = types[0];
  for (const SqlType& type : types.subspan(1)) {
    Result<SqlType> wider = common_of_two(common, type);
    if (!wider.ok()) {
      const std::string left = common.to_sql_without_null();
      const std::string right = type.to_sql_without_null();
      return Status::TypeError("implicit type conversion between ", left, " and ", right,
                               " is not supported; write CAST(.. AS ",
                               can_cast(type, common) ? left : right, ")");
    }
    common = *std::move(wider);
  }
  return common;
}

namespace {

/// What to write instead of a cast from or to BITMAP.
std::string bitmap_hint(const SqlType& from, const SqlType& to) {
  if (to.is_bytes()) return "; write CAST(x AS BYTES)";
  if (to.is(TypeKind::kArray)) return "; write BITMAP_TO_ARRAY(x)";
  if (to.is_numeric()) return "; how many integers it has is BITMAP_CARDINALITY(x)";
  if (from.is_bytes()) return "; write BITMAP_FROM_BYTES(x)";
  if (from.is(TypeKind::kArray)) return "; write BITMAP_BUILD(x)";
  return to.is_bitmap() ? "; BITMAP_BUILD makes one of an ARRAY<INT>" : "";
}

}  // namespace

std::string instead_of_cast(const SqlType& from, const SqlType& to) {
  if (is_timestamp_or_number_mix(from, to)) {
    return to.is_timestamp() ? "; write TO_TIMESTAMP_LTZ(n, p)"
                             : "; write UNIX_TIMESTAMP(CAST(x AS STRING))";
  }
  if (from.is_numeric() && to.is(TypeKind::kBoolean)) return "; write x <> 0";
  if (from.is(TypeKind::kRow) && to.is(TypeKind::kRow)) {
    return "; both need the same number of fields, whose types can be cast";
  }
  if (from.is_bitmap() || to.is_bitmap()) return bitmap_hint(from, to);
  if (to.is_variant()) {
    return from.is_text() ? "; write PARSE_JSON(x)" : "; write PARSE_JSON(JSON_STRING(x))";
  }
  if (from.is_variant() && to.is_constructed()) {
    return "; its parts become numbers, BOOLEAN, STRING, VARIANT, and ARRAY, MAP<STRING, ..> and "
           "ROW of these";
  }
  if (from.is_variant()) return "; by way of its text: write JSON_UNQUOTE(JSON_STRING(v))";
  if (is_flat(from) && is_flat(to)) return "; a way round may be by way of STRING or TIMESTAMP";
  return "";
}

Status no_such_cast(const SqlType& from, const SqlType& to) {
  return Status::TypeError(from.to_sql_without_null(), " cannot be cast to ",
                           to.to_sql_without_null(), instead_of_cast(from, to));
}

}  // namespace hw
