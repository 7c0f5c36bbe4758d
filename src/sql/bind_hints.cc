// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_hints.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <memory>
#include <utility>

#include "plan/logical/aggregate.h"
#include "plan/logical/filter.h"
#include "plan/logical/join.h"
#include "plan/logical/project.h"
#include "runtime/options.h"
#include "sql/bind_session.h"

namespace hw {
namespace {

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Status wrong_value(const ast::HintArgument& arg, std::string_view wanted) {
  return at(arg.position, Status::Invalid("'", arg.key, "' of the LOOKUP hint is ", wanted,
                                          ", but is '", arg.value, "'"));
}

Result<bool> boolean_of(const ast::HintArgument& arg) {
  const std::string value = lower_case(arg.value);
  if (value != "true" && value != "false") return wrong_value(arg, "true or false");
  return value == "true";
}

Status check_one_of(const ast::HintArgument& arg, std::string_view one, std::string_view other) {
  const std::string value = lower_case(arg.value);
  if (value == one || (!other.empty() && value == other)) return Status::OK();
  return wrong_value(
      arg, other.empty() ? std::string(one) : std::string(one) + " or " + std::string(other));
}

Status check_count(const ast::HintArgument& arg) {
  int64_t value = 0;
  const char* end = arg.value.data() + arg.value.size();
  const auto [stopped, error] = std::from_chars(arg.value.data(), end, value);
  if (error == std::errc() && stopped == end && value > 0) return Status::OK();
  return wrong_value(arg, "a number above 0");
}

Status check_duration(const ast::HintArgument& arg) {
  return parse_duration_ms(arg.value).ok() ? Status::OK()
                                           : wrong_value(arg, "a duration such as '10 s'");
}

/// Options that say how rows are asked for: checked, and collected by name.
Status check_asking(const ast::HintArgument& arg) {
  if (arg.key == "async") return boolean_of(arg).status();
  if (arg.key == "output-mode") return check_one_of(arg, "ordered", "allow_unordered");
  if (arg.key == "capacity" || arg.key == "max-attempts") return check_count(arg);
  if (arg.key == "timeout" || arg.key == "fixed-delay") return check_duration(arg);
  if (arg.key == "retry-predicate") return check_one_of(arg, "lookup_miss", "");
  if (arg.key == "retry-strategy") return check_one_of(arg, "fixed_delay", "");
  return at(arg.position,
            Status::Invalid("the LOOKUP hint has no option '", arg.key,
                            "'; it has table, async, output-mode, capacity, timeout, "
                            "retry-predicate, retry-strategy, fixed-delay, max-attempts and "
                            "shuffle"));
}

bool is_join_strategy(std::string_view name) {
  constexpr std::array<std::string_view, 5> kStrategies = {
      "BROADCAST", "SHUFFLE_HASH", "SHUFFLE_MERGE", "NEST_LOOP", "MULTI_JOIN"};
  return std::find(kStrategies.begin(), kStrategies.end(), name) != kStrategies.end();
}

Result<LookupHint> lookup_hint(const ast::Hint& hint) {
  LookupHint lookup;
  lookup.position = hint.position;
  for (const ast::HintArgument& arg : hint.args) {
    if (arg.key.empty()) {
      return at(arg.position, Status::Invalid("the LOOKUP hint takes 'option'='value', but has '",
                                              arg.value, "'"));
    }
    if (arg.key == "table") {
      lookup.table = arg.value;
    } else if (arg.key == "shuffle") {
      HW_ASSIGN_OR_RETURN(lookup.shuffle, boolean_of(arg));
    } else {
      HW_TRY(check_asking(arg));
      lookup.asking.push_back(arg.key);
    }
  }
  if (lookup.table.empty()) {
    return at(hint.position,
              Status::Invalid("the LOOKUP hint says which table it is for: 'table'='..'"));
  }
  return lookup;
}

/// The plan with the lookup of the table that has `column`, placed as the hint says; null where the
/// column comes from no lookup.
LogicalNodePtr with_shuffle(const LogicalNodePtr& plan, int column, bool shuffled) {
  if (const auto* project = node_if<ProjectNode>(plan)) {
    const BoundExpr& expr = *project->exprs()[static_cast<size_t>(column)];
    if (expr.kind() != BoundExpr::Kind::kColumn) return nullptr;
    const LogicalNodePtr below = with_shuffle(project->input(), expr.column_index(), shuffled);
    return below == nullptr ? nullptr : project->with_inputs({below});
  }
  const auto* join = node_if<JoinNode>(plan);
  if (join == nullptr) return nullptr;
  const int num_left = join->left()->num_columns();
  if (column >= num_left && join->parts().lookup) {
    JoinNode::Parts parts = join->parts();
    parts.lookup->shuffled = shuffled;
    return std::make_shared<JoinNode>(join->left(), join->right(), std::move(parts));
  }
  const bool right = column >= num_left;
  const LogicalNodePtr below = with_shuffle(right ? join->right() : join->left(),
                                            right ? column - num_left : column, shuffled);
  if (below == nullptr) return nullptr;
  std::vector<LogicalNodePtr> inputs = join->inputs();
  inputs[right ? 1 : 0] = below;
  return join->with_inputs(std::move(inputs));
}

/// The plan with what the hint says at the first join that has the table of `column` as a side;
/// null where the column comes from no join.
LogicalNodePtr with_ttl(const LogicalNodePtr& plan, int column, int64_t ttl_ms) {
  if (const auto* project = node_if<ProjectNode>(plan)) {
    const BoundExpr& expr = *project->exprs()[static_cast<size_t>(column)];
    // USING: the column of either side, which is there.
    if (expr.kind() != BoundExpr::Kind::kColumn) return nullptr;
    const LogicalNodePtr below = with_ttl(project->input(), expr.column_index(), ttl_ms);
    return below == nullptr ? nullptr : project->with_inputs({below});
  }
  if (const auto* filter = node_if<FilterNode>(plan)) {
    const LogicalNodePtr below = with_ttl(filter->input(), column, ttl_ms);
    return below == nullptr ? nullptr : filter->with_inputs({below});
  }
  const auto* join = node_if<JoinNode>(plan);
  if (join == nullptr) return nullptr;
  const int num_left = join->left()->num_columns();
  const bool right = column >= num_left;
  const LogicalNodePtr below =
      with_ttl(right ? join->right() : join->left(), right ? column - num_left : column, ttl_ms);
  if (below != nullptr) {
    std::vector<LogicalNodePtr> inputs = join->inputs();
    inputs[right ? 1 : 0] = below;
    return join->with_inputs(std::move(inputs));
  }
  JoinNode::Parts parts = join->parts();
  // Neither the copy of a lookup nor versions of a table age.
  if (parts.lookup || parts.versions) return nullptr;
  (right ? parts.right_ttl_ms : parts.left_ttl_ms) = ttl_ms;
  return std::make_shared<JoinNode>(join->left(), join->right(), std::move(parts));
}

}  // namespace

Result<BlockHints> BlockHints::bind(const std::vector<ast::Hint>& hints, BindSession& session) {
  BlockHints bound;
  for (const ast::Hint& hint : hints) {
    if (hint.name == "LOOKUP") {
      HW_ASSIGN_OR_RETURN(LookupHint lookup, lookup_hint(hint));
      bound.mentions_.push_back({hint.name, lookup.table, hint.position});
      bound.lookups_.push_back(std::move(lookup));
    } else if (hint.name == "STATE_TTL") {
      HW_TRY(bound.mention_ttl(hint));
    } else if (is_join_strategy(hint.name)) {
      HW_TRY(bound.mention_tables(hint));
      session.warn(
          hint.name == "MULTI_JOIN"
              ? "hint MULTI_JOIN changes nothing: 'table.optimizer.multi-join.enabled' "
                "says for a whole job whether joins along one key run as one operator"
              : "hint " + hint.name +
                    " changes nothing: a batch join keeps its right side in memory and lets the "
                    "left one pass it, a stream keeps both");
    } else if (hint.name == "OPTIONS") {
      session.warn("hint OPTIONS stands behind a table and changes nothing behind SELECT");
    } else {
      session.warn("hint " + hint.name + " is unknown and ignored");
    }
  }
  return bound;
}

Status BlockHints::mention_tables(const ast::Hint& hint) {
  if (hint.args.empty()) {
    return at(hint.position,
              Status::Invalid("hint ", hint.name, " names tables: ", hint.name, "(a, b)"));
  }
  for (const ast::HintArgument& arg : hint.args) {
    if (!arg.key.empty()) {
      return at(arg.position, Status::Invalid("hint ", hint.name, " names tables, but has '",
                                              arg.key, "' = '", arg.value, "'"));
    }
    mentions_.push_back({hint.name, arg.value, arg.position});
  }
  return Status::OK();
}

Status BlockHints::mention_ttl(const ast::Hint& hint) {
  for (const ast::HintArgument& arg : hint.args) {
    const Result<int64_t> ttl_ms = parse_duration_ms(arg.value);
    if (arg.key.empty() || !ttl_ms.ok()) {
      return at(arg.position, Status::Invalid("hint STATE_TTL takes 'table' = 'duration', as in "
                                              "STATE_TTL('t' = '1 d'), but has '",
                                              arg.value, "'"));
    }
    mentions_.push_back({hint.name, arg.key, arg.position});
    ttls_.push_back({arg.key, *ttl_ms});
  }
  return Status::OK();
}

LogicalNodePtr BlockHints::aged(const LogicalNodePtr& grouped) {
  // DISTINCT names its columns above its groups.
  const auto* project = node_if<ProjectNode>(grouped);
  if (project != nullptr && node_if<AggregateNode>(project->input()) != nullptr) {
    return project->with_inputs({aged(project->input())});
  }
  const auto* aggregate = node_if<AggregateNode>(grouped);
  if (aggregate == nullptr || joins_ || ttls_.empty()) return grouped;
  for (TtlHint& hint : ttls_) hint.reaches = true;
  return std::make_shared<AggregateNode>(aggregate->input(), aggregate->keys(),
                                         aggregate->aggregates(), ttls_.back().ttl_ms);
}

void BlockHints::warn_unreached(BindSession& session) const {
  for (const TtlHint& hint : ttls_) {
    if (hint.reaches) continue;
    session.warn("hint STATE_TTL for '" + hint.table +
                 "' changes nothing: it is for GROUP BY and DISTINCT over that table alone and for "
                 "joins that keep its rows; for others SET 'table.exec.state.ttl'");
  }
}

void BlockHints::apply_ttl(Relation& from) {
  for (TtlHint& hint : ttls_) {
    for (const ScopeColumn& column : from.scope.columns()) {
      if (column.qualifier.empty() || column.qualifier.back() != hint.table) continue;
      const LogicalNodePtr hinted = with_ttl(from.plan, column.index, hint.ttl_ms);
      if (hinted != nullptr) from.plan = hinted;
      hint.reaches = hinted != nullptr;
      break;
    }
  }
}

Status BlockHints::apply(Relation& from, BindSession& session) {
  HW_TRY(check_tables(from.scope));
  for (const ScopeColumn& column : from.scope.columns()) {
    joins_ = joins_ || column.qualifier != from.scope.columns()[0].qualifier;
  }
  // Of several for one table the last one counts.
  apply_ttl(from);
  // Of several for one table the last one counts.
  for (const LookupHint& hint : lookups_) {
    const std::vector<ScopeColumn>& columns = from.scope.columns();
    const auto column =
        std::find_if(columns.begin(), columns.end(), [&](const ScopeColumn& candidate) {
          return !candidate.qualifier.empty() && candidate.qualifier.back() == hint.table;
        });
    const LogicalNodePtr hinted = with_shuffle(from.plan, column->index, hint.shuffle);
    if (hinted == nullptr) {
      return at(hint.position,
                Status::Invalid("the LOOKUP hint is for a table that is read FOR SYSTEM_TIME AS "
                                "OF a processing time, and '",
                                hint.table, "' is not"));
    }
    from.plan = hinted;
    std::string names;
    for (const std::string& option : hint.asking) {
      names += (names.empty() ? "'" : ", '") + option + "'";
    }
    if (!names.empty()) {
      session.warn("hint LOOKUP: " + names + " of table '" + hint.table +
                   "' changes nothing: rows are found in a copy of the table, at once");
    }
  }
  return Status::OK();
}

Status BlockHints::check_tables(const Scope& from) const {
  std::vector<std::string> names;
  for (const ScopeColumn& column : from.columns()) {
    if (!column.qualifier.empty()) names.push_back(column.qualifier.back());
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const Mention& mention : mentions_) {
    if (std::binary_search(names.begin(), names.end(), mention.table)) continue;
    std::string known;
    for (const std::string& name : names) known += (known.empty() ? "" : ", ") + name;
    return at(
        mention.position,
        Status::Invalid("hint ", mention.hint, " names table '", mention.table, "', but FROM has ",
                        known.empty() ? "none" : known, " (a table with an alias is named by it)"));
  }
  return Status::OK();
}

}  // namespace hw
