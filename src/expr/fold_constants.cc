// SPDX-License-Identifier: Apache-2.0
//
// Evaluates what does not depend on a row once, when the expression is compiled or planned.

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "columnar/batch.h"
#include "expr/evaluator.h"
#include "expr/literal.h"
#include "expr/program.h"

namespace hw {
namespace {

using Kind = BoundExpr::Kind;

bool is_boolean_literal(const BoundExpr& expr, bool value) {
  return expr.is_literal() && expr.type().is(TypeKind::kBoolean) && !expr.is_null_literal() &&
         expr.literal_value()->value<bool>(0) == value;
}

class Folder {
 public:
  explicit Folder(const ExprSession& session) : session_(session) {}

  BoundExprPtr fold(const BoundExprPtr& expr) {
    if (expr->args().empty() && expr->kind() != Kind::kCall) return expr;
    if (const auto found = done_.find(expr.get()); found != done_.end()) return found->second;
    BoundExprPtr result = fold_new(expr);
    done_.emplace(expr.get(), result);
    return result;
  }

 private:
  BoundExprPtr fold_new(const BoundExprPtr& expr) {
    std::vector<BoundExprPtr> args;
    bool changed = false, all_literals = true;
    for (const BoundExprPtr& arg : expr->args()) {
      args.push_back(fold(arg));
      changed = changed || args.back() != arg;
      all_literals = all_literals && args.back()->is_literal();
    }
    BoundExprPtr folded = changed ? expr->with_args(std::move(args)) : expr;
    if (all_literals && folded->deterministic()) {
      Result<ColumnPtr> value = evaluate_constant(folded, session_);
      if (value.ok()) return BoundExpr::literal(*value)->with_position(expr->position());
      return folded;
    }
    switch (folded->kind()) {
      case Kind::kAnd:
        return simplify_logic(folded, true);
      case Kind::kOr:
        return simplify_logic(folded, false);
      case Kind::kCase:
        return simplify_case(folded);
      default:
        return folded;
    }
  }

  /// AND without TRUE, up to its first FALSE (OR the other way round): nothing behind that is ever
  /// evaluated.
  static BoundExprPtr simplify_logic(const BoundExprPtr& expr, bool is_and) {
    std::vector<BoundExprPtr> args;
    bool ends = false;
    for (const BoundExprPtr& arg : expr->args()) {
      if (is_boolean_literal(*arg, is_and)) continue;
      args.push_back(arg);
      ends = is_boolean_literal(*arg, !is_and);
      if (ends) break;
    }
    if (args.empty()) return typed_as(expr, expr->args()[0]);
    const bool safe =
        std::none_of(args.begin(), args.end(), [](const auto& arg) { return arg->can_fail(); });
    if (ends && safe) return typed_as(expr, args.back());
    if (args.size() == expr->args().size()) return expr;
    if (args.size() == 1 && args[0]->type() == expr->type()) return args[0];
    return expr->with_args(std::move(args));
  }

  /// The literal with the nullability that others expect of the expression.
  static BoundExprPtr typed_as(const BoundExprPtr& expr, const BoundExprPtr& literal) {
    return BoundExpr::literal(literal->literal_value()->with_type(expr->type()))
        ->with_position(expr->position());
  }

  /// CASE without branches that cannot be taken.
  static BoundExprPtr simplify_case(const BoundExprPtr& expr) {
    const std::vector<BoundExprPtr>& args = expr->args();
    std::vector<BoundExprPtr> kept;
    size_t i = 0;
    bool decided = false;
    for (; i + 1 < args.size() && !decided; i += 2) {
      if (is_boolean_literal(*args[i], false) || args[i]->is_null_literal()) continue;
      decided = is_boolean_literal(*args[i], true);
      if (!decided) kept.push_back(args[i]);
      kept.push_back(args[i + 1]);
    }
    if (!decided && args.size() % 2 == 1) kept.push_back(args.back());
    if (kept.size() == args.size() || kept.empty()) return expr;
    if (kept.size() > 1) return expr->with_args(std::move(kept));
    if (kept[0]->type() == expr->type()) return kept[0];
    // Others expect the type with its nullability; what is never reached is not read, though.
    if (args.size() == 2) return expr;
    return expr->with_args({boolean_literal(true), kept[0]});
  }

  const ExprSession& session_;
  std::unordered_map<const BoundExpr*, BoundExprPtr> done_;
};

}  // namespace

BoundExprPtr fold_constants(const BoundExprPtr& expr, const ExprSession& session) {
  return Folder(session).fold(expr);
}

Result<ColumnPtr> evaluate_constant(const BoundExprPtr& expr, const ExprSession& session) {
  if (expr->is_literal()) return expr->literal_value();
  static const SchemaPtr kNoColumns = make_schema({});
  HW_ASSIGN_OR_RETURN(const std::unique_ptr<ExprProgram> program,
                      ExprProgram::compile({expr}, session));
  const Batch one_row(kNoColumns, {}, 1);
  HW_ASSIGN_OR_RETURN(ColumnPtr column,
                      program->value(program->root(0), program->begin(one_row, {})));
  if (column->encoding() == Column::Encoding::kDictionary) {
    HW_ASSIGN_OR_RETURN(column, column->flattened());
  }
  return Column::constant(expr->type(), column->values_ptr(), 1);
}

}  // namespace hw
