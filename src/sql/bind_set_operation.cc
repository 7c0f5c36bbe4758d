// SPDX-License-Identifier: Apache-2.0
//
// UNION, INTERSECT and EXCEPT, with and without ALL; and columns that hold nothing but NULL, which
// take the type of what they meet.

#include <numeric>
#include <utility>

#include "expr/cast.h"
#include "expr/function_catalogue.h"
#include "expr/literal.h"
#include "expr/resolve.h"
#include "plan/logical/aggregate.h"
#include "plan/logical/join.h"
#include "plan/logical/project.h"
#include "plan/logical/union_all.h"
#include "plan/logical/unnest.h"
#include "plan/logical/values.h"
#include "sql/bind_aggregate.h"
#include "sql/bind_query.h"

namespace hw {
namespace {

Result<LogicalNodePtr> bind_input(const ast::QueryBody& body, BindSession& session) {
  const ast::Query no_clauses;
  switch (body.kind) {
    case ast::QueryBodyKind::kSelect:
      return bind_select(body.as<ast::Select>(), nullptr, session);
    case ast::QueryBodyKind::kValues:
      return bind_values(body.as<ast::Values>(), session);
    case ast::QueryBodyKind::kSetOperation:
      return bind_set_operation(body.as<ast::SetOperation>(), session);
    default: {
      ast::Query query;
      // The body outlives the query, which lives for this call only.
      query.body = ast::QueryBodyPtr(std::shared_ptr<const void>(), &body);
      query.position = body.position;
      return bind_query(query, QueryPlace::kNested, session);
    }
  }
}

/// The type that column `i` has in all inputs.
Result<SqlType> column_type(const std::vector<LogicalNodePtr>& inputs, int i,
                            SqlPosition position) {
  std::vector<SqlType> types;
  bool nullable = false;
  for (const LogicalNodePtr& input : inputs) {
    types.push_back(input->column(i).type);
    nullable = nullable || types.back().nullable();
  }
  Result<SqlType> type = common_type(types);
  if (!type.ok()) {
    return at(position, while_doing(type.status(), "making column " + std::to_string(i + 1) +
                                                       " of a set operation"));
  }
  return type->with_nullable(nullable);
}

LogicalNodePtr with_types(const LogicalNodePtr& input, const std::vector<SqlType>& types) {
  const LogicalNodePtr plan = with_null_types(input, types);
  std::vector<BoundExprPtr> exprs = columns_of(*plan);
  std::vector<std::string> names;
  bool changed = false;
  for (size_t i = 0; i < exprs.size(); ++i) {
    const BoundExprPtr cast = cast_if_needed(exprs[i], types[i]);
    changed = changed || cast != exprs[i];
    exprs[i] = cast;
    names.push_back(plan->columns()[i].name);
  }
  if (!changed) return plan;
  return std::make_shared<ProjectNode>(plan, std::move(exprs), std::move(names));
}

/// All inputs, with the types that their columns have in common.
Result<std::vector<LogicalNodePtr>> with_common_types(std::vector<LogicalNodePtr> inputs,
                                                      SqlPosition position) {
  std::vector<SqlType> types;
  for (int i = 0; i < inputs[0]->num_columns(); ++i) {
    HW_ASSIGN_OR_RETURN(SqlType type, column_type(inputs, i, position));
    types.push_back(std::move(type));
  }
  for (LogicalNodePtr& input : inputs) input = with_types(input, types);
  return inputs;
}

/// Each row of the first that is in all others (INTERSECT), or in none (EXCEPT), once: semi and
/// anti joins in which NULL equals NULL.
Result<LogicalNodePtr> with_or_without(std::vector<LogicalNodePtr> inputs, JoinKind kind,
                                       SqlPosition position, BindSession& session) {
  HW_ASSIGN_OR_RETURN(inputs, with_common_types(std::move(inputs), position));
  LogicalNodePtr rows;
  for (LogicalNodePtr& input : inputs) {
    HW_ASSIGN_OR_RETURN(input, distinct_rows(input, session));
    if (rows == nullptr) {
      rows = input;
      continue;
    }
    JoinNode::Parts parts;
    parts.kind = kind;
    parts.nulls_equal = true;
    parts.left_keys.resize(static_cast<size_t>(rows->num_columns()));
    std::iota(parts.left_keys.begin(), parts.left_keys.end(), 0);
    parts.right_keys = parts.left_keys;
    parts.position = position;
    rows = std::make_shared<JoinNode>(rows, input, std::move(parts));
  }
  return rows;
}

/// One call of SUM over a column of the input.
Result<NamedAggregate> sum_of(const LogicalNode& input, int column, BindSession& session) {
  const AggregateFunction& sum = *session.context.functions->aggregate("SUM");
  HW_ASSIGN_OR_RETURN(const ResolvedCall call,
                      resolve_aggregate(sum, {column_of(input, column)}, session.expr));
  NamedAggregate named;
  named.name = "$f" + std::to_string(column);
  named.call.function = &sum;
  named.call.args = {column};
  named.call.literals.resize(1);
  named.call.result_type = call.type;
  return named;
}

/// All rows of all inputs, with a column for each input behind them: 1 in its own rows, else 0.
Result<LogicalNodePtr> marked_rows(const std::vector<LogicalNodePtr>& inputs) {
  std::vector<LogicalNodePtr> marked;
  for (size_t i = 0; i < inputs.size(); ++i) {
    std::vector<BoundExprPtr> exprs = columns_of(*inputs[i]);
    std::vector<std::string> names;
    for (const PlanColumn& column : inputs[0]->columns()) names.push_back(column.name);
    for (size_t k = 0; k < inputs.size(); ++k) {
      names.push_back("$f" + std::to_string(exprs.size()));
      exprs.push_back(integer_literal(k == i ? 1 : 0, SqlType::bigint().not_null()));
    }
    marked.push_back(std::make_shared<ProjectNode>(inputs[i], std::move(exprs), std::move(names)));
  }
  return std::make_shared<UnionNode>(std::move(marked));
}

/// Of each row as many as the least of its counts in the inputs (INTERSECT ALL), or as the first
/// has more than the others (EXCEPT ALL).
Result<LogicalNodePtr> with_copies(std::vector<LogicalNodePtr> inputs, bool is_except,
                                   SqlPosition position, BindSession& session) {
  const FunctionCatalogue& functions = *session.context.functions;
  HW_ASSIGN_OR_RETURN(inputs, with_common_types(std::move(inputs), position));
  const int num_columns = inputs[0]->num_columns();
  for (LogicalNodePtr& input : inputs) {
    HW_ASSIGN_OR_RETURN(input, with_clock_read(input, session));
  }
  HW_ASSIGN_OR_RETURN(const LogicalNodePtr marked, marked_rows(inputs));
  std::vector<int> keys(static_cast<size_t>(num_columns));
  std::iota(keys.begin(), keys.end(), 0);
  std::vector<NamedAggregate> sums;
  for (int column = num_columns; column < marked->num_columns(); ++column) {
    HW_ASSIGN_OR_RETURN(NamedAggregate sum, sum_of(*marked, column, session));
    sums.push_back(std::move(sum));
  }
  const auto counted = std::make_shared<AggregateNode>(marked, keys, std::move(sums));
  BoundExprPtr count = column_of(*counted, num_columns);
  for (int column = num_columns + 1; column < counted->num_columns(); ++column) {
    const ScalarFunction& fold = *functions.scalar(is_except ? "-" : "LEAST");
    HW_ASSIGN_OR_RETURN(count, bind_call(fold, {count, column_of(*counted, column)}, session.expr));
  }
  HW_ASSIGN_OR_RETURN(const BoundExprPtr copies,
                      bind_call(*functions.scalar("COPIES"), {count}, session.expr));
  std::vector<BoundExprPtr> exprs;
  std::vector<std::string> names;
  for (const int key : keys) {
    exprs.push_back(column_of(*counted, key));
    names.push_back(counted->column(key).name);
  }
  std::vector<std::string> shown = names;
  exprs.push_back(copies);
  names.push_back("$f" + std::to_string(num_columns));
  UnnestNode::Parts parts;
  parts.collection = num_columns;
  parts.passed = keys;
  const auto repeated = std::make_shared<UnnestNode>(
      std::make_shared<ProjectNode>(counted, std::move(exprs), std::move(names)), std::move(parts));
  std::vector<BoundExprPtr> columns = columns_of(*repeated);
  columns.resize(static_cast<size_t>(num_columns));
  return std::make_shared<ProjectNode>(repeated, std::move(columns), std::move(shown));
}

bool is_null_column(const LogicalNode& plan, int i) {
  return plan.column(i).type.is(TypeKind::kNull);
}

}  // namespace

Result<LogicalNodePtr> union_all(std::vector<LogicalNodePtr> inputs, SqlPosition position) {
  HW_ASSIGN_OR_RETURN(inputs, with_common_types(std::move(inputs), position));
  return std::make_shared<UnionNode>(std::move(inputs));
}

Result<LogicalNodePtr> bind_set_operation(const ast::SetOperation& operation,
                                          BindSession& session) {
  const bool is_union = operation.op == ast::SetOp::kUnion;
  const bool is_except = operation.op == ast::SetOp::kExcept;
  const std::string name = is_union ? "UNION" : is_except ? "EXCEPT" : "INTERSECT";
  std::vector<LogicalNodePtr> inputs;
  for (const ast::QueryBodyPtr& body : operation.inputs) {
    HW_ASSIGN_OR_RETURN(LogicalNodePtr input, bind_input(*body, session));
    if (!inputs.empty() && input->num_columns() != inputs[0]->num_columns()) {
      return at(body->position,
                Status::Invalid("the queries of ", name,
                                " have equally many columns, "
                                "but the first has ",
                                inputs[0]->num_columns(), " and this one ", input->num_columns()));
    }
    inputs.push_back(std::move(input));
  }
  if (!is_union && operation.all) {
    return with_copies(std::move(inputs), is_except, operation.position, session);
  }
  if (!is_union) {
    return with_or_without(std::move(inputs), is_except ? JoinKind::kAnti : JoinKind::kSemi,
                           operation.position, session);
  }
  HW_ASSIGN_OR_RETURN(const LogicalNodePtr all, union_all(std::move(inputs), operation.position));
  return operation.all ? all : distinct_rows(all, session);
}

LogicalNodePtr with_null_types(const LogicalNodePtr& plan, const std::vector<SqlType>& wanted) {
  bool any = false;
  for (int i = 0; i < plan->num_columns(); ++i) any = any || is_null_column(*plan, i);
  if (!any) return plan;
  const auto type_of = [&](int i) {
    const SqlType& type = wanted[static_cast<size_t>(i)];
    return type.is(TypeKind::kNull) ? SqlType::string() : type.with_nullable(true);
  };
  if (const ValuesNode* values = node_if<ValuesNode>(plan)) {
    std::vector<PlanColumn> columns = values->columns();
    auto rows = values->rows();
    for (int i = 0; i < plan->num_columns(); ++i) {
      if (!is_null_column(*plan, i)) continue;
      columns[static_cast<size_t>(i)].type = type_of(i);
      for (auto& row : rows) row[static_cast<size_t>(i)] = null_literal(type_of(i));
    }
    return std::make_shared<ValuesNode>(std::move(columns), std::move(rows));
  }
  if (plan->kind() == NodeKind::kUnion) {
    std::vector<LogicalNodePtr> inputs;
    for (const LogicalNodePtr& input : plan->inputs()) {
      inputs.push_back(with_null_types(input, wanted));
    }
    return plan->with_inputs(std::move(inputs));
  }
  // The value is NULL whatever is below, so it need not be read.
  std::vector<BoundExprPtr> exprs = columns_of(*plan);
  std::vector<std::string> names;
  LogicalNodePtr below = plan;
  if (const ProjectNode* project = node_if<ProjectNode>(plan)) {
    exprs = project->exprs();
    below = project->input();
  }
  for (int i = 0; i < plan->num_columns(); ++i) {
    if (is_null_column(*plan, i)) exprs[static_cast<size_t>(i)] = null_literal(type_of(i));
    names.push_back(plan->column(i).name);
  }
  return std::make_shared<ProjectNode>(below, std::move(exprs), std::move(names));
}

LogicalNodePtr with_null_types(const LogicalNodePtr& plan) {
  return with_null_types(plan, std::vector<SqlType>(static_cast<size_t>(plan->num_columns())));
}

}  // namespace hw
