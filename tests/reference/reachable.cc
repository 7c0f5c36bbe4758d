// SPDX-License-Identifier: Apache-2.0

#include "reference/reachable.h"

#include <optional>
#include <vector>

#include "reference/columns.h"
#include "reference/scalar.h"

namespace hw::reference {
namespace {

using Kind = BoundExpr::Kind;

bool is_boolean(const std::optional<Value>& value, bool wanted) {
  return value && !value->is_null() && value->as<bool>() == wanted;
}

std::optional<Value> known(const BoundExpr& expr);

BoundExprPtr literal_of(const Value& value, const SqlType& type) {
  const Result<Batch> batch =
      batch_of(make_schema({{"v", type.with_nullable(true)}}), {{RowKind::kInsert, {value}}});
  return batch.ok() ? BoundExpr::literal(batch->column(0)) : nullptr;
}

/// AND and OR: FALSE and TRUE decide, unless what stands before them may fail.
std::optional<Value> known_logic(const BoundExpr& expr) {
  const bool decides = expr.kind() == Kind::kOr;
  bool all = true;
  bool nulls = false;
  for (const BoundExprPtr& arg : expr.args()) {
    const std::optional<Value> value = known(*arg);
    if (is_boolean(value, decides)) return value;
    if (!value && arg->can_fail()) return std::nullopt;
    all = all && value;
    nulls = nulls || (value && value->is_null());
  }
  if (!all) return std::nullopt;
  return nulls ? Value::null() : Value::boolean(!decides);
}

std::optional<Value> known_case(const BoundExpr& expr) {
  const std::vector<BoundExprPtr>& args = expr.args();
  for (size_t i = 0; i + 1 < args.size(); i += 2) {
    const std::optional<Value> condition = known(*args[i]);
    if (!condition) return std::nullopt;
    if (condition->is_true()) return known(*args[i + 1]);
  }
  return args.size() % 2 == 1 ? known(*args.back()) : Value::null();
}

/// The value that the expression has for every row, if there is one.
std::optional<Value> known(const BoundExpr& expr) {
  if (!expr.deterministic() || expr.kind() == Kind::kColumn) return std::nullopt;
  if (expr.kind() == Kind::kAnd || expr.kind() == Kind::kOr) return known_logic(expr);
  if (expr.kind() == Kind::kCase) return known_case(expr);
  std::vector<BoundExprPtr> args;
  for (const BoundExprPtr& arg : expr.args()) {
    const std::optional<Value> value = known(*arg);
    if (!value) return std::nullopt;
    args.push_back(literal_of(*value, arg->type()));
    if (args.back() == nullptr) return std::nullopt;
  }
  const Result<Value> value =
      args.empty() ? evaluate(expr, {}) : evaluate(*expr.with_args(std::move(args)), {});
  return value.ok() ? std::optional<Value>(*value) : std::nullopt;
}

void add(const BoundExpr& expr, std::set<int>& columns) {
  if (expr.kind() == Kind::kColumn) columns.insert(expr.column_index());
  if (!expr.reads_columns() || known(expr)) return;
  const std::vector<BoundExprPtr>& args = expr.args();
  if (expr.kind() != Kind::kCase) {
    const bool logic = expr.kind() == Kind::kAnd || expr.kind() == Kind::kOr;
    for (const BoundExprPtr& arg : args) {
      if (logic && is_boolean(known(*arg), expr.kind() == Kind::kOr)) return;
      add(*arg, columns);
    }
    return;
  }
  for (size_t i = 0; i + 1 < args.size(); i += 2) {
    const std::optional<Value> condition = known(*args[i]);
    if (condition && !condition->is_true()) continue;
    add(*args[i], columns);
    add(*args[i + 1], columns);
    if (condition) return;
  }
  if (args.size() % 2 == 1) add(*args.back(), columns);
}

}  // namespace

std::set<int> columns_reached(const BoundExpr& expr) {
  std::set<int> columns;
  add(expr, columns);
  return columns;
}

}  // namespace hw::reference
