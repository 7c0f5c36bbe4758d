// SPDX-License-Identifier: Apache-2.0

#include "operators/source_transform.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/env/env.h"
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
  SourceTransform(std::shared_ptr<const SourceTransformSpec> spec, Env& env, Evaluator columns,
                  std::optional<Evaluator> watermark)
      : spec_(std::move(spec)),
        env_(env),
        columns_(std::move(columns)),
        watermark_(std::move(watermark)) {}

  Result<TimedBatch> transform(const Batch& input) override {
    const EvaluationContext context{.now_ms = env_.wall_ms()};
    HW_ASSIGN_OR_RETURN(auto columns, columns_.evaluate(input, context));
    TimedBatch timed{.batch = Batch(spec_->output, std::move(columns), input.num_stored_rows(),
                                    input.row_kinds()),
                     .time_ms = {},
                     .watermark_ms = {}};
    if (spec_->time_column < 0) return timed;
    const Column& time = *timed.batch.column(spec_->time_column);
    if (time.null_count() > 0) return null_time(timed.batch, time);
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
  Status null_time(const Batch& rows, const Column& time) const {
    int64_t row = 0;
    while (!time.is_null(row)) ++row;
    const std::string& name = spec_->output->name(spec_->time_column);
    return Status::Invalid("a time attribute must not be NULL, but column '", name, "' of table '",
                           spec_->table, "' is in row ", row_text(rows, row),
                           "; correct the row, or let WATERMARK FOR name a computed column that "
                           "always has a value: COALESCE(",
                           name, ", …)");
  }

  static std::string row_text(const Batch& rows, int64_t row) {
    constexpr size_t kBytesShown = 200;
    std::string text;
    for (int i = 0; i < rows.num_columns() && text.size() < kBytesShown; ++i) {
      text += (i == 0 ? "(" : ", ") + value_text(*rows.column(i), row);
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
};

}  // namespace

SplitTransformFactory make_source_transform(SourceTransformSpec spec) {
  const auto shared = std::make_shared<const SourceTransformSpec>(std::move(spec));
  return [shared](const SplitTransformContext& context) -> Result<std::unique_ptr<SplitTransform>> {
    HW_ASSIGN_OR_RETURN(Evaluator columns, Evaluator::make(shared->columns, shared->session));
    std::optional<Evaluator> watermark;
    if (shared->watermark != nullptr) {
      HW_ASSIGN_OR_RETURN(Evaluator made, Evaluator::make({shared->watermark}, shared->session));
      watermark.emplace(std::move(made));
    }
    return std::make_unique<SourceTransform>(shared, *context.env, std::move(columns),
                                             std::move(watermark));
  };
}

}  // namespace hw
