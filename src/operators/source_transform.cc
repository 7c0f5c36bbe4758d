// SPDX-License-Identifier: Apache-2.0

#include "operators/source_transform.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/env/env.h"
#include "columnar/entry_order.h"
#include "columnar/text/type_text.h"
#include "expr/evaluator.h"
#include "runtime/message.h"

namespace hw {
namespace {

// Requires: milliseconds in an int64.
std::vector<int64_t> milliseconds_of(const Column& column, int64_t null_value) {
  const int64_t rows = column.num_rows();
  std::vector<int64_t> ms(static_cast<size_t>(rows));
  if (column.is_plain()) {
    const auto* values = column.data<int64_t>();
    std::copy(values, values + rows, ms.begin());
    if (!column.may_have_nulls()) return ms;
  }
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t slot = column.slot(row);
    ms[static_cast<size_t>(row)] =
        column.slot_is_null(slot) ? null_value : column.slot_value<int64_t>(slot);
  }
  return ms;
}

class SourceTransform final : public SplitTransform {
 public:
  SourceTransform(std::shared_ptr<const SourceTransformSpec> spec, Env& env, Evaluator columns)
      : spec_(std::move(spec)), env_(env), columns_(std::move(columns)) {}

  Status open() {
    const auto open = [&](const BoundExprPtr& expr, std::optional<Evaluator>& evaluator) -> Status {
      if (expr == nullptr) return Status::OK();
      HW_ASSIGN_OR_RETURN(Evaluator made, Evaluator::make({expr}, spec_->session));
      evaluator.emplace(std::move(made));
      return Status::OK();
    };
    HW_TRY(open(spec_->watermark, watermark_));
    return open(spec_->lacks_time, lacks_time_);
  }

  Result<TimedBatch> transform(const Batch& read) override {
    const EvaluationContext context{.now_ms = env_.wall_ms()};
    Batch input = read;
    if (spec_->order_entries) HW_TRY(order_entries(input));
    if (lacks_time_) HW_TRY(check_times(input, context));
    HW_ASSIGN_OR_RETURN(auto columns, columns_.evaluate(input, context));
    TimedBatch timed{.batch = Batch(spec_->output, std::move(columns), input.num_stored_rows(),
                                    input.row_kinds()),
                     .time_ms = {},
                     .watermark_ms = {}};
    if (spec_->time_column < 0) return timed;
    const Column& time = *timed.batch.column(spec_->time_column);
    if (time.null_count() > 0) {
      int64_t row = 0;
      while (!time.is_null(row)) ++row;
      return null_time(timed.batch.columns(), row);
    }
    if (!spec_->timed) return timed;
    timed.time_ms = milliseconds_of(time, Watermark::kNone);
    if (spec_->for_sessions) {
      for (int64_t& time_ms : timed.time_ms) time_ms -= time_ms > INT64_MIN ? 1 : 0;
    }
    if (watermark_) {
      HW_ASSIGN_OR_RETURN(const auto watermark, watermark_->evaluate(timed.batch, context));
      timed.watermark_ms = milliseconds_of(*watermark[0], Watermark::kNone);
    }
    return timed;
  }

 private:
  static Status order_entries(Batch& rows) {
    std::vector<ColumnPtr> columns = rows.columns();
    for (ColumnPtr& column : columns) {
      if (!holds_entries(column->type())) continue;
      HW_ASSIGN_OR_RETURN(column, with_ordered_entries(column));
    }
    rows = rows.with_columns(rows.schema(), std::move(columns));
    return Status::OK();
  }

  Status check_times(const Batch& input, const EvaluationContext& context) {
    bool all = false;
    HW_ASSIGN_OR_RETURN(const SelectionPtr rows, lacks_time_->filter(input, context, &all));
    if (!all && rows->empty()) return Status::OK();
    HW_ASSIGN_OR_RETURN(Evaluator shown, Evaluator::make(spec_->shown, spec_->session));
    HW_ASSIGN_OR_RETURN(const auto columns, shown.evaluate(input, context));
    return null_time(columns, all ? 0 : rows->front());
  }

  Status null_time(const std::vector<ColumnPtr>& columns, int64_t row) const {
    const std::string& name = spec_->time_name;
    return Status::Invalid("a time attribute must not be NULL, but column '", name, "' of table '",
                           spec_->table, "' is in row ", row_text(columns, row),
                           "; correct the row, or let WATERMARK FOR name a computed column that "
                           "always has a value: COALESCE(",
                           name, ", …)");
  }

  static std::string row_text(const std::vector<ColumnPtr>& columns, int64_t row) {
    constexpr size_t kBytesShown = 200;
    std::string text;
    for (size_t i = 0; i < columns.size() && text.size() < kBytesShown; ++i) {
      text += (i == 0 ? "(" : ", ") + value_text(*columns[i], row);
    }
    if (text.size() <= kBytesShown) return text + ")";
    // Not in the middle of a character.
    size_t end = kBytesShown;
    while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end) + "…)";
  }

  const std::shared_ptr<const SourceTransformSpec> spec_;
  Env& env_;
  // Owned by the tasklet's thread.
  Evaluator columns_;
  std::optional<Evaluator> watermark_;
  std::optional<Evaluator> lacks_time_;
};

}  // namespace

SplitTransformFactory make_source_transform(SourceTransformSpec spec) {
  const auto shared = std::make_shared<const SourceTransformSpec>(std::move(spec));
  return [shared](const SplitTransformContext& context) -> Result<std::unique_ptr<SplitTransform>> {
    HW_ASSIGN_OR_RETURN(Evaluator columns, Evaluator::make(shared->columns, shared->session));
    auto transform = std::make_unique<SourceTransform>(shared, *context.env, std::move(columns));
    HW_TRY(transform->open());
    return transform;
  };
}

}  // namespace hw
