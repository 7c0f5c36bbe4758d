// SPDX-License-Identifier: Apache-2.0

#include "operators/window_assign.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "columnar/gather.h"
#include "operators/output_queue.h"
#include "operators/window_clock.h"
#include "runtime/operator.h"

namespace hw {
namespace {

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
    if (queue_.empty()) {
      if (next_time_ == times_.size()) HW_TRY(take_part(batch));
      HW_TRY(assign_some());
    }
    const bool all_queued = next_row_ == batch.num_rows() && next_time_ == times_.size();
    const Flow flow = queue_.flush(output, context_->output_rows_max(),
                                   all_queued ? Flow::kNeedInput : Flow::kMoreOutput);
    if (flow == Flow::kNeedInput) {
      next_row_ = 0;
      next_time_ = 0;
      times_.clear();
      part_.reset();
    }
    return flow;
  }

  Description describe() const override {
    return {.name = "WindowAssign", .details = {{"window", to_text(spec_.window)}}};
  }

 private:
  /// Some rows of the batch, their times read.
  Status take_part(const Batch& batch) {
    const int64_t length = std::min(kInputRows, batch.num_rows() - next_row_);
    HW_ASSIGN_OR_RETURN(part_, batch.slice(next_row_, length).compacted());
    next_row_ += length;
    next_time_ = 0;
    if (spec_.window.event_time) {
      clock_.wall_times(*part_->column(spec_.window.time_column), length, times_);
    } else {
      times_.assign(static_cast<size_t>(length), clock_.wall_of(context_->now_ms()));
    }
    return Status::OK();
  }

  // A row goes out once per window, which can be a million times: a call makes no more rows than it
  // may put out, and the next one goes on in the middle of a row.
  Status assign_some() {
    const auto rows_max = static_cast<size_t>(
        std::max(kInputRows, OutputQueue::kBatchesPerCall * context_->output_rows_max()));
    rows_.clear();
    starts_.clear();
    ends_.clear();
    window_times_.clear();
    while (next_time_ < times_.size() && rows_.size() < rows_max) {
      if (times_[next_time_] == WindowClock::kNoTime) {
        null_times_->add(1);
      } else if (!add_windows(rows_max)) {
        break;
      }
      ++next_time_;
    }
    const bool one_each = rows_.size() == times_.size() && spec_.window.kind == WindowKind::kTumble;
    Batch repeated = *part_;
    if (!one_each) {
      HW_ASSIGN_OR_RETURN(repeated, gather(*part_, rows_));
    }
    std::vector<ColumnPtr> columns = repeated.columns();
    for (const std::vector<int64_t>* values : {&starts_, &ends_, &window_times_}) {
      columns.push_back(
          times_column(spec_.output->type(static_cast<int>(columns.size())), *values));
    }
    queue_.push(repeated.with_columns(spec_.output, std::move(columns)));
    return Status::OK();
  }

  /// Windows of the row at hand. False when the call is full before the last of them.
  bool add_windows(size_t rows_max) {
    const int64_t pane = clock_.pane_of(times_[next_time_]);
    const int64_t last = clock_.last_end(pane);
    for (int64_t end = next_end_.value_or(clock_.first_end(pane)); end <= last;
         end += clock_.step_ms()) {
      if (rows_.size() == rows_max) {
        next_end_ = end;
        return false;
      }
      rows_.push_back(static_cast<int32_t>(next_time_));
      starts_.push_back(clock_.start_of(end));
      ends_.push_back(end);
      window_times_.push_back(clock_.time_of(end));
    }
    next_end_.reset();
    return true;
  }

  static constexpr int64_t kInputRows = 512;

  const WindowAssignSpec spec_;
  WindowClock clock_;
  OperatorContext* context_ = nullptr;
  Counter* null_times_ = nullptr;
  OutputQueue queue_;
  // Of the batch at hand: the first row that was not taken yet; the part that was, the times of its
  // rows, the row to go on with, and that row's next window.
  int64_t next_row_ = 0;
  std::optional<Batch> part_;
  std::vector<int64_t> times_;
  size_t next_time_ = 0;
  std::optional<int64_t> next_end_;
  // Of one call: a row each.
  std::vector<int32_t> rows_;
  std::vector<int64_t> starts_;
  std::vector<int64_t> ends_;
  std::vector<int64_t> window_times_;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_window_assign(WindowAssignSpec spec) {
  HW_ASSIGN_OR_RETURN(WindowClock clock, WindowClock::make(spec.window));
  return std::make_unique<WindowAssign>(std::move(spec), std::move(clock));
}

}  // namespace hw
