// SPDX-License-Identifier: Apache-2.0
//
// The whole text of EXPLAIN: the plans, how rows flow, what a failure does, and what else was asked
// for.

#pragma once

#include <string>
#include <vector>

#include "plan/planner.h"

namespace hw {

/// What EXPLAIN shows beside the plans themselves.
struct ExplainSections {
  /// changelogMode and upsert keys on every node.
  bool changelog = false;
  /// What each operator keeps.
  bool state = false;
  /// What one might want to change.
  bool advice = false;
  /// The job graph as JSON, in Flink's form.
  bool json = false;
};

/// `== Abstract Syntax Tree ==`, `== Optimized Physical Plan ==`, `== Optimized Execution Plan ==`,
/// `== Flow ==`, `== Recovery ==`, then what is asked for, then `== Warnings ==` if there are any.
/// A query without `collect` is planned for a sink that takes every kind.
Result<std::string> explain_text(std::vector<PlanRoot> roots, const PlanContext& context,
                                 const ExplainSections& sections);

}  // namespace hw
