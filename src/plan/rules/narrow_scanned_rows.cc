// SPDX-License-Identifier: Apache-2.0
//
// Of a column of type ROW a source reads only the fields that the filters and the projection above
// it, computed columns and the watermark ask for, where its format can do that: a Parquet file has
// a column a field.

#include <utility>
#include <vector>

#include "plan/logical/filter.h"
#include "plan/logical/narrow_rows.h"
#include "plan/logical/project.h"
#include "plan/logical/scan.h"
#include "plan/rules/rule.h"

namespace hw {
namespace {

/// A scan with the filters above it and the projection above these, from the top down.
struct Chain {
  const ProjectNode* project = nullptr;
  std::vector<const FilterNode*> filters;
  const ScanNode* scan = nullptr;
};

Chain chain_of(const LogicalNode& node) {
  Chain chain;
  const LogicalNode* at = &node;
  if (at->kind() == NodeKind::kProject) {
    chain.project = &at->as<ProjectNode>();
    at = at->inputs()[0].get();
  }
  for (; at->kind() == NodeKind::kFilter; at = at->inputs()[0].get()) {
    chain.filters.push_back(&at->as<FilterNode>());
  }
  if (at->kind() == NodeKind::kScan) chain.scan = &at->as<ScanNode>();
  return chain;
}

/// What is read of each declared column.
std::vector<NeededFields> needed_by(const Chain& chain) {
  const ScanNode& scan = *chain.scan;
  const std::vector<int>& columns = scan.spec().columns;
  std::vector<NeededFields> above(columns.size());
  for (const FilterNode* filter : chain.filters) add_needed_fields(filter->condition(), above);
  if (chain.project != nullptr) {
    for (const BoundExprPtr& expr : chain.project->exprs()) add_needed_fields(expr, above);
  } else {
    for (NeededFields& one : above) one.whole = true;
  }
  const TableDefinition& table = scan.table();
  std::vector<NeededFields> needed(table.columns.size());
  for (size_t i = 0; i < columns.size(); ++i) {
    needed[static_cast<size_t>(columns[i])] = std::move(above[i]);
  }
  std::vector<int> produced = columns;
  if (table.watermark) {
    // What a watermark is computed from leaves the source as well.
    produced.push_back(table.watermark->column);
    for (const int read : columns_read(*table.watermark->expr)) produced.push_back(read);
    add_needed_fields(table.watermark->expr, needed);
  }
  for (const int column : produced) {
    const BoundExprPtr& computed = table.columns[static_cast<size_t>(column)].expr;
    if (computed != nullptr) add_needed_fields(computed, needed);
  }
  return needed;
}

Result<LogicalNodePtr> narrow(const LogicalNodePtr& node, const RuleContext& context);

/// The chain again over a scan of narrower columns.
Result<LogicalNodePtr> rebuilt(const LogicalNodePtr& node, const LogicalNodePtr& scan) {
  if (node->kind() == NodeKind::kScan) return scan;
  HW_ASSIGN_OR_RETURN(LogicalNodePtr input, rebuilt(node->inputs()[0], scan));
  const auto& spec = scan->as<ScanNode>().spec();
  const auto type_of = [&](int column) -> const SqlType* {
    const auto found = spec.narrowed.find(spec.columns[static_cast<size_t>(column)]);
    return found == spec.narrowed.end() ? nullptr : &found->second;
  };
  if (node->kind() == NodeKind::kFilter) {
    const auto& filter = node->as<FilterNode>();
    return std::make_shared<FilterNode>(std::move(input),
                                        over_narrowed(filter.condition(), type_of));
  }
  const auto& project = node->as<ProjectNode>();
  std::vector<BoundExprPtr> exprs;
  std::vector<std::string> names;
  for (size_t i = 0; i < project.exprs().size(); ++i) {
    exprs.push_back(over_narrowed(project.exprs()[i], type_of));
    names.push_back(project.columns()[i].name);
  }
  return std::make_shared<ProjectNode>(std::move(input), std::move(exprs), std::move(names));
}

Result<LogicalNodePtr> narrow_chain(const LogicalNodePtr& node, const Chain& chain) {
  ScanSpec spec = chain.scan->spec();
  const std::vector<NeededFields> needed = needed_by(chain);
  for (size_t i = 0; i < needed.size(); ++i) {
    const TableColumn& column = spec.table->columns[i];
    if (column.origin != ColumnOrigin::kPhysical || !column.type.is(TypeKind::kRow)) continue;
    SqlType type = narrow_row(column.type, needed[i]);
    if (!(type == column.type)) spec.narrowed.insert_or_assign(static_cast<int>(i), type);
  }
  if (spec.narrowed.empty()) return node;
  return rebuilt(node, std::make_shared<ScanNode>(std::move(spec)));
}

Result<LogicalNodePtr> narrow(const LogicalNodePtr& node, const RuleContext& context) {
  const Chain chain = chain_of(*node);
  if (chain.scan != nullptr) {
    return context.narrows(*chain.scan) ? narrow_chain(node, chain) : node;
  }
  std::vector<LogicalNodePtr> inputs;
  bool changed = false;
  for (const LogicalNodePtr& input : node->inputs()) {
    HW_ASSIGN_OR_RETURN(LogicalNodePtr below, narrow(input, context));
    changed = changed || below != input;
    inputs.push_back(std::move(below));
  }
  return changed ? node->with_inputs(std::move(inputs)) : node;
}

}  // namespace

Result<LogicalNodePtr> narrow_scanned_rows(const LogicalNodePtr& plan, const RuleContext& context) {
  if (!context.narrows) return plan;
  return narrow(plan, context);
}

}  // namespace hw
