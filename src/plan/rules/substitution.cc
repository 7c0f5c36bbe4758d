// SPDX-License-Identifier: Apache-2.0

#include "plan/rules/substitution.h"

#include "plan/logical/expr_rewrite.h"

namespace hw {
namespace {

/// What may be copied into several readers has at most so many nodes, and so has the result of
/// all copies together.
constexpr int64_t kCopiedNodesMax = 400;

int64_t num_nodes(const BoundExprPtr& expr) {
  int64_t nodes = 0;
  for_each_node(expr, [&](const BoundExprPtr&) { ++nodes; });
  return nodes;
}

}  // namespace

bool may_substitute(const std::vector<BoundExprPtr>& above,
                    const std::vector<BoundExprPtr>& below) {
  std::vector<int> reads(below.size(), 0);
  for (const BoundExprPtr& expr : above) {
    for_each_node(expr, [&](const BoundExprPtr& node) {
      if (node->kind() == BoundExpr::Kind::kColumn) {
        ++reads[static_cast<size_t>(node->column_index())];
      }
    });
  }
  int64_t copied = 0;
  for (size_t i = 0; i < below.size(); ++i) {
    const BoundExpr& expr = *below[i];
    const bool bare = expr.kind() == BoundExpr::Kind::kColumn || expr.is_literal();
    if (!bare && reads[i] > 1) {
      copied += num_nodes(below[i]) * reads[i];
      if (copied > kCopiedNodesMax) return false;
    }
    if (!expr.deterministic() && reads[i] > 1) return false;
    if (!expr.deterministic() && reads[i] > 0) {
      // Moving it under a CASE or into a filter would change how often it is evaluated.
      for (const BoundExprPtr& reader : above) {
        const bool alone = reader->kind() == BoundExpr::Kind::kColumn &&
                           reader->column_index() == static_cast<int>(i);
        if (alone) continue;
        for (const int column : columns_read(*reader)) {
          if (column == static_cast<int>(i)) return false;
        }
      }
    }
  }
  return true;
}

}  // namespace hw
