// SPDX-License-Identifier: Apache-2.0
//
// A constant bound above ROW_NUMBER(), RANK() or DENSE_RANK() makes a Top-N of an OVER window: only
// the first rows of each partition are kept and shown. Bounds that are no constants stay filters
// over all ranks.

#include <algorithm>
#include <optional>
#include <utility>

#include "expr/literal.h"
#include "expr/scalar_function.h"
#include "plan/logical/filter.h"
#include "plan/logical/over.h"
#include "plan/logical/project.h"
#include "plan/logical/sort.h"
#include "plan/rules/rule.h"

namespace hw {
namespace {

std::optional<RankKind> rank_kind(OverFunction function) {
  switch (function) {
    case OverFunction::kRowNumber:
      return RankKind::kRowNumber;
    case OverFunction::kRank:
      return RankKind::kRank;
    case OverFunction::kDenseRank:
      return RankKind::kDenseRank;
    default:
      return std::nullopt;
  }
}

/// Ranks first … last.
struct Bounds {
  int64_t first = 1;
  int64_t last = kAllRows;
  bool bounded_above = false;
};

bool is_rank(const BoundExpr& expr, int column) {
  return expr.kind() == BoundExpr::Kind::kColumn && expr.column_index() == column;
}

std::optional<int64_t> integer_of(const BoundExpr& expr) {
  if (!expr.is_literal() || expr.is_null_literal() || !expr.type().is_integer()) {
    return std::nullopt;
  }
  return literal_integer(*expr.literal_value());
}

/// `5 > rn` reads `rn < 5`.
std::string_view turned(std::string_view op) {
  if (op == "<") return ">";
  if (op == "<=") return ">=";
  if (op == ">") return "<";
  if (op == ">=") return "<=";
  return op;
}

/// Takes one test into account. False when it is none of the rank against a constant.
bool narrow(std::string_view op, int64_t value, Bounds& bounds) {
  if (value == INT64_MAX || value == INT64_MIN) return false;
  const auto at_most = [&](int64_t last) {
    bounds.last = std::min(bounds.last, last);
    bounds.bounded_above = true;
  };
  if (op == "=") {
    bounds.first = std::max(bounds.first, value);
    at_most(value);
  } else if (op == "<") {
    at_most(value - 1);
  } else if (op == "<=") {
    at_most(value);
  } else if (op == ">") {
    bounds.first = std::max(bounds.first, value + 1);
  } else if (op == ">=") {
    bounds.first = std::max(bounds.first, value);
  } else {
    return false;
  }
  return true;
}

bool narrow(const BoundExpr& test, int column, Bounds& bounds) {
  if (test.kind() != BoundExpr::Kind::kCall || test.args().size() != 2) return false;
  const BoundExpr& left = *test.args()[0];
  const BoundExpr& right = *test.args()[1];
  const std::string_view op = test.function()->name;
  if (is_rank(left, column)) {
    const std::optional<int64_t> value = integer_of(right);
    return value && narrow(op, *value, bounds);
  }
  if (is_rank(right, column)) {
    const std::optional<int64_t> value = integer_of(left);
    return value && narrow(turned(op), *value, bounds);
  }
  return false;
}

/// The Top-N with the columns of `over`; a rank that can only have one value is that value.
LogicalNodePtr ranked(const OverNode& over, RankKind kind, const Bounds& bounds) {
  TopNNode::Parts parts;
  parts.partition = over.parts().partition;
  parts.order = over.parts().order;
  parts.rank = kind;
  parts.offset = bounds.first - 1;
  parts.limit = std::max(int64_t{0}, bounds.last - parts.offset);
  parts.pattern = true;
  const std::string& name = over.parts().calls[0].name;
  if (parts.limit != 1) {
    parts.rank_name = name;
    return std::make_shared<TopNNode>(over.input(), std::move(parts));
  }
  auto top = std::make_shared<TopNNode>(over.input(), std::move(parts));
  std::vector<BoundExprPtr> exprs = columns_of(*top);
  std::vector<std::string> names;
  for (const PlanColumn& column : top->columns()) names.push_back(column.name);
  exprs.push_back(integer_literal(bounds.first, rank_type()));
  names.push_back(name);
  return std::make_shared<ProjectNode>(std::move(top), std::move(exprs), std::move(names));
}

LogicalNodePtr bound_rank(const LogicalNodePtr& node) {
  const auto* filter = node_if<FilterNode>(node);
  if (filter == nullptr) return node;
  const auto* over = node_if<OverNode>(filter->input());
  if (over == nullptr || over->parts().calls.size() != 1) return node;
  const std::optional<RankKind> kind = rank_kind(over->parts().calls[0].call.function);
  if (!kind) return node;
  Bounds bounds;
  std::vector<BoundExprPtr> others;
  for (const BoundExprPtr& test : conjuncts(filter->condition())) {
    if (!narrow(*test, over->input()->num_columns(), bounds)) others.push_back(test);
  }
  if (!bounds.bounded_above) return node;
  const LogicalNodePtr top = ranked(*over, *kind, bounds);
  if (others.empty()) return top;
  return std::make_shared<FilterNode>(top, conjunction(std::move(others)));
}

}  // namespace

Result<LogicalNodePtr> bound_ranks_to_top_n(const LogicalNodePtr& plan, const RuleContext&) {
  return transform_up(
      plan, [](const LogicalNodePtr& node) -> Result<LogicalNodePtr> { return bound_rank(node); });
}

}  // namespace hw
