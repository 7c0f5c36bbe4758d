// SPDX-License-Identifier: Apache-2.0

#include "reference/scalar.h"

#include <map>
#include <span>
#include <string_view>

#include "expr/scalar_function.h"
#include "reference/columns.h"
#include "reference/functions.h"

namespace hw::reference {
namespace {

using Kind = BoundExpr::Kind;

const Function* find_function(std::string_view name) {
  static const auto* const kAll = [] {
    auto* all = new std::map<std::string_view, const Function*>();
    for (const std::span<const Function> family :
         {comparison_functions(), number_functions(), text_functions(), time_functions(),
          collection_functions()}) {
      for (const Function& function : family) all->emplace(function.name, &function);
    }
    return all;
  }();
  const auto found = kAll->find(name);
  return found == kAll->end() ? nullptr : found->second;
}

Result<Value> evaluate_call(const BoundExpr& expr, const Row& row) {
  const Function* function = find_function(expr.function()->name);
  if (function == nullptr) {
    return Status::NotImplemented("the reference does not know the function ",
                                  expr.function()->name);
  }
  std::vector<Value> args;
  bool any_null = false;
  for (const BoundExprPtr& arg : expr.args()) {
    HW_ASSIGN_OR_RETURN(Value value, evaluate(*arg, row));
    any_null = any_null || value.is_null();
    args.push_back(std::move(value));
  }
  if (any_null && !function->sees_nulls) return Value::null();
  return function->body({expr, args});
}

/// AND stops at FALSE, OR at TRUE; else NULL if some argument was.
Result<Value> evaluate_logic(const BoundExpr& expr, const Row& row) {
  const bool stop = expr.kind() == Kind::kOr;
  bool any_null = false;
  for (const BoundExprPtr& arg : expr.args()) {
    HW_ASSIGN_OR_RETURN(const Value value, evaluate(*arg, row));
    if (value.is_null()) {
      any_null = true;
    } else if (value.as<bool>() == stop) {
      return Value::boolean(stop);
    }
  }
  return any_null ? Value::null() : Value::boolean(!stop);
}

Result<Value> evaluate_case(const BoundExpr& expr, const Row& row) {
  const auto& args = expr.args();
  size_t i = 0;
  for (; i + 1 < args.size(); i += 2) {
    HW_ASSIGN_OR_RETURN(const bool taken, holds(*args[i], row));
    if (taken) return evaluate(*args[i + 1], row);
  }
  return i < args.size() ? evaluate(*args[i], row) : Result<Value>(Value::null());
}

}  // namespace

Result<Value> evaluate(const BoundExpr& expr, const Row& row) {
  switch (expr.kind()) {
    case Kind::kColumn:
      return row[static_cast<size_t>(expr.column_index())];
    case Kind::kLiteral:
      return value_of(*expr.literal_value(), 0);
    case Kind::kCall:
      return evaluate_call(expr, row);
    case Kind::kCast: {
      HW_ASSIGN_OR_RETURN(const Value value, evaluate(*expr.args()[0], row));
      return cast(value, expr.args()[0]->type(), expr.type(), expr.try_cast());
    }
    case Kind::kCase:
      return evaluate_case(expr, row);
    case Kind::kAnd:
    case Kind::kOr:
      return evaluate_logic(expr, row);
    case Kind::kCoalesce:
      for (const BoundExprPtr& arg : expr.args()) {
        HW_ASSIGN_OR_RETURN(Value value, evaluate(*arg, row));
        if (!value.is_null()) return value;
      }
      return Value::null();
    case Kind::kField: {
      HW_ASSIGN_OR_RETURN(const Value value, evaluate(*expr.args()[0], row));
      if (value.is_null()) return Value::null();
      return value.as<Elements>()[static_cast<size_t>(expr.column_index())];
    }
  }
  return Status::NotImplemented("the reference does not know this kind of expression");
}

Result<bool> holds(const BoundExpr& condition, const Row& row) {
  HW_ASSIGN_OR_RETURN(const Value value, evaluate(condition, row));
  return value.is_true();
}

Result<Row> evaluate_all(const std::vector<BoundExprPtr>& exprs, const Row& row) {
  Row values;
  for (const BoundExprPtr& expr : exprs) {
    HW_ASSIGN_OR_RETURN(Value value, evaluate(*expr, row));
    values.push_back(std::move(value));
  }
  return values;
}

}  // namespace hw::reference
