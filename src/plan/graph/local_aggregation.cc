// SPDX-License-Identifier: Apache-2.0

#include "plan/graph/local_aggregation.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "expr/bound_expr.h"
#include "expr/scalar_function.h"
#include "operators/local_aggregate.h"
#include "plan/logical/aggregate.h"

namespace hw {
namespace {

/// Parts and roundings of time.
constexpr std::array<std::string_view, 16> kCoarse = {
    "CEIL",   "DATE_FORMAT", "DAYOFMONTH", "DAYOFWEEK", "DAYOFYEAR", "EXTRACT",  "FLOOR", "HOUR",
    "MINUTE", "MONTH",       "QUARTER",    "SECOND",    "TO_DATE",   "TRUNCATE", "WEEK",  "YEAR"};

bool takes_time(const BoundExpr& expr) {
  return std::any_of(expr.args().begin(), expr.args().end(), [](const BoundExprPtr& arg) {
    const TypeKind kind = arg->type().kind();
    return kind == TypeKind::kTimestamp || kind == TypeKind::kTimestampLtz ||
           kind == TypeKind::kDate || kind == TypeKind::kTime;
  });
}

/// Whether rows that come together have few values of it: what tells sorts apart, and parts of
/// time, whatever their precision, since times of rows that come together are close.
bool is_coarse(const BoundExpr& expr) {
  const TypeKind type = expr.type().kind();
  if (type == TypeKind::kBoolean || type == TypeKind::kDate) return true;
  switch (expr.kind()) {
    case BoundExpr::Kind::kLiteral:
      return true;
    case BoundExpr::Kind::kCast:
      return is_coarse(*expr.args()[0]);
    case BoundExpr::Kind::kCoalesce:
      return std::all_of(expr.args().begin(), expr.args().end(),
                         [](const BoundExprPtr& arg) { return is_coarse(*arg); });
    case BoundExpr::Kind::kCase:
      for (size_t i = 1; i < expr.args().size(); i += 2) {
        if (!is_coarse(*expr.args()[i])) return false;
      }
      return expr.args().size() % 2 == 0 || is_coarse(*expr.args().back());
    case BoundExpr::Kind::kCall:
      return takes_time(expr) &&
             std::find(kCoarse.begin(), kCoarse.end(), expr.function()->name) != kCoarse.end();
    default:
      return false;
  }
}

bool is_coarse(const PhysicalNode& node, int column) {
  const TypeKind type = node.schema->type(column).kind();
  if (type == TypeKind::kBoolean || type == TypeKind::kDate) return true;
  if (node.kind != PhysicalKind::kCalc) return false;
  const BoundExpr& expr = *node.projections[static_cast<size_t>(column)];
  if (expr.kind() == BoundExpr::Kind::kColumn) return is_coarse(node.input(), expr.column_index());
  return is_coarse(expr);
}

bool has_few_keys(const PhysicalNode& node) {
  const std::vector<int>& keys = node.logical->as<AggregateNode>().keys();
  return std::all_of(keys.begin(), keys.end(),
                     [&](int key) { return is_coarse(node.input(), key); });
}

}  // namespace

bool folds_before_exchange(const PhysicalNode& node, LocalAggregation choice) {
  if (choice == LocalAggregation::kNever || node.kind != PhysicalKind::kGroupAggregate)
    return false;
  // Where groups or values are forgotten, one that was sent before may have to be sent again.
  if (!node.input().traits.kinds.is_insert_only() || !node.state_ttl_ms.empty()) return false;
  const std::vector<NamedAggregate>& calls = node.logical->as<AggregateNode>().aggregates();
  std::vector<AggregateCall> bare;
  for (const NamedAggregate& named : calls) bare.push_back(named.call);
  if (!merge_from_parts(bare, *node.input().schema)) return false;
  if (choice == LocalAggregation::kAlways || has_few_keys(node)) return true;
  return choice == LocalAggregation::kForDistinct &&
         std::any_of(calls.begin(), calls.end(),
                     [](const NamedAggregate& named) { return named.call.distinct; });
}

}  // namespace hw
