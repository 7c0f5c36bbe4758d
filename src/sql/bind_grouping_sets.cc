// SPDX-License-Identifier: Apache-2.0
//
// GROUP BY: its expressions, and ROLLUP, CUBE and GROUPING SETS as a list of sets, for each of
// which every row is put out once.

#include <algorithm>
#include <string>
#include <utility>

#include "expr/literal.h"
#include "plan/logical/expand.h"
#include "plan/logical/project.h"
#include "sql/ast.h"
#include "sql/bind_aggregate.h"
#include "sql/bind_expr.h"
#include "sql/bind_group_window.h"

namespace hw {
namespace {

/// Sets of one GROUP BY at most: each multiplies the rows.
constexpr size_t kSetsMax = 512;
/// Elements of a CUBE at most: it has 2^n sets.
constexpr size_t kCubeMax = 9;

/// The numbers of the expressions that are grouped by.
using Set = std::vector<size_t>;
using Sets = std::vector<Set>;

Status too_many(SqlPosition position) {
  return at(position, Status::Invalid("a GROUP BY has at most ", kSetsMax, " grouping sets"));
}

/// Every set of `left` together with every one of `right`.
Sets combined(const Sets& left, const Sets& right) {
  Sets sets;
  for (const Set& a : left) {
    for (const Set& b : right) {
      Set both = a;
      both.insert(both.end(), b.begin(), b.end());
      sets.push_back(std::move(both));
    }
  }
  return sets;
}

class GroupByBinder {
 public:
  GroupByBinder(const GroupWindow* window, const Relation& relation, BindSession& session)
      : window_(window), relation_(relation), binder_(session, relation, "GROUP BY") {}

  Result<GroupKeys> bind(const std::vector<ast::GroupingElement>& elements) {
    Sets sets = {{}};
    bool plain = true;
    for (const ast::GroupingElement& element : elements) {
      HW_ASSIGN_OR_RETURN(const Sets of_element, sets_of(element));
      plain = plain && element.kind == ast::GroupingKind::kExprs;
      sets = combined(sets, of_element);
      if (sets.size() > kSetsMax) return too_many(element.position);
    }
    GroupKeys keys{.exprs = std::move(keys_), .sets = {}};
    if (plain) return keys;
    for (const Set& set : sets) {
      std::vector<bool> flags(keys.exprs.size(), false);
      for (const size_t key : set) flags[key] = true;
      keys.sets.push_back(std::move(flags));
    }
    return keys;
  }

 private:
  Result<Sets> sets_of(const ast::GroupingElement& element) {
    switch (element.kind) {
      case ast::GroupingKind::kExprs: {
        Set set;
        for (const ast::ExprPtr& expr : element.exprs) {
          const auto* call = ast::expr_if<ast::FunctionCall>(expr);
          if (window_ != nullptr && call != nullptr && is_group_window(*call)) {
            for (BoundExprPtr& key : group_window_keys(*window_, relation_)) {
              set.push_back(number_of(std::move(key)));
            }
            continue;
          }
          HW_ASSIGN_OR_RETURN(const size_t key, key_of(expr));
          set.push_back(key);
        }
        return Sets{std::move(set)};
      }
      case ast::GroupingKind::kGroupingSets: {
        Sets sets;
        for (const ast::GroupingElement& inner : element.elements) {
          HW_ASSIGN_OR_RETURN(Sets of_inner, sets_of(inner));
          for (Set& set : of_inner) sets.push_back(std::move(set));
          if (sets.size() > kSetsMax) return too_many(element.position);
        }
        return sets;
      }
      case ast::GroupingKind::kRollup:
      case ast::GroupingKind::kCube:
        break;
    }
    std::vector<Set> parts;
    for (const ast::GroupingElement& inner : element.elements) {
      HW_ASSIGN_OR_RETURN(Sets of_inner, sets_of(inner));
      parts.push_back(std::move(of_inner[0]));
    }
    const bool cube = element.kind == ast::GroupingKind::kCube;
    if (parts.size() > (cube ? kCubeMax : kSetsMax - 1)) return too_many(element.position);
    return cube ? subsets(parts) : prefixes(parts);
  }

  /// The longest first, the empty one last.
  static Sets prefixes(const std::vector<Set>& parts) {
    Sets sets;
    for (size_t n = parts.size() + 1; n-- > 0;) {
      Set set;
      for (size_t i = 0; i < n; ++i) set.insert(set.end(), parts[i].begin(), parts[i].end());
      sets.push_back(std::move(set));
    }
    return sets;
  }
  static Sets subsets(const std::vector<Set>& parts) {
    Sets sets;
    for (size_t mask = size_t{1} << parts.size(); mask-- > 0;) {
      Set set;
      for (size_t i = 0; i < parts.size(); ++i) {
        const bool in = (mask >> (parts.size() - 1 - i) & 1) != 0;
        if (in) set.insert(set.end(), parts[i].begin(), parts[i].end());
      }
      sets.push_back(std::move(set));
    }
    return sets;
  }

  Result<size_t> key_of(const ast::ExprPtr& expr) {
    // A processing time is read where the groups are made.
    HW_ASSIGN_OR_RETURN(BoundExprPtr key, binder_.bind(*expr));
    return number_of(std::move(key));
  }

  size_t number_of(BoundExprPtr key) {
    for (size_t i = 0; i < keys_.size(); ++i) {
      if (keys_[i]->equals(*key)) return i;
    }
    keys_.push_back(std::move(key));
    return keys_.size() - 1;
  }

  const GroupWindow* const window_;
  const Relation& relation_;
  ExprBinder binder_;
  std::vector<BoundExprPtr> keys_;
};

BoundExprPtr number(int64_t value) { return integer_literal(value, SqlType::bigint().not_null()); }

/// GROUPING(a, b): a bit per argument, 1 where the set does not group by it. Nothing when an
/// argument is not in GROUP BY.
std::optional<int64_t> grouping_of(const std::vector<BoundExprPtr>& args, const GroupKeys& keys,
                                   const std::vector<bool>& set) {
  int64_t bits = 0;
  for (const BoundExprPtr& arg : args) {
    const auto found = std::find_if(keys.exprs.begin(), keys.exprs.end(),
                                    [&](const BoundExprPtr& key) { return key->equals(*arg); });
    if (found == keys.exprs.end()) return std::nullopt;
    bits = bits * 2 + (set[static_cast<size_t>(found - keys.exprs.begin())] ? 0 : 1);
  }
  return bits;
}

}  // namespace

Result<GroupKeys> bind_group_by(const std::vector<ast::GroupingElement>& elements,
                                const GroupWindow* window, const Relation& relation,
                                BindSession& session) {
  return GroupByBinder(window, relation, session).bind(elements);
}

Result<ExpandedRows> expand_grouping_sets(const LogicalNodePtr& input, const GroupKeys& keys,
                                          const AggregateCollector& aggregates) {
  std::vector<std::vector<bool>> sets = keys.sets;
  if (sets.empty()) sets.emplace_back(keys.exprs.size(), true);
  // In front the rows as they are, so that arguments of aggregates keep their places; then what
  // some set does not group by.
  std::vector<BoundExprPtr> exprs = columns_of(*input);
  std::vector<std::string> names;
  for (const PlanColumn& column : input->columns()) names.push_back(column.name);
  ExpandedRows expanded;
  std::vector<size_t> key_of_column(exprs.size(), keys.exprs.size());
  for (size_t k = 0; k < keys.exprs.size(); ++k) {
    const bool everywhere =
        std::all_of(sets.begin(), sets.end(), [&](const auto& set) { return set[k]; });
    if (everywhere) {
      expanded.keys.push_back(keys.exprs[k]);
      continue;
    }
    const SqlType type = keys.exprs[k]->type().with_nullable(true);
    const bool bare = keys.exprs[k]->kind() == BoundExpr::Kind::kColumn;
    const std::string name = bare ? keys.exprs[k]->name() : "$k" + std::to_string(k);
    expanded.keys.push_back(BoundExpr::column(static_cast<int>(exprs.size()), type, name));
    exprs.push_back(keys.exprs[k]);
    names.push_back(name);
    key_of_column.push_back(k);
  }
  const LogicalNodePtr computed = std::make_shared<ProjectNode>(input, exprs, names);

  std::vector<ExpandNode::Exprs> rows;
  for (const std::vector<bool>& set : sets) {
    ExpandNode::Exprs row = columns_of(*computed);
    for (size_t i = 0; i < row.size(); ++i) {
      const size_t key = key_of_column[i];
      if (key < keys.exprs.size() && !set[key]) {
        row[i] = null_literal(row[i]->type().with_nullable(true));
      }
    }
    row.push_back(number(static_cast<int64_t>(rows.size())));
    rows.push_back(std::move(row));
  }
  const auto add_key = [&](const std::string& name) {
    expanded.keys.push_back(
        BoundExpr::column(static_cast<int>(names.size()), SqlType::bigint().not_null(), name));
    names.push_back(name);
  };
  add_key("$e");
  for (const AggregateCollector::Call& call : aggregates.calls()) {
    expanded.key_of_call.push_back(-1);
    if (call.function != nullptr) continue;
    expanded.key_of_call.back() = static_cast<int>(expanded.keys.size());
    for (size_t s = 0; s < sets.size(); ++s) {
      std::optional<int64_t> value =
          std::count(sets.begin(), sets.begin() + static_cast<int>(s), sets[s]);
      if (!call.args.empty()) value = grouping_of(call.args, keys, sets[s]);
      if (!value) {
        return Status::Invalid("GROUPING takes expressions of GROUP BY, but not ",
                               call.args[0]->to_sql());
      }
      rows[s].push_back(number(*value));
    }
    add_key("$g" + std::to_string(expanded.keys.size()));
  }
  expanded.plan = std::make_shared<ExpandNode>(computed, std::move(rows), std::move(names));
  return expanded;
}

}  // namespace hw
