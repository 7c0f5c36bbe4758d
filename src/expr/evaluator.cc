// SPDX-License-Identifier: Apache-2.0

#include "expr/evaluator.h"

#include <utility>

#include "base/assert.h"
#include "expr/program.h"
#include "expr/truth.h"

namespace hw {

class Evaluator::Program {
 public:
  explicit Program(std::unique_ptr<ExprProgram> nodes) : nodes_(std::move(nodes)) {}

  Result<std::vector<ColumnPtr>> evaluate(const Batch& input, const EvaluationContext& context) {
    Frame& frame = nodes_->begin(input, context);
    Result<std::vector<ColumnPtr>> columns = roots(frame);
    nodes_->end();
    return columns;
  }

  Result<SelectionPtr> filter(const Batch& input, const EvaluationContext& context,
                              bool* all_pass) {
    Frame& frame = nodes_->begin(input, context);
    const Status loaded = load_condition(frame);
    nodes_->end();
    HW_TRY(loaded);
    *all_pass = truth_.count_true() == input.num_rows();
    if (*all_pass) return SelectionPtr();
    auto rows = std::make_shared<Selection>();
    truth_.rows_true(*rows);
    if (input.selection()) {
      for (int32_t& row : *rows) row = (*input.selection())[static_cast<size_t>(row)];
    }
    return SelectionPtr(std::move(rows));
  }

  Result<Filtered> filter_and_evaluate(const Batch& input, const EvaluationContext& context) {
    Frame& frame = nodes_->begin(input, context);
    Result<Filtered> filtered = filtered_roots(input, frame);
    nodes_->end();
    return filtered;
  }

 private:
  Result<std::vector<ColumnPtr>> roots(Frame& frame, size_t first = 0) {
    std::vector<ColumnPtr> columns(nodes_->num_roots() - first);
    for (size_t i = 0; i < columns.size(); ++i) {
      HW_ASSIGN_OR_RETURN(columns[i], nodes_->value(nodes_->root(first + i), frame));
    }
    return columns;
  }

  Result<Filtered> filtered_roots(const Batch& input, Frame& frame) {
    HW_TRY(load_condition(frame));
    Filtered filtered;
    if (truth_.count_true() == input.num_rows()) {
      HW_ASSIGN_OR_RETURN(filtered.columns, roots(frame, 1));
      return filtered;
    }
    auto kept = std::make_shared<Selection>();
    truth_.rows_true(*kept);
    if (!kept->empty()) {
      HW_ASSIGN_OR_RETURN(filtered.columns, roots(nodes_->narrow(frame, *kept), 1));
    }
    if (input.selection()) {
      for (int32_t& row : *kept) row = (*input.selection())[static_cast<size_t>(row)];
    }
    filtered.kept = std::move(kept);
    return filtered;
  }

  Status load_condition(Frame& frame) {
    HW_CHECK(nodes_->num_roots() > 0);
    HW_ASSIGN_OR_RETURN(const ColumnPtr column, nodes_->value(nodes_->root(0), frame));
    return truth_.load(*column);
  }

  const std::unique_ptr<ExprProgram> nodes_;
  Truth truth_;  // scratch of filter()
};

Evaluator::Evaluator(std::unique_ptr<Program> program) : program_(std::move(program)) {}
Evaluator::Evaluator(Evaluator&&) noexcept = default;
Evaluator& Evaluator::operator=(Evaluator&&) noexcept = default;
Evaluator::~Evaluator() = default;

Result<Evaluator> Evaluator::make(std::vector<BoundExprPtr> exprs, const ExprSession& session) {
  for (BoundExprPtr& expr : exprs) expr = fold_constants(expr, session);
  HW_ASSIGN_OR_RETURN(std::unique_ptr<ExprProgram> nodes, ExprProgram::compile(exprs, session));
  return Evaluator(std::make_unique<Program>(std::move(nodes)));
}

Result<std::vector<ColumnPtr>> Evaluator::evaluate(const Batch& input,
                                                   const EvaluationContext& context) {
  return program_->evaluate(input, context);
}

Result<SelectionPtr> Evaluator::filter(const Batch& input, const EvaluationContext& context,
                                       bool* all_pass) {
  return program_->filter(input, context, all_pass);
}

Result<Evaluator::Filtered> Evaluator::filter_and_evaluate(const Batch& input,
                                                           const EvaluationContext& context) {
  return program_->filter_and_evaluate(input, context);
}

}  // namespace hw
