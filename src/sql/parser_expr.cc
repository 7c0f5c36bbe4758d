// SPDX-License-Identifier: Apache-2.0
//
// Operators, by precedence climbing. Chains of AND and OR become one flat node; other chains grow
// to the left in a loop, so that only real nesting uses the stack.

#include <array>

#include "sql/parser_core.h"

namespace hw {
namespace {

using ast::ExprPtr;
using ast::Op;

struct InfixSign {
  TokenKind kind;
  Op op;
};

constexpr auto kInfixSigns = std::to_array<InfixSign>({
    {TokenKind::kStar, Op::kMultiply},
    {TokenKind::kSlash, Op::kDivide},
    {TokenKind::kPercent, Op::kModulo},
    {TokenKind::kConcat, Op::kConcat},
    {TokenKind::kPlus, Op::kAdd},
    {TokenKind::kMinus, Op::kSubtract},
    {TokenKind::kEqual, Op::kEqual},
    {TokenKind::kNotEqual, Op::kNotEqual},
    {TokenKind::kLess, Op::kLess},
    {TokenKind::kLessEqual, Op::kLessEqual},
    {TokenKind::kGreater, Op::kGreater},
    {TokenKind::kGreaterEqual, Op::kGreaterEqual},
});

const InfixSign* find_sign(TokenKind kind) {
  for (const InfixSign& sign : kInfixSigns) {
    if (sign.kind == kind) return &sign;
  }
  return nullptr;
}

bool is_row_of_two(const ExprPtr& expr) {
  const auto* row = ast::expr_if<ast::Constructor>(expr);
  return row != nullptr && row->type == ast::ConstructorKind::kRow && row->elements.size() == 2;
}

}  // namespace

Status Parser::Nesting::check() const {
  if (parser_.depth_ <= kMaxNesting) return Status::OK();
  return invalid_at(parser_.position(), "an SQL text may nest " + std::to_string(kMaxNesting) +
                                            " levels deep, but here it nests deeper");
}

Status Parser::too_high(SqlPosition position) {
  return invalid_at(position, "an expression or query may be built of " +
                                  std::to_string(ast::kMaxTreeHeight) +
                                  " levels, but this one has more; split it, e.g. into views");
}

Status Parser::check_stars(const ast::Expr& expr) {
  if (expr.kind == ast::ExprKind::kFunctionCall) return Status::OK();
  Status status;
  ast::for_each_child(expr, [&](const ExprPtr& child) {
    if (child->kind != ast::ExprKind::kStar || !status.ok()) return;
    status = invalid_at(child->position,
                        "* stands only as an item of SELECT or as an argument, as in COUNT(*)");
  });
  return status;
}

Result<ExprPtr> Parser::expression() { return operators(Precedence::kOr); }

Result<std::vector<ExprPtr>> Parser::expression_list() {
  std::vector<ExprPtr> items;
  HW_TRY(comma_separated([&]() -> Status {
    HW_ASSIGN_OR_RETURN(ExprPtr item, expression());
    items.push_back(std::move(item));
    return Status::OK();
  }));
  return items;
}

Precedence Parser::next_infix() {
  const Token& token = peek();
  if (const InfixSign* sign = find_sign(token.kind)) return precedence_of(sign->op);
  if (!token.keyword.known()) return Precedence::kNone;
  if (at("OR")) return Precedence::kOr;
  if (at("AND")) return Precedence::kAnd;
  if (at("IS")) return Precedence::kIs;
  if (at("OVERLAPS")) return Precedence::kComparison;
  const Keyword word = at("NOT") ? peek(1).keyword : token.keyword;
  for (const Keyword range : {Keyword("BETWEEN"), Keyword("IN"), Keyword("LIKE")}) {
    if (word == range) return Precedence::kRange;
  }
  return word == Keyword("SIMILAR") ? Precedence::kRange : Precedence::kNone;
}

Result<ExprPtr> Parser::operators(Precedence loosest) {
  const Nesting nesting(*this);
  HW_TRY(nesting.check());
  HW_ASSIGN_OR_RETURN(ExprPtr left, prefix_operators());
  while (true) {
    const Precedence next = next_infix();
    if (next < loosest || next == Precedence::kNone) return left;
    switch (next) {
      case Precedence::kOr: {
        HW_ASSIGN_OR_RETURN(left, chain(Op::kOr, std::move(left)));
        break;
      }
      case Precedence::kAnd: {
        HW_ASSIGN_OR_RETURN(left, chain(Op::kAnd, std::move(left)));
        break;
      }
      case Precedence::kIs: {
        HW_ASSIGN_OR_RETURN(left, is(std::move(left)));
        break;
      }
      case Precedence::kRange: {
        HW_ASSIGN_OR_RETURN(left, range(std::move(left)));
        break;
      }
      default: {
        HW_ASSIGN_OR_RETURN(left, binary(std::move(left)));
        break;
      }
    }
  }
}

Result<ExprPtr> Parser::prefix_operators() {
  const SqlPosition start = position();
  Op op = Op::kNot;
  if (accept("NOT")) {
    op = Op::kNot;
  } else if (accept(TokenKind::kMinus)) {
    op = Op::kMinus;
  } else if (accept(TokenKind::kPlus)) {
    op = Op::kPlus;
  } else {
    return postfix();
  }
  const Precedence operand_precedence = op == Op::kNot ? Precedence::kIs : Precedence::kUnary;
  auto node = make<ast::Operator>(start);
  node->op = op;
  HW_ASSIGN_OR_RETURN(ExprPtr operand, operators(operand_precedence));
  node->operands.push_back(std::move(operand));
  return finish_expr(std::move(node));
}

Result<ExprPtr> Parser::chain(Op op, ExprPtr first) {
  auto node = make<ast::Operator>(position());
  node->op = op;
  node->operands.push_back(std::move(first));
  const bool is_or = op == Op::kOr;
  while (is_or ? accept("OR") : accept("AND")) {
    HW_ASSIGN_OR_RETURN(ExprPtr operand,
                        operators(tighter(is_or ? Precedence::kOr : Precedence::kAnd)));
    node->operands.push_back(std::move(operand));
  }
  return finish_expr(std::move(node));
}

Result<ExprPtr> Parser::binary(ExprPtr left) {
  const Token token = take();
  const InfixSign* sign = find_sign(token.kind);
  const Op op = sign == nullptr ? Op::kOverlaps : sign->op;
  const Precedence precedence = precedence_of(op);
  if (precedence == Precedence::kComparison && peek(1).kind == TokenKind::kLeftParen &&
      (at("ANY") || at("SOME") || at("ALL"))) {
    return quantified(op, std::move(left), token.position);
  }
  HW_ASSIGN_OR_RETURN(ExprPtr right, operators(tighter(precedence)));
  if (op == Op::kOverlaps && !(is_row_of_two(left) && is_row_of_two(right))) {
    return invalid_at(token.position,
                      "OVERLAPS compares two periods: (start, end) OVERLAPS (start, end)");
  }
  auto node = make<ast::Operator>(token.position);
  node->op = op;
  node->operands.push_back(std::move(left));
  node->operands.push_back(std::move(right));
  return finish_expr(std::move(node));
}

Result<ExprPtr> Parser::quantified(Op op, ExprPtr operand, SqlPosition position) {
  if (op == Op::kOverlaps) return expected("a period (start, end)");
  auto node = make<ast::Quantified>(position);
  node->op = op;
  node->quantifier =
      take().keyword == Keyword("ALL") ? ast::Quantifier::kAll : ast::Quantifier::kAny;
  node->operand = std::move(operand);
  HW_TRY(items_or_query(node->items, node->query));
  return finish_expr(std::move(node));
}

Status Parser::items_or_query(std::vector<ExprPtr>& items, ast::QueryPtr& query) {
  HW_TRY(expect(TokenKind::kLeftParen));
  if (at_query()) {
    HW_ASSIGN_OR_RETURN(query, this->query());
    return expect(TokenKind::kRightParen);
  }
  HW_ASSIGN_OR_RETURN(items, expression_list());
  const auto* only = items.size() == 1 ? ast::expr_if<ast::Subquery>(items[0]) : nullptr;
  if (only != nullptr && only->type == ast::SubqueryKind::kScalar) {
    query = only->query;
    if (at_query_continuation()) {
      HW_ASSIGN_OR_RETURN(ast::QueryBodyPtr first, nested(query));
      HW_ASSIGN_OR_RETURN(query, query_from(std::move(first)));
    }
    items.clear();
  }
  return expect(TokenKind::kRightParen);
}

Result<ExprPtr> Parser::range(ExprPtr operand) {
  const bool negated = at("NOT");
  const Keyword word = peek(negated ? 1 : 0).keyword;
  if (word == Keyword("BETWEEN")) return between(std::move(operand), negated);
  if (word == Keyword("IN")) return in(std::move(operand), negated);
  return like(std::move(operand), negated);
}

Result<ExprPtr> Parser::between(ExprPtr operand, bool negated) {
  auto node = make<ast::Operator>(position());
  accept("NOT");
  HW_TRY(expect("BETWEEN"));
  node->op = accept("SYMMETRIC") ? Op::kBetweenSymmetric : Op::kBetween;
  if (node->op == Op::kBetween) accept("ASYMMETRIC");
  node->negated = negated;
  node->operands.push_back(std::move(operand));
  HW_ASSIGN_OR_RETURN(ExprPtr low, operators(tighter(Precedence::kRange)));
  node->operands.push_back(std::move(low));
  HW_TRY(expect("AND"));
  HW_ASSIGN_OR_RETURN(ExprPtr high, operators(tighter(Precedence::kRange)));
  node->operands.push_back(std::move(high));
  return finish_expr(std::move(node));
}

Result<ExprPtr> Parser::in(ExprPtr operand, bool negated) {
  auto node = make<ast::In>(position());
  accept("NOT");
  HW_TRY(expect("IN"));
  node->negated = negated;
  node->operand = std::move(operand);
  HW_TRY(items_or_query(node->items, node->query));
  return finish_expr(std::move(node));
}

Result<ExprPtr> Parser::like(ExprPtr operand, bool negated) {
  auto node = make<ast::Operator>(position());
  accept("NOT");
  if (accept("SIMILAR")) {
    node->op = Op::kSimilarTo;
    HW_TRY(expect("TO"));
  } else {
    node->op = Op::kLike;
    HW_TRY(expect("LIKE"));
  }
  node->negated = negated;
  node->operands.push_back(std::move(operand));
  HW_ASSIGN_OR_RETURN(ExprPtr pattern, operators(tighter(Precedence::kRange)));
  node->operands.push_back(std::move(pattern));
  if (accept("ESCAPE")) {
    HW_ASSIGN_OR_RETURN(ExprPtr escape, operators(tighter(Precedence::kRange)));
    node->operands.push_back(std::move(escape));
  }
  return finish_expr(std::move(node));
}

Result<ExprPtr> Parser::is(ExprPtr operand) {
  auto node = make<ast::Operator>(position());
  HW_TRY(expect("IS"));
  node->negated = accept("NOT");
  node->operands.push_back(std::move(operand));
  if (accept("NULL")) {
    node->op = Op::kIsNull;
  } else if (accept("TRUE")) {
    node->op = Op::kIsTrue;
  } else if (accept("FALSE")) {
    node->op = Op::kIsFalse;
  } else if (accept("UNKNOWN")) {
    node->op = Op::kIsUnknown;
  } else if (accept("DISTINCT", "FROM")) {
    node->op = Op::kIsDistinctFrom;
    HW_ASSIGN_OR_RETURN(ExprPtr right, operators(tighter(Precedence::kIs)));
    node->operands.push_back(std::move(right));
  } else if (accept("JSON")) {
    node->op = accept("SCALAR")   ? Op::kIsJsonScalar
               : accept("ARRAY")  ? Op::kIsJsonArray
               : accept("OBJECT") ? Op::kIsJsonObject
                                  : Op::kIsJson;
    if (node->op == Op::kIsJson) accept("VALUE");
  } else {
    return expected("NULL, TRUE, FALSE, UNKNOWN, DISTINCT FROM or JSON behind IS");
  }
  return finish_expr(std::move(node));
}

}  // namespace hw
