// SPDX-License-Identifier: Apache-2.0
//
// The operators + - * / and % (MOD): which types they take, and what comes out.

#include <algorithm>
#include <string>
#include <utility>

#include "expr/function_catalogue.h"
#include "expr/literal.h"
#include "expr/resolve.h"
#include "expr/row_value.h"
#include "functions/arithmetic/arithmetic_kernels.h"

namespace hw {
namespace {

bool touches_time(const SqlType& type) { return type.is_temporal() || type.is_interval(); }

Status not_defined(const std::string& name, const CallBinding& binding) {
  std::string advice = "CAST an argument to a number";
  const auto& types = binding.arg_types;
  if (types.size() == 2 && types[0].is_temporal() && types[1].is_temporal()) {
    advice = "write TIMESTAMPDIFF(SECOND, t1, t2) for the time between two points";
  } else if (types.size() == 2 && (touches_time(types[0]) || touches_time(types[1]))) {
    advice =
        "a date or time takes + and - with an INTERVAL, an INTERVAL also * and / with an "
        "integer";
  } else if (name == "+") {
    advice = "CAST the text to a number, or concatenate with ||";
  }
  return Status::TypeError("operator ", name, " is not defined for ", type_list(binding.arg_types),
                           "; ", advice);
}

/// Numbers wrap around; dates and intervals leave their range.
bool moves_no_time(std::span<const BoundExprPtr> args) {
  return std::none_of(args.begin(), args.end(),
                      [](const BoundExprPtr& arg) { return touches_time(arg->type()); });
}

/// A literal divisor other than 0 cannot fail; nor can floating point.
bool divides_safely(std::span<const BoundExprPtr> args) {
  const BoundExpr& divisor = *args[1];
  if (divisor.type().is_approximate()) return true;
  if (!divisor.is_literal()) return false;
  if (divisor.is_null_literal()) return true;
  return divisor.type().is(TypeKind::kDecimal)
             ? ValueReader<Int128>(*divisor.literal_value())(0) != 0
             : literal_integer(*divisor.literal_value()) != 0;
}

SqlType number_or_other(const SqlType& type, const SqlType& other) {
  if (!type.is(TypeKind::kNull)) return type;
  return (other.is(TypeKind::kNull) ? SqlType::integer() : other).with_nullable(true);
}

ArgumentCoercion coerce(ArithmeticOp op, std::string name) {
  return [op, name = std::move(name)](const CallBinding& binding) -> Result<std::vector<SqlType>> {
    if (binding.arg_types.size() != 2) return not_defined(name, binding);
    if (auto found = datetime_arithmetic_types(op, binding)) return std::move(found->arg_types);
    const SqlType a = number_or_other(binding.arg_types[0], binding.arg_types[1]);
    const SqlType b = number_or_other(binding.arg_types[1], binding.arg_types[0]);
    if (!a.is_numeric() || !b.is_numeric()) return not_defined(name, binding);
    // DECIMAL and integers are computed together as they are.
    const SqlType result = arithmetic_type(op, a, b);
    if (result.is(TypeKind::kDecimal) || a.is(TypeKind::kDecimal) || b.is(TypeKind::kDecimal)) {
      if (!a.is_approximate() && !b.is_approximate()) return std::vector<SqlType>{a, b};
    }
    if (op == ArithmeticOp::kModulo && result.is_integer()) return std::vector<SqlType>{a, b};
    return std::vector<SqlType>{result, result};
  };
}

TypeInference infer(ArithmeticOp op) {
  return [op](const CallBinding& binding) -> Result<SqlType> {
    if (auto found = datetime_arithmetic_types(op, binding)) return std::move(found->result);
    return arithmetic_type(op, binding.arg_types[0], binding.arg_types[1]);
  };
}

ScalarBind bind(ArithmeticOp op) {
  return [op](const CallBinding& binding) -> Result<std::unique_ptr<ScalarKernel>> {
    const SqlType& a = binding.arg_types[0];
    const SqlType& b = binding.arg_types[1];
    if (touches_time(a) || touches_time(b)) return make_datetime_arithmetic(op, binding);
    if (a.is(TypeKind::kDecimal) || b.is(TypeKind::kDecimal)) {
      return make_decimal_arithmetic(op, binding);
    }
    return make_number_arithmetic(op, binding);
  };
}

ScalarFunction record(ArithmeticOp op, std::string name) {
  ScalarFunction function;
  function.coerce = coerce(op, name);
  function.infer = infer(op);
  function.kernel = bind(op);
  function.name = std::move(name);
  function.family = "arithmetic";
  // A DECIMAL result that does not fit is NULL; `infer` knows where that can happen.
  function.nulls = Nulls::kHandled;
  function.can_fail = true;
  function.never_fails = moves_no_time;
  return function;
}

}  // namespace

void register_arithmetic(FunctionCatalogue& catalogue) {
  ScalarFunction add = record(ArithmeticOp::kAdd, "+");
  add.signatures = {"(a NUMERIC, b NUMERIC) -> NUMERIC", "(t TEMPORAL, i INTERVAL) -> TEMPORAL",
                    "(a INTERVAL, b INTERVAL) -> INTERVAL"};
  add.sentence =
      "Adds numbers, or moves a date or time by an interval. Integers wrap around; a DECIMAL that "
      "needs more than 38 digits is NULL. A date or time beyond its type's range is an error.";
  add.examples = {{"1 + 2", "3"},
                  {"2147483647 + 1", "-2147483648"},
                  {"1.5 + 1.25", "2.75"},
                  {"DATE '2024-01-31' + INTERVAL '1' MONTH", "2024-02-29"},
                  {"1 + CAST(NULL AS INT)", "NULL"}};
  catalogue.add(std::move(add));

  ScalarFunction subtract = record(ArithmeticOp::kSubtract, "-");
  subtract.signatures = {"(a NUMERIC, b NUMERIC) -> NUMERIC",
                         "(t TEMPORAL, i INTERVAL) -> TEMPORAL",
                         "(a INTERVAL, b INTERVAL) -> INTERVAL"};
  subtract.sentence = "Subtracts numbers, or moves a date or time back by an interval.";
  subtract.examples = {
      {"1 - 2", "-1"},
      {"TIMESTAMP '2024-03-01 00:00:00' - INTERVAL '1' SECOND", "2024-02-29 23:59:59"}};
  catalogue.add(std::move(subtract));

  ScalarFunction multiply = record(ArithmeticOp::kMultiply, "*");
  multiply.signatures = {"(a NUMERIC, b NUMERIC) -> NUMERIC", "(i INTERVAL, n INTEGER) -> INTERVAL",
                         "(n INTEGER, i INTERVAL) -> INTERVAL"};
  multiply.sentence = "Multiplies numbers, or an interval by an integer.";
  multiply.examples = {
      {"6 * 7", "42"}, {"1.10 * 3", "3.30"}, {"INTERVAL '1' HOUR * 36", "+1 12:00:00.000"}};
  catalogue.add(std::move(multiply));

  ScalarFunction divide = record(ArithmeticOp::kDivide, "/");
  divide.signatures = {"(a NUMERIC, b NUMERIC) -> NUMERIC", "(i INTERVAL, n INTEGER) -> INTERVAL"};
  divide.sentence =
      "Divides. Integers drop the fraction and fail on 0, DECIMAL rounds half up and fails on 0, "
      "floating point follows IEEE 754.";
  divide.examples = {
      {"7 / 2", "3"}, {"-7 / 2", "-3"}, {"1.0 / 3", "0.333333333333"}, {"1e0 / 0", "Infinity"}};
  divide.never_fails = divides_safely;
  catalogue.add(std::move(divide));

  ScalarFunction modulo = record(ArithmeticOp::kModulo, "%");
  modulo.aliases = {"MOD"};
  modulo.signatures = {"(a NUMERIC, b NUMERIC) -> NUMERIC"};
  modulo.sentence =
      "The remainder of a division, with the sign of the dividend; fails when `b` is 0.";
  modulo.examples = {{"MOD(7, 3)", "1"}, {"-7 % 3", "-1"}, {"5.5 % 2", "1.5"}};
  modulo.never_fails = divides_safely;
  catalogue.add(std::move(modulo));
}

}  // namespace hw
