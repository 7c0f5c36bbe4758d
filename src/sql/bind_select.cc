// SPDX-License-Identifier: Apache-2.0
//
// One SELECT: FROM, WHERE, GROUP BY, HAVING, the list, DISTINCT, ORDER BY and LIMIT.

#include <set>
#include <utility>

#include "expr/function_catalogue.h"
#include "expr/literal.h"
#include "plan/catalog/near_names.h"
#include "plan/logical/filter.h"
#include "plan/logical/project.h"
#include "plan/logical/sort.h"
#include "plan/logical/values.h"
#include "sql/bind_aggregate.h"
#include "sql/bind_from.h"
#include "sql/bind_group_window.h"
#include "sql/bind_hints.h"
#include "sql/bind_order.h"
#include "sql/bind_over.h"
#include "sql/bind_query.h"
#include "sql/join_subqueries.h"
#include "sql/plan_size.h"
#include "sql/unparse.h"

namespace hw {
namespace {

/// An item of the list, over the rows of FROM (and aggregate results behind them).
struct Item {
  BoundExprPtr expr;
  std::string name;
  /// As written or taken from a column; what ORDER BY may call it.
  bool named = true;
};

Result<Relation> bind_rows(const ast::Select& select, BlockHints& hints, BindSession& session) {
  HW_ASSIGN_OR_RETURN(hints, BlockHints::bind(select.hints, session));
  Relation rows;
  if (select.from != nullptr) {
    HW_ASSIGN_OR_RETURN(rows, bind_table_ref(*select.from, session));
  } else {
    rows.plan = ValuesNode::one_row();
  }
  HW_TRY(hints.apply(rows, session));
  if (select.where != nullptr) {
    HW_ASSIGN_OR_RETURN(rows.plan, filtered_rows(rows, *select.where, session));
  }
  return rows;
}

void add_columns(const std::vector<ScopeColumn>& columns, const Relation& rows,
                 SqlPosition position, std::vector<Item>& items) {
  for (const ScopeColumn& column : columns) {
    const PlanColumn& meant = rows.plan->column(column.index);
    items.push_back(
        {BoundExpr::column(column.index, meant.type, column.name)->with_position(position),
         column.name});
  }
}

void add_fields(const BoundExprPtr& row, SqlPosition position, std::vector<Item>& items) {
  for (int i = 0; i < static_cast<int>(row->type().fields().size()); ++i) {
    items.push_back({BoundExpr::field(row, i)->with_position(position),
                     row->type().fields()[static_cast<size_t>(i)].name});
  }
}

/// The error for `t.*` where there is neither a table nor a column of this name.
Status unknown_table(const ast::Star& star, const Scope& scope) {
  std::set<std::string> tables;
  for (const ScopeColumn& column : scope.columns()) {
    if (!column.qualifier.empty()) tables.insert(column.qualifier.back());
  }
  const std::string& wanted = star.qualifier.parts[0].text;
  return at(
      star.position,
      Status::KeyError("there is no table '", wanted, "' here",
                       did_you_mean_or("there are", wanted,
                                       std::vector<std::string>(tables.begin(), tables.end()))));
}

/// *, t.*, row_column.*, (expression).*
Status add_star(const ast::Star& star, ExprBinder& binder, const Relation& rows,
                std::vector<Item>& items) {
  if (star.base == nullptr && star.qualifier.empty()) {
    if (rows.scope.columns().empty()) {
      return at(star.position, Status::Invalid("SELECT * needs a FROM"));
    }
    add_columns(rows.scope.star(), rows, star.position, items);
    return Status::OK();
  }
  BoundExprPtr row;
  if (star.base != nullptr) {
    HW_ASSIGN_OR_RETURN(row, binder.bind_value(*star.base));
  } else {
    const std::vector<ScopeColumn> columns = rows.scope.star_of(star.qualifier);
    if (!columns.empty()) {
      add_columns(columns, rows, star.position, items);
      return Status::OK();
    }
    ast::ColumnRef ref;
    ref.name = star.qualifier;
    ref.position = star.position;
    Result<BoundExprPtr> bound = binder.bind_value(ref);
    if (!bound.ok() && bound.status().IsKeyError() && star.qualifier.parts.size() == 1) {
      return unknown_table(star, rows.scope);
    }
    HW_ASSIGN_OR_RETURN(row, std::move(bound));
  }
  if (!row->type().is(TypeKind::kRow)) {
    return at(star.position, Status::TypeError(".* spreads a table or a ROW, but ", row->to_sql(),
                                               " is ", row->type().to_sql_without_null()));
  }
  add_fields(row, star.position, items);
  return Status::OK();
}

Result<std::vector<Item>> bind_items(const ast::Select& select, ExprBinder& binder,
                                     const Relation& rows) {
  constexpr std::string_view kList = "the list of a SELECT";
  if (select.items.empty()) return std::vector<Item>{};
  const SqlPosition begin = select.items[0].expr->position;
  HW_TRY(check_column_count(select.items.size(), kList, begin));
  std::vector<Item> items;
  for (size_t i = 0; i < select.items.size(); ++i) {
    const ast::SelectItem& item = select.items[i];
    if (item.expr->kind == ast::ExprKind::kStar) {
      HW_TRY(add_star(item.expr->as<ast::Star>(), binder, rows, items));
      continue;
    }
    HW_ASSIGN_OR_RETURN(BoundExprPtr expr, binder.bind(*item.expr));
    if (expr->type().is(TypeKind::kSymbol) || expr->type().is(TypeKind::kDescriptor)) {
      return at(item.expr->position, Status::TypeError("a keyword is no value"));
    }
    std::string name = item.alias.text;
    if (name.empty() && item.expr->kind == ast::ExprKind::kColumnRef) {
      name = item.expr->as<ast::ColumnRef>().name.last().text;
    } else if (name.empty() && item.expr->kind == ast::ExprKind::kFieldAccess) {
      name = item.expr->as<ast::FieldAccess>().field.text;
    }
    const bool named = !name.empty();
    if (!named) name = "EXPR$" + std::to_string(i);
    items.push_back({std::move(expr), std::move(name), named});
  }
  HW_TRY(check_column_count(items.size(), kList, begin));
  return items;
}

/// Names that differ: the second `id` becomes `id0`.
std::vector<std::string> different_names(const std::vector<Item>& items) {
  std::set<std::string> taken;
  for (const Item& item : items) taken.insert(item.name);
  std::set<std::string> used;
  std::vector<std::string> names;
  for (const Item& item : items) {
    std::string name = item.name;
    for (int n = 0; used.contains(name); ++n) {
      std::string candidate = item.name + std::to_string(n);
      if (!taken.contains(candidate)) name = std::move(candidate);
    }
    taken.insert(name);
    used.insert(name);
    names.push_back(std::move(name));
  }
  return names;
}

/// What a query block has become before its list is applied: rows, or groups of rows.
struct Block {
  Relation rows;
  BlockHints hints;
  std::vector<Item> items;
  /// May be null.
  BoundExprPtr having;
  BoundExprPtr qualify;
  std::vector<OrderExpr> order;
  /// Queries inside the list and HAVING.
  SubqueryCollector queries;
};

/// The block's expressions over its groups instead of its rows.
Status apply_grouping(const Grouping& grouping, Block& block) {
  for (Item& item : block.items) {
    HW_ASSIGN_OR_RETURN(item.expr, grouping.over_groups(item.expr));
  }
  for (BoundExprPtr* condition : {&block.having, &block.qualify}) {
    if (*condition == nullptr) continue;
    HW_ASSIGN_OR_RETURN(*condition, grouping.over_groups(*condition));
  }
  for (OrderExpr& order : block.order) {
    if (order.expr == nullptr) continue;
    HW_ASSIGN_OR_RETURN(order.expr, grouping.over_groups(order.expr));
  }
  HW_TRY(block.queries.rewrite_outer(
      [&](const BoundExprPtr& expr) { return grouping.over_groups(expr); }));
  block.rows = {block.hints.aged(grouping.plan()), Scope()};
  return Status::OK();
}

std::vector<NamedBoundExpr> aliases_of(const std::vector<Item>& items) {
  std::vector<NamedBoundExpr> aliases;
  for (const Item& item : items) {
    if (item.named) aliases.push_back({item.name, item.expr});
  }
  return aliases;
}

/// HAVING, and the values of queries inside the list.
Status apply_having_and_queries(Block& block, BindSession& session) {
  if (block.having != nullptr) {
    HW_ASSIGN_OR_RETURN(block.rows.plan,
                        with_condition(block.rows.plan, block.having, block.queries, session));
  }
  std::vector<BoundExprPtr*> exprs;
  for (Item& item : block.items) exprs.push_back(&item.expr);
  for (OrderExpr& order : block.order) {
    if (order.expr != nullptr) exprs.push_back(&order.expr);
  }
  if (block.qualify != nullptr) exprs.push_back(&block.qualify);
  HW_ASSIGN_OR_RETURN(block.rows.plan,
                      with_subquery_values(block.rows.plan, exprs, block.queries, session));
  return Status::OK();
}

/// The functions with OVER, then QUALIFY: the rows that the list is applied to.
void apply_windows(OverCollector& windows, Block& block) {
  if (windows.empty()) return;
  LogicalNodePtr& plan = block.rows.plan;
  plan = windows.plan_over(plan);
  for (Item& item : block.items) item.expr = windows.over_results(item.expr);
  for (OrderExpr& order : block.order) {
    if (order.expr != nullptr) order.expr = windows.over_results(order.expr);
  }
  if (block.qualify == nullptr) return;
  plan = std::make_shared<FilterNode>(plan, windows.over_results(block.qualify));
}

/// What QUALIFY and ORDER BY of the query say, in which names of the list are known.
Status bind_behind_list(const ast::Select& select, const ast::Query* query,
                        const GroupWindow* group_window, BindSession& session,
                        AggregateCollector& aggregates, OverCollector& windows, Block& block) {
  const std::vector<NamedBoundExpr> aliases = aliases_of(block.items);
  if (select.qualify != nullptr) {
    ExprBinder qualify(session, block.rows, "QUALIFY");
    qualify.use_group_window(group_window);
    qualify.collect_aggregates(&aggregates);
    qualify.collect_windows(&windows);
    qualify.use_aliases(&aliases);
    HW_ASSIGN_OR_RETURN(block.qualify, qualify.bind_condition(*select.qualify));
    if (windows.empty()) {
      return at(select.qualify->position,
                Status::Invalid("QUALIFY filters by functions with OVER, but there is none; write "
                                "the condition in WHERE or HAVING"));
    }
  }
  if (query == nullptr || query->order_by.empty()) return Status::OK();
  ExprBinder order(session, block.rows, "ORDER BY");
  order.use_group_window(group_window);
  order.collect_aggregates(&aggregates);
  order.collect_windows(&windows);
  order.use_aliases(&aliases);
  HW_ASSIGN_OR_RETURN(
      block.order, bind_order_exprs(query->order_by, static_cast<int>(block.items.size()), order));
  return Status::OK();
}

/// GROUP BY sees what FROM gives: who writes a name that SELECT gives is told what to write.
Status check_grouped_names(const ast::Select& select, const Scope& scope) {
  for (const ast::GroupingElement& element : *select.group_by) {
    for (const ast::ExprPtr& expr : element.exprs) {
      const auto* column = ast::expr_if<ast::ColumnRef>(expr);
      if (column == nullptr || column->name.parts.size() != 1) continue;
      const std::string& name = column->name.parts[0].text;
      const auto item =
          std::find_if(select.items.begin(), select.items.end(),
                       [&](const ast::SelectItem& given) { return given.alias.text == name; });
      if (item == select.items.end() || scope.find(column->name).ok()) continue;
      return at(expr->position,
                Status::KeyError("GROUP BY does not see '", name,
                                 "', which SELECT names; write what it stands for: GROUP BY ",
                                 to_sql(*item->expr)));
    }
  }
  return Status::OK();
}

Result<Block> bind_block(const ast::Select& select, const ast::Query* query, BindSession& session) {
  Block block;
  HW_ASSIGN_OR_RETURN(block.rows, bind_rows(select, block.hints, session));
  std::optional<GroupWindow> window;
  if (select.group_by) {
    HW_TRY(check_grouped_names(select, block.rows.scope));
    HW_ASSIGN_OR_RETURN(window, bind_group_window(*select.group_by, block.rows, session));
  }
  const GroupWindow* const group_window = window ? &*window : nullptr;
  AggregateCollector aggregates(block.rows.plan->num_columns());
  ExprBinder binder(session, block.rows, "SELECT");
  binder.use_group_window(group_window);
  binder.collect_aggregates(&aggregates);
  binder.collect_subqueries(&block.queries);
  OverCollector windows(select.windows);
  binder.collect_windows(&windows);
  HW_ASSIGN_OR_RETURN(block.items, bind_items(select, binder, block.rows));
  if (select.having != nullptr) {
    ExprBinder having(session, block.rows, "HAVING");
    having.use_group_window(group_window);
    having.collect_aggregates(&aggregates);
    having.collect_subqueries(&block.queries);
    HW_ASSIGN_OR_RETURN(block.having, having.bind_condition(*select.having));
  }
  HW_TRY(bind_behind_list(select, query, group_window, session, aggregates, windows, block));
  if (!select.group_by && aggregates.calls().empty() && select.having == nullptr) {
    HW_TRY(apply_having_and_queries(block, session));
    apply_windows(windows, block);
    return block;
  }
  GroupKeys keys;
  if (select.group_by) {
    HW_ASSIGN_OR_RETURN(keys, bind_group_by(*select.group_by, group_window, block.rows, session));
  }
  HW_ASSIGN_OR_RETURN(const Grouping grouping,
                      Grouping::make(block.rows.plan, std::move(keys), aggregates, session));
  HW_TRY(apply_grouping(grouping, block));
  HW_TRY(apply_having_and_queries(block, session));
  HW_TRY(windows.rewrite([&](const BoundExprPtr& expr) { return grouping.over_groups(expr); }));
  apply_windows(windows, block);
  return block;
}

/// Projects the items, then what ORDER BY needs beside them; sorts, and drops the latter.
Result<LogicalNodePtr> with_items_sorted(const Block& block, bool sorted, SqlPosition position) {
  std::vector<BoundExprPtr> exprs;
  for (const Item& item : block.items) exprs.push_back(item.expr);
  std::vector<std::string> names = different_names(block.items);
  std::vector<SortKey> keys;
  for (const OrderExpr& order : block.order) {
    SortKey key = order.key;
    if (order.expr != nullptr) {
      size_t i = 0;
      while (i < exprs.size() && !exprs[i]->equals(*order.expr)) ++i;
      if (i == exprs.size()) {
        exprs.push_back(order.expr);
        names.push_back("$order" + std::to_string(i));
      }
      key.column = static_cast<int>(i);
    }
    keys.push_back(key);
  }
  LogicalNodePtr plan = std::make_shared<ProjectNode>(block.rows.plan, exprs, names);
  if (!sorted || keys.empty()) return plan;
  return std::make_shared<SortNode>(plan, std::move(keys), position);
}

LogicalNodePtr first_columns(const LogicalNodePtr& plan, size_t count) {
  if (static_cast<size_t>(plan->num_columns()) == count) return plan;
  std::vector<BoundExprPtr> exprs;
  std::vector<std::string> names;
  for (int i = 0; i < static_cast<int>(count); ++i) {
    exprs.push_back(column_of(*plan, i));
    names.push_back(plan->column(i).name);
  }
  return std::make_shared<ProjectNode>(plan, std::move(exprs), std::move(names));
}

}  // namespace

Result<LogicalNodePtr> bind_select(const ast::Select& select, const ast::Query* query,
                                   BindSession& session) {
  HW_ASSIGN_OR_RETURN(Block block, bind_block(select, query, session));
  const bool sorted = query != nullptr;
  const SqlPosition position =
      sorted && !query->order_by.empty() ? query->order_by[0].expr->position : select.position;
  const size_t shown = block.items.size();
  if (!select.distinct) {
    block.hints.warn_unreached(session);
    HW_ASSIGN_OR_RETURN(LogicalNodePtr plan, with_items_sorted(block, sorted, position));
    if (query != nullptr) {
      HW_ASSIGN_OR_RETURN(plan, with_limit(std::move(plan), *query));
    }
    return first_columns(plan, shown);
  }
  // DISTINCT comes before ORDER BY, which may therefore use shown columns only.
  HW_ASSIGN_OR_RETURN(LogicalNodePtr plan, with_items_sorted(block, false, position));
  if (static_cast<size_t>(plan->num_columns()) > shown) {
    return at(position, Status::Invalid("SELECT DISTINCT sorts by columns that it shows; add the "
                                        "expression of ORDER BY to the list"));
  }
  HW_ASSIGN_OR_RETURN(plan, distinct_rows(plan, session));
  plan = block.hints.aged(plan);
  block.hints.warn_unreached(session);
  std::vector<SortKey> keys;
  for (const OrderExpr& order : block.order) {
    SortKey key = order.key;
    for (size_t i = 0; order.expr != nullptr && i < block.items.size(); ++i) {
      if (block.items[i].expr->equals(*order.expr)) key.column = static_cast<int>(i);
    }
    keys.push_back(key);
  }
  if (!keys.empty()) plan = std::make_shared<SortNode>(plan, std::move(keys), position);
  return query != nullptr ? with_limit(std::move(plan), *query) : plan;
}

}  // namespace hw
