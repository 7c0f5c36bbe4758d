// SPDX-License-Identifier: Apache-2.0
//
// = <> < <= > >=, IS [NOT] NULL, IS [NOT] DISTINCT FROM, NOT, IS TRUE and its kin, IN.

#include <array>
#include <cmath>

#include "reference/decimal.h"
#include "reference/functions.h"

namespace hw::reference {
namespace {

/// Units of 10^-9 s; dates are midnights.
Unscaled nanos_of(const Value& value, const SqlType& type) {
  const Unscaled ticks = value.as<int64_t>();
  if (type.is(TypeKind::kDate)) return ticks * 86'400 * 1'000'000'000;
  return ticks * (1'000'000'000 / type.ticks_per_second());
}

/// -1, 0, 1, or 2 when NaN is among them: then nothing but <> holds.
int order_of(const Value& a, const SqlType& a_type, const Value& b, const SqlType& b_type) {
  const bool exact = a_type.is(TypeKind::kDecimal) || b_type.is(TypeKind::kDecimal);
  if (exact) return compare(exact_of(a, a_type), exact_of(b, b_type));
  if (a.held.index() == 3) {
    if (std::isnan(a.as<double>()) || std::isnan(b.as<double>())) return 2;
    return compare(a, b);
  }
  const auto is_point = [](const SqlType& type) {
    return type.is_timestamp() || type.is(TypeKind::kDate);
  };
  if (is_point(a_type) && is_point(b_type)) {
    const Unscaled x = nanos_of(a, a_type);
    const Unscaled y = nanos_of(b, b_type);
    return int{x > y} - int{x < y};
  }
  return compare(a, b);
}

int order_of(const Call& call) {
  return order_of(call.args[0], call.type(0), call.args[1], call.type(1));
}

Result<Value> equal(const Call& call) { return Value::boolean(order_of(call) == 0); }
Result<Value> not_equal(const Call& call) { return Value::boolean(order_of(call) != 0); }
Result<Value> less(const Call& call) { return Value::boolean(order_of(call) == -1); }
Result<Value> greater(const Call& call) { return Value::boolean(order_of(call) == 1); }
Result<Value> less_equal(const Call& call) {
  const int order = order_of(call);
  return Value::boolean(order == -1 || order == 0);
}
Result<Value> greater_equal(const Call& call) {
  const int order = order_of(call);
  return Value::boolean(order == 1 || order == 0);
}

Result<Value> is_null(const Call& call) { return Value::boolean(call.args[0].is_null()); }
Result<Value> is_not_null(const Call& call) { return Value::boolean(!call.args[0].is_null()); }

bool differ(const Call& call) {
  if (call.args[0].is_null() || call.args[1].is_null()) {
    return call.args[0].is_null() != call.args[1].is_null();
  }
  return order_of(call) != 0;
}
Result<Value> is_distinct(const Call& call) { return Value::boolean(differ(call)); }
Result<Value> is_not_distinct(const Call& call) { return Value::boolean(!differ(call)); }

Result<Value> negation(const Call& call) { return Value::boolean(!call.args[0].as<bool>()); }
bool is_false(const Value& value) { return !value.is_null() && !value.as<bool>(); }
Result<Value> test_true(const Call& call) { return Value::boolean(call.args[0].is_true()); }
Result<Value> test_not_true(const Call& call) { return Value::boolean(!call.args[0].is_true()); }
Result<Value> test_false(const Call& call) { return Value::boolean(is_false(call.args[0])); }
Result<Value> test_not_false(const Call& call) { return Value::boolean(!is_false(call.args[0])); }

/// The binder makes one array of the literals: value IN elements.
Result<Value> in_list(const Call& call) {
  if (call.args[0].is_null()) return Value::null();
  const SqlType& element = call.type(1).element();
  bool any_null = false;
  for (const Value& item : call.args[1].as<Elements>()) {
    if (item.is_null()) {
      any_null = true;
    } else if (order_of(call.args[0], call.type(0), item, element) == 0) {
      return Value::boolean(true);
    }
  }
  return any_null ? Value::null() : Value::boolean(false);
}

constexpr std::array kFunctions = {
    Function{"=", equal},
    Function{"<>", not_equal},
    Function{"<", less},
    Function{"<=", less_equal},
    Function{">", greater},
    Function{">=", greater_equal},
    Function{"IS NULL", is_null, true},
    Function{"IS NOT NULL", is_not_null, true},
    Function{"IS DISTINCT FROM", is_distinct, true},
    Function{"IS NOT DISTINCT FROM", is_not_distinct, true},
    Function{"NOT", negation},
    Function{"IS TRUE", test_true, true},
    Function{"IS NOT TRUE", test_not_true, true},
    Function{"IS FALSE", test_false, true},
    Function{"IS NOT FALSE", test_not_false, true},
    Function{"IS UNKNOWN", is_null, true},
    Function{"IS NOT UNKNOWN", is_not_null, true},
    Function{"IN", in_list, true},
};

}  // namespace

std::span<const Function> comparison_functions() { return kFunctions; }

}  // namespace hw::reference
