// SPDX-License-Identifier: Apache-2.0
//
// Which rules there are and in which order they run. The order is meaning: what sides of an OR have
// in common is found before filters go down, these go down before bounds of ranks are looked for
// (they stand right above them then) and before windows are fused (a filter in between prevents
// it), joins are put in order once they have their tests and before keys are made of these, keys
// are found before columns are pruned (they add columns) and fields after them, and predicates
// reach sources last.

#include <algorithm>
#include <array>

#include "base/env/env.h"
#include "plan/rules/rule.h"

namespace hw {
namespace {

constexpr std::array kRules = {
    Rule{"fold_constants", fold_plan_constants},
    Rule{"factor_disjunctions", factor_disjunctions},
    Rule{"push_filters_down", push_filters_down, /*needed=*/true},
    Rule{"connect_joins", connect_joins},
    Rule{"order_joins", order_joins},
    Rule{"bound_ranks_to_top_n", bound_ranks_to_top_n, /*needed=*/true},
    Rule{"merge_projects", merge_projects},
    Rule{"fuse_window_aggregate", fuse_window_aggregate},
    Rule{"extract_join_keys", extract_join_keys, /*needed=*/true},
    Rule{"limit_sort_to_top_n", limit_sort_to_top_n},
    Rule{"prune_columns", prune_columns},
    Rule{"merge_pruned_projects", merge_projects},
    Rule{"remove_trivial_projects", remove_trivial_projects},
    Rule{"narrow_scanned_rows", narrow_scanned_rows},
    Rule{"push_predicates_to_sources", push_predicates_to_sources},
};

Status check_same_columns(const LogicalNode& before, const LogicalNode& after) {
  if (before.num_columns() != after.num_columns()) {
    return Status::UnknownError("the plan had ", before.num_columns(), " columns and has ",
                                after.num_columns());
  }
  for (int i = 0; i < before.num_columns(); ++i) {
    if (before.column(i).name != after.column(i).name ||
        !before.column(i).type.equals_ignoring_null(after.column(i).type)) {
      return Status::UnknownError("column ", i, " was ", before.column(i).name, " ",
                                  before.column(i).type.to_sql(), " and is ", after.column(i).name,
                                  " ", after.column(i).type.to_sql());
    }
  }
  return Status::OK();
}

}  // namespace

std::span<const Rule> rules_in_order() { return kRules; }

Result<LogicalNodePtr> optimize(LogicalNodePtr plan, const RuleContext& context,
                                std::span<const std::string> disabled, Env* env,
                                std::vector<RuleRun>* runs) {
  HW_TRY(verify_plan(plan));
  for (const Rule& rule : kRules) {
    if (std::find(disabled.begin(), disabled.end(), rule.name) != disabled.end()) {
      if (!rule.needed) continue;
      return Status::Invalid("rule '", rule.name,
                             "' says what a query means and cannot be switched off; take it out of "
                             "'table.optimizer.disabled-rules'");
    }
    const int64_t begin_ns = env != nullptr ? env->monotonic_ns() : 0;
    HW_ASSIGN_OR_RETURN(LogicalNodePtr next, rule.apply(plan, context));
    Status sound = check_same_columns(*plan, *next);
    if (sound.ok()) sound = verify_plan(next);
    if (!sound.ok()) return while_doing(sound, "applying rule " + std::string(rule.name));
    if (runs != nullptr) {
      runs->push_back(
          {rule.name, next != plan, env != nullptr ? env->monotonic_ns() - begin_ns : 0});
    }
    plan = std::move(next);
  }
  return plan;
}

}  // namespace hw
