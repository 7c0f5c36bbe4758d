// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_expr.h"

#include <utility>

#include "expr/cast.h"
#include "expr/function_catalogue.h"
#include "expr/literal.h"
#include "expr/resolve.h"
#include "plan/catalog/near_names.h"
#include "plan/logical/expr_rewrite.h"
#include "sql/alternatives.h"
#include "sql/bind_literal.h"
#include "sql/bind_subquery.h"
#include "sql/bind_type.h"
#include "sql/unparse.h"

namespace hw {
namespace {

/// The name under which the function catalogue has an operator; empty for special forms.
std::string_view function_of(ast::Op op) {
  switch (op) {
    case ast::Op::kNot:
      return "NOT";
    case ast::Op::kMinus:
      return "NEGATE";
    case ast::Op::kIsNull:
      return "IS NULL";
    case ast::Op::kIsTrue:
      return "IS TRUE";
    case ast::Op::kIsFalse:
      return "IS FALSE";
    case ast::Op::kIsUnknown:
      return "IS UNKNOWN";
    case ast::Op::kIsJson:
      return "IS JSON";
    case ast::Op::kIsJsonScalar:
      return "IS JSON SCALAR";
    case ast::Op::kIsJsonArray:
      return "IS JSON ARRAY";
    case ast::Op::kIsJsonObject:
      return "IS JSON OBJECT";
    case ast::Op::kAdd:
      return "+";
    case ast::Op::kSubtract:
      return "-";
    case ast::Op::kMultiply:
      return "*";
    case ast::Op::kDivide:
      return "/";
    case ast::Op::kModulo:
      return "%";
    case ast::Op::kConcat:
      return "||";
    case ast::Op::kEqual:
      return "=";
    case ast::Op::kNotEqual:
      return "<>";
    case ast::Op::kLess:
      return "<";
    case ast::Op::kLessEqual:
      return "<=";
    case ast::Op::kGreater:
      return ">";
    case ast::Op::kGreaterEqual:
      return ">=";
    case ast::Op::kIsDistinctFrom:
      return "IS DISTINCT FROM";
    case ast::Op::kLike:
      return "LIKE";
    case ast::Op::kSimilarTo:
      return "SIMILAR TO";
    case ast::Op::kBetween:
      return "BETWEEN";
    case ast::Op::kBetweenSymmetric:
      return "BETWEEN SYMMETRIC";
    default:
      return {};
  }
}

/// Operators whose negation is a function of its own: IS NOT NULL.
std::string_view negated_function_of(ast::Op op) {
  switch (op) {
    case ast::Op::kIsNull:
      return "IS NOT NULL";
    case ast::Op::kIsTrue:
      return "IS NOT TRUE";
    case ast::Op::kIsFalse:
      return "IS NOT FALSE";
    case ast::Op::kIsUnknown:
      return "IS NOT UNKNOWN";
    case ast::Op::kIsDistinctFrom:
      return "IS NOT DISTINCT FROM";
    default:
      return {};
  }
}

/// NULL has no type of its own; as a condition it is an unknown BOOLEAN.
BoundExprPtr as_boolean(BoundExprPtr expr) {
  return expr->type().is(TypeKind::kNull) ? cast_if_needed(std::move(expr), SqlType::boolean())
                                          : expr;
}

bool any_nullable(const std::vector<BoundExprPtr>& args) {
  for (const BoundExprPtr& arg : args) {
    if (arg->type().nullable()) return true;
  }
  return false;
}

}  // namespace

Result<BoundExprPtr> ExprBinder::bind(const ast::Expr& expr) {
  HW_ASSIGN_OR_RETURN(BoundExprPtr bound, bind_any(expr));
  if (bound->kind() == BoundExpr::Kind::kColumn) return bound;
  return read_processing_time(bound);
}

Result<BoundExprPtr> ExprBinder::bind_value(const ast::Expr& expr) {
  HW_ASSIGN_OR_RETURN(BoundExprPtr bound, bind_any(expr));
  return read_processing_time(bound);
}

Result<BoundExprPtr> ExprBinder::bind_condition(const ast::Expr& expr) {
  HW_ASSIGN_OR_RETURN(BoundExprPtr bound, bind_value(expr));
  bound = as_boolean(std::move(bound));
  if (!bound->type().is(TypeKind::kBoolean)) {
    return at(expr.position,
              Status::TypeError(clause_, " needs a BOOLEAN condition, but ", bound->to_sql(),
                                " is ", bound->type().to_sql_without_null()));
  }
  return bound;
}

Result<BoundExprPtr> ExprBinder::bind_any(const ast::Expr& expr) {
  switch (expr.kind) {
    case ast::ExprKind::kLiteral:
      return bind_literal(expr.as<ast::Literal>());
    case ast::ExprKind::kInterval:
      return bind_interval(expr.as<ast::IntervalLiteral>());
    case ast::ExprKind::kColumnRef:
      return bind_column(expr.as<ast::ColumnRef>());
    case ast::ExprKind::kFieldAccess: {
      const auto& access = expr.as<ast::FieldAccess>();
      HW_ASSIGN_OR_RETURN(BoundExprPtr base, bind_any(*access.base));
      return field_of(std::move(base), access.field);
    }
    case ast::ExprKind::kIndexAccess: {
      const auto& access = expr.as<ast::IndexAccess>();
      HW_ASSIGN_OR_RETURN(BoundExprPtr base, bind_any(*access.base));
      HW_ASSIGN_OR_RETURN(BoundExprPtr index, bind_any(*access.index));
      return call("ITEM", {std::move(base), std::move(index)}, expr.position);
    }
    case ast::ExprKind::kOperator:
      return bind_operator(expr.as<ast::Operator>());
    case ast::ExprKind::kFunctionCall:
      return bind_function(expr.as<ast::FunctionCall>());
    case ast::ExprKind::kCast:
      return bind_cast(expr.as<ast::Cast>());
    case ast::ExprKind::kCase:
      return bind_case(expr.as<ast::Case>());
    case ast::ExprKind::kIn:
      return bind_in(expr.as<ast::In>());
    case ast::ExprKind::kQuantified:
      return bind_quantified(expr.as<ast::Quantified>());
    case ast::ExprKind::kConstructor:
      return bind_constructor(expr.as<ast::Constructor>());
    case ast::ExprKind::kSymbol:
      return bytes_literal(expr.as<ast::Symbol>().name, SqlType::symbol())
          ->with_position(expr.position);
    case ast::ExprKind::kSubquery:
      return bind_subquery(expr.as<ast::Subquery>());
    case ast::ExprKind::kNamedArgument:
      return not_supported_yet("named arguments of this function", expr.position);
    case ast::ExprKind::kStar:
      return at(expr.position, Status::Invalid("* stands for all columns only as an item of SELECT "
                                               "and in COUNT(*)"));
    case ast::ExprKind::kTableArgument:
    case ast::ExprKind::kDescriptor:
      return at(expr.position,
                Status::Invalid("TABLE and DESCRIPTOR are arguments of table functions only"));
    case ast::ExprKind::kDefault:
      return not_supported_yet("DEFAULT as a value", expr.position);
  }
  return Status::UnknownError("an expression of unknown kind");
}

Result<BoundExprPtr> ExprBinder::bind_column(const ast::ColumnRef& ref) {
  if (aliases_ != nullptr && ref.name.parts.size() == 1) {
    for (const NamedBoundExpr& alias : *aliases_) {
      if (alias.name == ref.name.parts[0].text) return alias.expr;
    }
  }
  const Result<Scope::Found> found = relation_.scope.find(ref.name);
  // `t.c` is a column of an outer table t rather than a field of a column t here.
  const bool is_field = found.ok() && found->parts == 1 && ref.name.parts.size() > 1;
  OuterColumn outer;
  if (!found.ok() || is_field) {
    // An ambiguous name is not looked for further out.
    if (!found.ok() && !found.status().IsKeyError()) return found.status();
    HW_ASSIGN_OR_RETURN(outer, find_outer_column(ref.name, is_field ? 2 : 1, session_));
    if (outer.column == nullptr && !found.ok()) return found.status();
  }
  BoundExprPtr bound = outer.column;
  const bool is_own = bound == nullptr;
  if (is_own) {
    const PlanColumn& column = relation_.plan->column(found->column->index);
    bound = BoundExpr::column(found->column->index, column.type, found->column->name);
  }
  bound = bound->with_position(ref.position);
  for (size_t i = is_own ? found->parts : outer.parts; i < ref.name.parts.size(); ++i) {
    HW_ASSIGN_OR_RETURN(bound, field_of(std::move(bound), ref.name.parts[i]));
  }
  return bound;
}

Result<BoundExprPtr> ExprBinder::field_of(BoundExprPtr base, const ast::Identifier& field) {
  if (!base->type().is(TypeKind::kRow)) {
    return at(field.position, Status::TypeError("only a ROW has fields, but ", base->to_sql(),
                                                " is ", base->type().to_sql_without_null(),
                                                ", so it has no field '", field.text, "'"));
  }
  const int index = base->type().field_index(field.text);
  if (index < 0) {
    std::vector<std::string> names;
    for (const SqlField& candidate : base->type().fields()) names.push_back(candidate.name);
    return at(field.position, Status::KeyError(base->to_sql(), " has no field '", field.text, "'",
                                               did_you_mean_or("it has", field.text, names)));
  }
  return BoundExpr::field(std::move(base), index)->with_position(field.position);
}

Result<BoundExprPtr> ExprBinder::call(std::string_view name, std::vector<BoundExprPtr> args,
                                      SqlPosition position) {
  const ScalarFunction* function = session_.context.functions->scalar(name);
  if (function == nullptr) return not_supported_yet(name, position);
  Result<BoundExprPtr> bound = bind_call(*function, std::move(args), session_.expr);
  if (!bound.ok()) return at(position, bound.status());
  return (*bound)->with_position(position);
}

Result<BoundExprPtr> ExprBinder::negate(BoundExprPtr expr, SqlPosition position) {
  std::vector<BoundExprPtr> args;
  args.push_back(as_boolean(std::move(expr)));
  return call("NOT", std::move(args), position);
}

Result<std::vector<BoundExprPtr>> ExprBinder::bind_args(const std::vector<ast::ExprPtr>& args) {
  std::vector<BoundExprPtr> bound;
  bound.reserve(args.size());
  for (const ast::ExprPtr& arg : args) {
    HW_ASSIGN_OR_RETURN(BoundExprPtr value, bind_any(*arg));
    bound.push_back(std::move(value));
  }
  return bound;
}

Result<BoundExprPtr> ExprBinder::bind_logical(const ast::Operator& op) {
  std::vector<ast::ExprPtr> lists;
  if (op.op == ast::Op::kOr) lists = with_lists(op.operands);
  const std::vector<ast::ExprPtr>& operands = op.op == ast::Op::kOr ? lists : op.operands;
  HW_ASSIGN_OR_RETURN(std::vector<BoundExprPtr> args, bind_args(operands));
  if (args.size() == 1) return args[0];
  for (size_t i = 0; i < args.size(); ++i) {
    args[i] = as_boolean(std::move(args[i]));
    if (!args[i]->type().is(TypeKind::kBoolean)) {
      return at(
          operands[i]->position,
          Status::TypeError(ast::to_string(op.op), " needs BOOLEAN operands, but ",
                            args[i]->to_sql(), " is ", args[i]->type().to_sql_without_null()));
    }
  }
  const bool nullable = any_nullable(args);
  const auto kind = op.op == ast::Op::kAnd ? BoundExpr::Kind::kAnd : BoundExpr::Kind::kOr;
  return BoundExpr::special(kind, std::move(args), SqlType::boolean().with_nullable(nullable))
      ->with_position(op.position);
}

Result<BoundExprPtr> ExprBinder::bind_operator(const ast::Operator& op) {
  Result<BoundExprPtr> bound = [&]() -> Result<BoundExprPtr> {
    switch (op.op) {
      case ast::Op::kAnd:
      case ast::Op::kOr:
        return bind_logical(op);
      case ast::Op::kPlus: {
        HW_ASSIGN_OR_RETURN(BoundExprPtr operand, bind_any(*op.operands[0]));
        if (operand->type().is_numeric() || operand->type().is_interval()) return operand;
        return at(op.position, Status::TypeError("unary + needs a number, but ", operand->to_sql(),
                                                 " is ", operand->type().to_sql_without_null()));
      }
      case ast::Op::kOverlaps: {
        std::vector<BoundExprPtr> ends;
        for (const ast::ExprPtr& period : op.operands) {
          HW_ASSIGN_OR_RETURN(std::vector<BoundExprPtr> both,
                              bind_args(period->as<ast::Constructor>().elements));
          for (BoundExprPtr& end : both) ends.push_back(std::move(end));
        }
        return call("OVERLAPS", std::move(ends), op.position);
      }
      default:
        break;
    }
    const std::string_view negated = op.negated ? negated_function_of(op.op) : "";
    const std::string_view name = negated.empty() ? function_of(op.op) : negated;
    if (name.empty()) return not_supported_yet(ast::to_string(op.op), op.position);
    HW_ASSIGN_OR_RETURN(std::vector<BoundExprPtr> args, bind_args(op.operands));
    if (op.op == ast::Op::kNot) args[0] = as_boolean(std::move(args[0]));
    return call(name, std::move(args), op.position);
  }();
  if (!bound.ok() || !op.negated || !negated_function_of(op.op).empty()) return bound;
  return negate(*bound, op.position);
}

Result<BoundExprPtr> ExprBinder::bind_cast(const ast::Cast& cast) {
  HW_ASSIGN_OR_RETURN(BoundExprPtr operand, bind_any(*cast.operand));
  HW_ASSIGN_OR_RETURN(const SqlType type, bind_type(cast.type));
  const bool lenient = cast.is_try || session_.expr.lenient_casts;
  if (operand->is_null_literal()) {
    return null_literal(type)->with_position(cast.position);
  }
  if (!can_cast(operand->type(), type)) {
    // The cast's own words say what to write instead.
    const auto made = make_cast(operand->type(), type, CastMode::kCast, session_.expr);
    if (!made.ok()) return at(cast.position, made.status());
    return at(cast.position,
              Status::TypeError("there is no cast from ", operand->type().to_sql_without_null(),
                                " to ", type.to_sql_without_null()));
  }
  const bool nullable =
      operand->type().nullable() || (lenient && cast_can_fail(operand->type(), type));
  return BoundExpr::cast(std::move(operand), type.with_nullable(nullable), lenient)
      ->with_position(cast.position);
}

Result<BoundExprPtr> ExprBinder::bind_case(const ast::Case& node) {
  BoundExprPtr operand;
  if (node.operand != nullptr) {
    HW_ASSIGN_OR_RETURN(operand, bind_any(*node.operand));
  }
  std::vector<BoundExprPtr> conditions, results;
  for (const ast::CaseBranch& branch : node.branches) {
    HW_ASSIGN_OR_RETURN(BoundExprPtr when, bind_any(*branch.when));
    if (operand != nullptr) {
      HW_ASSIGN_OR_RETURN(when, call("=", {operand, std::move(when)}, branch.when->position));
    }
    when = as_boolean(std::move(when));
    if (!when->type().is(TypeKind::kBoolean)) {
      return at(branch.when->position,
                Status::TypeError("WHEN needs a BOOLEAN condition, but ", when->to_sql(), " is ",
                                  when->type().to_sql_without_null()));
    }
    conditions.push_back(std::move(when));
    HW_ASSIGN_OR_RETURN(BoundExprPtr then, bind_any(*branch.then));
    results.push_back(std::move(then));
  }
  if (node.otherwise != nullptr) {
    HW_ASSIGN_OR_RETURN(BoundExprPtr otherwise, bind_any(*node.otherwise));
    results.push_back(std::move(otherwise));
  } else {
    results.push_back(null_literal());
  }
  Result<Unified> unified = unify(std::move(results));
  if (!unified.ok()) return at(node.position, unified.status());
  std::vector<BoundExprPtr> args;
  for (size_t i = 0; i < conditions.size(); ++i) {
    args.push_back(std::move(conditions[i]));
    args.push_back(std::move(unified->args[i]));
  }
  args.push_back(std::move(unified->args.back()));
  return BoundExpr::special(BoundExpr::Kind::kCase, std::move(args), unified->type)
      ->with_position(node.position);
}

Result<BoundExprPtr> ExprBinder::bind_in(const ast::In& in) {
  if (in.query != nullptr) {
    HW_ASSIGN_OR_RETURN(BoundExprPtr found,
                        bind_compared(*in.operand, "=", false, *in.query, in.position));
    return in.negated ? negate(std::move(found), in.position) : found;
  }
  return bind_among(*in.operand, in.items, in.negated, in.position);
}

Result<BoundExprPtr> ExprBinder::bind_among(const ast::Expr& operand,
                                            const std::vector<ast::ExprPtr>& items, bool negated,
                                            SqlPosition position) {
  HW_ASSIGN_OR_RETURN(BoundExprPtr value, bind_any(operand));
  HW_ASSIGN_OR_RETURN(std::vector<BoundExprPtr> args, bind_items(value, items));
  args.insert(args.begin(), std::move(value));
  HW_ASSIGN_OR_RETURN(BoundExprPtr bound, call("IN", std::move(args), position));
  return negated ? negate(std::move(bound), position) : bound;
}

Result<BoundExprPtr> ExprBinder::bind_quantified(const ast::Quantified& node) {
  const bool all = node.quantifier == ast::Quantifier::kAll;
  if (node.query != nullptr) {
    return bind_compared(*node.operand, function_of(node.op), all, *node.query, node.position);
  }
  if (node.op == (all ? ast::Op::kNotEqual : ast::Op::kEqual)) {
    return bind_among(*node.operand, node.items, all, node.position);
  }
  HW_ASSIGN_OR_RETURN(const BoundExprPtr operand, bind_any(*node.operand));
  HW_ASSIGN_OR_RETURN(std::vector<BoundExprPtr> items, bind_args(node.items));
  std::vector<BoundExprPtr> tests;
  for (BoundExprPtr& item : items) {
    HW_ASSIGN_OR_RETURN(BoundExprPtr test,
                        call(function_of(node.op), {operand, std::move(item)}, node.position));
    tests.push_back(std::move(test));
  }
  if (tests.size() == 1) return tests[0];
  const bool nullable = any_nullable(tests);
  const auto kind = all ? BoundExpr::Kind::kAnd : BoundExpr::Kind::kOr;
  return BoundExpr::special(kind, std::move(tests), SqlType::boolean().with_nullable(nullable))
      ->with_position(node.position);
}

Status ExprBinder::check_subquery_place(SqlPosition position) const {
  if (in_aggregate_) {
    return not_supported_yet(
        "a query inside an aggregate function; compute it in FROM (SELECT ..) and aggregate there",
        position);
  }
  if (subqueries_ == nullptr) {
    return not_supported_yet("a query inside " + std::string(clause_) +
                                 "; join with it in FROM, or compute it in FROM (SELECT ..)",
                             position);
  }
  return Status::OK();
}

Result<BoundExprPtr> ExprBinder::bind_subquery(const ast::Subquery& node) {
  HW_TRY(check_subquery_place(node.position));
  if (node.type == ast::SubqueryKind::kExists) {
    return bind_exists(*node.query, node.position, relation_, session_, *subqueries_);
  }
  return bind_scalar_query(*node.query, node.position, relation_, session_, *subqueries_);
}

Result<BoundExprPtr> ExprBinder::bind_compared(const ast::Expr& operand, std::string_view function,
                                               bool all, const ast::Query& query,
                                               SqlPosition position) {
  HW_TRY(check_subquery_place(position));
  std::vector<BoundExprPtr> operands;
  if (operand.kind == ast::ExprKind::kConstructor &&
      operand.as<ast::Constructor>().type == ast::ConstructorKind::kRow) {
    HW_ASSIGN_OR_RETURN(operands, bind_args(operand.as<ast::Constructor>().elements));
  } else {
    HW_ASSIGN_OR_RETURN(BoundExprPtr value, bind_any(operand));
    operands.push_back(std::move(value));
  }
  if (operands.size() > 1 && function != "=") {
    return not_supported_yet("rows compared by " + std::string(function) + " with a query",
                             position);
  }
  for (BoundExprPtr& value : operands) {
    HW_ASSIGN_OR_RETURN(value, read_processing_time(value));
  }
  return bind_comparison({function, all, position}, std::move(operands), query, relation_, session_,
                         *subqueries_);
}

Result<BoundExprPtr> ExprBinder::bind_constructor(const ast::Constructor& node) {
  HW_ASSIGN_OR_RETURN(std::vector<BoundExprPtr> args, bind_args(node.elements));
  switch (node.type) {
    case ast::ConstructorKind::kRow:
      return call("ROW", std::move(args), node.position);
    case ast::ConstructorKind::kArray:
      return call("ARRAY", std::move(args), node.position);
    case ast::ConstructorKind::kMap:
      return call("MAP", std::move(args), node.position);
  }
  return Status::UnknownError("a constructor of unknown kind");
}

Result<BoundExprPtr> read_clock(BindSession& session) {
  const ScalarFunction* function = session.context.functions->scalar("PROCTIME");
  if (function == nullptr) return not_supported_yet("PROCTIME");
  HW_ASSIGN_OR_RETURN(BoundExprPtr clock, bind_call(*function, {}, session.expr));
  // The cast makes it a value: a bare call would be a time attribute again.
  const SqlType type = clock->type();
  return BoundExpr::cast(std::move(clock), type);
}

Result<BoundExprPtr> ExprBinder::read_processing_time(const BoundExprPtr& expr) {
  Status failure;
  const LogicalNode& plan = *relation_.plan;
  BoundExprPtr result = rewrite(expr, [&](const BoundExprPtr& node) -> BoundExprPtr {
    if (node->kind() != BoundExpr::Kind::kColumn) return nullptr;
    const int index = node->column_index();
    if (index >= plan.num_columns() || plan.column(index).time != TimeAttribute::kProcessingTime ||
        (plan.window() && plan.window()->time == index)) {
      return nullptr;
    }
    Result<BoundExprPtr> clock = read_clock(session_);
    if (clock.ok()) return (*clock)->with_position(node->position());
    failure = clock.status();
    return node;
  });
  if (!failure.ok()) return failure;
  return result;
}

}  // namespace hw
