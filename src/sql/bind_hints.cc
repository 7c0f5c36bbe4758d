// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_hints.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <utility>

#include "base/letters.h"
#include "plan/logical/aggregate.h"
#include "plan/logical/filter.h"
#include "plan/logical/join.h"
#include "plan/logical/project.h"
#include "runtime/options.h"
#include "sql/bind_session.h"

namespace hw {
namespace {

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

Result<int64_t> count_of(const ast::HintArgument& arg) {
  int64_t value = 0;
  const char* end = arg.value.data() + arg.value.size();
  const auto [stopped, error] = std::from_chars(arg.value.data(), end, value);
  if (error == std::errc() && stopped == end && value > 0) return value;
  return wrong_value(arg, "a number above 0");
}

Result<int64_t> duration_of(const ast::HintArgument& arg) {
  const Result<int64_t> ms = parse_duration_ms(arg.value);
  if (!ms.ok()) return wrong_value(arg, "a duration such as '10 s'");
  return *ms;
}

/// Options that say how rows are asked for.
Status take_asking(const ast::HintArgument& arg, LookupHint& hint) {
  LookupAsking& asking = hint.asking;
  if (arg.key == "async") {
    HW_ASSIGN_OR_RETURN(asking.async, boolean_of(arg));
  } else if (arg.key == "output-mode") {
    HW_TRY(check_one_of(arg, "ordered", "allow_unordered"));
    asking.ordered = lower_case(arg.value) == "ordered";
  } else if (arg.key == "capacity") {
    HW_ASSIGN_OR_RETURN(asking.capacity, count_of(arg));
  } else if (arg.key == "timeout") {
    HW_ASSIGN_OR_RETURN(asking.timeout_ms, duration_of(arg));
  } else if (arg.key == "retry-predicate") {
    HW_TRY(check_one_of(arg, "lookup_miss", ""));
    hint.on_miss = true;
  } else if (arg.key == "retry-strategy") {
    HW_TRY(check_one_of(arg, "fixed_delay", ""));
    hint.by_fixed_delay = true;
  } else if (arg.key == "fixed-delay") {
    HW_ASSIGN_OR_RETURN(hint.fixed_delay_ms, duration_of(arg));
  } else if (arg.key == "max-attempts") {
    HW_ASSIGN_OR_RETURN(hint.attempts, count_of(arg));
  } else {
    return at(arg.position,
              Status::Invalid("the LOOKUP hint has no option '", arg.key,
                              "'; it has table, async, output-mode, capacity, timeout, "
                              "retry-predicate, retry-strategy, fixed-delay, max-attempts and "
                              "shuffle"));
  }
  return Status::OK();
}

/// The four options of asking again stand together.
Status take_retry(LookupHint& hint) {
  const int given = int{hint.on_miss} + int{hint.by_fixed_delay} +
                    int{hint.fixed_delay_ms.has_value()} + int{hint.attempts.has_value()};
  if (given == 0) return Status::OK();
  if (given < 4) {
    return at(hint.position,
              Status::Invalid("a LOOKUP hint that asks again says how with all of "
                              "'retry-predicate'='lookup_miss', 'retry-strategy'='fixed_delay', "
                              "'fixed-delay'='10 s', 'max-attempts'='3'"));
  }
  hint.asking.retry = LookupRetry{.delay_ms = *hint.fixed_delay_ms, .attempts = *hint.attempts};
  return Status::OK();
}

bool is_join_strategy(std::string_view name) {
  constexpr std::array<std::string_view, 4> kStrategies = {"BROADCAST", "SHUFFLE_HASH",
                                                           "SHUFFLE_MERGE", "NEST_LOOP"};
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
      HW_TRY(take_asking(arg, lookup));
    }
  }
  HW_TRY(take_retry(lookup));
  if (lookup.table.empty()) {
    return at(hint.position,
              Status::Invalid("the LOOKUP hint says which table it is for: 'table'='..'"));
  }
  return lookup;
}

/// The plan with the lookup of the table that has `column` as the hint says; null where the column
/// comes from no lookup.
LogicalNodePtr with_lookup(const LogicalNodePtr& plan, int column, const LookupHint& hint) {
  if (const auto* project = node_if<ProjectNode>(plan)) {
    const BoundExpr& expr = *project->exprs()[static_cast<size_t>(column)];
    if (expr.kind() != BoundExpr::Kind::kColumn) return nullptr;
    const LogicalNodePtr below = with_lookup(project->input(), expr.column_index(), hint);
    return below == nullptr ? nullptr : project->with_inputs({below});
  }
  const auto* join = node_if<JoinNode>(plan);
  if (join == nullptr) return nullptr;
  const int num_left = join->left()->num_columns();
  if (column >= num_left && join->parts().lookup) {
    JoinNode::Parts parts = join->parts();
    parts.lookup = JoinNode::Lookup{.shuffled = hint.shuffle, .asking = hint.asking};
    return std::make_shared<JoinNode>(join->left(), join->right(), std::move(parts));
  }
  const bool right = column >= num_left;
  const LogicalNodePtr below =
      with_lookup(right ? join->right() : join->left(), right ? column - num_left : column, hint);
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

/// A plan whose joins of nothing but named tables are asked to be one operator.
struct JoinedAsOne {
  LogicalNodePtr plan;
  bool named = false;  // all of its tables are
  bool joins = false;  // there is such a join
};

/// `named` says which columns are of tables that the hint names.
JoinedAsOne joined_as_one(const LogicalNodePtr& plan, const std::vector<bool>& named) {
  if (const auto* project = node_if<ProjectNode>(plan)) {
    std::vector<bool> below(static_cast<size_t>(project->input()->num_columns()), false);
    for (size_t i = 0; i < named.size(); ++i) {
      const BoundExpr& expr = *project->exprs()[i];
      if (named[i] && expr.kind() == BoundExpr::Kind::kColumn) {
        below[static_cast<size_t>(expr.column_index())] = true;
      }
    }
    JoinedAsOne made = joined_as_one(project->input(), below);
    if (made.joins) made.plan = project->with_inputs({made.plan});
    if (!made.joins) made = {plan, std::find(named.begin(), named.end(), true) != named.end()};
    return made;
  }
  if (const auto* filter = node_if<FilterNode>(plan)) {
    JoinedAsOne made = joined_as_one(filter->input(), named);
    made.plan = made.joins ? filter->with_inputs({made.plan}) : plan;
    return made;
  }
  const auto* join = node_if<JoinNode>(plan);
  if (join == nullptr) {
    return {plan, std::find(named.begin(), named.end(), true) != named.end()};
  }
  const auto middle =
      named.begin() + std::min<std::ptrdiff_t>(join->left()->num_columns(), std::ssize(named));
  std::vector<bool> of_right(middle, named.end());
  of_right.resize(static_cast<size_t>(join->right()->num_columns()), false);
  const JoinedAsOne left = joined_as_one(join->left(), {named.begin(), middle});
  const JoinedAsOne right = joined_as_one(join->right(), of_right);
  JoinNode::Parts parts = join->parts();
  parts.as_one = left.named && right.named && !parts.lookup && !parts.versions;
  return {std::make_shared<JoinNode>(left.plan, right.plan, parts), left.named && right.named,
          parts.as_one || left.joins || right.joins};
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
    } else if (hint.name == "MULTI_JOIN") {
      HW_TRY(bound.mention_tables(hint));
      std::vector<std::string>& tables = bound.joined_as_one_.emplace_back();
      for (const ast::HintArgument& arg : hint.args) tables.push_back(arg.value);
    } else if (is_join_strategy(hint.name)) {
      HW_TRY(bound.mention_tables(hint));
      session.warn("hint " + hint.name +
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

void BlockHints::join_as_one(Relation& from, BindSession& session) const {
  for (const std::vector<std::string>& tables : joined_as_one_) {
    std::vector<bool> named(static_cast<size_t>(from.plan->num_columns()), false);
    for (const ScopeColumn& column : from.scope.columns()) {
      if (column.qualifier.empty()) continue;
      named[static_cast<size_t>(column.index)] =
          std::find(tables.begin(), tables.end(), column.qualifier.back()) != tables.end();
    }
    const JoinedAsOne made = joined_as_one(from.plan, named);
    if (made.joins) {
      from.plan = made.plan;
    } else {
      session.warn(
          "hint MULTI_JOIN changes nothing: it names all tables of joins beside each "
          "other, as in MULTI_JOIN(a, b, c)");
    }
  }
}

Status BlockHints::apply(Relation& from, BindSession& session) {
  HW_TRY(check_tables(from.scope));
  join_as_one(from, session);
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
    const LogicalNodePtr hinted = with_lookup(from.plan, column->index, hint);
    if (hinted == nullptr) {
      return at(hint.position,
                Status::Invalid("the LOOKUP hint is for a table that is read FOR SYSTEM_TIME AS "
                                "OF a processing time, and '",
                                hint.table, "' is not"));
    }
    from.plan = hinted;
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
