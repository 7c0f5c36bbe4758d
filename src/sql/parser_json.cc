// SPDX-License-Identifier: Apache-2.0
//
// Arguments and clauses of the JSON functions.

#include "sql/parser_core.h"

namespace hw {

using ast::ExprPtr;
using ast::FunctionCall;
using ast::JsonBehaviorKind;
using ast::JsonClauses;
using ast::JsonNulls;
using ast::JsonWrapper;

// JSON_VALUE, JSON_QUERY, JSON_EXISTS: (document, path clauses)
Status Parser::json_path_arguments(FunctionCall& call) {
  HW_TRY(append_argument(call));
  HW_TRY(expect(TokenKind::kComma));
  HW_TRY(append_argument(call));
  JsonClauses clauses;
  const size_t before = last_end();
  if (accept("RETURNING")) {
    HW_ASSIGN_OR_RETURN(clauses.returning, type());
  }
  HW_TRY(json_wrapper(clauses));
  HW_TRY(json_behaviors(clauses));
  if (last_end() != before) call.json = std::make_shared<const JsonClauses>(std::move(clauses));
  return Status::OK();
}

Status Parser::json_wrapper(JsonClauses& clauses) {
  if (accept("WITHOUT")) {
    clauses.wrapper = JsonWrapper::kWithout;
  } else if (accept("WITH")) {
    clauses.wrapper = JsonWrapper::kUnconditional;
    if (accept("CONDITIONAL")) {
      clauses.wrapper = JsonWrapper::kConditional;
    } else {
      accept("UNCONDITIONAL");
    }
  } else {
    return Status::OK();
  }
  accept("ARRAY");
  return expect("WRAPPER");
}

Status Parser::json_behaviors(JsonClauses& clauses) {
  while (true) {
    const SqlPosition start = position();
    HW_ASSIGN_OR_RETURN(auto behavior, json_behavior());
    if (!behavior) return Status::OK();
    HW_TRY(expect("ON"));
    const bool on_empty = accept("EMPTY");
    if (!on_empty && !accept("ERROR")) return expected("EMPTY or ERROR");
    auto& clause = on_empty ? clauses.on_empty : clauses.on_error;
    if (clause || (on_empty && clauses.on_error)) {
      return invalid_at(start,
                        "ON EMPTY and ON ERROR are written once each, ON EMPTY before ON ERROR");
    }
    clause = std::move(behavior);
  }
}

Result<std::optional<ast::JsonBehavior>> Parser::json_behavior() {
  ast::JsonBehavior behavior;
  if (accept("NULL")) {
    behavior.kind = JsonBehaviorKind::kNull;
  } else if (accept("ERROR")) {
    behavior.kind = JsonBehaviorKind::kError;
  } else if (accept("TRUE")) {
    behavior.kind = JsonBehaviorKind::kTrue;
  } else if (accept("FALSE")) {
    behavior.kind = JsonBehaviorKind::kFalse;
  } else if (accept("UNKNOWN")) {
    behavior.kind = JsonBehaviorKind::kUnknown;
  } else if (accept("DEFAULT")) {
    behavior.kind = JsonBehaviorKind::kDefault;
    HW_ASSIGN_OR_RETURN(behavior.value, expression());
  } else if (accept("EMPTY")) {
    behavior.kind =
        accept("OBJECT") ? JsonBehaviorKind::kEmptyObject : JsonBehaviorKind::kEmptyArray;
    if (behavior.kind == JsonBehaviorKind::kEmptyArray) HW_TRY(expect("ARRAY"));
  } else {
    return std::optional<ast::JsonBehavior>();
  }
  return std::optional<ast::JsonBehavior>(std::move(behavior));
}

Status Parser::json_nulls(FunctionCall& call) {
  JsonClauses clauses;
  if (accept("NULL")) {
    clauses.nulls = JsonNulls::kNullOnNull;
  } else if (accept("ABSENT")) {
    clauses.nulls = JsonNulls::kAbsentOnNull;
  } else {
    return Status::OK();
  }
  call.json = std::make_shared<const JsonClauses>(std::move(clauses));
  return expect("ON", "NULL");
}

// JSON_OBJECT([[KEY] k VALUE v, ..] [NULL|ABSENT ON NULL]); k : v is another spelling.
Status Parser::json_object_arguments(FunctionCall& call) {
  const bool nulls_only = at("NULL", "ON") || at("ABSENT", "ON");
  if (!at(TokenKind::kRightParen) && !nulls_only) {
    HW_TRY(comma_separated([&]() -> Status {
      const bool key_word = at("KEY") && peek(1).kind != TokenKind::kDot &&
                            peek(1).keyword != Keyword("VALUE") &&
                            peek(1).kind != TokenKind::kColon;
      if (key_word) take();
      HW_TRY(append_argument(call));
      if (!accept("VALUE") && !accept(TokenKind::kColon)) return expected("VALUE");
      return append_argument(call);
    }));
  }
  return json_nulls(call);
}

// JSON_ARRAY([v, ..] [NULL|ABSENT ON NULL])
Status Parser::json_array_arguments(FunctionCall& call) {
  const bool nulls_only = at("NULL", "ON") || at("ABSENT", "ON");
  if (!at(TokenKind::kRightParen) && !nulls_only) {
    HW_TRY(comma_separated([&] { return append_argument(call); }));
    HW_ASSIGN_OR_RETURN(call.order_by, optional_order_by());
  }
  return json_nulls(call);
}

}  // namespace hw
