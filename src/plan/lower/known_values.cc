// SPDX-License-Identifier: Apache-2.0

#include "plan/lower/known_values.h"

#include "expr/evaluator.h"
#include "plan/logical/expr_rewrite.h"

namespace hw {
namespace {

using Kind = BoundExpr::Kind;

}  // namespace

std::map<int, BoundExprPtr> known_values(const BoundExprPtr& condition,
                                         const std::vector<int>& columns) {
  std::map<int, BoundExprPtr> known;
  if (condition == nullptr) return known;
  for (const BoundExprPtr& test : conjuncts(condition)) {
    if (test->kind() != Kind::kCall || test->function()->name != "=") continue;
    for (const bool swapped : {false, true}) {
      const BoundExpr& column = *test->args()[swapped ? 1 : 0];
      const BoundExprPtr& value = test->args()[swapped ? 0 : 1];
      // Equal integers are the same; of other types some are written in several ways.
      if (column.kind() != Kind::kColumn || !column.type().is_integer() || !value->is_literal() ||
          value->is_null_literal() || !column.type().equals_ignoring_null(value->type())) {
        continue;
      }
      known.emplace(columns[static_cast<size_t>(column.column_index())], value);
    }
  }
  return known;
}

BoundExprPtr with_known_values(const BoundExprPtr& expr, const std::map<int, BoundExprPtr>& known,
                               const ExprSession& session) {
  if (known.empty()) return expr;
  const BoundExprPtr replaced = rewrite(expr, [&](const BoundExprPtr& node) -> BoundExprPtr {
    if (node->kind() != Kind::kColumn) return nullptr;
    const auto found = known.find(node->column_index());
    return found == known.end() ? nullptr : found->second;
  });
  return replaced == expr ? expr : fold_constants(replaced, session);
}

bool only_moves(const BoundExpr& expr) {
  if (expr.kind() == Kind::kField) return only_moves(*expr.args()[0]);
  return expr.kind() == Kind::kColumn;
}

}  // namespace hw
