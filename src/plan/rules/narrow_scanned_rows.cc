// SPDX-License-Identifier: Apache-2.0
//
// Of a column of type ROW a source reads only the fields that the filters and the projection above
// it, computed columns and the watermark ask for, where its format can do that: a Parquet file has
// a column a field.

#include <utility>
#include <vector>

#include "plan/logical/narrow_rows.h"
#include "plan/logical/scan_chain.h"
#include "plan/rules/rule.h"

namespace hw {
namespace {

/// What is read of each declared column.
std::vector<NeededFields> needed_by(const ScanChain& chain) {
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

LogicalNodePtr narrow_chain(const LogicalNodePtr& node, const ScanChain& chain) {
  ScanSpec spec = chain.scan->spec();
  const std::vector<NeededFields> needed = needed_by(chain);
  for (size_t i = 0; i < needed.size(); ++i) {
    const TableColumn& column = spec.table->columns[i];
    if (column.origin != ColumnOrigin::kPhysical || !column.type.is(TypeKind::kRow)) continue;
    SqlType type = narrow_row(column.type, needed[i]);
    if (!(type == column.type)) spec.narrowed.insert_or_assign(static_cast<int>(i), type);
  }
  if (spec.narrowed.empty()) return node;
  return over_other_fields(node, std::make_shared<ScanNode>(std::move(spec)));
}

Result<LogicalNodePtr> narrow(const LogicalNodePtr& node, const RuleContext& context) {
  const ScanChain chain = scan_chain_of(*node);
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
