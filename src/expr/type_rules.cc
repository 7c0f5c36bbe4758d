// SPDX-License-Identifier: Apache-2.0

#include "expr/type_rules.h"

#include <algorithm>

#include "base/assert.h"

namespace hw {
namespace {

constexpr int kDigitsMax = 38;

/// Where digits were cut off a value may not fit, and that gives NULL.
SqlType result_decimal(int precision, int scale) {
  return bounded_decimal(precision, scale).with_nullable(precision > kDigitsMax);
}

SqlType decimal_arithmetic(ArithmeticOp op, const SqlType& a, const SqlType& b) {
  const int p1 = a.precision(), s1 = a.scale(), p2 = b.precision(), s2 = b.scale();
  switch (op) {
    case ArithmeticOp::kAdd:
    case ArithmeticOp::kSubtract: {
      const int scale = std::max(s1, s2);
      return result_decimal(scale + std::max(p1 - s1, p2 - s2) + 1, scale);
    }
    case ArithmeticOp::kMultiply:
      return result_decimal(p1 + p2 + 1, s1 + s2);
    case ArithmeticOp::kDivide: {
      const int scale = std::max(6, s1 + p2 + 1);
      return result_decimal(p1 - s1 + s2 + scale, scale);
    }
    case ArithmeticOp::kModulo: {
      const int scale = std::max(s1, s2);
      return result_decimal(std::min(p1 - s1, p2 - s2) + scale, scale);
    }
  }
  HW_CHECK(false);
}

}  // namespace

SqlType bounded_decimal(int precision, int scale) {
  if (precision <= kDigitsMax) return SqlType::decimal(precision, scale);
  const int integer_digits = precision - scale;
  return SqlType::decimal(kDigitsMax, std::max(kDigitsMax - integer_digits, std::min(scale, 6)));
}

SqlType exact_decimal(const SqlType& type) {
  const auto of = [&](int precision) {
    return SqlType::decimal(precision, 0).with_nullable(type.nullable());
  };
  switch (type.kind()) {
    case TypeKind::kTinyint:
      return of(3);
    case TypeKind::kSmallint:
      return of(5);
    case TypeKind::kInt:
      return of(10);
    case TypeKind::kBigint:
      return of(19);
    default:
      HW_DCHECK(type.is(TypeKind::kDecimal));
      return type;
  }
}

SqlType arithmetic_type(ArithmeticOp op, const SqlType& a, const SqlType& b) {
  HW_DCHECK(a.is_numeric() && b.is_numeric());
  const bool nullable = a.nullable() || b.nullable();
  const auto result = [&](const SqlType& type) { return type.with_nullable(nullable); };
  const bool decimal = a.is(TypeKind::kDecimal) || b.is(TypeKind::kDecimal);
  if (a.is_approximate() || b.is_approximate()) {
    const bool wide = decimal || a.is(TypeKind::kDouble) || b.is(TypeKind::kDouble);
    return result(wide ? SqlType::float64() : SqlType::float32());
  }
  // MOD of whole numbers has the second operand's type, also when that is an integer.
  if (op == ArithmeticOp::kModulo && a.scale() == 0 && b.scale() == 0) return result(b);
  if (!decimal) return result(a.kind() > b.kind() ? a : b);
  const SqlType type = decimal_arithmetic(op, exact_decimal(a), exact_decimal(b));
  return type.with_nullable(nullable || type.nullable());
}

SqlType sum_type(const SqlType& arg) {
  if (arg.is(TypeKind::kDecimal)) return SqlType::decimal(kDigitsMax, arg.scale());
  return arg.with_nullable(true);
}

SqlType avg_type(const SqlType& arg) {
  if (arg.is(TypeKind::kDecimal)) return SqlType::decimal(kDigitsMax, std::max(6, arg.scale()));
  return arg.with_nullable(true);
}

SqlType round_type(const SqlType& decimal, int64_t digits) {
  const int p = decimal.precision(), s = decimal.scale();
  SqlType type = decimal;
  if (digits < 0) {
    type = SqlType::decimal(std::min(kDigitsMax, 1 + p - s), 0);
  } else if (digits < s) {
    const int r = static_cast<int>(digits);
    type = SqlType::decimal(std::min(kDigitsMax, 1 + p - s + r), r);
  }
  return type.with_nullable(decimal.nullable());
}

}  // namespace hw
