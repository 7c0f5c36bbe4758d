// SPDX-License-Identifier: Apache-2.0
//
// Bound expressions in tests, without SQL text:
//
//   const Batch batch = *parse_batch(*parse_schema("n INT, s STRING"), "+ 1 a | + 2 null");
//   EXPECT_EQ(values_of(fn("+", {col(batch, "n"), lit(1)}), batch), "2 | 3");
//
// Inline, because only tests that link the function catalogue can use it.

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "columnar/batch.h"
#include "columnar/literal.h"
#include "columnar/text/type_text.h"
#include "expr/bound_expr.h"
#include "expr/evaluator.h"
#include "expr/function_catalogue.h"
#include "expr/literal.h"
#include "expr/resolve.h"

namespace hw {

inline const FunctionCatalogue& all_functions() {
  static const FunctionCatalogue* const kAll = [] {
    auto* catalogue = new FunctionCatalogue();
    register_all_functions(*catalogue);
    return catalogue;
  }();
  return *kAll;
}

inline BoundExprPtr col(const Batch& batch, std::string_view name) {
  const int index = batch.schema()->index_of(name);
  HW_CHECK(index >= 0);
  return BoundExpr::column(index, batch.schema()->type(index), std::string(name));
}

inline BoundExprPtr lit(int value) { return integer_literal(value, SqlType::integer()); }
inline BoundExprPtr lit(double value) { return double_literal(value); }
inline BoundExprPtr lit(bool value) { return boolean_literal(value); }
inline BoundExprPtr lit(const char* text) { return text_literal(text); }
/// A literal of any type in the form that parse_column reads: lit("DECIMAL(3, 2)", "1.50").
inline BoundExprPtr lit(std::string_view type, std::string_view text) {
  const Result<ColumnPtr> column = parse_column(type, text);
  HW_CHECK(column.ok());
  return BoundExpr::literal(Column::constant((*column)->type(), (*column)->values_ptr(), 1));
}

/// Binds a call; the error comes back as a status.
inline Result<BoundExprPtr> try_fn(std::string_view name, std::vector<BoundExprPtr> args,
                                   const ExprSession& session = {}) {
  const ScalarFunction* function = all_functions().scalar(name);
  HW_CHECK(function != nullptr);
  return bind_call(*function, std::move(args), session);
}
inline BoundExprPtr fn(std::string_view name, std::vector<BoundExprPtr> args) {
  Result<BoundExprPtr> call = try_fn(name, std::move(args));
  if (!call.ok()) check_failed(call.status().message().c_str(), __FILE__, __LINE__);
  return *call;
}
inline BoundExprPtr cast(BoundExprPtr arg, const SqlType& type, bool try_cast = false) {
  return BoundExpr::cast(std::move(arg), type, try_cast);
}

/// The rows of a column as CAST to STRING prints them, between ` | `.
inline std::string column_text(const Column& column) {
  std::string text;
  for (int64_t row = 0; row < column.num_rows(); ++row) {
    if (row > 0) text += " | ";
    text += value_text(column, row);
  }
  return text;
}

/// The expression's values for the meant rows, or the error's message.
inline std::string values_of(const BoundExprPtr& expr, const Batch& batch,
                             const ExprSession& session = {}) {
  Result<Evaluator> evaluator = Evaluator::make({expr}, session);
  if (!evaluator.ok()) return evaluator.status().message();
  const auto columns = evaluator->evaluate(batch, EvaluationContext{});
  if (!columns.ok()) return columns.status().message();
  return column_text(*(*columns)[0]);
}

/// The value of an expression without columns.
inline std::string value_of(const BoundExprPtr& expr, const ExprSession& session = {}) {
  return values_of(expr, Batch(make_schema({}), {}, 1), session);
}

}  // namespace hw
