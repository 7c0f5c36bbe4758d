// SPDX-License-Identifier: Apache-2.0
//
// Bound expressions as SQL-like text, with parentheses only where they are needed.

#include <array>
#include <string>
#include <string_view>

#include "columnar/gather.h"
#include "columnar/nested.h"
#include "columnar/sql_type.h"
#include "columnar/text/type_text.h"
#include "expr/bound_expr.h"
#include "expr/scalar_function.h"

namespace hw {
namespace {

/// How tightly an expression holds together, loosest first.
enum Binding : int {
  kLoose,
  kOrBinding,
  kAndBinding,
  kNotBinding,
  kTestBinding,
  kCompareBinding,
  kAddBinding,
  kMultiplyBinding,
  kUnaryBinding,
  kTight
};

struct Infix {
  std::string_view name;
  Binding binding;
};

constexpr std::array kInfix = {Infix{"=", kCompareBinding},
                               Infix{"<>", kCompareBinding},
                               Infix{"<", kCompareBinding},
                               Infix{"<=", kCompareBinding},
                               Infix{">", kCompareBinding},
                               Infix{">=", kCompareBinding},
                               Infix{"IS DISTINCT FROM", kTestBinding},
                               Infix{"IS NOT DISTINCT FROM", kTestBinding},
                               Infix{"LIKE", kCompareBinding},
                               Infix{"SIMILAR TO", kCompareBinding},
                               Infix{"+", kAddBinding},
                               Infix{"-", kAddBinding},
                               Infix{"||", kMultiplyBinding},
                               Infix{"*", kMultiplyBinding},
                               Infix{"/", kMultiplyBinding},
                               Infix{"%", kMultiplyBinding}};

constexpr int kListedItemsMax = 20;

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + "'";
}

std::string bytes_sql(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex = "x'";
  for (const char c : bytes) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return hex + "'";
}

std::string literal_sql(const Column& literal) {
  if (literal.is_null(0)) return "NULL";
  const std::string text = value_text(literal, 0);
  const SqlType& type = literal.type();
  if (type.is_variant()) return "PARSE_JSON(" + quoted(text) + ")";
  switch (type.kind()) {
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return quoted(text);
    case TypeKind::kDate:
      return "DATE " + quoted(text);
    case TypeKind::kTime:
      return "TIME " + quoted(text);
    case TypeKind::kTimestamp:
      return "TIMESTAMP " + quoted(text);
    case TypeKind::kTimestampLtz:
      return "TIMESTAMP_LTZ " + quoted(text);
    case TypeKind::kIntervalMonth:
      return "INTERVAL " + quoted(text) + " YEAR TO MONTH";
    case TypeKind::kIntervalDay:
      return "INTERVAL " + quoted(text) + " DAY TO SECOND";
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      return bytes_sql(literal.value<std::string_view>(0));
    case TypeKind::kBitmap:
      return "BITMAP_FROM_BYTES(" + bytes_sql(literal.value<std::string_view>(0)) + ")";
    case TypeKind::kSymbol:
      return std::string(literal.value<std::string_view>(0));
    default:
      return text;
  }
}

class SqlText {
 public:
  /// Writes `expr`, in parentheses when it holds less tightly than `around` asks for.
  void write(const BoundExpr& expr, int around) {
    const int own = binding_of(expr);
    if (own < around) out_ += '(';
    write_bare(expr, own);
    if (own < around) out_ += ')';
  }

  std::string take() { return std::move(out_); }

 private:
  static const Infix* infix_of(const BoundExpr& expr) {
    if (expr.kind() != BoundExpr::Kind::kCall || expr.args().size() != 2) return nullptr;
    for (const Infix& infix : kInfix) {
      if (infix.name == expr.function()->name) return &infix;
    }
    return nullptr;
  }

  static bool is_test(const BoundExpr& expr) {
    return expr.kind() == BoundExpr::Kind::kCall && expr.args().size() == 1 &&
           expr.function()->name.starts_with("IS ");
  }

  static int binding_of(const BoundExpr& expr) {
    if (expr.kind() == BoundExpr::Kind::kOr) return kOrBinding;
    if (expr.kind() == BoundExpr::Kind::kAnd) return kAndBinding;
    if (const Infix* infix = infix_of(expr)) return infix->binding;
    if (is_test(expr)) return kTestBinding;
    if (expr.kind() != BoundExpr::Kind::kCall) return kTight;
    const std::string& name = expr.function()->name;
    if (name == "NOT") return kNotBinding;
    if (name == "IN") return kCompareBinding;
    return name == "NEGATE" ? kUnaryBinding : kTight;
  }

  void write_list(const BoundExpr& expr, size_t from, std::string_view separator, int around) {
    const auto& args = expr.args();
    for (size_t i = from; i < args.size(); ++i) {
      if (i > from) out_ += separator;
      if (i - from == kListedItemsMax && args.size() - i > 1) {
        out_ += "… " + std::to_string(args.size() - i) + " more";
        return;
      }
      write(*args[i], around);
    }
  }

  /// Literals come as one constant array.
  void write_items(const BoundExpr& in) {
    const BoundExpr& set = *in.args()[1];
    if (!set.is_literal() || !set.type().is(TypeKind::kArray)) {
      write_list(in, 1, ", ", kLoose);
      return;
    }
    const ElementsView view(*set.literal_value());
    for (int64_t i = view.begin(0); i < view.end(0); ++i) {
      if (i > view.begin(0)) out_ += ", ";
      if (i - view.begin(0) == kListedItemsMax && view.end(0) - i > 1) {
        out_ += "… " + std::to_string(view.end(0) - i) + " more";
        return;
      }
      const auto item = static_cast<int32_t>(i);
      const Result<ColumnPtr> one = gather(*view.elements(), std::span(&item, 1));
      out_ += one.ok() ? literal_sql(**one) : "?";
    }
  }

  void write_case(const BoundExpr& expr) {
    const auto& args = expr.args();
    out_ += "CASE";
    size_t i = 0;
    for (; i + 1 < args.size(); i += 2) {
      out_ += " WHEN ";
      write(*args[i], kLoose);
      out_ += " THEN ";
      write(*args[i + 1], kLoose);
    }
    if (i < args.size()) {
      out_ += " ELSE ";
      write(*args[i], kLoose);
    }
    out_ += " END";
  }

  void write_call(const BoundExpr& expr, int own) {
    const std::string& name = expr.function()->name;
    const auto& args = expr.args();
    if (const Infix* infix = infix_of(expr)) {
      write(*args[0], own);
      out_.append(" ").append(infix->name).append(" ");
      write(*args[1], own + 1);
    } else if (is_test(expr)) {
      write(*args[0], own + 1);
      out_ += " " + name;
    } else if (name == "NOT" && args.size() == 1) {
      out_ += "NOT ";
      write(*args[0], own);
    } else if (name == "NEGATE" && args.size() == 1) {
      out_ += "-";
      write(*args[0], kTight);
    } else if (name == "ITEM" && args.size() == 2) {
      write(*args[0], kTight);
      out_ += "[";
      write(*args[1], kLoose);
      out_ += "]";
    } else if (name == "IN" && args.size() > 1) {
      write(*args[0], own + 1);
      out_ += " IN (";
      write_items(expr);
      out_ += ")";
    } else {
      const bool brackets = name == "ARRAY" || name == "MAP";
      out_ += name + (brackets ? "[" : "(");
      write_list(expr, 0, ", ", kLoose);
      out_ += brackets ? "]" : ")";
    }
  }

  void write_bare(const BoundExpr& expr, int own) {
    switch (expr.kind()) {
      case BoundExpr::Kind::kColumn:
        out_ += expr.name();
        return;
      case BoundExpr::Kind::kLiteral:
        out_ += literal_sql(*expr.literal_value());
        return;
      case BoundExpr::Kind::kCall:
        write_call(expr, own);
        return;
      case BoundExpr::Kind::kCast:
        out_ += expr.try_cast() ? "TRY_CAST(" : "CAST(";
        write(*expr.args()[0], kLoose);
        out_ += " AS " + expr.type().to_sql_without_null() + ")";
        return;
      case BoundExpr::Kind::kCase:
        write_case(expr);
        return;
      case BoundExpr::Kind::kAnd:
        write_list(expr, 0, " AND ", own + 1);
        return;
      case BoundExpr::Kind::kOr:
        write_list(expr, 0, " OR ", own + 1);
        return;
      case BoundExpr::Kind::kCoalesce:
        out_ += "COALESCE(";
        write_list(expr, 0, ", ", kLoose);
        out_ += ")";
        return;
      case BoundExpr::Kind::kField: {
        const BoundExpr& row = *expr.args()[0];
        write(row, kTight);
        out_ += "." + row.type().fields()[static_cast<size_t>(expr.column_index())].name;
        return;
      }
    }
  }

  std::string out_;
};

}  // namespace

std::string BoundExpr::to_sql() const {
  SqlText text;
  text.write(*this, kLoose);
  return text.take();
}

}  // namespace hw
