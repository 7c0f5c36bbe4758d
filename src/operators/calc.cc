// SPDX-License-Identifier: Apache-2.0

#include "operators/calc.h"

#include <string>
#include <utility>

#include "base/assert.h"
#include "base/planted.h"
#include "columnar/batch.h"
#include "expr/evaluator.h"
#include "runtime/operator.h"

namespace hw {
namespace {

/// The kinds of the meant rows, densely.
RowKindsPtr dense_kinds(const Batch& batch) {
  if (!batch.row_kinds() || !batch.selection()) return batch.row_kinds();
  auto kinds = std::make_shared<std::vector<RowKind>>();
  kinds->reserve(batch.selection()->size());
  bool insert_only = true;
  for (const int32_t row : *batch.selection()) {
    kinds->push_back(batch.row_kind(row));
    insert_only = insert_only && kinds->back() == RowKind::kInsert;
  }
  return insert_only ? nullptr : RowKindsPtr(std::move(kinds));
}

// For planted bug 15. The positions are those of stored rows.
[[maybe_unused]] SelectionPtr without_updates_before(const Batch& batch,
                                                     const std::vector<int32_t>& kept) {
  auto rest = std::make_shared<std::vector<int32_t>>();
  const auto& kinds = batch.row_kinds();
  for (const int32_t row : kept)
    if (kinds == nullptr || (*kinds)[static_cast<size_t>(row)] != RowKind::kUpdateBefore)
      rest->push_back(row);
  return rest;
}

class Calc final : public Operator {
 public:
  Calc(CalcSpec spec, Evaluator expressions)
      : spec_(std::move(spec)), expressions_(std::move(expressions)) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    query_start_ms_ = context.now_ms();
    return Status::OK();
  }

  Result<Flow> on_batch(int input, const Batch& batch, Output& output) override {
    if (batch.empty()) return Flow::kNeedInput;
    EvaluationContext context;
    // In batch mode the current time is that of the query, for every row.
    context.now_ms = context_->batch_mode() ? query_start_ms_ : context_->now_ms();
    context.watermark_ms = context_->watermark_ms();
    if (!spec_.condition) {
      HW_ASSIGN_OR_RETURN(auto columns, expressions_.evaluate(batch, context));
      return emit(batch, std::move(columns), output);
    }
    HW_ASSIGN_OR_RETURN(auto filtered, expressions_.filter_and_evaluate(batch, context));
    if (!filtered.kept) return emit(batch, std::move(filtered.columns), output);
    if (filtered.kept->empty()) return Flow::kNeedInput;
    if (HW_PLANTED_BUG(15)) {
      const SelectionPtr rest = without_updates_before(batch, *filtered.kept);
      if (rest->empty()) return Flow::kNeedInput;
      HW_ASSIGN_OR_RETURN(filtered,
                          expressions_.filter_and_evaluate(batch.narrowed_to(rest), context));
      return emit(batch.narrowed_to(rest), std::move(filtered.columns), output);
    }
    return emit(batch.narrowed_to(std::move(filtered.kept)), std::move(filtered.columns), output);
  }

  Description describe() const override {
    std::string select;
    for (size_t i = 0; i < spec_.projections.size(); ++i) {
      if (i > 0) select += ", ";
      const std::string sql = spec_.projections[i]->to_sql();
      const std::string& name = spec_.schema->name(static_cast<int>(i));
      select += sql;
      if (sql != name) select += " AS " + name;
    }
    Description description{.name = "Calc", .details = {{"select", select}}};
    if (spec_.condition) description.details.emplace_back("where", spec_.condition->to_sql());
    return description;
  }

 private:
  Result<Flow> emit(const Batch& kept, std::vector<ColumnPtr> columns, Output& output) {
    for (size_t i = 0; i < columns.size(); ++i) {
      const SqlType& type = spec_.schema->type(static_cast<int>(i));
      if (!(columns[i]->type() == type)) columns[i] = columns[i]->with_type(type);
    }
    output.emit(Batch(spec_.schema, std::move(columns), kept.num_rows(), dense_kinds(kept)));
    return Flow::kNeedInput;
  }

  // Constant after construction.
  const CalcSpec spec_;
  // Owned by the tasklet's thread.
  Evaluator expressions_;  // the condition, if there is one, and the projections
  OperatorContext* context_ = nullptr;
  int64_t query_start_ms_ = 0;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_calc(CalcSpec spec) {
  HW_CHECK(static_cast<int>(spec.projections.size()) == spec.schema->num_fields());
  for (size_t i = 0; i < spec.projections.size(); ++i) {
    const SqlType& type = spec.projections[i]->type();
    const SqlField& field = spec.schema->field(static_cast<int>(i));
    if (!type.equals_ignoring_null(field.type)) {
      return Status::TypeError("column ", field.name, " is ", field.type.to_sql(), ", but ",
                               spec.projections[i]->to_sql(), " is ", type.to_sql());
    }
  }
  std::vector<BoundExprPtr> expressions;
  if (spec.condition) {
    if (!spec.condition->type().is(TypeKind::kBoolean)) {
      return Status::TypeError("a condition must be BOOLEAN, but ", spec.condition->to_sql(),
                               " is ", spec.condition->type().to_sql());
    }
    expressions.push_back(spec.condition);
  }
  expressions.insert(expressions.end(), spec.projections.begin(), spec.projections.end());
  HW_ASSIGN_OR_RETURN(Evaluator evaluator, Evaluator::make(std::move(expressions), spec.session));
  return std::make_unique<Calc>(std::move(spec), std::move(evaluator));
}

}  // namespace hw
