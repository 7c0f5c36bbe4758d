// SPDX-License-Identifier: Apache-2.0
//
// Evaluates bound expressions over whole batches. Compiling folds constants, shares equal
// sub-expressions between all expressions of one evaluator and keeps scratch memory; so an
// evaluator belongs to one tasklet's thread.
//
// Special forms (CASE, AND, OR, COALESCE) evaluate an argument that can fail only on the rows
// that reach it; arguments that cannot fail may be evaluated on all rows if that is cheaper.

#pragma once

#include <memory>
#include <vector>

#include "columnar/batch.h"
#include "expr/bound_expr.h"
#include "expr/scalar_function.h"

namespace hw {

/// What changes from batch to batch.
struct EvaluationContext {
  int64_t now_ms = 0;
  int64_t watermark_ms = INT64_MIN;
};

class Evaluator {
 public:
  /// Fails when a kernel refuses its literals (a broken pattern), with the call's position.
  static Result<Evaluator> make(std::vector<BoundExprPtr> exprs, const ExprSession& session);
  Evaluator(Evaluator&&) noexcept;
  Evaluator& operator=(Evaluator&&) noexcept;
  ~Evaluator();

  /// Returns one column per expression for the *meant* rows of `input`, dense
  /// (input.num_rows() rows). Columns that no expression reads are not touched.
  Result<std::vector<ColumnPtr>> evaluate(const Batch& input, const EvaluationContext& context);

  /// First expression must be BOOLEAN: returns the stored-row numbers where it is TRUE, or null
  /// when that is every meant row.
  Result<SelectionPtr> filter(const Batch& input, const EvaluationContext& context, bool* all_pass);

  /// The other expressions' columns for the rows where the first, a BOOLEAN, is TRUE. What the
  /// condition has computed is not computed again.
  struct Filtered {
    SelectionPtr kept;               // stored rows; null when that is every meant row
    std::vector<ColumnPtr> columns;  // none when no row is kept
  };
  Result<Filtered> filter_and_evaluate(const Batch& input, const EvaluationContext& context);

 private:
  class Program;
  explicit Evaluator(std::unique_ptr<Program> program);
  std::unique_ptr<Program> program_;
};

/// Replaces deterministic sub-expressions without columns by literals. An expression that fails
/// stays as it is, so that the error appears where and if it is evaluated.
BoundExprPtr fold_constants(const BoundExprPtr& expr, const ExprSession& session);

/// Evaluates an expression without columns to a one-row constant column.
Result<ColumnPtr> evaluate_constant(const BoundExprPtr& expr, const ExprSession& session);

}  // namespace hw
