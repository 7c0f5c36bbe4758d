// SPDX-License-Identifier: Apache-2.0

#include "sql/decorrelate_by_choice.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/assert.h"
#include "expr/function_catalogue.h"
#include "expr/resolve.h"
#include "plan/logical/aggregate.h"
#include "plan/logical/expr_rewrite.h"
#include "plan/logical/filter.h"
#include "plan/logical/join.h"
#include "plan/logical/over.h"
#include "plan/logical/project.h"
#include "plan/logical/sort.h"
#include "plan/logical/union_all.h"
#include "sql/bind_subquery.h"
#include "sql/outer_choices.h"

namespace hw {
namespace {

using Exprs = std::vector<BoundExprPtr>;

void add_outer(const LogicalNode& plan, std::set<int>& columns) {
  for (const BoundExprPtr& expr : correlated_exprs(plan)) {
    for_each_node(expr, [&](const BoundExprPtr& node) {
      if (is_outer_column(*node)) columns.insert(node->column_index() - kOuterColumnFirst);
    });
  }
  for (const LogicalNodePtr& input : plan.inputs()) add_outer(*input, columns);
}

/// IS NOT DISTINCT FROM where NULL may be on both sides.
Result<BoundExprPtr> same(BoundExprPtr a, BoundExprPtr b, BindSession& session) {
  const bool nulls = a->type().nullable() && b->type().nullable();
  return bind_call(*session.context.functions->scalar(nulls ? "IS NOT DISTINCT FROM" : "="),
                   {std::move(a), std::move(b)}, session.expr);
}

void shift(std::vector<int>& columns, int by) {
  for (int& column : columns) column += by;
}

void shift(AggregateCall& call, int by) {
  shift(call.args, by);
  if (call.filter >= 0) call.filter += by;
}

std::vector<SortKey> shifted(std::vector<SortKey> order, int by) {
  for (SortKey& key : order) key.column += by;
  return order;
}

/// Makes of each node one with the columns of the choices in front of its own.
class Carrying {
 public:
  Carrying(LogicalNodePtr choices, std::vector<int> outer, SqlPosition position,
           BindSession& session)
      : choices_(std::move(choices)),
        outer_(std::move(outer)),
        width_(choices_->num_columns()),
        position_(position),
        session_(session) {}

  Result<LogicalNodePtr> carried_groups(const AggregateNode& node) {
    HW_ASSIGN_OR_RETURN(LogicalNodePtr input, carried(node.input()));
    std::vector<int> keys = node.keys();
    shift(keys, width_);
    const std::vector<int> choice = first_columns(static_cast<size_t>(width_));
    keys.insert(keys.begin(), choice.begin(), choice.end());
    std::vector<NamedAggregate> aggregates = node.aggregates();
    for (NamedAggregate& named : aggregates) shift(named.call, width_);
    return std::make_shared<AggregateNode>(std::move(input), std::move(keys), std::move(aggregates),
                                           node.ttl_ms());
  }

  Result<LogicalNodePtr> carried(const LogicalNodePtr& node) {
    if (!reads_outer(*node)) {
      return std::make_shared<JoinNode>(choices_, node, JoinNode::Parts{.position = position_});
    }
    switch (node->kind()) {
      case NodeKind::kFilter: {
        HW_ASSIGN_OR_RETURN(LogicalNodePtr input, carried(node->input()));
        return std::make_shared<FilterNode>(
            std::move(input), over_choices(node->as<FilterNode>().condition(), 0, width_));
      }
      case NodeKind::kProject:
        return carried_project(node->as<ProjectNode>());
      case NodeKind::kAggregate: {
        const auto& aggregate = node->as<AggregateNode>();
        HW_ASSIGN_OR_RETURN(const LogicalNodePtr groups, carried_groups(aggregate));
        return aggregate.keys().empty() ? with_missing_rows(aggregate, groups) : groups;
      }
      case NodeKind::kJoin:
        return carried_join(node->as<JoinNode>());
      case NodeKind::kUnion: {
        std::vector<LogicalNodePtr> inputs = node->inputs();
        for (LogicalNodePtr& input : inputs) {
          HW_ASSIGN_OR_RETURN(input, carried(input));
        }
        return std::make_shared<UnionNode>(std::move(inputs));
      }
      case NodeKind::kLimit:
        return carried_limit(node->as<LimitNode>());
      case NodeKind::kSort:
        // Without LIMIT an order inside a query means nothing.
        return carried(node->input());
      case NodeKind::kOver:
        return carried_over(node->as<OverNode>());
      default:
        return refused(*node, node->name());
    }
  }

 private:
  static Status refused(const LogicalNode& node, const std::string& what) {
    return not_supported_yet("a column of the outer query below " + what +
                                 "; compare it in the WHERE of the sub-query, or write a join",
                             place_of_outer(node));
  }

  /// Over a node with the choices from column `first` on and the old columns behind `own`.
  BoundExprPtr over_choices(const BoundExprPtr& expr, int first, int own) const {
    return over_choices(expr, first, [&](int column) { return column + own; });
  }
  template <typename Place>
  BoundExprPtr over_choices(const BoundExprPtr& expr, int first, const Place& place) const {
    return rewrite(expr, [&](const BoundExprPtr& node) -> BoundExprPtr {
      if (node->kind() != BoundExpr::Kind::kColumn) return nullptr;
      int column = node->column_index();
      if (is_outer_column(*node)) {
        const auto found = std::find(outer_.begin(), outer_.end(), column - kOuterColumnFirst);
        column = first + static_cast<int>(found - outer_.begin());
      } else {
        column = place(column);
      }
      return BoundExpr::column(column, node->type(), node->name())->with_position(node->position());
    });
  }

  /// The columns of `node` that begin with number `first`, so many.
  static void add_columns(const LogicalNode& node, int first, int count, Exprs& exprs,
                          std::vector<std::string>& names) {
    for (int i = first; i < first + count; ++i) {
      exprs.push_back(column_of(node, i));
      names.push_back(node.column(i).name);
    }
  }

  Result<LogicalNodePtr> carried_project(const ProjectNode& project) {
    HW_ASSIGN_OR_RETURN(LogicalNodePtr input, carried(project.input()));
    Exprs exprs;
    std::vector<std::string> names;
    add_columns(*input, 0, width_, exprs, names);
    for (const BoundExprPtr& expr : project.exprs()) {
      exprs.push_back(over_choices(expr, 0, width_));
    }
    for (const PlanColumn& column : project.columns()) names.push_back(column.name);
    return std::make_shared<ProjectNode>(std::move(input), std::move(exprs), std::move(names));
  }

  /// One row for each choice, whatever there is to aggregate.
  Result<LogicalNodePtr> with_missing_rows(const AggregateNode& node,
                                           const LogicalNodePtr& groups) const {
    JoinNode::Parts parts{.kind = JoinKind::kLeft, .position = position_};
    parts.left_keys = parts.right_keys = first_columns(static_cast<size_t>(width_));
    parts.nulls_equal = true;
    const LogicalNodePtr all = std::make_shared<JoinNode>(choices_, groups, std::move(parts));
    HW_ASSIGN_OR_RETURN(const Exprs results, over_missing_row(node, columns_of(node), position_));
    Exprs exprs;
    std::vector<std::string> names;
    add_columns(*all, 0, width_, exprs, names);
    for (size_t i = 0; i < results.size(); ++i) {
      exprs.push_back(over_choices(results[i], 0, 2 * width_));
      names.push_back(node.column(static_cast<int>(i)).name);
    }
    return std::make_shared<ProjectNode>(all, std::move(exprs), std::move(names));
  }

  /// The choices go with the side whose rows are all there, and with each one that reads them.
  Result<LogicalNodePtr> carried_join(const JoinNode& join) {
    JoinNode::Parts parts = join.parts();
    const JoinKind kind = parts.kind;
    if (kind == JoinKind::kFull || parts.versions || parts.lookup || parts.null_aware) {
      return refused(join, "this " + to_text(kind));
    }
    const bool right_reads = reads_outer(*join.right());
    const bool with_left = kind == JoinKind::kRight || (kind == JoinKind::kInner && right_reads)
                               ? reads_outer(*join.left())
                               : true;
    const bool with_right = right_reads || kind == JoinKind::kRight;
    LogicalNodePtr left = join.left(), right = join.right();
    if (with_left) {
      HW_ASSIGN_OR_RETURN(left, carried(left));
    }
    if (with_right) {
      HW_ASSIGN_OR_RETURN(right, carried(right));
    }
    const int old_left = join.left()->num_columns(), own_left = with_left ? width_ : 0;
    const int own_right = left->num_columns() + (with_right ? width_ : 0);
    // Where the choices are that all rows have.
    const int first = with_left && kind != JoinKind::kRight ? 0 : left->num_columns();
    Exprs tests;
    if (parts.condition != nullptr) {
      tests.push_back(over_choices(parts.condition, first, [&](int column) {
        return column < old_left ? column + own_left : column - old_left + own_right;
      }));
    }
    for (int i = 0; with_left && with_right && i < width_; ++i) {
      const PlanColumn& choice = choices_->column(i);
      HW_ASSIGN_OR_RETURN(
          BoundExprPtr test,
          same(BoundExpr::column(i, choice.type, choice.name),
               BoundExpr::column(left->num_columns() + i, choice.type, choice.name), session_));
      tests.push_back(std::move(test));
    }
    parts.condition = tests.empty() ? nullptr : conjunction(std::move(tests));
    shift(parts.left_keys, own_left);
    shift(parts.right_keys, with_right ? width_ : 0);
    parts.interval.reset();
    parts.windows.reset();
    const LogicalNodePtr made = std::make_shared<JoinNode>(left, right, std::move(parts));
    if (!with_right) return made;
    Exprs exprs;
    std::vector<std::string> names;
    add_columns(*made, first, width_, exprs, names);
    add_columns(*made, own_left, old_left, exprs, names);
    const bool shows_right = kind != JoinKind::kSemi && kind != JoinKind::kAnti;
    if (shows_right) add_columns(*made, own_right, join.right()->num_columns(), exprs, names);
    return std::make_shared<ProjectNode>(made, std::move(exprs), std::move(names));
  }

  Result<LogicalNodePtr> carried_limit(const LimitNode& limit) {
    const auto* sort = node_if<SortNode>(limit.input());
    HW_ASSIGN_OR_RETURN(LogicalNodePtr input,
                        carried(sort != nullptr ? sort->input() : limit.input()));
    TopNNode::Parts parts;
    parts.partition = first_columns(static_cast<size_t>(width_));
    parts.pattern = sort != nullptr;
    parts.limit = limit.limit();
    parts.offset = limit.offset();
    // Equal in the whole partition: the first to come.
    parts.order = {{.column = 0}};
    if (sort != nullptr) parts.order = shifted(sort->order(), width_);
    return std::make_shared<TopNNode>(std::move(input), std::move(parts));
  }

  Result<LogicalNodePtr> carried_over(const OverNode& over) {
    HW_ASSIGN_OR_RETURN(LogicalNodePtr input, carried(over.input()));
    OverNode::Parts parts = over.parts();
    shift(parts.partition, width_);
    const std::vector<int> choice = first_columns(static_cast<size_t>(width_));
    parts.partition.insert(parts.partition.begin(), choice.begin(), choice.end());
    parts.order = shifted(std::move(parts.order), width_);
    for (NamedOverCall& named : parts.calls) {
      shift(named.call.aggregate, width_);
      if (named.call.value >= 0) named.call.value += width_;
      if (named.call.otherwise >= 0) named.call.otherwise += width_;
    }
    return std::make_shared<OverNode>(std::move(input), std::move(parts));
  }

  const LogicalNodePtr choices_;
  const std::vector<int> outer_;  // by column of the choices: which outer column it is
  const int width_;
  const SqlPosition position_;
  BindSession& session_;
};

/// What there is for each choice; `whole_row`: also where that is an aggregation of nothing.
Result<Decorrelated> by_choice(const LogicalNodePtr& plan, const LogicalNodePtr& rows,
                               bool whole_row, SqlPosition position, BindSession& session) {
  std::set<int> read;
  add_outer(*plan, read);
  const std::vector<int> outer(read.begin(), read.end());
  Exprs values;
  for (const int column : outer) values.push_back(column_of(*rows, column));
  HW_ASSIGN_OR_RETURN(const LogicalNodePtr choices, choices_of(rows, values, position));
  Carrying carrying(choices, outer, position, session);
  Result<LogicalNodePtr> made =
      whole_row ? carrying.carried(plan) : carrying.carried_groups(plan->as<AggregateNode>());
  HW_ASSIGN_OR_RETURN(const LogicalNodePtr carried, std::move(made));
  // The query's own columns to the front.
  const int width = choices->num_columns(), own = plan->num_columns();
  Exprs exprs;
  std::vector<std::string> names;
  Decorrelated result;
  for (int i = 0; i < own + width; ++i) {
    const int column = i < own ? i + width : i - own;
    exprs.push_back(column_of(*carried, column));
    names.push_back(carried->column(column).name);
  }
  result.plan = std::make_shared<ProjectNode>(carried, std::move(exprs), std::move(names));
  for (int i = 0; i < width; ++i) {
    const BoundExprPtr& value = values[static_cast<size_t>(i)];
    HW_ASSIGN_OR_RETURN(BoundExprPtr test,
                        same(BoundExpr::column(kOuterColumnFirst + outer[static_cast<size_t>(i)],
                                               value->type(), value->name()),
                             column_of(*result.plan, own + i), session));
    result.conditions.push_back(std::move(test));
  }
  return result;
}

}  // namespace

Result<Decorrelated> decorrelate_from(const LogicalNodePtr& plan, const LogicalNodePtr& rows,
                                      SqlPosition position, BindSession& session) {
  Result<Decorrelated> freed = decorrelate(plan);
  if (freed.ok() || !reads_outer(*plan)) return freed;
  return by_choice(plan, rows, /*whole_row=*/true, position, session);
}

Result<Decorrelated> decorrelate_one_row(const LogicalNodePtr& aggregate,
                                         const LogicalNodePtr& rows, SqlPosition position,
                                         BindSession& session) {
  HW_CHECK(aggregate->as<AggregateNode>().keys().empty());
  Result<Decorrelated> freed = decorrelate(aggregate);
  if (freed.ok() || !reads_outer(*aggregate)) return freed;
  return by_choice(aggregate, rows, /*whole_row=*/false, position, session);
}

}  // namespace hw
