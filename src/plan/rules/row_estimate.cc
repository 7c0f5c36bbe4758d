// SPDX-License-Identifier: Apache-2.0

#include "plan/rules/row_estimate.h"

#include <algorithm>
#include <string>
#include <utility>

#include "plan/logical/aggregate.h"
#include "plan/logical/filter.h"
#include "plan/logical/join.h"
#include "plan/logical/project.h"

namespace hw {
namespace {

// Of what is not known.
constexpr double kTableRows = 1e6;
constexpr double kEqualShare = 0.05;
constexpr double kLikeShare = 0.1;
constexpr double kOtherShare = 0.3;
constexpr double kMatchedShare = 0.5;

std::optional<int64_t> whole_value(const BoundExpr& expr) {
  if (!expr.is_literal() || expr.literal_value()->is_null(0)) return std::nullopt;
  const Column& value = *expr.literal_value();
  if (!value.type().is_integer() && !value.type().is(TypeKind::kDate)) return std::nullopt;
  switch (value.type().physical()) {
    case PhysicalType::kInt8:
      return value.value<int8_t>(0);
    case PhysicalType::kInt16:
      return value.value<int16_t>(0);
    case PhysicalType::kInt32:
      return value.value<int32_t>(0);
    case PhysicalType::kInt64:
      return value.value<int64_t>(0);
    default:
      return std::nullopt;
  }
}

/// The share of a column's values below a literal.
double share_below(const BoundExpr& column, const BoundExpr& literal,
                   const std::vector<ColumnEstimate>& columns) {
  const std::optional<int64_t> value = whole_value(literal);
  if (!value || column.kind() != BoundExpr::Kind::kColumn) return kOtherShare;
  const auto& range = columns[static_cast<size_t>(column.column_index())].range;
  if (!range) return kOtherShare;
  const double width = static_cast<double>(range->high) - static_cast<double>(range->low) + 1;
  return std::clamp((static_cast<double>(*value) - static_cast<double>(range->low)) / width, 0.001,
                    1.0);
}

double share_of_call(const BoundExpr& call, const std::vector<ColumnEstimate>& columns) {
  const std::string& name = call.function()->name;
  const auto& args = call.args();
  if (name == "NOT" && args.size() == 1) return 1 - share_kept(*args[0], columns);
  if (name == "LIKE") return kLikeShare;
  if (args.size() != 2) return kOtherShare;
  const bool swapped = args[0]->is_literal();
  const BoundExpr& column = *args[swapped ? 1 : 0];
  const BoundExpr& literal = *args[swapped ? 0 : 1];
  if (name == "=" || name == "<>") {
    double equal = kEqualShare;
    if (column.kind() == BoundExpr::Kind::kColumn && literal.is_literal()) {
      const auto& distinct = columns[static_cast<size_t>(column.column_index())].distinct;
      if (distinct) equal = 1 / std::max(*distinct, 1.0);
    }
    return name == "=" ? equal : 1 - equal;
  }
  const bool less = name == "<" || name == "<=";
  if (!less && name != ">" && name != ">=") return kOtherShare;
  if (!literal.is_literal() || !whole_value(literal)) return kOtherShare;
  const double below = share_below(column, literal, columns);
  return less != swapped ? below : std::max(1 - below, 0.001);
}

/// The tests of a join that are not over its inputs alone.
std::vector<BoundExprPtr> tests_of(const JoinNode& join) {
  const JoinNode::Parts& parts = join.parts();
  return parts.condition == nullptr ? std::vector<BoundExprPtr>() : conjuncts(parts.condition);
}

RowEstimate of_join(const JoinNode& join, const TableEstimates& tables) {
  const RowEstimate left = estimate_rows(join.left(), tables);
  const RowEstimate right = estimate_rows(join.right(), tables);
  RowEstimate made = left;
  made.known = left.known && right.known;
  switch (join.parts().kind) {
    case JoinKind::kSemi:
    case JoinKind::kAnti:
      made.rows *= kMatchedShare;
      return made;
    default:
      break;
  }
  made.columns.insert(made.columns.end(), right.columns.begin(), right.columns.end());
  const double matched = left.rows * right.rows * share_joined(tests_of(join), left, right);
  made.rows = std::max(matched, join.parts().kind == JoinKind::kInner ? 0 : left.rows);
  made.unfiltered = std::max({made.rows, left.unfiltered, right.unfiltered});
  return made;
}

RowEstimate of_scan(const ScanNode& scan, const TableEstimates& tables) {
  RowEstimate made;
  made.columns.resize(static_cast<size_t>(scan.num_columns()));
  const std::optional<TableEstimate> told = tables(scan);
  made.known = told.has_value();
  made.rows = made.unfiltered = told ? std::max(told->rows, 1.0) : kTableRows;
  if (!told) return made;
  for (int i = 0; i < scan.num_columns(); ++i) {
    const auto declared = static_cast<size_t>(scan.spec().columns[static_cast<size_t>(i)]);
    const auto found = told->ranges.find(scan.table().columns[declared].name);
    if (found == told->ranges.end()) continue;
    ColumnEstimate& column = made.columns[static_cast<size_t>(i)];
    column.range = found->second;
    const double width =
        static_cast<double>(found->second.high) - static_cast<double>(found->second.low) + 1;
    column.distinct = std::clamp(width, 1.0, made.rows);
  }
  return made;
}

RowEstimate of_aggregate(const AggregateNode& node, const RowEstimate& input) {
  RowEstimate made;
  made.known = input.known;
  double groups = 1;
  for (const int key : node.keys()) {
    groups *= input.distinct(key);
    made.columns.push_back(input.columns[static_cast<size_t>(key)]);
  }
  made.columns.resize(static_cast<size_t>(node.num_columns()));
  made.rows = made.unfiltered = std::min(groups, std::max(input.rows, 1.0));
  return made;
}

RowEstimate of_project(const ProjectNode& node, const RowEstimate& input) {
  RowEstimate made{
      .rows = input.rows, .unfiltered = input.unfiltered, .columns = {}, .known = input.known};
  for (const BoundExprPtr& expr : node.exprs()) {
    const bool bare = expr->kind() == BoundExpr::Kind::kColumn;
    made.columns.push_back(bare ? input.columns[static_cast<size_t>(expr->column_index())]
                                : ColumnEstimate());
  }
  return made;
}

}  // namespace

double RowEstimate::distinct(int column) const {
  const auto& found = columns[static_cast<size_t>(column)].distinct;
  return std::clamp(found.value_or(unfiltered), 1.0, std::max(rows, 1.0));
}

double share_kept(const BoundExpr& condition, const std::vector<ColumnEstimate>& columns) {
  double share = 1;
  switch (condition.kind()) {
    case BoundExpr::Kind::kAnd:
      for (const BoundExprPtr& arg : condition.args()) share *= share_kept(*arg, columns);
      return share;
    case BoundExpr::Kind::kOr:
      share = 0;
      for (const BoundExprPtr& arg : condition.args()) share += share_kept(*arg, columns);
      return std::min(share, 1.0);
    case BoundExpr::Kind::kCall:
      return std::clamp(share_of_call(condition, columns), 0.0, 1.0);
    default:
      return kOtherShare;
  }
}

double share_joined(const std::vector<BoundExprPtr>& tests, const RowEstimate& left,
                    const RowEstimate& right) {
  const auto num_left = static_cast<int>(left.columns.size());
  const auto distinct = [&](const BoundExpr& expr) {
    const std::vector<int> read = columns_read(expr);
    const bool of_left = !read.empty() && read[0] < num_left;
    const RowEstimate& side = of_left ? left : right;
    if (expr.kind() != BoundExpr::Kind::kColumn) return std::max(side.rows, 1.0);
    return side.distinct(of_left ? read[0] : read[0] - num_left);
  };
  double values = 1;
  double others = 1;
  int equalities = 0;
  for (const BoundExprPtr& test : tests) {
    if (test->kind() == BoundExpr::Kind::kCall && test->function()->name == "=") {
      values *= std::max(distinct(*test->args()[0]), distinct(*test->args()[1]));
      ++equalities;
    } else {
      others *= kOtherShare;
    }
  }
  // Several columns together are mostly the key of one side, which has not more values than rows.
  if (equalities > 1) values = std::min(values, std::min(left.unfiltered, right.unfiltered));
  return others / std::max(values, 1.0);
}

RowEstimate estimate_rows(const LogicalNodePtr& node, const TableEstimates& tables) {
  if (const auto* scan = node_if<ScanNode>(node)) return of_scan(*scan, tables);
  if (const auto* join = node_if<JoinNode>(node)) return of_join(*join, tables);
  RowEstimate made;
  for (const LogicalNodePtr& input : node->inputs()) {
    RowEstimate below = estimate_rows(input, tables);
    if (const auto* filter = node_if<FilterNode>(node)) {
      below.rows = std::max(below.rows * share_kept(*filter->condition(), below.columns), 1.0);
      return below;
    }
    if (const auto* project = node_if<ProjectNode>(node)) return of_project(*project, below);
    if (const auto* groups = node_if<AggregateNode>(node)) return of_aggregate(*groups, below);
    made.rows += below.rows;
    made.unfiltered += below.unfiltered;
    made.known = made.known && below.known;
  }
  if (node->inputs().empty()) made.rows = made.unfiltered = 1;
  made.columns.resize(static_cast<size_t>(node->num_columns()));
  return made;
}

}  // namespace hw
