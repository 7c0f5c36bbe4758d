// SPDX-License-Identifier: Apache-2.0

#include "operators/window_aggregate.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/type.h>

#include "base/memory.h"
#include "base/planted.h"
#include "columnar/gather.h"
#include "operators/aggregates.h"
#include "operators/dense_input.h"
#include "operators/output_queue.h"
#include "operators/session_aggregate.h"
#include "operators/window_clock.h"
#include "operators/window_panes.h"
#include "runtime/operator.h"
#include "state/state_store.h"

namespace hw {
namespace {

/// Windows that turn out to be empty are passed over, so many in a call.
constexpr int kWindowsPerCall = 256;
constexpr std::string_view kProgressName = "progress_ms";

ColumnPtr constant_time(const SqlType& type, int64_t value, int64_t num_rows) {
  auto buffer = pooled_buffer(sizeof(int64_t));
  std::memcpy(buffer->mutable_data(), &value, sizeof(value));
  return Column::constant(type, arrow::ArrayData::Make(type.to_arrow(), 1, {nullptr, buffer}),
                          num_rows);
}

class WindowAggregate final : public Operator {
 public:
  WindowAggregate(WindowAggregateSpec spec, WindowClock clock)
      : spec_(std::move(spec)), clock_(std::move(clock)) {}

  Status bind() {
    HW_ASSIGN_OR_RETURN(aggregates_,
                        Aggregates::bind(spec_.aggregates, *spec_.input, spec_.session,
                                         {.retracts = spec_.input_retracts,
                                          .first_column = WindowPanes::first_accumulator(),
                                          .deferred_sets = true}));
    keys_ = spec_.keys;
    // A given window is named by its end; its start is one more key.
    if (spec_.windows_given()) keys_.push_back(spec_.window_start_column);
    needed_ = aggregates_.input_columns();
    needed_.insert(needed_.end(), keys_.begin(), keys_.end());
    if (spec_.windows_given()) {
      needed_.push_back(spec_.window_end_column);
    } else if (spec_.window.event_time) {
      needed_.push_back(spec_.window.time_column);
    }
    return Status::OK();
  }

  Status open(OperatorContext& context) override {
    context_ = &context;
    late_rows_ = &context.counter("late_rows_dropped");
    null_times_ = &context.counter("null_time_rows_dropped");
    WindowPanes::Options options;
    for (const int key : keys_) {
      options.keys.push_back({"key_" + spec_.input->name(key), spec_.input->type(key)});
    }
    options.num_distribution_keys = static_cast<int>(spec_.keys.size());
    options.retracts = spec_.input_retracts;
    options.single_pane = is_single_pane();
    options.sliding = !is_single_pane() && spec_.window.kind == WindowKind::kHop;
    options.pane_ms = clock_.pane_ms();
    options.panes_per_window = spec_.window.size_ms / clock_.pane_ms();
    options.origin_ms = clock_.pane_of(0);
    options.memory_pool = context.memory_pool();
    panes_.emplace(aggregates_, *spec_.input, std::move(options), context.state());
    return Status::OK();
  }

  Result<Flow> on_batch(int input, const Batch& batch, Output& output) override {
    HW_ASSIGN_OR_RETURN(const DenseInput rows, DenseInput::of(batch, needed_));
    if (!rows.insert_only() && !spec_.input_retracts) {
      return Status::UnknownError("a window aggregate planned for inserts got changes");
    }
    if (spec_.window.event_time && !context_->batch_mode()) {
      note_progress(context_->watermark_ms());
    }
    HW_TRY(find_panes(rows));
    HW_TRY(fold(rows));
    return Flow::kNeedInput;
  }

  Result<Flow> on_watermark(Watermark watermark, Output& output) override {
    if (context_->batch_mode()) return Flow::kNeedInput;
    // The end of bounded input closes windows of processing time too.
    if (spec_.window.event_time || watermark.ms == Watermark::kMax) note_progress(watermark.ms);
    if (HW_PLANTED_BUG(21) && watermark.ms < Watermark::kMax) note_progress(watermark.ms + 2'000);
    return fire(output);
  }

  Result<Flow> on_timer(Timer timer, Output& output) override {
    note_progress(context_->now_ms() - 1);
    return fire(output);
  }

  Result<Flow> on_end(int input, Output& output) override {
    if (!context_->batch_mode()) return Flow::kNeedInput;
    note_progress(Watermark::kMax);
    return fire(output);
  }

  // The watermark comes again only after the next rows of the sources, but which windows are
  // closed must be known before.
  Status snapshot(SnapshotWriter& writer) override {
    writer.put(kProgressName,
               std::string(reinterpret_cast<const char*>(&progress_ms_), sizeof(progress_ms_)));
    return Status::OK();
  }

  Status restore(SnapshotReader& reader) override {
    std::optional<int64_t> restored;
    for (const std::string& bytes : reader.get(kProgressName)) {
      int64_t progress_ms = 0;
      if (bytes.size() != sizeof(progress_ms)) {
        return Status::SerializationError("the progress of a window aggregate has ",
                                          sizeof(progress_ms), " bytes, not ", bytes.size());
      }
      std::memcpy(&progress_ms, bytes.data(), sizeof(progress_ms));
      restored = std::min(restored.value_or(progress_ms), progress_ms);
    }
    if (restored && !HW_PLANTED_BUG(50)) note_progress(*restored);
    if (HW_PLANTED_BUG(22) && reader.get(kProgressName).size() > 1 && *restored < Watermark::kMax)
      note_progress(*restored + 60'000);
    fired_until_ms_ = progress_ms_;
    return Status::OK();
  }

  Description describe() const override {
    Description description{.name = "WindowAggregate", .details = {}};
    std::string select;
    std::string group_by;
    for (const int key : spec_.keys) {
      group_by += (group_by.empty() ? "" : ", ") + spec_.input->name(key);
    }
    select = group_by;
    for (const AggregateCall& call : spec_.aggregates) {
      select += (select.empty() ? "" : ", ") + call.to_sql(*spec_.input);
    }
    if (!group_by.empty()) description.details.emplace_back("groupBy", group_by);
    description.details.emplace_back("window", window_text());
    description.details.emplace_back("select", select);
    return description;
  }

 private:
  bool is_single_pane() const {
    return spec_.windows_given() || spec_.window.kind == WindowKind::kTumble;
  }
  std::string window_text() const {
    if (!spec_.windows_given()) return to_text(spec_.window);
    return "given by " + spec_.input->name(spec_.window_start_column) + ", " +
           spec_.input->name(spec_.window_end_column);
  }
  void note_progress(int64_t progress_ms) { progress_ms_ = std::max(progress_ms_, progress_ms); }

  // Panes by name: the start of a slice of time, or the end of a given window.
  int64_t last_end(int64_t pane) const {
    return spec_.windows_given() ? pane : clock_.last_end(pane);
  }
  bool is_late(int64_t pane) {
    return !context_->batch_mode() && spec_.window.event_time && !spec_.windows_may_be_past &&
           clock_.closes_at(last_end(pane)) <= progress_ms_ - (HW_PLANTED_BUG(13) ? 1 : 0);
  }

  /// Writes the pane of every row to pane_of_row_; one_pane_ if they have the same.
  Status find_panes(const DenseInput& rows) {
    const auto num_rows = static_cast<size_t>(rows.num_rows());
    one_pane_.reset();
    if (!spec_.window.event_time && !spec_.windows_given()) {
      one_pane_ = clock_.pane_of(clock_.wall_of(context_->now_ms()));
      return Status::OK();
    }
    if (spec_.windows_given()) {
      read_given_ends(rows);
    } else {
      clock_.wall_times(*rows.column(spec_.window.time_column), rows.num_rows(), pane_of_row_);
    }
    if (num_rows == 0) return Status::OK();
    int64_t least_time = pane_of_row_[0];
    int64_t greatest_time = pane_of_row_[0];
    for (const int64_t time : pane_of_row_) {
      least_time = std::min(least_time, time);
      greatest_time = std::max(greatest_time, time);
    }
    if (least_time != WindowClock::kNoTime && pane_at(least_time) == pane_at(greatest_time)) {
      one_pane_ = pane_at(least_time);
      return Status::OK();
    }
    int64_t pane = pane_at(greatest_time);
    const int64_t width = spec_.windows_given() ? 1 : clock_.pane_ms();
    for (int64_t& time : pane_of_row_) {
      if (time == WindowClock::kNoTime) continue;
      // Neighbours mostly share their pane: no division for them.
      if (time < pane || time - pane >= width) pane = pane_at(time);
      time = pane;
    }
    return Status::OK();
  }

  int64_t pane_at(int64_t time) const {
    return spec_.windows_given() || time == WindowClock::kNoTime ? time : clock_.pane_of(time);
  }

  void read_given_ends(const DenseInput& rows) {
    const Column& ends = *rows.column(spec_.window_end_column);
    pane_of_row_.resize(static_cast<size_t>(rows.num_rows()));
    for (int64_t i = 0; i < rows.num_rows(); ++i) {
      pane_of_row_[static_cast<size_t>(i)] =
          ends.is_null(i) ? WindowClock::kNoTime : ends.value<int64_t>(i);
    }
  }

  Status fold(const DenseInput& rows) {
    if (rows.num_rows() == 0) return Status::OK();
    if (one_pane_) {
      if (is_late(*one_pane_)) {
        late_rows_->add(HW_PLANTED_BUG(53) ? 0 : rows.num_rows());
        return Status::OK();
      }
      return update(*one_pane_, rows);
    }
    std::map<int64_t, std::vector<int32_t>> rows_of_pane;
    std::vector<int32_t>* last = nullptr;
    int64_t last_pane = WindowClock::kNoTime;
    for (size_t i = 0; i < pane_of_row_.size(); ++i) {
      const int64_t pane = pane_of_row_[i];
      if (pane == WindowClock::kNoTime) {
        null_times_->add(1);
        continue;
      }
      if (last == nullptr || pane != last_pane) {
        last = &rows_of_pane[pane];
        last_pane = pane;
      }
      last->push_back(static_cast<int32_t>(i));
    }
    for (const auto& [pane, part] : rows_of_pane) {
      if (is_late(pane)) {
        late_rows_->add(HW_PLANTED_BUG(53) ? 0 : static_cast<int64_t>(part.size()));
        continue;
      }
      HW_ASSIGN_OR_RETURN(const DenseInput input, rows.gathered(part));
      HW_TRY(update(pane, input));
    }
    return Status::OK();
  }

  Status update(int64_t pane, const DenseInput& rows) {
    wait_for(spec_.windows_given() ? pane : clock_.first_end(pane));
    return panes_->update(pane, rows, keys_);
  }

  /// Emits every window that is closed, in order of end, a bounded amount per call.
  Result<Flow> fire(Output& output) {
    for (int windows = 0; windows < kWindowsPerCall; ++windows) {
      if (!firing_) {
        HW_ASSIGN_OR_RETURN(const Flow flow, start_firing());
        if (flow == Flow::kNeedInput) fired_until_ms_ = progress_ms_;
        if (!firing_) return flow;
      }
      for (int batches = 0; next_row_ < firing_rows_.size(); ++batches) {
        if (batches == OutputQueue::kBatchesPerCall) return Flow::kMoreOutput;
        HW_TRY(emit_some(output));
      }
      HW_TRY(finish_firing());
      // One window with rows a call: the next one may have to be put together first.
      if (!firing_rows_.empty()) break;
    }
    return Flow::kMoreOutput;
  }

  /// Opens the next window that is closed by now. kNeedInput: there is none; kMoreOutput: it is
  /// opened, unless firing_ is still empty: then it takes another call.
  Result<Flow> start_firing() {
    if (panes_->empty()) return Flow::kNeedInput;
    const int64_t pane = panes_->first_pane();
    int64_t end = pane;
    int64_t start = pane;
    if (!spec_.windows_given()) {
      end = std::max(clock_.first_end(pane), next_end_);
      // A late row can bring back a pane some of whose windows are out.
      while (clock_.closes_at(end) <= fired_until_ms_) end += clock_.step_ms();
      start = clock_.start_of(end);
    }
    if (clock_.closes_at(end) > progress_ms_) {
      wait_for(end);
      return Flow::kNeedInput;
    }
    HW_ASSIGN_OR_RETURN(const bool open, panes_->open_window(start, end, firing_rows_));
    if (!open) return Flow::kMoreOutput;
    firing_ = Firing{.start = start, .end = end};
    next_row_ = 0;
    return Flow::kMoreOutput;
  }

  Status finish_firing() {
    const int64_t end = firing_->end;
    firing_.reset();
    if (spec_.windows_given()) return panes_->drop_before(end + 1);
    next_end_ = end + clock_.step_ms();
    // Panes are dropped with their last window: all that begin before the next window does, or,
    // where windows grow, before the end of the largest.
    const int64_t next_start = clock_.start_of(next_end_);
    return panes_->drop_before(next_start);
  }

  void wait_for(int64_t end) {
    if (spec_.window.event_time || context_->batch_mode()) return;
    context_->set_timer({.due_ms = clock_.closes_at(end) + 1, .domain = TimeDomain::kProcessing});
  }

  Status emit_some(Output& output) {
    const size_t length =
        std::min(static_cast<size_t>(context_->output_rows_max()), firing_rows_.size() - next_row_);
    const std::span rows = std::span(firing_rows_).subspan(next_row_, length);
    next_row_ += length;
    const auto num_rows = static_cast<int64_t>(length);
    std::vector<ColumnPtr> columns;
    for (size_t k = 0; k < spec_.keys.size(); ++k) {
      HW_ASSIGN_OR_RETURN(ColumnPtr key, panes_->read_key(static_cast<int>(k), rows));
      columns.push_back(std::move(key));
    }
    for (size_t c = 0; c < spec_.aggregates.size(); ++c) {
      HW_ASSIGN_OR_RETURN(ColumnPtr result, panes_->result(static_cast<int>(c), rows));
      columns.push_back(std::move(result));
    }
    for (const WindowProperty property : spec_.properties) {
      const SqlType& type = spec_.output->type(static_cast<int>(columns.size()));
      HW_ASSIGN_OR_RETURN(ColumnPtr column, property_column(property, type, rows));
      columns.push_back(std::move(column));
    }
    for (size_t c = 0; c < columns.size(); ++c) {
      const SqlType& type = spec_.output->type(static_cast<int>(c));
      if (!(columns[c]->type() == type)) columns[c] = columns[c]->with_type(type);
    }
    output.emit(Batch(spec_.output, std::move(columns), num_rows));
    return Status::OK();
  }

  Result<ColumnPtr> property_column(WindowProperty property, const SqlType& type,
                                    std::span<const uint32_t> rows) {
    const auto num_rows = static_cast<int64_t>(rows.size());
    switch (property) {
      case WindowProperty::kStart:
        if (spec_.windows_given()) {
          return panes_->read_key(static_cast<int>(spec_.keys.size()), rows);
        }
        return constant_time(type, firing_->start, num_rows);
      case WindowProperty::kEnd:
        return constant_time(type, firing_->end, num_rows);
      case WindowProperty::kTime:
        return constant_time(type, clock_.time_of(firing_->end), num_rows);
    }
    return Status::UnknownError("a window property that is not known");
  }

  struct Firing {
    int64_t start;
    int64_t end;
  };

  const WindowAggregateSpec spec_;
  WindowClock clock_;
  Aggregates aggregates_;
  std::vector<int> keys_;
  std::vector<int> needed_;
  OperatorContext* context_ = nullptr;
  Counter* late_rows_ = nullptr;
  Counter* null_times_ = nullptr;
  // State.
  std::optional<WindowPanes> panes_;
  /// Windows that close at or before it are closed; between messages all of them are out.
  int64_t progress_ms_ = INT64_MIN;
  int64_t fired_until_ms_ = INT64_MIN;
  // Of the batch at hand.
  std::vector<int64_t> pane_of_row_;
  std::optional<int64_t> one_pane_;
  // Of the window that is being emitted.
  std::optional<Firing> firing_;
  std::vector<uint32_t> firing_rows_;
  size_t next_row_ = 0;
  int64_t next_end_ = INT64_MIN;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_window_aggregate(WindowAggregateSpec spec) {
  if (spec.window.kind == WindowKind::kSession && !spec.windows_given()) {
    return make_session_aggregate(std::move(spec));
  }
  WindowSpec window = spec.window;
  if (spec.windows_given()) {
    // Only closing times are computed then: the window's shape does not matter.
    window = WindowSpec{.size_ms = 1,
                        .event_time = spec.window.event_time,
                        .time_column = -1,
                        .time_type = spec.window.time_type,
                        .time_zone = spec.window.time_zone};
  }
  HW_ASSIGN_OR_RETURN(WindowClock clock, WindowClock::make(window));
  auto aggregate = std::make_unique<WindowAggregate>(std::move(spec), std::move(clock));
  HW_TRY(aggregate->bind());
  return aggregate;
}

}  // namespace hw
