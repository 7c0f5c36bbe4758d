// SPDX-License-Identifier: Apache-2.0

#include "job/restore_unfolding.h"

#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace hw {
namespace {

class Unfolding {
 public:
  explicit Unfolding(const PlanRecord& plan) {
    for (const PlanNode& node : plan.nodes) {
      nodes_[node.uid] = &node;
      for (const PlanNode::Input& input : node.inputs) feeds_some_.insert(input.uid);
    }
    for (const PlanNode& node : plan.nodes) {
      if (!feeds_some_.contains(node.uid)) copy(node);
    }
  }

  UnfoldedPlan take() { return std::move(out_); }

 private:
  /// Returns the uid of another copy of the node, or of the only one.
  std::string copy(const PlanNode& node) {
    const auto found = everywhere_.find(node.uid);
    if (found != everywhere_.end()) return found->second;
    PlanNode made = node;
    for (PlanNode::Input& input : made.inputs) input.uid = copy(*nodes_.at(input.uid));
    const int before = copies_[node.uid]++;
    // No plan has such a uid: they are hexadecimal digits and a number.
    if (before > 0) made.uid += "/" + std::to_string(before);
    if (node.meaning.uid_decides) everywhere_[node.uid] = made.uid;
    out_.original[made.uid] = node.uid;
    std::string uid = made.uid;
    out_.record.nodes.push_back(std::move(made));
    return uid;
  }

  std::unordered_map<std::string, const PlanNode*> nodes_;
  std::unordered_set<std::string> feeds_some_;
  std::unordered_map<std::string, int> copies_;
  std::unordered_map<std::string, std::string> everywhere_;
  UnfoldedPlan out_;
};

}  // namespace

std::vector<std::string> UnfoldedPlan::copies_of(const std::string& uid) const {
  std::vector<std::string> copies;
  for (auto at = original.lower_bound(uid); at != original.end(); ++at) {
    if (at->second == uid) copies.push_back(at->first);
    if (at->second != uid && !at->first.starts_with(uid)) break;
  }
  return copies;
}

UnfoldedPlan unfold(const PlanRecord& plan) { return Unfolding(plan).take(); }

}  // namespace hw
