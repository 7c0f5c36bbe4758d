// SPDX-License-Identifier: Apache-2.0

#include "operators/window_assign.h"

#include <utility>
#include <vector>

#include <arrow/array/data.h>
#include <arrow/type.h>

#include "base/memory.h"
#include "columnar/gather.h"
#include "operators/output_queue.h"
#include "operators/window_clock.h"
#include "runtime/operator.h"

namespace hw {
namespace {

ColumnPtr time_column(const SqlType& type, const std::vector<int64_t>& values) {
  const auto num_rows = static_cast<int64_t>(values.size());
  auto buffer = pooled_buffer(num_rows * static_cast<int64_t>(sizeof(int64_t)));
  std::copy(values.begin(), values.end(), reinterpret_cast<int64_t*>(buffer->mutable_data()));
  return Column::plain(type, arrow::ArrayData::Make(type.to_arrow(), num_rows, {nullptr, buffer}));
}

class WindowAssign final : public Operator {
 public:
  WindowAssign(WindowAssignSpec spec, WindowClock clock)
      : spec_(std::move(spec)), clock_(std::move(clock)) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    null_times_ = &context.counter("null_time_rows_dropped");
    return Status::OK();
  }

  Result<Flow> on_batch(int input, const Batch& batch, Output& output) override {
    // A row of HOP or CUMULATE goes out once per window: cut the input so that a call stays small.
    if (queue_.empty()) {
      constexpr int64_t kInputRows = 512;
      const int64_t length = std::min(kInputRows, batch.num_rows() - next_);
      HW_TRY(assign(batch.slice(next_, length)));
      next_ += length;
    }
    const bool all_queued = next_ == batch.num_rows();
    const Flow flow = queue_.flush(output, context_->output_rows_max(),
                                   all_queued ? Flow::kNeedInput : Flow::kMoreOutput);
    if (flow == Flow::kNeedInput) next_ = 0;
    return flow;
  }

  Description describe() const override {
    return {.name = "WindowAssign", .details = {{"window", to_text(spec_.window)}}};
  }

 private:
  Status assign(const Batch& part) {
    HW_ASSIGN_OR_RETURN(const Batch batch, part.compacted());
    std::vector<int64_t> times;
    if (spec_.window.event_time) {
      clock_.wall_times(*batch.column(spec_.window.time_column), batch.num_rows(), times);
    } else {
      times.assign(static_cast<size_t>(batch.num_rows()), clock_.wall_of(context_->now_ms()));
    }
    std::vector<int32_t> rows;
    std::vector<int64_t> starts;
    std::vector<int64_t> ends;
    std::vector<int64_t> window_times;
    for (size_t i = 0; i < times.size(); ++i) {
      if (times[i] == WindowClock::kNoTime) {
        null_times_->add(1);
        continue;
      }
      clock_.visit_windows(times[i], [&](int64_t start, int64_t end) {
        rows.push_back(static_cast<int32_t>(i));
        starts.push_back(start);
        ends.push_back(end);
        window_times.push_back(clock_.time_of(end));
      });
    }
    const bool one_each = rows.size() == times.size() && spec_.window.kind == WindowKind::kTumble;
    Batch repeated = batch;
    if (!one_each) {
      HW_ASSIGN_OR_RETURN(repeated, gather(batch, rows));
    }
    std::vector<ColumnPtr> columns = repeated.columns();
    for (const std::vector<int64_t>* values : {&starts, &ends, &window_times}) {
      columns.push_back(time_column(spec_.output->type(static_cast<int>(columns.size())), *values));
    }
    queue_.push(repeated.with_columns(spec_.output, std::move(columns)));
    return Status::OK();
  }

  const WindowAssignSpec spec_;
  WindowClock clock_;
  OperatorContext* context_ = nullptr;
  Counter* null_times_ = nullptr;
  OutputQueue queue_;
  int64_t next_ = 0;  // row of the batch at hand
};

}  // namespace

Result<std::unique_ptr<Operator>> make_window_assign(WindowAssignSpec spec) {
  HW_ASSIGN_OR_RETURN(WindowClock clock, WindowClock::make(spec.window));
  return std::make_unique<WindowAssign>(std::move(spec), std::move(clock));
}

}  // namespace hw
