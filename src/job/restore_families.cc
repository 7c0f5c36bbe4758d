// SPDX-License-Identifier: Apache-2.0

#include "job/restore_families.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "state/manifest_digest.h"

namespace hw {
namespace {

/// A node and the texts by which it is known.
struct Known {
  const PlanNode* node = nullptr;
  /// Equal for all nodes that do the same to the same.
  std::string family;
  /// Everything that feeds it, to the last literal.
  std::string up;
  /// Where its rows go: which sinks, through which operators that keep state.
  std::string down;
  /// The same to the last literal.
  std::string exactly_down;
};

std::string digest_text(const std::string& text) { return to_text(digest_of(text)); }

std::string role_text(const PlanNode& node) {
  return std::to_string(static_cast<int>(node.role)) + "\n";
}

/// Letters of any language, digits behind them.
bool is_plain_name(std::string_view name) {
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
         });
}

/// Whether a list in the text of a scan has this name, be it spelled as it may.
bool is_field_of(std::string_view scan, std::string_view name) {
  for (size_t at = scan.find(name); at != scan.npos; at = scan.find(name, at + 1)) {
    const std::string_view before = scan.substr(0, at);
    const std::string_view behind = scan.substr(at + name.size());
    if ((before.ends_with("[") || before.ends_with(", ")) &&
        (behind.starts_with("]") || behind.starts_with(", ") || behind.starts_with("("))) {
      return true;
    }
  }
  return false;
}

/// Whether a Calc with this text drops columns of a scan and does nothing else.
bool only_drops_columns(std::string_view calc, std::string_view scan) {
  constexpr std::string_view kBegin = "Calc(select=[";
  constexpr std::string_view kEnd = "])";
  if (!calc.starts_with(kBegin) || !calc.ends_with(kEnd)) return false;
  std::string_view rest = calc.substr(kBegin.size(), calc.size() - kBegin.size() - kEnd.size());
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(", "), rest.size());
    const std::string_view name = rest.substr(0, end);
    if (!is_plain_name(name) && !is_field_of(scan, name)) return false;
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  return true;
}

/// Families, ups and downs of a plan.
class Genealogy {
 public:
  explicit Genealogy(const PlanRecord& record) : record_(record) {
    for (const PlanNode& node : record.nodes) {
      for (const PlanNode::Input& input : node.inputs) {
        consumers_[input.uid].push_back({&node, input.input});
      }
      if (passes_through(node)) passed_[node.uid] = ancestors_of(node);
      families_[node.uid] = family_of(node);
      ups_[node.uid] = up_of(node);
    }
    for (auto node = record.nodes.rbegin(); node != record.nodes.rend(); ++node) {
      downs_[node->uid] = down_of(*node, false);
      exact_downs_[node->uid] = down_of(*node, true);
    }
  }

  std::vector<Known> known() const {
    std::vector<Known> all;
    for (const PlanNode& node : record_.nodes) {
      const bool end = node.role != PlanNode::Role::kOperator;
      if (!end && !node.meaning.keeps_state) continue;
      all.push_back({&node, families_.at(node.uid), ups_.at(node.uid), downs_.at(node.uid),
                     exact_downs_.at(node.uid)});
    }
    return all;
  }

 private:
  struct Consumer {
    const PlanNode* node;
    int input;
  };

  static bool passes_through(const PlanNode& node) {
    return node.role == PlanNode::Role::kOperator && !node.meaning.keeps_state;
  }

  /// Families of what stands nearest above a node and keeps state, by input. What keeps none may
  /// come and go between.
  std::vector<std::pair<int, std::string>> ancestors_of(const PlanNode& node) const {
    std::vector<std::pair<int, std::string>> ancestors;
    for (const PlanNode::Input& input : node.inputs) {
      const auto passed = passed_.find(input.uid);
      if (passed == passed_.end()) {
        ancestors.emplace_back(input.input, families_.at(input.uid));
        continue;
      }
      for (const auto& [ignored, family] : passed->second) {
        ancestors.emplace_back(input.input, family);
      }
    }
    return ancestors;
  }

  std::string family_of(const PlanNode& node) const {
    const StateMeaning& meaning = node.meaning;
    if (meaning.uid_decides) return digest_text("uid\n" + node.uid);
    std::string text = role_text(node);
    // A sink's output is its table's, whatever query writes it.
    if (node.role == PlanNode::Role::kOperator) {
      text += node.kind + "\n";
      for (const auto& [input, family] : ancestors_of(node)) {
        text += std::to_string(input) + " " + family + "\n";
      }
    }
    for (const std::string& key : meaning.keys) text += "key " + key + "\n";
    return digest_text(text);
  }

  /// A Calc that drops columns, as it stands above a scan that sends some for others too: it comes
  /// and goes with these.
  bool only_drops_columns(const PlanNode& node) const {
    if (node.kind != "Calc" || node.inputs.size() != 1) return false;
    const PlanNode* scan = record_.find(node.inputs[0].uid);
    return scan != nullptr && scan->role == PlanNode::Role::kSource &&
           hw::only_drops_columns(node.text, scan->text);
  }

  /// Which columns a source is asked for changes with every edit.
  std::string up_of(const PlanNode& node) const {
    if (only_drops_columns(node)) return ups_.at(node.inputs[0].uid);
    std::string text = role_text(node);
    if (node.role != PlanNode::Role::kSource) text += node.text + "\n";
    for (const std::string& key : node.meaning.keys) text += key + "\n";
    for (const PlanNode::Input& input : node.inputs) {
      text += std::to_string(input.input) + " " + ups_.at(input.uid) + "\n";
    }
    return digest_text(text);
  }

  std::string down_of(const PlanNode& node, bool exactly) const {
    std::string own;
    if (node.role == PlanNode::Role::kSink) {
      own = "Sink";
      for (const std::string& key : node.meaning.keys) own += " " + key;
    }
    if (!consumers_.contains(node.uid)) return own;
    std::vector<std::string> ways;
    add_ways(node, exactly, ways);
    std::sort(ways.begin(), ways.end());
    std::string text;
    for (const std::string& way : ways) text += way + "\n";
    return digest_text(text);
  }

  void add_ways(const PlanNode& node, bool exactly, std::vector<std::string>& ways) const {
    const auto found = consumers_.find(node.uid);
    if (found == consumers_.end()) return;
    for (const Consumer& consumer : found->second) {
      const PlanNode& below = *consumer.node;
      if (only_drops_columns(below)) {
        add_ways(below, exactly, ways);
        continue;
      }
      const bool passes = passes_through(below);
      const std::string step = below.kind + "#" + std::to_string(consumer.input) + ">";
      if (exactly) {
        ways.push_back(step + below.text + exact_downs_.at(below.uid));
      } else {
        ways.push_back((passes ? "" : step) + downs_.at(below.uid));
      }
    }
  }

  const PlanRecord& record_;
  std::map<std::string, std::vector<Consumer>> consumers_;
  std::map<std::string, std::string> families_;
  /// Of nodes that rows only pass through: what stands above them.
  std::map<std::string, std::vector<std::pair<int, std::string>>> passed_;
  std::map<std::string, std::string> ups_;
  std::map<std::string, std::string> downs_;
  std::map<std::string, std::string> exact_downs_;
};

/// One family: its members before and now, fewer with each match.
class Family {
 public:
  std::vector<Known> saved;
  std::vector<Known> now;

  void match(NodeMatches& matches) {
    if (saved.size() == 1 && now.size() == 1) {
      pair(0, 0, matches);
      return;
    }
    match_twins(matches);
    const auto up = [](const Known& known) { return known.up; };
    const auto down = [](const Known& known) { return known.down; };
    match_by([&](const Known& known) { return up(known) + down(known); }, up, matches);
    // The ways agree about where its rows go, and nothing says that it went elsewhere.
    match_by(down, up, matches);
    match_by(up, down, matches);
    if (now.empty()) return;
    for (const Known& known : saved) matches.ambiguous.insert(known.node->uid);
  }

 private:
  void pair(size_t saved_place, size_t now_place, NodeMatches& matches) {
    matches.matched[saved[saved_place].node->uid] = now[now_place].node->uid;
    saved.erase(saved.begin() + static_cast<std::ptrdiff_t>(saved_place));
    now.erase(now.begin() + static_cast<std::ptrdiff_t>(now_place));
  }

  /// Equal in everything: as many now as before, whichever is which.
  void match_twins(NodeMatches& matches) {
    const auto same = [](const Known& a, const Known& b) {
      return a.up == b.up && a.exactly_down == b.exactly_down;
    };
    for (size_t i = 0; i < saved.size();) {
      const Known known = saved[i];
      const auto equals = [&](const Known& other) { return same(known, other); };
      if (std::count_if(saved.begin(), saved.end(), equals) !=
          std::count_if(now.begin(), now.end(), equals)) {
        ++i;
        continue;
      }
      const auto twin = std::find_if(now.begin(), now.end(), equals);
      pair(i, static_cast<size_t>(twin - now.begin()), matches);
    }
  }

  /// Pairs those that alone share a text, unless the other text points somewhere else.
  template <typename Text, typename Other>
  void match_by(Text text, Other other, NodeMatches& matches) {
    for (size_t i = 0; i < saved.size();) {
      const Known known = saved[i];
      const auto shares = [&](const Known& k) { return text(k) == text(known); };
      const auto twin = std::find_if(now.begin(), now.end(), shares);
      bool sure = std::count_if(saved.begin(), saved.end(), shares) == 1 &&
                  std::count_if(now.begin(), now.end(), shares) == 1;
      if (sure && other(*twin) != other(known)) {
        const auto elsewhere = [&](const std::vector<Known>& all, const Known& wanted) {
          return std::any_of(all.begin(), all.end(),
                             [&](const Known& k) { return other(k) == other(wanted); });
        };
        sure = !elsewhere(now, known) && !elsewhere(saved, *twin);
      }
      if (sure) {
        pair(i, static_cast<size_t>(twin - now.begin()), matches);
      } else {
        ++i;
      }
    }
  }
};

/// The nodes that keep state nearest above, by input.
std::vector<std::pair<int, std::string>> ancestors_of(const PlanRecord& record,
                                                      const PlanNode& node) {
  std::vector<std::pair<int, std::string>> ancestors;
  for (const PlanNode::Input& input : node.inputs) {
    const PlanNode& above = *record.find(input.uid);
    if (above.role == PlanNode::Role::kSource || above.meaning.keeps_state) {
      ancestors.emplace_back(input.input, above.uid);
      continue;
    }
    for (const auto& [ignored, uid] : ancestors_of(record, above)) {
      ancestors.emplace_back(input.input, uid);
    }
  }
  return ancestors;
}

/// State is right only below the same rows: who is matched stands below matched ones.
void forget_strangers(const PlanRecord& saved, const PlanRecord& now, NodeMatches& matches) {
  for (const PlanNode& node : saved.nodes) {
    const auto match = matches.matched.find(node.uid);
    if (node.role != PlanNode::Role::kOperator || match == matches.matched.end()) continue;
    const PlanNode& twin = *now.find(match->second);
    if (node.meaning.uid_decides) continue;
    std::vector<std::pair<int, std::string>> wanted;
    for (const auto& [input, uid] : ancestors_of(saved, node)) {
      const auto above = matches.matched.find(uid);
      wanted.emplace_back(input, above == matches.matched.end() ? "" : above->second);
    }
    std::vector<std::pair<int, std::string>> found = ancestors_of(now, twin);
    std::sort(wanted.begin(), wanted.end());
    std::sort(found.begin(), found.end());
    if (wanted == found) continue;
    matches.ambiguous.insert(node.uid);
    matches.matched.erase(match);
  }
}

}  // namespace

NodeMatches match_nodes(const PlanRecord& saved, const PlanRecord& now) {
  std::map<std::string, Family> families;
  const Genealogy before(saved);
  const Genealogy after(now);
  for (Known& known : before.known()) families[known.family].saved.push_back(std::move(known));
  for (Known& known : after.known()) families[known.family].now.push_back(std::move(known));
  NodeMatches matches;
  for (auto& [name, family] : families) family.match(matches);
  forget_strangers(saved, now, matches);
  return matches;
}

}  // namespace hw
