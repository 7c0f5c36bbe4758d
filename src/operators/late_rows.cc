// SPDX-License-Identifier: Apache-2.0

#include "operators/late_rows.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "operators/dense_input.h"
#include "operators/late_batch.h"
#include "operators/output_queue.h"
#include "operators/session_aggregate.h"
#include "operators/window_clock.h"
#include "operators/window_progress.h"
#include "runtime/operator.h"

namespace hw {
namespace {

class LateRows final : public Operator {
 public:
  LateRows(LateRowsSpec spec, WindowClock clock)
      : spec_(std::move(spec)), clock_(std::move(clock)) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    return Status::OK();
  }

  Result<Flow> on_batch(int, const Batch& batch, Output& output) override {
    if (context_->batch_mode()) return Flow::kNeedInput;
    if (queue_.empty()) HW_TRY(find(batch));
    return queue_.flush(output, context_->output_rows_max(), Flow::kNeedInput);
  }

  Result<Flow> on_watermark(Watermark watermark, Output&) override {
    note_progress(watermark.ms);
    return Flow::kNeedInput;
  }

  Status snapshot(SnapshotWriter& writer) override {
    save_progress(progress_ms_, writer);
    return Status::OK();
  }

  Status restore(SnapshotReader& reader) override {
    HW_ASSIGN_OR_RETURN(const std::optional<int64_t> progress_ms, restored_progress(reader));
    if (progress_ms) note_progress(*progress_ms);
    return Status::OK();
  }

  Description describe() const override {
    return {.name = "LateRows", .details = {{"of", spec_.operator_name}}};
  }

 private:
  void note_progress(int64_t progress_ms) { progress_ms_ = std::max(progress_ms_, progress_ms); }

  Status find(const Batch& batch) {
    HW_ASSIGN_OR_RETURN(const DenseInput rows, DenseInput::of(batch));
    if (!rows.insert_only()) {
      return Status::UnknownError("late rows planned for inserts got changes");
    }
    note_progress(context_->watermark_ms());
    HW_TRY(read_bounds(rows));
    std::vector<int32_t> late;
    std::vector<int64_t> late_by;
    for (size_t i = 0; i < bounds_.size(); ++i) {
      if (bounds_[i] == WindowClock::kNoTime || bounds_[i] > progress_ms_) continue;
      late.push_back(static_cast<int32_t>(i));
      late_by.push_back(progress_ms_ - bounds_[i]);
    }
    if (late.empty()) return Status::OK();
    HW_ASSIGN_OR_RETURN(const DenseInput taken, rows.gathered(late));
    queue_.push(late_batch(taken, late_by, clock_.wall_of(progress_ms_), spec_.operator_name,
                           spec_.output));
    return Status::OK();
  }

  /// For each row the watermark from which on it is late.
  Status read_bounds(const DenseInput& rows) {
    const bool windows = spec_.rule == LateRule::kWindows;
    const Column& times = *rows.column(windows ? spec_.window.time_column : spec_.column);
    bounds_.resize(static_cast<size_t>(rows.num_rows()));
    if (windows) {
      clock_.wall_times(times, rows.num_rows(), bounds_);
    } else {
      for (int64_t i = 0; i < rows.num_rows(); ++i) {
        bounds_[static_cast<size_t>(i)] =
            times.is_null(i) ? WindowClock::kNoTime : times.value<int64_t>(i);
      }
    }
    if (spec_.rule == LateRule::kTime) return Status::OK();
    int64_t known_end = INT64_MIN, closes_at = INT64_MIN;
    for (int64_t& time : bounds_) {
      if (time == WindowClock::kNoTime) continue;
      const int64_t end = windows ? clock_.last_end(clock_.pane_of(time)) : time;
      if (end != known_end) closes_at = taken_until(end);
      known_end = end;
      time = closes_at;
    }
    return Status::OK();
  }

  /// The watermark from which on the window takes no more rows; at the end of the input none does.
  int64_t taken_until(int64_t end) {
    const int64_t closes_at = clock_.closes_at(end);
    return closes_at > Watermark::kMax - spec_.lateness_ms ? Watermark::kMax
                                                           : closes_at + spec_.lateness_ms;
  }

  const LateRowsSpec spec_;
  WindowClock clock_;
  OperatorContext* context_ = nullptr;
  int64_t progress_ms_ = INT64_MIN;
  std::vector<int64_t> bounds_;
  OutputQueue queue_;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_late_rows(LateRowsSpec spec) {
  if (spec.rule == LateRule::kSessions) {
    // Which sessions are open must be known: what keeps them tells.
    WindowAggregateSpec sessions;
    sessions.input = spec.input;
    sessions.window = spec.window;
    sessions.keys = spec.keys;
    sessions.output = spec.output;
    sessions.late_for = spec.operator_name;
    return make_session_aggregate(std::move(sessions));
  }
  if (spec.rule != LateRule::kWindows) {
    // Only closing times and wall times are computed then.
    spec.window.kind = WindowKind::kTumble;
    spec.window.size_ms = 1;
    spec.window.offset_ms = 0;
  }
  HW_ASSIGN_OR_RETURN(WindowClock clock, WindowClock::make(spec.window));
  return std::make_unique<LateRows>(std::move(spec), std::move(clock));
}

}  // namespace hw
