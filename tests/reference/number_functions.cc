// SPDX-License-Identifier: Apache-2.0
//
// + - * / %, the sign, rounding, GREATEST and LEAST. Intervals and points in time that + and - move
// are in time_functions.cc.

#include <array>
#include <cmath>

#include "reference/decimal.h"
#include "reference/functions.h"
#include "reference/time_arithmetic.h"

namespace hw::reference {
namespace {

bool touches_time(const Call& call) {
  for (size_t i = 0; i < call.args.size(); ++i) {
    if (call.type(i).is_temporal() || call.type(i).is_interval()) return true;
  }
  return false;
}
bool has_decimal(const Call& call) {
  return call.type(0).is(TypeKind::kDecimal) || call.type(1).is(TypeKind::kDecimal);
}
Exact exact_of(const Call& call, size_t i) {
  return reference::exact_of(call.args[i], call.type(i));
}

Value real_of(double value, const SqlType& type) {
  return Value::real(type.is(TypeKind::kFloat) ? static_cast<double>(static_cast<float>(value))
                                               : value);
}
Value integer_of(Unscaled value, const SqlType& type) { return Value::integer(wrap(value, type)); }

/// a · 1 + b · sign.
Result<Value> sum(const Call& call, int sign) {
  if (touches_time(call)) return move_in_time(call, sign);
  if (has_decimal(call)) {
    const Exact a = exact_of(call, 0);
    const Exact b = exact_of(call, 1);
    const int scale = std::max(a.scale, b.scale);
    const BigInt x = a.digits * power_of_ten(scale - a.scale);
    const BigInt y = b.digits * power_of_ten(scale - b.scale);
    return decimal_of({x + y * sign, scale}, call.type());
  }
  if (call.type().is_approximate()) {
    return real_of(sign > 0 ? call.real(0) + call.real(1) : call.real(0) - call.real(1),
                   call.type());
  }
  return integer_of(Unscaled{call.integer(0)} + Unscaled{call.integer(1)} * sign, call.type());
}
Result<Value> add(const Call& call) { return sum(call, 1); }
Result<Value> subtract(const Call& call) { return sum(call, -1); }

Result<Value> multiply(const Call& call) {
  if (touches_time(call)) return Value::integer(call.integer(0) * call.integer(1));
  if (has_decimal(call)) {
    const Exact a = exact_of(call, 0);
    const Exact b = exact_of(call, 1);
    return decimal_of({a.digits * b.digits, a.scale + b.scale}, call.type());
  }
  if (call.type().is_approximate()) return real_of(call.real(0) * call.real(1), call.type());
  return integer_of(Unscaled{call.integer(0)} * call.integer(1), call.type());
}

Result<Value> quotient(const Call& call) {
  if (has_decimal(call)) {
    const Exact b = exact_of(call, 1);
    if (b.digits == 0) return Status::Invalid("division by zero");
    return divide(exact_of(call, 0), b, call.type());
  }
  if (call.type().is_approximate()) return real_of(call.real(0) / call.real(1), call.type());
  if (call.integer(1) == 0) return Status::Invalid("division by zero");
  return integer_of(Unscaled{call.integer(0)} / call.integer(1), call.type());
}

/// The sign is the dividend's.
Result<Value> remainder(const Call& call) {
  if (has_decimal(call)) {
    const Exact a = exact_of(call, 0);
    const Exact b = exact_of(call, 1);
    if (b.digits == 0) return Status::Invalid("division by zero");
    const int scale = std::max(a.scale, b.scale);
    const BigInt rest =
        (a.digits * power_of_ten(scale - a.scale)) % (b.digits * power_of_ten(scale - b.scale));
    if (call.type().is(TypeKind::kDecimal)) return decimal_of({rest, scale}, call.type());
    return integer_of(static_cast<int64_t>(rest), call.type());
  }
  if (call.type().is_approximate()) {
    return real_of(std::fmod(call.real(0), call.real(1)), call.type());
  }
  if (call.integer(1) == 0) return Status::Invalid("division by zero");
  return integer_of(Unscaled{call.integer(0)} % call.integer(1), call.type());
}

Result<Value> negate(const Call& call) {
  if (call.type().is(TypeKind::kDecimal)) return Value::decimal(-call.args[0].as<Unscaled>());
  if (call.type().is_approximate()) return Value::real(-call.real(0));
  return integer_of(-Unscaled{call.integer(0)}, call.type());
}

Result<Value> absolute(const Call& call) {
  if (call.type().is_approximate()) return Value::real(std::fabs(call.real(0)));
  const bool negative =
      call.type().is(TypeKind::kDecimal) ? call.args[0].as<Unscaled>() < 0 : call.integer(0) < 0;
  return negative ? negate(call) : Result<Value>(call.args[0]);
}

/// Whole numbers toward plus (up) or minus infinity.
Result<Value> to_whole(const Call& call, bool up) {
  if (call.args.size() == 2) return round_to_unit(call, up);
  if (call.type().is_approximate()) {
    return Value::real(up ? std::ceil(call.real(0)) : std::floor(call.real(0)));
  }
  if (!call.type().is(TypeKind::kDecimal)) return call.args[0];
  const Exact number = exact_of(call, 0);
  const BigInt unit = power_of_ten(number.scale);
  BigInt whole = number.digits / unit;
  const BigInt rest = number.digits % unit;
  if (up && rest > 0) ++whole;
  if (!up && rest < 0) --whole;
  return decimal_of({whole, 0}, call.type());
}
Result<Value> ceiling(const Call& call) { return to_whole(call, true); }
Result<Value> floor(const Call& call) { return to_whole(call, false); }

Result<Value> extreme(const Call& call, int wanted) {
  Value best = call.args[0];
  for (const Value& value : call.args.subspan(1)) {
    if (compare(value, best) == wanted) best = value;
  }
  return best;
}
Result<Value> greatest(const Call& call) { return extreme(call, 1); }
Result<Value> least(const Call& call) { return extreme(call, -1); }

/// What planning puts around a query as a value: its one row, or NULL.
Result<Value> single_value(const Call& call) {
  if (!call.args[1].is_null() && call.integer(1) > 1) {
    return Status::Invalid("a query that is used as a value has more than one row");
  }
  return call.args[0];
}

constexpr std::array kFunctions = {
    Function{"SINGLE_VALUE", single_value, true},
    Function{"+", add},
    Function{"-", subtract},
    Function{"*", multiply},
    Function{"/", quotient},
    Function{"%", remainder},
    Function{"NEGATE", negate},
    Function{"ABS", absolute},
    Function{"CEIL", ceiling},
    Function{"FLOOR", floor},
    Function{"GREATEST", greatest},
    Function{"LEAST", least},
};

}  // namespace

int64_t wrap(Unscaled value, const SqlType& type) {
  switch (type.kind()) {
    case TypeKind::kTinyint:
      return static_cast<int8_t>(value);
    case TypeKind::kSmallint:
      return static_cast<int16_t>(value);
    case TypeKind::kInt:
      return static_cast<int32_t>(value);
    default:
      return static_cast<int64_t>(value);
  }
}

std::span<const Function> number_functions() { return kFunctions; }

}  // namespace hw::reference
