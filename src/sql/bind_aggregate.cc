// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_aggregate.h"

#include <algorithm>
#include <utility>

#include "expr/literal.h"
#include "plan/logical/aggregate.h"
#include "plan/logical/expr_rewrite.h"
#include "plan/logical/project.h"
#include "plan/logical/window_aggregate.h"
#include "sql/bind_expr.h"
#include "sql/outer_column.h"

namespace hw {
namespace {

bool same_exprs(const std::vector<BoundExprPtr>& a, const std::vector<BoundExprPtr>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!a[i]->equals(*b[i])) return false;
  }
  return true;
}

bool same_filter(const BoundExprPtr& a, const BoundExprPtr& b) {
  return (a == nullptr) == (b == nullptr) && (a == nullptr || a->equals(*b));
}

bool is_column(const BoundExpr& expr, int index) {
  return expr.kind() == BoundExpr::Kind::kColumn && expr.column_index() == index;
}

/// The columns that an aggregating node reads, computed in front of it, each once.
class InputColumns {
 public:
  explicit InputColumns(const LogicalNodePtr& input) : input_(input) {}

  int add(const BoundExprPtr& expr) {
    for (size_t i = 0; i < exprs_.size(); ++i) {
      if (exprs_[i]->equals(*expr) && exprs_[i]->deterministic()) return static_cast<int>(i);
    }
    const bool named = expr->kind() == BoundExpr::Kind::kColumn;
    names_.push_back(named ? expr->name() : "$f" + std::to_string(exprs_.size()));
    exprs_.push_back(expr);
    return static_cast<int>(exprs_.size()) - 1;
  }

  LogicalNodePtr plan() const { return std::make_shared<ProjectNode>(input_, exprs_, names_); }

 private:
  const LogicalNodePtr& input_;
  std::vector<BoundExprPtr> exprs_;
  std::vector<std::string> names_;
};

NamedAggregate named_aggregate(const AggregateCollector::Call& call, size_t number,
                               InputColumns& columns) {
  NamedAggregate named;
  named.name = "EXPR$" + std::to_string(number);
  named.call.function = call.function;
  named.call.distinct = call.distinct;
  named.call.result_type = call.type;
  for (const BoundExprPtr& arg : call.args) {
    named.call.args.push_back(columns.add(only_where(call.filter, arg)));
    named.call.literals.push_back(arg->is_literal() ? arg->literal_value() : nullptr);
  }
  if (call.filter != nullptr) named.call.filter = columns.add(call.filter);
  return named;
}

/// Which window property a grouping key is, if the rows have windows.
std::optional<WindowProperty> window_property(const BoundExpr& key,
                                              const std::optional<WindowColumns>& window) {
  if (!window) return std::nullopt;
  if (is_column(key, window->start)) return WindowProperty::kStart;
  if (is_column(key, window->end)) return WindowProperty::kEnd;
  if (is_column(key, window->time)) return WindowProperty::kTime;
  return std::nullopt;
}

/// True when the keys hold both borders of the window: then each window is a group of its own.
bool groups_by_window(const std::vector<BoundExprPtr>& keys, const LogicalNode& input,
                      BindSession& session) {
  const std::optional<WindowColumns>& window = input.window();
  if (!window) return false;
  bool start = false, end = false;
  for (const BoundExprPtr& key : keys) {
    start = start || (window->start >= 0 && is_column(*key, window->start));
    end = end || (window->end >= 0 && is_column(*key, window->end));
  }
  if (start != end) {
    session.warn(std::string("GROUP BY has ") +
                 (start ? "window_start but not window_end" : "window_end but not window_start") +
                 ": groups are not closed with their window");
  }
  return start && end;
}

/// A processing time is among the keys: the clock is read below, and the groups are of its values.
bool groups_by_clock(const GroupKeys& keys, const LogicalNode& input) {
  return std::any_of(keys.exprs.begin(), keys.exprs.end(), [&](const BoundExprPtr& key) {
    if (key->kind() != BoundExpr::Kind::kColumn || is_foreign_column(*key)) return false;
    const int column = key->column_index();
    const bool of_window = input.window() && input.window()->time == column;
    return !of_window && input.column(column).time == TimeAttribute::kProcessingTime;
  });
}

std::string name_of(const AggregateCollector::Call& call) {
  return call.function == nullptr ? "GROUPING" : call.function->name;
}

}  // namespace

BoundExprPtr only_where(const BoundExprPtr& filter, const BoundExprPtr& arg) {
  if (filter == nullptr || !arg->can_fail()) return arg;
  const SqlType type = arg->type().with_nullable(true);
  return BoundExpr::special(BoundExpr::Kind::kCase, {filter, arg, null_literal(type)}, type)
      ->with_position(arg->position());
}

BoundExprPtr AggregateCollector::add(Call call) {
  const bool distinct_matters = call.distinct;
  for (size_t i = 0; i < calls_.size(); ++i) {
    const Call& known = calls_[i];
    if (known.function == call.function && known.distinct == distinct_matters &&
        same_exprs(known.args, call.args) && same_filter(known.filter, call.filter)) {
      return BoundExpr::column(first_ + static_cast<int>(i), known.type, name_of(known));
    }
  }
  const int index = first_ + static_cast<int>(calls_.size());
  BoundExprPtr column = BoundExpr::column(index, call.type, name_of(call));
  calls_.push_back(std::move(call));
  return column;
}

Result<Grouping> Grouping::make(const LogicalNodePtr& ungrouped, GroupKeys keys,
                                const AggregateCollector& aggregates, BindSession& session) {
  LogicalNodePtr input = ungrouped;
  if (groups_by_clock(keys, *input)) {
    HW_ASSIGN_OR_RETURN(input, with_clock_read(input, session));
  }
  bool plain = keys.sets.empty();
  for (const AggregateCollector::Call& call : aggregates.calls()) {
    plain = plain && call.function != nullptr;
  }
  if (plain) {
    const std::vector<int> no_keys(aggregates.calls().size(), -1);
    return make_plain(input, std::move(keys.exprs), aggregates, no_keys, session);
  }
  HW_ASSIGN_OR_RETURN(ExpandedRows rows, expand_grouping_sets(input, keys, aggregates));
  HW_ASSIGN_OR_RETURN(Grouping grouping, make_plain(rows.plan, std::move(rows.keys), aggregates,
                                                    rows.key_of_call, session));
  // What the query writes is over the rows as they were; it knows no other keys.
  grouping.keys_ = std::move(keys.exprs);
  return grouping;
}

Result<Grouping> Grouping::make_plain(const LogicalNodePtr& input, std::vector<BoundExprPtr> keys,
                                      const AggregateCollector& aggregates,
                                      const std::vector<int>& key_of_call, BindSession& session) {
  Grouping grouping;
  grouping.first_aggregate_ = aggregates.first();
  InputColumns columns(input);
  const bool windowed = groups_by_window(keys, *input, session);
  std::vector<int> plain_keys;
  WindowAggregateNode::Parts parts;
  // Key columns come first, results next, window properties last.
  std::vector<std::optional<size_t>> property_of(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    const std::optional<WindowProperty> property =
        windowed ? window_property(*keys[i], input->window()) : std::nullopt;
    const int column = columns.add(keys[i]);
    if (!property) {
      grouping.key_columns_.push_back(static_cast<int>(plain_keys.size()));
      plain_keys.push_back(column);
      continue;
    }
    if (*property == WindowProperty::kStart) parts.grouping.start = column;
    if (*property == WindowProperty::kEnd) parts.grouping.end = column;
    property_of[i] = parts.properties.size();
    parts.properties.push_back(*property);
    parts.property_names.push_back(keys[i]->name());
    grouping.key_columns_.push_back(-1);
  }
  std::vector<NamedAggregate> named;
  for (size_t i = 0; i < aggregates.calls().size(); ++i) {
    if (key_of_call[i] >= 0) {
      grouping.call_columns_.push_back(grouping.key_columns_[static_cast<size_t>(key_of_call[i])]);
      continue;
    }
    grouping.call_columns_.push_back(static_cast<int>(plain_keys.size() + named.size()));
    named.push_back(named_aggregate(aggregates.calls()[i], i, columns));
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    if (!property_of[i]) continue;
    grouping.key_columns_[i] = static_cast<int>(plain_keys.size() + named.size() + *property_of[i]);
  }
  grouping.keys_ = std::move(keys);
  const LogicalNodePtr below = columns.plan();
  if (!windowed) {
    grouping.plan_ =
        std::make_shared<AggregateNode>(below, std::move(plain_keys), std::move(named));
    return grouping;
  }
  parts.grouping.window = input->window()->window;
  parts.keys = std::move(plain_keys);
  parts.aggregates = std::move(named);
  grouping.plan_ = std::make_shared<WindowAggregateNode>(below, std::move(parts));
  return grouping;
}

Result<BoundExprPtr> Grouping::over_groups(const BoundExprPtr& expr) const {
  Status failure;
  BoundExprPtr result = rewrite(expr, [&](const BoundExprPtr& node) -> BoundExprPtr {
    for (size_t i = 0; i < keys_.size(); ++i) {
      if (node->equals(*keys_[i])) {
        return column_of(*plan_, key_columns_[i])->with_position(node->position());
      }
    }
    if (node->kind() != BoundExpr::Kind::kColumn) return nullptr;
    if (is_foreign_column(*node)) return node;
    // What a window computes over the groups.
    if (node->column_index() >= OverCollector::kFirst) return node;
    if (node->column_index() >= first_aggregate_) {
      const size_t call = static_cast<size_t>(node->column_index() - first_aggregate_);
      return column_of(*plan_, call_columns_[call])->with_position(node->position());
    }
    const bool by_number = std::any_of(keys_.begin(), keys_.end(), [](const BoundExprPtr& key) {
      return key->is_literal() && key->type().is_integer();
    });
    failure = at(node->position(),
                 Status::Invalid("column '", node->name(),
                                 "' is neither in GROUP BY nor inside an "
                                 "aggregate function; add it to GROUP BY or aggregate it",
                                 by_number ? " (a number in GROUP BY is no position)" : ""));
    return node;
  });
  if (!failure.ok()) return failure;
  return result;
}

Result<LogicalNodePtr> distinct_rows(const LogicalNodePtr& input, BindSession& session) {
  HW_ASSIGN_OR_RETURN(const LogicalNodePtr values, with_clock_read(input, session));
  const AggregateCollector none(values->num_columns());
  HW_ASSIGN_OR_RETURN(const Grouping grouping,
                      Grouping::make(values, {columns_of(*values), {}}, none, session));
  std::vector<BoundExprPtr> exprs;
  std::vector<std::string> names;
  for (int i = 0; i < values->num_columns(); ++i) {
    HW_ASSIGN_OR_RETURN(BoundExprPtr expr, grouping.over_groups(column_of(*values, i)));
    exprs.push_back(std::move(expr));
    names.push_back(values->column(i).name);
  }
  return std::make_shared<ProjectNode>(grouping.plan(), std::move(exprs), std::move(names));
}

Result<LogicalNodePtr> with_clock_read(const LogicalNodePtr& input, BindSession& session) {
  std::vector<BoundExprPtr> exprs = columns_of(*input);
  std::vector<std::string> names;
  bool any = false;
  for (size_t i = 0; i < exprs.size(); ++i) {
    names.push_back(input->columns()[i].name);
    if (input->columns()[i].time != TimeAttribute::kProcessingTime) continue;
    // window_time of a processing-time window is a value that the window operator made.
    if (input->window() && input->window()->time == static_cast<int>(i)) continue;
    HW_ASSIGN_OR_RETURN(exprs[i], read_clock(session));
    any = true;
  }
  if (!any) return input;
  return std::make_shared<ProjectNode>(input, std::move(exprs), std::move(names));
}

}  // namespace hw
