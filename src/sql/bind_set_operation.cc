// SPDX-License-Identifier: Apache-2.0
//
// UNION [ALL], INTERSECT, EXCEPT; and columns that hold nothing but NULL, which take the type of
// what they meet.

#include <numeric>
#include <utility>

#include "expr/cast.h"
#include "expr/literal.h"
#include "expr/resolve.h"
#include "plan/logical/join.h"
#include "plan/logical/project.h"
#include "plan/logical/union_all.h"
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
  if (!is_union && operation.all) {
    return not_supported_yet(name + " ALL; " + name + " gives each row once", operation.position);
  }
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
