// SPDX-License-Identifier: Apache-2.0

#include "sql/sql_writer.h"
#include "sql/unparse.h"

namespace hw::ast {
namespace {

Precedence precedence_of_expr(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kOperator: {
      const auto& node = expr.as<Operator>();
      return precedence_of(node.op);
    }
    case ExprKind::kIn:
      return Precedence::kRange;
    case ExprKind::kQuantified:
      return Precedence::kComparison;
    default:
      return Precedence::kPostfix;
  }
}

// Whether .field may follow the text of the expression as it stands.
bool takes_field(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kFieldAccess:
    case ExprKind::kIndexAccess:
    case ExprKind::kCast:
    case ExprKind::kConstructor:
    case ExprKind::kSubquery:
      return true;
    case ExprKind::kFunctionCall:
      return expr.as<FunctionCall>().parenthesised && expr.as<FunctionCall>().over == nullptr;
    default:
      return false;
  }
}

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 0xF];
  }
  return hex;
}

}  // namespace

std::string_view to_string(Op op) {
  switch (op) {
    case Op::kOr:
      return "OR";
    case Op::kAnd:
      return "AND";
    case Op::kNot:
      return "NOT";
    case Op::kPlus:
    case Op::kAdd:
      return "+";
    case Op::kMinus:
    case Op::kSubtract:
      return "-";
    case Op::kIsNull:
      return "IS NULL";
    case Op::kIsTrue:
      return "IS TRUE";
    case Op::kIsFalse:
      return "IS FALSE";
    case Op::kIsUnknown:
      return "IS UNKNOWN";
    case Op::kIsJson:
      return "IS JSON";
    case Op::kIsJsonScalar:
      return "IS JSON SCALAR";
    case Op::kIsJsonArray:
      return "IS JSON ARRAY";
    case Op::kIsJsonObject:
      return "IS JSON OBJECT";
    case Op::kMultiply:
      return "*";
    case Op::kDivide:
      return "/";
    case Op::kModulo:
      return "%";
    case Op::kConcat:
      return "||";
    case Op::kEqual:
      return "=";
    case Op::kNotEqual:
      return "<>";
    case Op::kLess:
      return "<";
    case Op::kLessEqual:
      return "<=";
    case Op::kGreater:
      return ">";
    case Op::kGreaterEqual:
      return ">=";
    case Op::kIsDistinctFrom:
      return "IS DISTINCT FROM";
    case Op::kOverlaps:
      return "OVERLAPS";
    case Op::kLike:
      return "LIKE";
    case Op::kSimilarTo:
      return "SIMILAR TO";
    case Op::kBetween:
      return "BETWEEN";
    case Op::kBetweenSymmetric:
      return "BETWEEN SYMMETRIC";
  }
  return "";
}

void SqlWriter::write(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kLiteral:
      return write_literal(expr.as<Literal>());
    case ExprKind::kInterval:
      return write_interval(expr.as<IntervalLiteral>());
    case ExprKind::kColumnRef:
      return write(expr.as<ColumnRef>().name);
    case ExprKind::kStar:
      return write_star(expr.as<Star>());
    case ExprKind::kFieldAccess:
      write_base(*expr.as<FieldAccess>().base);
      text(".");
      return write(expr.as<FieldAccess>().field);
    case ExprKind::kIndexAccess:
      return write_index_access(expr.as<IndexAccess>());
    case ExprKind::kOperator:
      return write_operator(expr.as<Operator>());
    case ExprKind::kFunctionCall:
      return write_call(expr.as<FunctionCall>());
    case ExprKind::kCast:
      text(expr.as<Cast>().is_try ? "TRY_CAST(" : "CAST(");
      write(*expr.as<Cast>().operand);
      text(" AS ");
      write(expr.as<Cast>().type);
      text(")");
      return;
    case ExprKind::kCase:
      return write_case(expr.as<Case>());
    case ExprKind::kIn:
      return write_in(expr.as<In>());
    case ExprKind::kQuantified:
      return write_quantified(expr.as<Quantified>());
    case ExprKind::kSubquery:
      text(expr.as<Subquery>().type == SubqueryKind::kExists ? "EXISTS (" : "(");
      write(*expr.as<Subquery>().query);
      text(")");
      return;
    case ExprKind::kConstructor:
      return write_constructor(expr.as<Constructor>());
    case ExprKind::kSymbol:
      text(expr.as<Symbol>().name);
      return;
    case ExprKind::kNamedArgument:
      write(expr.as<NamedArgument>().name);
      text(" => ");
      return write(*expr.as<NamedArgument>().value);
    case ExprKind::kTableArgument:
      return write_table_argument(expr.as<TableArgument>());
    case ExprKind::kDescriptor:
      text("DESCRIPTOR");
      return write_identifiers(expr.as<Descriptor>().columns);
    case ExprKind::kDefault:
      text("DEFAULT");
      return;
  }
}

void SqlWriter::write_operand(const Expr& expr, Precedence loosest) {
  if (precedence_of_expr(expr) >= loosest) return write(expr);
  text("(");
  write(expr);
  text(")");
}

void SqlWriter::write_list(const std::vector<ExprPtr>& exprs) {
  write_separated(exprs, [this](const ExprPtr& expr) { write(*expr); });
}

void SqlWriter::write_literal(const Literal& literal) {
  switch (literal.type) {
    case LiteralKind::kNull:
      text("NULL");
      return;
    case LiteralKind::kTrue:
      text("TRUE");
      return;
    case LiteralKind::kFalse:
      text("FALSE");
      return;
    case LiteralKind::kUnknown:
      text("UNKNOWN");
      return;
    case LiteralKind::kInteger:
    case LiteralKind::kDecimal:
    case LiteralKind::kDouble:
      text(literal.text);
      return;
    case LiteralKind::kBinary:
      text("x'").text(hex_of(literal.text)).text("'");
      return;
    case LiteralKind::kString:
      break;
    case LiteralKind::kDate:
      text("DATE ");
      break;
    case LiteralKind::kTime:
      text("TIME ");
      break;
    case LiteralKind::kTimestamp:
      text("TIMESTAMP ");
      break;
  }
  write_string(literal.text);
}

void SqlWriter::write_interval(const IntervalLiteral& interval) {
  text(interval.negative ? "INTERVAL -" : "INTERVAL ");
  write_string(interval.text);
  text(" ");
  write_interval_qualifier(interval.qualifier);
}

void SqlWriter::write_index_access(const IndexAccess& node) {
  if (node.base->kind == ExprKind::kColumnRef) {
    write(*node.base);
  } else {
    write_base(*node.base);
  }
  text("[");
  write(*node.index);
  text("]");
}

void SqlWriter::write_in(const In& node) {
  write_operand(*node.operand, Precedence::kRange);
  text(node.negated ? " NOT IN " : " IN ");
  write_items_or_query(node.items, node.query);
}

void SqlWriter::write_quantified(const Quantified& node) {
  write_operand(*node.operand, Precedence::kComparison);
  text(" ").text(to_string(node.op));
  text(node.quantifier == Quantifier::kAny ? " ANY " : " ALL ");
  write_items_or_query(node.items, node.query);
}

void SqlWriter::write_constructor(const Constructor& node) {
  const bool row = node.type == ConstructorKind::kRow;
  text(row ? "ROW(" : node.type == ConstructorKind::kArray ? "ARRAY[" : "MAP[");
  write_list(node.elements);
  text(row ? ")" : "]");
}

// The base of .field or [..].
void SqlWriter::write_base(const Expr& base) {
  if (takes_field(base)) return write(base);
  text("(");
  write(base);
  text(")");
}

void SqlWriter::write_star(const Star& star) {
  if (star.base != nullptr) {
    write_base(*star.base);
    text(".");
  } else if (!star.qualifier.empty()) {
    write(star.qualifier);
    text(".");
  }
  text("*");
}

void SqlWriter::write_operator(const Operator& node) {
  const Precedence own = precedence_of(node.op);
  if (node.op >= Op::kLike) return write_range(node);
  if (node.op == Op::kNot || node.op == Op::kPlus || node.op == Op::kMinus) {
    text(to_string(node.op)).text(node.op == Op::kNot ? " " : "");
    // Two signs in a row would begin a comment.
    const bool sign = own == Precedence::kUnary;
    return write_operand(*node.operands[0], sign ? Precedence::kPostfix : Precedence::kNot);
  }
  if (own != Precedence::kIs) return write_infix(node, to_string(node.op));
  write_operand(*node.operands[0], Precedence::kIs);
  std::string words(to_string(node.op));
  if (node.negated) words.insert(2, " NOT");
  text(" ").text(words);
  if (node.op != Op::kIsDistinctFrom) return;
  text(" ");
  write_operand(*node.operands[1], tighter(Precedence::kIs));
}

void SqlWriter::write_infix(const Operator& node, std::string_view symbol) {
  const Precedence own = precedence_of(node.op);
  // A flat chain holds no chain of its kind without parentheses; others group from the left.
  const bool flat = node.op == Op::kAnd || node.op == Op::kOr;
  for (size_t i = 0; i < node.operands.size(); ++i) {
    if (i > 0) text(" ").text(symbol).text(" ");
    write_operand(*node.operands[i], i > 0 || flat ? tighter(own) : own);
  }
}

void SqlWriter::write_range(const Operator& node) {
  constexpr Precedence kInner = tighter(Precedence::kRange);
  write_operand(*node.operands[0], Precedence::kRange);
  text(node.negated ? " NOT " : " ").text(to_string(node.op)).text(" ");
  write_operand(*node.operands[1], kInner);
  if (node.operands.size() < 3) return;
  const bool between = node.op == Op::kBetween || node.op == Op::kBetweenSymmetric;
  text(between ? " AND " : " ESCAPE ");
  write_operand(*node.operands[2], kInner);
}

void SqlWriter::write_case(const Case& node) {
  text("CASE");
  if (node.operand != nullptr) {
    text(" ");
    write(*node.operand);
  }
  for (const CaseBranch& branch : node.branches) {
    text(" WHEN ");
    write(*branch.when);
    text(" THEN ");
    write(*branch.then);
  }
  if (node.otherwise != nullptr) {
    text(" ELSE ");
    write(*node.otherwise);
  }
  text(" END");
}

void SqlWriter::write_items_or_query(const std::vector<ExprPtr>& items, const QueryPtr& query) {
  text("(");
  if (query != nullptr) {
    write(*query);
  } else {
    write_list(items);
  }
  text(")");
}

}  // namespace hw::ast
