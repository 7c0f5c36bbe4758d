// SPDX-License-Identifier: Apache-2.0
//
// A rewrite of a logical plan: a name and a function. Each that is not needed can be switched off
// by name ('table.optimizer.disabled-rules'); the plan is verified after each.

#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expr/scalar_function.h"
#include "plan/logical/node.h"
#include "plan/rules/row_estimate.h"

namespace hw {

class Env;

struct RuleContext {
  ExprSession session;
  /// What tables tell of their size; empty where plans must not depend on that.
  TableEstimates tables = {};
  /// Whether a scan's source can be asked for ROWs with fewer fields than declared; null: none can.
  std::function<bool(const ScanNode&)> narrows = {};
  bool batch() const { return session.batch_mode; }
};

struct Rule {
  std::string_view name;
  /// Returns an equal plan with the same columns; the same pointer when there is nothing to do.
  Result<LogicalNodePtr> (*apply)(const LogicalNodePtr& plan, const RuleContext& context);
  /// Says what a query means, not only how it runs: cannot be switched off. A bound of a rank makes
  /// deduplication of it, which drops late rows; NOT IN asks for NULLs by the keys of its join.
  bool needed = false;
};

/// All rules in the order in which they run (order.cc).
std::span<const Rule> rules_in_order();

/// What one rule did.
struct RuleRun {
  std::string_view rule;
  bool changed = false;
  int64_t took_ns = 0;
};

/// Runs all rules but the disabled ones. Fails (Invalid) when one of those is needed. `env` times
/// them when it is there; `runs` may be null.
Result<LogicalNodePtr> optimize(LogicalNodePtr plan, const RuleContext& context,
                                std::span<const std::string> disabled, Env* env,
                                std::vector<RuleRun>* runs);

/// Replaces nodes from the leaves up: `replace` sees a node with its new inputs and returns it or
/// another one with the same columns.
template <typename Replace>
Result<LogicalNodePtr> transform_up(const LogicalNodePtr& node, const Replace& replace) {
  std::vector<LogicalNodePtr> inputs;
  bool changed = false;
  for (const LogicalNodePtr& input : node->inputs()) {
    HW_ASSIGN_OR_RETURN(LogicalNodePtr below, transform_up(input, replace));
    changed = changed || below != input;
    inputs.push_back(std::move(below));
  }
  return replace(changed ? node->with_inputs(std::move(inputs)) : node);
}

// The rules, one file each.
Result<LogicalNodePtr> fold_plan_constants(const LogicalNodePtr&, const RuleContext&);
Result<LogicalNodePtr> factor_disjunctions(const LogicalNodePtr&, const RuleContext&);
Result<LogicalNodePtr> push_filters_down(const LogicalNodePtr&, const RuleContext&);
Result<LogicalNodePtr> connect_joins(const LogicalNodePtr&, const RuleContext&);
Result<LogicalNodePtr> order_joins(const LogicalNodePtr&, const RuleContext&);
Result<LogicalNodePtr> merge_projects(const LogicalNodePtr&, const RuleContext&);
Result<LogicalNodePtr> fuse_window_aggregate(const LogicalNodePtr&, const RuleContext&);
Result<LogicalNodePtr> extract_join_keys(const LogicalNodePtr&, const RuleContext&);
Result<LogicalNodePtr> bound_ranks_to_top_n(const LogicalNodePtr&, const RuleContext&);
Result<LogicalNodePtr> limit_sort_to_top_n(const LogicalNodePtr&, const RuleContext&);
Result<LogicalNodePtr> prune_columns(const LogicalNodePtr&, const RuleContext&);
Result<LogicalNodePtr> remove_trivial_projects(const LogicalNodePtr&, const RuleContext&);
Result<LogicalNodePtr> narrow_scanned_rows(const LogicalNodePtr&, const RuleContext&);
Result<LogicalNodePtr> push_predicates_to_sources(const LogicalNodePtr&, const RuleContext&);

}  // namespace hw
