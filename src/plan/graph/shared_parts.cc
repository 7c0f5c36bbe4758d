// SPDX-License-Identifier: Apache-2.0

#include "plan/graph/shared_parts.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string_view>
#include <utility>

#include "plan/logical/scan.h"
#include "plan/logical/values.h"
#include "state/manifest_digest.h"

namespace hw {
namespace {

/// Appends what EXPLAIN may leave out, with lengths, so that no two texts run into each other.
void append(std::string_view text, std::string& out) {
  out += std::to_string(text.size()) + ":";
  out += text;
}

/// What two equal scans have in common.
void append_table(const ScanNode& scan, std::string& out) {
  // One definition: the table was not made anew between two statements.
  append(std::to_string(reinterpret_cast<uintptr_t>(scan.spec().table.get())), out);
  for (const auto& [key, value] : scan.spec().options) {
    append(key, out);
    append(value, out);
  }
  if (scan.spec().limit) append(std::to_string(*scan.spec().limit), out);
}

/// EXPLAIN cuts long lists: two such lines may be equal and mean different things.
bool is_cut(std::string_view line) { return line.find("…") != std::string_view::npos; }

bool steady(const BoundExprPtr& expr) { return expr == nullptr || expr->deterministic(); }

bool steady(const PhysicalNode& node) {
  // What it finds is no part of the plan.
  if (node.kind == PhysicalKind::kLookupJoin) return false;
  // Shows its first rows only, and costs nothing.
  if (node_if<ValuesNode>(node.logical) != nullptr) return false;
  if (const ScanNode* scan = node_if<ScanNode>(node.logical)) {
    const std::vector<TableColumn>& columns = scan->table().columns;
    return std::all_of(columns.begin(), columns.end(),
                       [](const TableColumn& column) { return steady(column.expr); });
  }
  return steady(node.condition) &&
         std::all_of(node.projections.begin(), node.projections.end(),
                     [](const BoundExprPtr& expr) { return steady(expr); });
}

class Signatures {
 public:
  /// Empty: the part calls something that differs from call to call, or is of no kind that is
  /// shared.
  const std::string& of(const PhysicalNode& node) {
    std::string text;
    bool equal_to_others = steady(node) && node.kind != PhysicalKind::kSink;
    for (const PhysicalNodePtr& input : node.inputs) {
      const std::string& below = of(*input);
      equal_to_others = equal_to_others && !below.empty();
      append(below, text);
    }
    std::string& signature = found_[&node];
    if (!equal_to_others) return signature;
    const std::string line = line_of(node);
    if (is_cut(line)) return signature;
    append(std::to_string(static_cast<int>(node.kind)), text);
    append(line, text);
    for (const SqlField& field : node.schema->fields()) {
      append(field.name, text);
      append(field.type.to_sql(), text);
    }
    append(node.traits.kinds.to_text(), text);
    for (const Placement& placement : node.placements) {
      append(std::to_string(static_cast<int>(placement.contract)), text);
      for (const int key : placement.keys) append(std::to_string(key), text);
    }
    for (const int64_t ttl_ms : node.state_ttl_ms) append(std::to_string(ttl_ms), text);
    for (const int column : node.columns) append(std::to_string(column), text);
    if (const ScanNode* scan = node_if<ScanNode>(node.logical)) append_table(*scan, text);
    signature = to_text(digest_of(text));
    return signature;
  }

  std::unordered_map<const PhysicalNode*, std::string> take() { return std::move(found_); }

 private:
  std::unordered_map<const PhysicalNode*, std::string> found_;
};

using Parts = std::unordered_map<const PhysicalNode*, std::string>;

/// Which parts are worth sharing: those that stand several times, and somewhere not inside of
/// another such part.
class Choice {
 public:
  Choice(const std::vector<PhysicalNodePtr>& roots, const Parts& all, bool sources)
      : all_(all), sources_(sources) {
    for (const PhysicalNodePtr& root : roots) count(*root);
    for (const PhysicalNodePtr& root : roots) find(*root, false);
  }
  bool has(const std::string& signature) const { return chosen_.contains(signature); }

 private:
  void count(const PhysicalNode& node) {
    const std::string& signature = all_.at(&node);
    if (!signature.empty()) ++times_[signature];
    for (const PhysicalNodePtr& input : node.inputs) count(*input);
  }
  void find(const PhysicalNode& node, bool inside) {
    const std::string& signature = all_.at(&node);
    const bool several = !signature.empty() && times_[signature] > 1 &&
                         (sources_ || node.kind != PhysicalKind::kSource);
    if (several && !inside) chosen_.insert(signature);
    for (const PhysicalNodePtr& input : node.inputs) find(*input, several);
  }

  const Parts& all_;
  const bool sources_;
  std::unordered_map<std::string, int> times_;
  std::set<std::string> chosen_;
};

}  // namespace

SharedParts::SharedParts(const std::vector<PhysicalNodePtr>& roots, bool sources) {
  Signatures signatures;
  for (const PhysicalNodePtr& root : roots) signatures.of(*root);
  const Parts all = signatures.take();
  const Choice choice(roots, all, sources);
  for (const auto& [node, signature] : all) {
    if (choice.has(signature)) parts_[node] = signature;
  }
}

const std::string& SharedParts::shared(const PhysicalNode& node) const {
  static const std::string kNone;
  const auto found = parts_.find(&node);
  return found == parts_.end() ? kNone : found->second;
}

}  // namespace hw
