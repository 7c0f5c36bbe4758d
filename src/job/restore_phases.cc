// SPDX-License-Identifier: Apache-2.0

#include "job/restore_phases.h"

#include <map>
#include <utility>
#include <vector>

#include "operators/local_aggregate.h"

namespace hw {
namespace {

bool is_first_phase(const PlanNode& node) {
  return node.role == PlanNode::Role::kOperator && node.kind == kLocalAggregate &&
         !node.meaning.keeps_state && !node.meaning.uid_decides;
}

}  // namespace

PlanRecord in_one_phase(PlanRecord plan) {
  std::map<std::string, std::vector<PlanNode::Input>> feeds;  // by uid of a first phase
  PlanRecord kept;
  for (PlanNode& node : plan.nodes) {
    std::vector<PlanNode::Input> inputs;
    for (PlanNode::Input& input : node.inputs) {
      const auto passed = feeds.find(input.uid);
      if (passed == feeds.end()) {
        inputs.push_back(std::move(input));
        continue;
      }
      for (const PlanNode::Input& above : passed->second) {
        inputs.push_back({.input = input.input, .uid = above.uid});
      }
    }
    if (is_first_phase(node)) {
      feeds[node.uid] = std::move(inputs);
      continue;
    }
    node.inputs = std::move(inputs);
    kept.nodes.push_back(std::move(node));
  }
  return kept;
}

}  // namespace hw
