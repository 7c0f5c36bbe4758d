// SPDX-License-Identifier: Apache-2.0

#include "operators/expand.h"

#include <utility>

#include "columnar/batch.h"
#include "columnar/constant.h"
#include "expr/bound_expr.h"
#include "operators/output_queue.h"
#include "runtime/operator.h"

namespace hw {
namespace {

class Expand final : public Operator {
 public:
  explicit Expand(ExpandSpec spec) : spec_(std::move(spec)) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    return Status::OK();
  }

  Result<Flow> on_batch(int, const Batch& batch, Output& output) override {
    if (queue_.empty()) {
      HW_ASSIGN_OR_RETURN(const Batch rows, batch.compacted());
      for (const auto& exprs : spec_.rows) {
        HW_ASSIGN_OR_RETURN(Batch expanded, expanded_by(exprs, rows));
        queue_.push(std::move(expanded));
      }
    }
    return queue_.flush(output, context_->output_rows_max(), Flow::kNeedInput);
  }

  Description describe() const override { return {.name = "Expand", .details = {}}; }

 private:
  Result<Batch> expanded_by(const std::vector<std::shared_ptr<const BoundExpr>>& exprs,
                            const Batch& rows) const {
    std::vector<ColumnPtr> columns;
    for (size_t i = 0; i < exprs.size(); ++i) {
      const SqlType& type = spec_.output->type(static_cast<int>(i));
      ColumnPtr column;
      if (exprs[i]->kind() == BoundExpr::Kind::kColumn) {
        column = rows.column(exprs[i]->column_index());
      } else {
        HW_ASSIGN_OR_RETURN(column,
                            constant_from(*exprs[i]->literal_value(), 0, rows.num_stored_rows()));
      }
      columns.push_back(column->type() == type ? column : column->with_type(type));
    }
    return Batch(spec_.output, std::move(columns), rows.num_stored_rows(), rows.row_kinds());
  }

  // Constant after construction.
  const ExpandSpec spec_;
  OperatorContext* context_ = nullptr;
  OutputQueue queue_;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_expand(ExpandSpec spec) {
  return std::make_unique<Expand>(std::move(spec));
}

}  // namespace hw
