// SPDX-License-Identifier: Apache-2.0

#include "plan/explain/advice_text.h"

#include <algorithm>

#include "plan/changelog/infer.h"
#include "plan/explain/state_text.h"
#include "plan/logical/join.h"
#include "plan/logical/sort.h"
#include "plan/lower/join_way.h"

namespace hw {
namespace {

struct Advice {
  bool warning = false;
  std::string text;
  bool operator==(const Advice&) const = default;
};

bool in_one_place(const PhysicalNode& node) {
  return std::any_of(
      node.placements.begin(), node.placements.end(),
      [](const Placement& placement) { return placement.contract == EdgeContract::kGlobal; });
}

void advise_on(const PhysicalNode& node, bool batch, int parallelism, std::vector<Advice>& out) {
  for (const PhysicalNodePtr& input : node.inputs) advise_on(*input, batch, parallelism, out);
  if (node.kind == PhysicalKind::kJoin && !batch) {
    const auto& parts = node.logical->as<JoinNode>().parts();
    if (parts.left_keys.empty() && !joins_by_interval(node, false)) {
      out.push_back({true, node.name +
                               " has no equality between its sides: every pair is tried, in one "
                               "place; add one to ON"});
    }
  }
  if (node.kind == PhysicalKind::kTopN && node.logical->kind() == NodeKind::kTopN && !batch &&
      node.logical->as<TopNNode>().shows_rank() && node.logical->as<TopNNode>().parts().limit > 1) {
    out.push_back({false, node.name +
                              " shows the rank, so a row that comes in changes all behind it; "
                              "leave the rank out of the list to send less"});
  }
  if (node.kind == PhysicalKind::kMaterialize && !resolves_conflicts(node)) {
    out.push_back({true,
                   "the PRIMARY KEY of the sink is not the key by which the query updates, so "
                   "all rows of each PRIMARY KEY are kept; group by the key, or declare "
                   "another one"});
  }
  if (parallelism > 1 && !batch && in_one_place(node) && node.kind != PhysicalKind::kSink) {
    out.push_back(
        {false, node.name + " runs in one place whatever the parallelism: it has no key"});
  }
}

}  // namespace

std::string advice_text(const std::vector<PhysicalNodePtr>& roots, const SessionConfig& config,
                        int parallelism) {
  std::vector<Advice> all;
  for (const std::string& state : unbounded_states(roots, config)) {
    all.push_back({true, state +
                             " for as long as the job runs; bound it by a window, by an interval "
                             "of times in ON, by LIMIT, or by 'table.exec.state.ttl'"});
  }
  const bool batch = config.mode() == RuntimeMode::kBatch;
  for (const PhysicalNodePtr& root : roots) advise_on(*root, batch, parallelism, all);
  std::vector<Advice> once;
  for (Advice& advice : all)
    if (std::find(once.begin(), once.end(), advice) == once.end()) once.push_back(advice);
  if (once.empty()) return "No available advice...\n";
  std::string text;
  for (size_t i = 0; i < once.size(); ++i) {
    text += "advice[" + std::to_string(i + 1) +
            "]: " + (once[i].warning ? "[WARNING] " : "[ADVICE] ") + once[i].text + "\n";
  }
  return text;
}

}  // namespace hw
