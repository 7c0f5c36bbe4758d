// SPDX-License-Identifier: Apache-2.0
//
// COALESCE, IF, IFNULL, NULLIF: special forms under other names, so that a branch that is not
// taken is not evaluated. BETWEEN becomes comparisons.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "expr/bound_expr.h"
#include "expr/cast.h"
#include "expr/function_catalogue.h"
#include "expr/literal.h"
#include "expr/resolve.h"
#include "functions/comparison/comparison_kernels.h"

namespace hw {
namespace {

using Kind = BoundExpr::Kind;
using Types = std::vector<SqlType>;
using Args = std::vector<BoundExprPtr>;

Status wrong_count(const std::string& name, std::string_view expected) {
  return Status::TypeError(name, " takes ", expected);
}

/// All arguments from `first` on get their common type.
Result<Types> common_from(const CallBinding& binding, size_t first) {
  Types types = binding.arg_types;
  HW_ASSIGN_OR_RETURN(const SqlType common,
                      common_type(std::span<const SqlType>(types).subspan(first)));
  std::fill(types.begin() + static_cast<ptrdiff_t>(first), types.end(), common);
  return types;
}

bool all_nullable(const Types& types, size_t first) {
  return std::all_of(types.begin() + static_cast<ptrdiff_t>(first), types.end(),
                     [](const SqlType& type) { return type.nullable(); });
}

ScalarFunction special(std::string name, std::vector<std::string> signatures) {
  ScalarFunction function;
  function.name = std::move(name);
  function.family = "conditional";
  function.signatures = std::move(signatures);
  function.nulls = Nulls::kHandled;
  return function;
}

ScalarFunction coalesce() {
  ScalarFunction function = special("COALESCE", {"(value T...) -> T"});
  function.sentence = "The first value that is not NULL; later ones are not evaluated then.";
  function.examples = {{"COALESCE(CAST(NULL AS INT), 5, 1 / 0)", "5"},
                       {"COALESCE(CAST(NULL AS STRING), CAST(NULL AS STRING))", "NULL"}};
  function.coerce = [](const CallBinding& binding) -> Result<Types> {
    if (binding.arg_types.empty()) return wrong_count("COALESCE", "at least one argument");
    return common_from(binding, 0);
  };
  function.infer = [](const CallBinding& binding) -> Result<SqlType> {
    return binding.arg_types[0].with_nullable(all_nullable(binding.arg_types, 0));
  };
  function.rewrite = [](Args args, const SqlType& type,
                        const ExprSession&) -> Result<BoundExprPtr> {
    return BoundExpr::special(Kind::kCoalesce, std::move(args), type);
  };
  return function;
}

ScalarFunction ifnull() {
  ScalarFunction function = special("IFNULL", {"(value T, replacement T) -> T"});
  function.sentence = "`value`, or `replacement` where that is NULL.";
  function.examples = {{"IFNULL(CAST(NULL AS INT), 5)", "5"}, {"IFNULL(1, 5)", "1"}};
  function.coerce = [](const CallBinding& binding) -> Result<Types> {
    if (binding.arg_types.size() != 2) return wrong_count("IFNULL", "two arguments");
    return common_from(binding, 0);
  };
  function.infer = [](const CallBinding& binding) -> Result<SqlType> {
    return binding.arg_types[0].with_nullable(all_nullable(binding.arg_types, 0));
  };
  function.rewrite = [](Args args, const SqlType& type,
                        const ExprSession&) -> Result<BoundExprPtr> {
    return BoundExpr::special(Kind::kCoalesce, std::move(args), type);
  };
  return function;
}

ScalarFunction if_function() {
  ScalarFunction function = special("IF", {"(condition BOOLEAN, a T, b T) -> T"});
  function.sentence = "`a` where the condition is TRUE, else `b`; only that one is evaluated.";
  function.examples = {{"IF(1 < 2, 'yes', 'no')", "yes"}, {"IF(FALSE, 1 / 0, 7)", "7"}};
  function.coerce = [](const CallBinding& binding) -> Result<Types> {
    if (binding.arg_types.size() != 3) return wrong_count("IF", "a condition and two values");
    const SqlType& condition = binding.arg_types[0];
    if (!condition.is(TypeKind::kBoolean) && !condition.is(TypeKind::kNull)) {
      return Status::TypeError("the condition of IF must be BOOLEAN, but is ",
                               condition.to_sql_without_null());
    }
    HW_ASSIGN_OR_RETURN(Types types, common_from(binding, 1));
    types[0] = SqlType::boolean();
    return types;
  };
  function.infer = [](const CallBinding& binding) -> Result<SqlType> {
    const bool nullable = binding.arg_types[1].nullable() || binding.arg_types[2].nullable();
    return binding.arg_types[1].with_nullable(nullable);
  };
  function.rewrite = [](Args args, const SqlType& type,
                        const ExprSession&) -> Result<BoundExprPtr> {
    return BoundExpr::special(Kind::kCase, std::move(args), type);
  };
  return function;
}

/// CASE WHEN a = b THEN NULL ELSE a END, where only the comparison converts types.
ScalarFunction nullif(const ScalarFunction* equal) {
  ScalarFunction function = special("NULLIF", {"(value T, other T) -> T"});
  function.sentence = "NULL where the two are equal, else `value`.";
  function.examples = {{"NULLIF(5, 5)", "NULL"}, {"NULLIF(5, 0)", "5"}};
  function.coerce = [](const CallBinding& binding) -> Result<Types> {
    HW_TRY(comparison_types("NULLIF", false, binding).status());
    return binding.arg_types;
  };
  function.infer = [](const CallBinding& binding) -> Result<SqlType> {
    return binding.arg_types[0].with_nullable(true);
  };
  function.rewrite = [equal](Args args, const SqlType& type,
                             const ExprSession& session) -> Result<BoundExprPtr> {
    const BoundExprPtr value = args[0];
    HW_ASSIGN_OR_RETURN(BoundExprPtr same, bind_call(*equal, std::move(args), session));
    return BoundExpr::special(Kind::kCase, {std::move(same), null_literal(type), value}, type);
  };
  return function;
}

SqlType condition_type(const Args& parts) {
  const bool nullable = std::any_of(parts.begin(), parts.end(),
                                    [](const auto& part) { return part->type().nullable(); });
  return SqlType::boolean().with_nullable(nullable);
}

/// value >= low AND value <= high; SYMMETRIC also the other way round.
ScalarFunction between(const ScalarFunction* greater_equal, const ScalarFunction* less_equal,
                       bool symmetric) {
  ScalarFunction function =
      special(symmetric ? "BETWEEN SYMMETRIC" : "BETWEEN", {"(value T, low T, high T) -> BOOLEAN"});
  function.family = "comparison";
  const std::string name = function.name;
  function.coerce = [name](const CallBinding& binding) -> Result<Types> {
    if (binding.arg_types.size() != 3) return wrong_count(name, "a value and two bounds");
    return binding.arg_types;
  };
  function.infer = [](const CallBinding&) -> Result<SqlType> { return SqlType::boolean(); };
  function.rewrite = [=](Args args, const SqlType&,
                         const ExprSession& session) -> Result<BoundExprPtr> {
    const auto within = [&](const BoundExprPtr& low,
                            const BoundExprPtr& high) -> Result<BoundExprPtr> {
      HW_ASSIGN_OR_RETURN(BoundExprPtr above, bind_call(*greater_equal, {args[0], low}, session));
      HW_ASSIGN_OR_RETURN(BoundExprPtr below, bind_call(*less_equal, {args[0], high}, session));
      Args parts = {std::move(above), std::move(below)};
      const SqlType type = condition_type(parts);
      return BoundExpr::special(Kind::kAnd, std::move(parts), type);
    };
    HW_ASSIGN_OR_RETURN(BoundExprPtr forward, within(args[1], args[2]));
    if (!symmetric) return forward;
    HW_ASSIGN_OR_RETURN(BoundExprPtr backward, within(args[2], args[1]));
    Args parts = {std::move(forward), std::move(backward)};
    const SqlType type = condition_type(parts);
    return BoundExpr::special(Kind::kOr, std::move(parts), type);
  };
  return function;
}

}  // namespace

void register_conditional(FunctionCatalogue& catalogue) {
  catalogue.add(coalesce());
  catalogue.add(ifnull());
  catalogue.add(if_function());
  // Registered before: files register in the order of their names, `comparison` first.
  const ScalarFunction* const equal = catalogue.scalar("=");
  const ScalarFunction* const at_least = catalogue.scalar(">=");
  const ScalarFunction* const at_most = catalogue.scalar("<=");
  HW_CHECK(equal != nullptr && at_least != nullptr && at_most != nullptr);
  catalogue.add(nullif(equal));

  ScalarFunction plain = between(at_least, at_most, false);
  plain.sentence = "Tells whether a value lies between two bounds, which belong to the range.";
  plain.examples = {{"5 BETWEEN 1 AND 5", "TRUE"}, {"5 BETWEEN 6 AND 4", "FALSE"}};
  catalogue.add(std::move(plain));

  ScalarFunction symmetric = between(at_least, at_most, true);
  symmetric.sentence = "Tells whether a value lies between two bounds, whichever is the lower.";
  symmetric.examples = {{"5 BETWEEN SYMMETRIC 6 AND 4", "TRUE"}};
  catalogue.add(std::move(symmetric));
}

}  // namespace hw
