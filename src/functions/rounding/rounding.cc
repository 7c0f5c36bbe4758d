// SPDX-License-Identifier: Apache-2.0
//
// ROUND, TRUNCATE, CEIL and FLOOR of numbers; CEIL and FLOOR of dates and times to a unit are in
// round_to_unit.h.

#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include "expr/decimal_math.h"
#include "expr/function_catalogue.h"
#include "expr/literal.h"
#include "expr/row_kernel.h"
#include "expr/type_rules.h"
#include "functions/rounding/float_rounding.h"
#include "functions/rounding/round_to_unit.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

/// The unscaled value with `to` digits behind the point, rounded half up or cut, then shown with
/// `scale` digits.
struct RoundDecimal {
  std::optional<Int128> operator()(Int128 value, int32_t to) const {
    const int64_t dropped = int64_t{from_scale} - to;
    if (dropped > kDecimalDigitsMax) return Int128{0};
    int scale = from_scale;
    if (dropped > 0) {
      const Int128 unit = power_of_ten(static_cast<int>(dropped));
      value = half_up ? divide_half_up(value, unit) : value / unit;
      scale = to;
    }
    if (scale >= 0) return rescale_decimal(value, scale, result_scale, precision);
    return multiply_decimals(value, power_of_ten(result_scale - scale), 0, precision);
  }
  int from_scale;
  int result_scale;
  int precision;
  bool half_up;
};

template <typename T>
struct RoundInteger {
  T operator()(T value, int32_t places) const {
    if (places >= 0) return value;
    if (places < -18) return 0;
    const auto unit = static_cast<int64_t>(power_of_ten(-places));
    const Int128 units = half_up ? divide_half_up(value, unit) : Int128{value / unit};
    return static_cast<T>(static_cast<int64_t>(units * unit));
  }
  bool half_up;
};

template <typename T>
struct RoundFloat {
  T operator()(T value, int32_t places) const { return round_to_places(value, places, half_up); }
  bool half_up;
};

/// ROUND(x) is ROUND(x, 0).
template <typename F>
struct WithoutPlaces {
  template <typename T>
  struct Of {
    auto operator()(T value) const { return round(value, 0); }
    F round;
  };
};

template <typename T, typename F>
KernelResult make_round_of(F round, const CallBinding& binding) {
  if (binding.arg_types.size() == 2) return make_row_kernel(std::move(round), binding);
  return make_row_kernel(typename WithoutPlaces<F>::template Of<T>{std::move(round)}, binding);
}

ScalarBind bind_round(bool half_up) {
  return [half_up](const CallBinding& binding) -> KernelResult {
    const SqlType& from = binding.arg_types[0];
    const SqlType& type = binding.result_type;
    switch (from.physical()) {
      case PhysicalType::kInt8:
        return make_round_of<int8_t>(RoundInteger<int8_t>{half_up}, binding);
      case PhysicalType::kInt16:
        return make_round_of<int16_t>(RoundInteger<int16_t>{half_up}, binding);
      case PhysicalType::kInt32:
        return make_round_of<int32_t>(RoundInteger<int32_t>{half_up}, binding);
      case PhysicalType::kInt64:
        return make_round_of<int64_t>(RoundInteger<int64_t>{half_up}, binding);
      case PhysicalType::kFloat32:
        return make_round_of<float>(RoundFloat<float>{half_up}, binding);
      case PhysicalType::kFloat64:
        return make_round_of<double>(RoundFloat<double>{half_up}, binding);
      default:
        return make_round_of<Int128>(
            RoundDecimal{from.scale(), type.scale(), type.precision(), half_up}, binding);
    }
  };
}

/// A DECIMAL changes its scale when the number of places is known; else it keeps room for all.
Result<SqlType> rounded_type(const CallBinding& binding) {
  const SqlType& type = binding.arg_types[0];
  bool nullable = type.nullable();
  for (const SqlType& arg : binding.arg_types) nullable = nullable || arg.nullable();
  if (!type.is(TypeKind::kDecimal)) return type.with_nullable(nullable);
  if (binding.arg_types.size() == 1) return round_type(type, 0).with_nullable(nullable);
  const ColumnPtr& places = binding.literals[1];
  // A carry may need one digit more than the type has.
  if (places == nullptr || literal_is_null(places)) return type.with_nullable(true);
  const SqlType rounded = round_type(type, literal_integer(*places));
  return rounded.with_nullable(nullable || rounded.precision() == kDecimalDigitsMax);
}

template <typename T>
T ceiling(T value) {
  return std::ceil(value);
}
template <typename T>
T floor(T value) {
  return std::floor(value);
}
template <typename T>
T itself(T value) {
  return value;
}

/// Toward plus (up) or minus infinity.
struct CeilDecimal {
  Int128 operator()(Int128 value) const {
    const Int128 quotient = value / unit;
    const Int128 rest = value % unit;
    if (up) return rest > 0 ? quotient + 1 : quotient;
    return rest < 0 ? quotient - 1 : quotient;
  }
  Int128 unit;
  bool up;
};

ScalarBind bind_ceil(bool up) {
  return [up](const CallBinding& binding) -> KernelResult {
    const SqlType& type = binding.arg_types[0];
    if (type.is_temporal()) return make_round_to_unit(up, binding);
    if (type.is(TypeKind::kDecimal)) {
      return make_row_kernel(CeilDecimal{power_of_ten(type.scale()), up}, binding);
    }
    if (up) {
      return row_kernel<ceiling<double>, ceiling<float>, itself<int8_t>, itself<int16_t>,
                        itself<int32_t>, itself<int64_t>>()(binding);
    }
    return row_kernel<floor<double>, floor<float>, itself<int8_t>, itself<int16_t>, itself<int32_t>,
                      itself<int64_t>>()(binding);
  };
}

Result<SqlType> whole_type(const CallBinding& binding) {
  const SqlType& type = binding.arg_types[0];
  if (type.is_temporal()) return round_to_unit_type(binding);
  return type.is(TypeKind::kDecimal)
             ? SqlType::decimal(type.precision(), 0).with_nullable(type.nullable())
             : type;
}

/// Numbers always round; the start of a unit of time may lie beyond the type's range.
bool rounds_no_time(std::span<const BoundExprPtr> args) { return !args[0]->type().is_temporal(); }

ScalarFunction record(std::string name, std::string sentence, ScalarBind kernel) {
  ScalarFunction function;
  function.name = std::move(name);
  function.family = "arithmetic";
  function.sentence = std::move(sentence);
  function.kernel = std::move(kernel);
  return function;
}

}  // namespace

void register_rounding(FunctionCatalogue& catalogue) {
  ScalarFunction round =
      record("ROUND",
             "Rounds to `places` digits behind the point (default 0), halves away from zero; "
             "negative places round in front of it.",
             bind_round(true));
  round.signatures = {"(value NUMERIC, [places INT]) -> NUMERIC"};
  round.examples = {{"ROUND(2.345, 2)", "2.35"},
                    {"ROUND(-2.5)", "-3"},
                    {"ROUND(1250, -2)", "1300"},
                    {"ROUND(2.675e0, 2)", "2.68"}};
  round.nulls = Nulls::kHandled;
  round.infer = rounded_type;
  catalogue.add(std::move(round));

  ScalarFunction truncate = record(
      "TRUNCATE", "Cuts to `places` digits behind the point (default 0).", bind_round(false));
  truncate.signatures = {"(value NUMERIC, [places INT]) -> NUMERIC"};
  truncate.examples = {{"TRUNCATE(42.324, 2)", "42.32"}, {"TRUNCATE(-2.9e0)", "-2.0"}};
  truncate.nulls = Nulls::kHandled;
  truncate.infer = rounded_type;
  catalogue.add(std::move(truncate));

  const std::vector<std::string> signatures = {"(value NUMERIC) -> NUMERIC",
                                               "(t TEMPORAL, unit SYMBOL) -> TEMPORAL"};
  ScalarFunction ceil = record("CEIL",
                               "The smallest whole number that is not below the value; with TO, "
                               "the next start of a unit of time.",
                               bind_ceil(true));
  ceil.aliases = {"CEILING"};
  ceil.signatures = signatures;
  ceil.examples = {{"CEIL(1.2)", "2"},
                   {"CEIL(-1.2e0)", "-1.0"},
                   {"CEIL(DATE '2024-05-17' TO MONTH)", "2024-06-01"}};
  ceil.infer = whole_type;
  ceil.can_fail = true;
  ceil.never_fails = rounds_no_time;
  catalogue.add(std::move(ceil));

  ScalarFunction floor = record("FLOOR",
                                "The largest whole number that is not above the value; with TO, "
                                "the start of the unit of time that the value lies in.",
                                bind_ceil(false));
  floor.signatures = signatures;
  floor.examples = {{"FLOOR(1.8)", "1"},
                    {"FLOOR(-1.2)", "-2"},
                    {"FLOOR(TIMESTAMP '2024-05-17 10:42:00' TO HOUR)", "2024-05-17 10:00:00"}};
  floor.infer = whole_type;
  floor.can_fail = true;
  floor.never_fails = rounds_no_time;
  catalogue.add(std::move(floor));
}

}  // namespace hw
