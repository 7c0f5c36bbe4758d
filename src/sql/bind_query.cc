// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_query.h"

#include <charconv>
#include <set>
#include <string>
#include <utility>

#include "expr/evaluator.h"
#include "expr/literal.h"
#include "expr/resolve.h"
#include "plan/logical/filter.h"
#include "plan/logical/project.h"
#include "plan/logical/sort.h"
#include "plan/logical/union_all.h"
#include "plan/logical/values.h"
#include "sql/bind_aggregate.h"
#include "sql/bind_from.h"
#include "sql/bind_order.h"
#include "sql/plan_size.h"

namespace hw {
namespace {

LogicalNodePtr renamed(const LogicalNodePtr& plan, const std::vector<ast::Identifier>& names) {
  std::vector<std::string> texts;
  for (const ast::Identifier& name : names) texts.push_back(name.text);
  return std::make_shared<ProjectNode>(plan, columns_of(*plan), std::move(texts));
}

Status bind_common_tables(const ast::Query& query, BindSession& session) {
  std::set<std::string> names;
  for (const ast::CommonTable& table : query.with) {
    if (!names.insert(table.name.text).second) {
      return at(table.name.position,
                Status::Invalid("the queries of WITH have different names, but '", table.name.text,
                                "' is there twice"));
    }
    HW_ASSIGN_OR_RETURN(LogicalNodePtr plan,
                        bind_query(*table.query, QueryPlace::kNested, session));
    if (!table.columns.empty()) {
      if (static_cast<int>(table.columns.size()) != plan->num_columns()) {
        return at(table.name.position,
                  Status::Invalid("'", table.name.text, "' names ", table.columns.size(),
                                  " columns, but its query has ", plan->num_columns()));
      }
      plan = renamed(plan, table.columns);
    }
    session.common_tables[table.name.text] = {std::move(plan)};
  }
  return Status::OK();
}

/// ORDER BY over a body that is no SELECT: by its columns only.
Result<LogicalNodePtr> with_order(LogicalNodePtr plan, const ast::Query& query,
                                  BindSession& session) {
  if (!query.order_by.empty()) {
    const Relation relation{plan, Scope::of(*plan, {})};
    ExprBinder binder(session, relation, "ORDER BY");
    HW_ASSIGN_OR_RETURN(const std::vector<OrderExpr> order,
                        bind_order_exprs(query.order_by, plan->num_columns(), binder));
    std::vector<SortKey> keys;
    for (const OrderExpr& item : order) {
      SortKey key = item.key;
      if (item.expr != nullptr) {
        if (item.expr->kind() != BoundExpr::Kind::kColumn) {
          return at(item.expr->position(),
                    Status::Invalid("ORDER BY of this query takes its columns only; put the query "
                                    "into FROM ( .. ) and sort there"));
        }
        key.column = item.expr->column_index();
      }
      keys.push_back(key);
    }
    plan = std::make_shared<SortNode>(plan, std::move(keys), query.order_by[0].expr->position);
  }
  return with_limit(std::move(plan), query);
}

Result<LogicalNodePtr> bind_body(const ast::QueryBody& body, const ast::Query& clauses,
                                 BindSession& session) {
  LogicalNodePtr plan;
  switch (body.kind) {
    case ast::QueryBodyKind::kSelect:
      return bind_select(body.as<ast::Select>(), &clauses, session);
    case ast::QueryBodyKind::kValues: {
      HW_ASSIGN_OR_RETURN(plan, bind_values(body.as<ast::Values>(), session));
      break;
    }
    case ast::QueryBodyKind::kSetOperation: {
      HW_ASSIGN_OR_RETURN(plan, bind_set_operation(body.as<ast::SetOperation>(), session));
      break;
    }
    case ast::QueryBodyKind::kTable: {
      HW_ASSIGN_OR_RETURN(const Relation table,
                          bind_named(body.as<ast::ExplicitTable>().name, {}, session));
      plan = without_hidden(table).plan;
      break;
    }
    case ast::QueryBodyKind::kNested: {
      HW_ASSIGN_OR_RETURN(
          plan, bind_query(*body.as<ast::NestedQuery>().query, QueryPlace::kNested, session));
      break;
    }
  }
  return with_order(std::move(plan), clauses, session);
}

/// An order that nobody can see.
LogicalNodePtr without_idle_sort(LogicalNodePtr plan) {
  if (const SortNode* sort = node_if<SortNode>(plan)) return sort->input();
  const ProjectNode* project = node_if<ProjectNode>(plan);
  if (project != nullptr && project->input()->kind() == NodeKind::kSort) {
    return project->with_inputs({project->input()->input()});
  }
  return plan;
}

}  // namespace

Result<int64_t> bind_row_count(const ast::ExprPtr& expr, std::string_view clause) {
  const auto* literal = ast::expr_if<ast::Literal>(expr);
  int64_t count = 0;
  if (literal != nullptr && literal->type == ast::LiteralKind::kInteger) {
    const std::string& text = literal->text;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error == std::errc() && end == text.data() + text.size()) return count;
  }
  return at(expr->position, Status::Invalid(clause, " takes a whole number of rows"));
}

Result<LogicalNodePtr> with_limit(LogicalNodePtr plan, const ast::Query& query) {
  if (query.limit == nullptr && query.offset == nullptr) return plan;
  int64_t limit = kAllRows, offset = 0;
  if (query.limit != nullptr) {
    HW_ASSIGN_OR_RETURN(limit, bind_row_count(query.limit, "LIMIT"));
  }
  if (query.offset != nullptr) {
    HW_ASSIGN_OR_RETURN(offset, bind_row_count(query.offset, "OFFSET"));
  }
  return std::make_shared<LimitNode>(std::move(plan), limit, offset);
}

Result<LogicalNodePtr> bind_query(const ast::Query& query, QueryPlace place, BindSession& session) {
  const QueryDepth depth(session, query.position);
  HW_TRY(depth.status());
  const std::map<std::string, BoundCommonTable> outer = session.common_tables;
  Result<LogicalNodePtr> plan = [&]() -> Result<LogicalNodePtr> {
    HW_TRY(bind_common_tables(query, session));
    return bind_body(*query.body, query, session);
  }();
  session.common_tables = outer;
  if (!plan.ok()) return plan.status();
  if (place == QueryPlace::kOutermost) {
    HW_TRY(check_plan_size(*plan, query.position));
    return plan;
  }
  if (query.limit == nullptr && query.offset == nullptr && !query.order_by.empty()) {
    plan = without_idle_sort(*plan);
  }
  return with_null_types(*plan);
}

// ---- VALUES -------------------------------------------------------------------------------------

namespace {

/// A constant as a literal. Texts that only become VARCHAR keep their storage, so that long lists
/// of them are not evaluated one by one.
BoundExprPtr folded(const BoundExprPtr& value, const ExprSession& session) {
  if (value->kind() == BoundExpr::Kind::kCast && value->args()[0]->is_literal()) {
    const BoundExpr& literal = *value->args()[0];
    const SqlType& to = value->type();
    if (literal.is_null_literal()) return null_literal(to);
    if (to.is(TypeKind::kVarchar) && literal.type().is_text() &&
        literal.type().length() <= to.length()) {
      return BoundExpr::literal(literal.literal_value()->with_type(to))
          ->with_position(value->position());
    }
  }
  return fold_constants(value, session);
}

/// Rows of literals are one node; a row that calls NOW() or RAND() is computed when it is read.
Result<LogicalNodePtr> values_plan(std::vector<PlanColumn> columns,
                                   std::vector<std::vector<BoundExprPtr>> rows) {
  std::vector<std::vector<BoundExprPtr>> literals;
  std::vector<LogicalNodePtr> computed;
  std::vector<std::string> names;
  for (const PlanColumn& column : columns) names.push_back(column.name);
  for (std::vector<BoundExprPtr>& row : rows) {
    bool constant = true;
    for (const BoundExprPtr& value : row) constant = constant && value->is_literal();
    if (constant) {
      literals.push_back(std::move(row));
    } else {
      computed.push_back(
          std::make_shared<ProjectNode>(ValuesNode::one_row(), std::move(row), names));
    }
  }
  if (computed.empty()) return std::make_shared<ValuesNode>(std::move(columns), literals);
  if (!literals.empty()) {
    computed.insert(computed.begin(), std::make_shared<ValuesNode>(std::move(columns), literals));
  }
  if (computed.size() == 1) return computed[0];
  return std::make_shared<UnionNode>(std::move(computed));
}

}  // namespace

Result<LogicalNodePtr> bind_values(const ast::Values& values, BindSession& session) {
  const Relation nothing{ValuesNode::one_row(), Scope()};
  ExprBinder binder(session, nothing, "VALUES");
  const size_t width = values.rows.empty() ? 0 : values.rows[0].size();
  std::vector<std::vector<BoundExprPtr>> columns(width);
  for (size_t i = 0; i < values.rows.size(); ++i) {
    if (values.rows[i].size() != width) {
      return at(values.row_positions[i],
                Status::Invalid("the rows of VALUES have equally many values, but the first has ",
                                width, " and this one ", values.rows[i].size()));
    }
    for (size_t j = 0; j < width; ++j) {
      HW_ASSIGN_OR_RETURN(BoundExprPtr value, binder.bind_value(*values.rows[i][j]));
      columns[j].push_back(std::move(value));
    }
  }
  std::vector<PlanColumn> types;
  for (size_t j = 0; j < width; ++j) {
    Result<Unified> unified = unify(std::move(columns[j]));
    if (!unified.ok()) return at(values.rows[0][j]->position, unified.status());
    columns[j] = std::move(unified->args);
    types.push_back({"EXPR$" + std::to_string(j), unified->type});
  }
  std::vector<std::vector<BoundExprPtr>> rows(values.rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    for (size_t j = 0; j < width; ++j) {
      rows[i].push_back(folded(columns[j][i], session.expr));
    }
  }
  return values_plan(std::move(types), std::move(rows));
}

}  // namespace hw
