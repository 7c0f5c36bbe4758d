// SPDX-License-Identifier: Apache-2.0
//
// Calls of JSON functions: their clauses become one keyword argument (expr/json_clauses.h), which
// the functions read.

#include <string>
#include <utility>

#include "expr/json_clauses.h"
#include "expr/literal.h"
#include "expr/resolve.h"
#include "sql/ast.h"
#include "sql/bind_expr.h"
#include "sql/bind_type.h"

namespace hw {
namespace {

BoundExprPtr symbol(const std::string& text) { return bytes_literal(text, SqlType::symbol()); }

JsonOtherwise otherwise(ast::JsonBehaviorKind kind) {
  switch (kind) {
    case ast::JsonBehaviorKind::kError:
      return JsonOtherwise::kError;
    case ast::JsonBehaviorKind::kDefault:
      return JsonOtherwise::kDefault;
    case ast::JsonBehaviorKind::kEmptyArray:
      return JsonOtherwise::kEmptyArray;
    case ast::JsonBehaviorKind::kEmptyObject:
      return JsonOtherwise::kEmptyObject;
    case ast::JsonBehaviorKind::kTrue:
      return JsonOtherwise::kTrue;
    case ast::JsonBehaviorKind::kFalse:
      return JsonOtherwise::kFalse;
    case ast::JsonBehaviorKind::kUnknown:
      return JsonOtherwise::kUnknown;
    case ast::JsonBehaviorKind::kNull:
      break;
  }
  return JsonOtherwise::kNull;
}

bool may_do(std::string_view function, JsonOtherwise what) {
  switch (what) {
    case JsonOtherwise::kNull:
      return function != "JSON_EXISTS";
    case JsonOtherwise::kError:
      return true;
    case JsonOtherwise::kDefault:
      return function == "JSON_VALUE";
    case JsonOtherwise::kEmptyArray:
    case JsonOtherwise::kEmptyObject:
      return function == "JSON_QUERY";
    default:
      return function == "JSON_EXISTS";
  }
}

/// Says which of the clauses the function does not have.
Status check_clauses(std::string_view function, const ast::JsonClauses& clauses) {
  const bool exists = function == "JSON_EXISTS";
  if (exists && (clauses.returning || clauses.on_empty)) {
    return Status::Invalid("JSON_EXISTS has neither RETURNING nor ON EMPTY");
  }
  if (function != "JSON_QUERY" && clauses.wrapper != ast::JsonWrapper::kDefault) {
    return Status::Invalid("only JSON_QUERY has a WRAPPER, but this is ", function);
  }
  const char* ways = exists                     ? "TRUE, FALSE, UNKNOWN or ERROR"
                     : function == "JSON_VALUE" ? "NULL, ERROR or DEFAULT"
                                                : "NULL, EMPTY ARRAY, EMPTY OBJECT or ERROR";
  for (const auto* clause : {&clauses.on_empty, &clauses.on_error}) {
    if (!*clause || may_do(function, otherwise((*clause)->kind))) continue;
    return Status::Invalid("ON EMPTY and ON ERROR of ", function, " take ", ways);
  }
  return Status::OK();
}

Status check_returning(std::string_view function, const SqlType& type) {
  if (type.is(TypeKind::kVarchar)) return Status::OK();
  if (function == "JSON_VALUE") {
    if (type.is(TypeKind::kBoolean) || type.is(TypeKind::kInt) || type.is(TypeKind::kDouble)) {
      return Status::OK();
    }
    return Status::TypeError("JSON_VALUE returns STRING, BOOLEAN, INTEGER or DOUBLE, but not ",
                             type.to_sql_without_null(), "; use CAST to convert the STRING");
  }
  if (type.is(TypeKind::kArray) && type.element().is(TypeKind::kVarchar)) return Status::OK();
  return Status::TypeError("JSON_QUERY returns STRING or ARRAY<STRING>, but not ",
                           type.to_sql_without_null());
}

JsonWrap wrap_of(ast::JsonWrapper wrapper) {
  if (wrapper == ast::JsonWrapper::kConditional) return JsonWrap::kConditional;
  if (wrapper == ast::JsonWrapper::kUnconditional) return JsonWrap::kUnconditional;
  return JsonWrap::kWithout;
}

}  // namespace

Result<BoundExprPtr> ExprBinder::bind_json_lookup(const ast::FunctionCall& call,
                                                  std::string_view name) {
  const ast::JsonClauses none;
  const ast::JsonClauses& given = call.json == nullptr ? none : *call.json;
  if (Status status = check_clauses(name, given); !status.ok()) return at(call.position, status);
  JsonPathClauses clauses;
  if (name == "JSON_EXISTS") clauses.on_error = JsonOtherwise::kFalse;
  clauses.wrap = wrap_of(given.wrapper);
  if (given.on_empty) clauses.on_empty = otherwise(given.on_empty->kind);
  if (given.on_error) clauses.on_error = otherwise(given.on_error->kind);
  SqlType type = SqlType::string();
  if (given.returning) {
    HW_ASSIGN_OR_RETURN(type, bind_type(*given.returning));
    if (Status status = check_returning(name, type); !status.ok()) return at(call.position, status);
  }
  if (type.is(TypeKind::kArray) && (clauses.on_empty == JsonOtherwise::kEmptyObject ||
                                    clauses.on_error == JsonOtherwise::kEmptyObject)) {
    return at(call.position, Status::Invalid("EMPTY OBJECT is no ARRAY<STRING>"));
  }
  HW_ASSIGN_OR_RETURN(std::vector<BoundExprPtr> args, bind_args(call.args));
  args.push_back(symbol(clauses.to_symbol()));
  args.push_back(null_literal(type));
  if (name == "JSON_VALUE") {
    for (const auto* clause : {&given.on_empty, &given.on_error}) {
      BoundExprPtr value = null_literal(type);
      if (*clause && (*clause)->value != nullptr) {
        HW_ASSIGN_OR_RETURN(value, bind_value(*(*clause)->value));
        if (value->is_null_literal()) value = null_literal(type);
      }
      args.push_back(std::move(value));
    }
  }
  return this->call(name, std::move(args), call.position);
}

Result<std::vector<BoundExprPtr>> ExprBinder::bind_json_values(const ast::FunctionCall& call,
                                                               bool absent_by_default) {
  JsonBuildClauses clauses;
  clauses.absent_on_null = absent_by_default;
  if (call.json != nullptr && call.json->nulls != ast::JsonNulls::kDefault) {
    clauses.absent_on_null = call.json->nulls == ast::JsonNulls::kAbsentOnNull;
  }
  std::vector<BoundExprPtr> args(1);
  for (const ast::ExprPtr& arg : call.args) {
    const auto* inner = ast::expr_if<ast::FunctionCall>(arg);
    const std::string name =
        inner != nullptr && inner->name.parts.size() == 1 ? function_name(*inner) : "";
    BoundExprPtr value;
    if (name == "JSON") {
      HW_ASSIGN_OR_RETURN(std::vector<BoundExprPtr> texts, bind_args(inner->args));
      HW_ASSIGN_OR_RETURN(value, this->call(name, std::move(texts), inner->position));
    } else {
      HW_ASSIGN_OR_RETURN(value, bind_any(*arg));
    }
    if (name == "JSON" || name == "JSON_OBJECT" || name == "JSON_ARRAY") {
      clauses.json_args.push_back(static_cast<int>(args.size()) - 1);
    }
    args.push_back(std::move(value));
  }
  args[0] = symbol(clauses.to_symbol());
  return args;
}

}  // namespace hw
