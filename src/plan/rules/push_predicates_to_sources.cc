// SPDX-License-Identifier: Apache-2.0
//
// Tells a source what the filter above it compares with constants, so that it may skip rows or
// whole blocks. The filter stays. Not where rows make watermarks: a row that is skipped moves
// event time all the same.

#include <algorithm>
#include <array>
#include <optional>

#include "plan/logical/filter.h"
#include "plan/logical/scan.h"
#include "plan/rules/rule.h"

namespace hw {
namespace {

using Op = PushedPredicate::Op;

struct Comparison {
  std::string_view name;
  Op op;
  /// With the operands swapped.
  Op mirrored;
};

constexpr std::array kComparisons = {
    Comparison{"=", Op::kEqual, Op::kEqual},  Comparison{"<>", Op::kNotEqual, Op::kNotEqual},
    Comparison{"<", Op::kLess, Op::kGreater}, Comparison{"<=", Op::kLessEqual, Op::kGreaterEqual},
    Comparison{">", Op::kGreater, Op::kLess}, Comparison{">=", Op::kGreaterEqual, Op::kLessEqual},
};

/// The name of the physical column that an expression is, or null.
const std::string* physical_column(const BoundExpr& expr, const ScanNode& scan) {
  if (expr.kind() != BoundExpr::Kind::kColumn) return nullptr;
  const int declared = scan.spec().columns[static_cast<size_t>(expr.column_index())];
  const TableColumn& column = scan.table().columns[static_cast<size_t>(declared)];
  return column.origin == ColumnOrigin::kPhysical ? &column.name : nullptr;
}

std::optional<PushedPredicate> predicate_of(const BoundExpr& test, const ScanNode& scan) {
  if (test.kind() != BoundExpr::Kind::kCall) return std::nullopt;
  const std::string& name = test.function()->name;
  const auto& args = test.args();
  if (args.size() == 1 && (name == "IS NULL" || name == "IS NOT NULL")) {
    const std::string* column = physical_column(*args[0], scan);
    if (column == nullptr) return std::nullopt;
    return PushedPredicate{*column, name == "IS NULL" ? Op::kIsNull : Op::kIsNotNull, nullptr};
  }
  if (args.size() != 2) return std::nullopt;
  for (const Comparison& comparison : kComparisons) {
    if (comparison.name != name) continue;
    for (const bool swapped : {false, true}) {
      const BoundExpr& left = *args[swapped ? 1 : 0];
      const BoundExpr& right = *args[swapped ? 0 : 1];
      const std::string* column = physical_column(left, scan);
      if (column == nullptr || !right.is_literal() || right.literal_value()->is_null(0)) continue;
      if (!left.type().equals_ignoring_null(right.type())) continue;
      return PushedPredicate{*column, swapped ? comparison.mirrored : comparison.op,
                             right.literal_value()};
    }
  }
  return std::nullopt;
}

}  // namespace

Result<LogicalNodePtr> push_predicates_to_sources(const LogicalNodePtr& plan,
                                                  const RuleContext& context) {
  return transform_up(plan, [&](const LogicalNodePtr& node) -> Result<LogicalNodePtr> {
    const auto* filter = node_if<FilterNode>(node);
    if (filter == nullptr) return node;
    const auto* scan = node_if<ScanNode>(filter->input());
    if (scan == nullptr || (scan->table().watermark && !context.batch())) return node;
    ScanSpec spec = scan->spec();
    for (const BoundExprPtr& test : conjuncts(filter->condition())) {
      std::optional<PushedPredicate> predicate = predicate_of(*test, *scan);
      if (predicate) spec.predicates.push_back(std::move(*predicate));
    }
    if (spec.predicates.size() == scan->spec().predicates.size()) return node;
    return filter->with_inputs({std::make_shared<ScanNode>(std::move(spec))});
  });
}

}  // namespace hw
