// SPDX-License-Identifier: Apache-2.0

#include "plan/logical/expr_rewrite.h"

namespace hw {

BoundExprPtr rewrite(const BoundExprPtr& expr, const ExprReplacement& replace) {
  if (BoundExprPtr replaced = replace(expr)) return replaced;
  std::vector<BoundExprPtr> args;
  bool changed = false;
  args.reserve(expr->args().size());
  for (const BoundExprPtr& arg : expr->args()) {
    args.push_back(rewrite(arg, replace));
    changed = changed || args.back() != arg;
  }
  return changed ? expr->with_args(std::move(args)) : expr;
}

void for_each_node(const BoundExprPtr& expr,
                   const std::function<void(const BoundExprPtr&)>& visit) {
  visit(expr);
  for (const BoundExprPtr& arg : expr->args()) for_each_node(arg, visit);
}

}  // namespace hw
