// SPDX-License-Identifier: Apache-2.0

#include "operators/session_aggregate.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "operators/aggregates.h"
#include "operators/dense_input.h"
#include "operators/late_batch.h"
#include "operators/open_sessions.h"
#include "operators/output_queue.h"
#include "operators/window_clock.h"
#include "operators/window_progress.h"
#include "runtime/operator.h"
#include "state/keyed_table.h"
#include "state/state_store.h"

namespace hw {
namespace {

// Value columns of a session.
constexpr int kStart = 0;
constexpr int kEnd = 1;
constexpr int kFirstAccumulator = 2;
// Its key columns behind the key's row.
constexpr int kFirst = 1;

class SessionAggregate final : public Operator {
 public:
  SessionAggregate(WindowAggregateSpec spec, WindowClock clock)
      : spec_(std::move(spec)), clock_(std::move(clock)), open_(spec_.window.size_ms) {}

  Status bind() {
    HW_ASSIGN_OR_RETURN(aggregates_, Aggregates::bind(spec_.aggregates, *spec_.input, spec_.session,
                                                      {.retracts = false,
                                                       .first_column = kFirstAccumulator,
                                                       .deferred_sets = true}));
    HW_CHECK(aggregates_.distinct_sets().empty());
    needed_ = aggregates_.input_columns();
    needed_.insert(needed_.end(), spec_.keys.begin(), spec_.keys.end());
    if (spec_.window.event_time) needed_.push_back(spec_.window.time_column);
    if (shows_late()) {
      needed_.resize(static_cast<size_t>(spec_.input->num_fields()));
      std::iota(needed_.begin(), needed_.end(), 0);
    }
    return Status::OK();
  }

  Status open(OperatorContext& context) override {
    context_ = &context;
    late_rows_ = &context.counter("late_rows_dropped");
    null_times_ = &context.counter("null_time_rows_dropped");
    TableSchema keys;
    for (const int key : spec_.keys) {
      keys.keys.push_back({"key_" + spec_.input->name(key), spec_.input->type(key)});
    }
    keys_ = &context.state().keyed_table("session_keys", std::move(keys));
    const SqlType ms = SqlType::bigint().not_null();
    // A session is found by the time of the row that opened it: no two have the same.
    TableSchema sessions;
    sessions.keys = {{"first_ms", ms}};
    sessions.values = {{"start_ms", ms}, {"end_ms", ms}};
    sessions.values.insert(sessions.values.end(), aggregates_.columns().begin(),
                           aggregates_.columns().end());
    sessions_ = &context.state().keyed_table("sessions", *keys_, std::move(sessions));
    return Status::OK();
  }

  Result<Flow> on_batch(int, const Batch& batch, Output& output) override {
    if (late_.empty()) HW_TRY(take(batch));
    return late_.flush(output, context_->output_rows_max(), Flow::kNeedInput);
  }

  Status take(const Batch& batch) {
    HW_ASSIGN_OR_RETURN(DenseInput rows, DenseInput::of(batch, needed_));
    if (!rows.insert_only()) {
      return Status::UnknownError("a session aggregate planned for inserts got changes");
    }
    if (spec_.window.event_time && !context_->batch_mode()) {
      note_progress(context_->watermark_ms());
    }
    HW_TRY(place(rows));
    HW_TRY(update(rows));
    open_.end_batch();
    wait();
    return Status::OK();
  }

  Result<Flow> on_watermark(Watermark watermark, Output& output) override {
    if (context_->batch_mode()) return Flow::kNeedInput;
    // The end of bounded input closes sessions of processing time too.
    if (spec_.window.event_time || watermark.ms == Watermark::kMax) note_progress(watermark.ms);
    return fire(output);
  }

  Result<Flow> on_timer(Timer, Output& output) override {
    note_progress(context_->now_ms() - 1);
    return fire(output);
  }

  Result<Flow> on_end(int, Output& output) override {
    if (!context_->batch_mode()) return Flow::kNeedInput;
    note_progress(Watermark::kMax);
    return fire(output);
  }

  Status snapshot(SnapshotWriter& writer) override {
    save_progress(progress_ms_, writer);
    return Status::OK();
  }

  Status restore(SnapshotReader& reader) override {
    HW_ASSIGN_OR_RETURN(const std::optional<int64_t> progress_ms, restored_progress(reader));
    if (progress_ms) note_progress(*progress_ms);
    const std::vector<uint32_t> rows = sessions_->live_rows();
    HW_ASSIGN_OR_RETURN(const ColumnPtr keys, sessions_->read_key(0, rows));
    HW_ASSIGN_OR_RETURN(const ColumnPtr firsts, sessions_->read_key(kFirst, rows));
    const FixedColumn<int64_t> starts = sessions_->fixed<int64_t>(kStart);
    const FixedColumn<int64_t> ends = sessions_->fixed<int64_t>(kEnd);
    for (size_t i = 0; i < rows.size(); ++i) {
      const auto row = static_cast<int64_t>(i);
      open_.adopt({.start_ms = starts[rows[i]],
                   .end_ms = ends[rows[i]],
                   .key = keys->value<uint32_t>(row),
                   .row = rows[i],
                   .first_ms = firsts->value<int64_t>(row),
                   .mark = 0});
    }
    wait();
    return Status::OK();
  }

  Description describe() const override {
    return {.name = "SessionAggregate", .details = {{"window", to_text(spec_.window)}}};
  }

 private:
  bool shows_late() const { return !spec_.late_for.empty(); }
  void note_progress(int64_t progress_ms) { progress_ms_ = std::max(progress_ms_, progress_ms); }
  bool is_late(int64_t time_ms) {
    if (context_->batch_mode() || !spec_.window.event_time) return false;
    return clock_.closes_at(time_ms + spec_.window.size_ms) <= progress_ms_;
  }

  /// Finds the session of every row: session_of_row_. Leaves out late rows and those without time.
  Status place(DenseInput& rows) {
    if (spec_.window.event_time) {
      clock_.wall_times(*rows.column(spec_.window.time_column), rows.num_rows(), times_);
    } else {
      times_.assign(static_cast<size_t>(rows.num_rows()), clock_.wall_of(context_->now_ms()));
    }
    new_keys_.clear();
    HW_TRY(keys_->find_or_insert({.columns = rows.columns(spec_.keys),
                                  .num_rows = rows.num_rows(),
                                  .hashes = rows.hashes_of(spec_.keys)},
                                 key_of_row_, &new_keys_));
    session_of_row_.clear();
    kept_.clear();
    std::vector<int32_t> late_rows;
    for (size_t i = 0; i < times_.size(); ++i) {
      if (times_[i] == WindowClock::kNoTime) {
        null_times_->add(1);
        continue;
      }
      uint32_t id = open_.extend(key_of_row_[i], times_[i]);
      if (id == OpenSessions::kNone) {
        if (is_late(times_[i])) {
          late_rows.push_back(static_cast<int32_t>(i));
          continue;
        }
        id = open_.open(key_of_row_[i], times_[i]);
      }
      kept_.push_back(static_cast<int32_t>(i));
      session_of_row_.push_back(id);
    }
    // A key whose rows were all late has no session.
    std::erase_if(new_keys_, [&](uint32_t key) { return open_.any(key); });
    HW_TRY(keys_->erase(new_keys_));
    if (!shows_late()) {
      late_rows_->add(static_cast<int64_t>(late_rows.size()));
    } else if (!late_rows.empty()) {
      HW_TRY(queue_late(rows, late_rows));
    }
    if (kept_.size() == times_.size()) return Status::OK();
    HW_ASSIGN_OR_RETURN(rows, rows.gathered(kept_));
    return Status::OK();
  }

  Status queue_late(const DenseInput& rows, const std::vector<int32_t>& late_rows) {
    std::vector<int64_t> late_by;
    for (const int32_t i : late_rows) {
      const int64_t end = times_[static_cast<size_t>(i)] + spec_.window.size_ms;
      late_by.push_back(progress_ms_ - clock_.closes_at(end));
    }
    HW_ASSIGN_OR_RETURN(const DenseInput taken, rows.gathered(late_rows));
    late_.push(
        late_batch(taken, late_by, clock_.wall_of(progress_ms_), spec_.late_for, spec_.output));
    return Status::OK();
  }

  /// Joins and makes rows of sessions, and folds the input into them.
  Status update(const DenseInput& rows) {
    for (const OpenSessions::Merge& merge : open_.merges()) {
      const uint32_t both[] = {merge.into_row, merge.from_row};
      sessions_->touch(both);
      HW_TRY(aggregates_.merge(*sessions_, std::span(both).first(1), *sessions_,
                               std::span(both).last(1)));
      HW_TRY(sessions_->erase(std::span(both).last(1)));
    }
    ++batch_mark_;
    touched_.clear();
    for (uint32_t& id : session_of_row_) {
      id = open_.resolved(id);
      OpenSessions::Session& session = open_.at(id);
      if (session.mark == batch_mark_) continue;
      session.mark = batch_mark_;
      touched_.push_back(id);
    }
    HW_TRY(make_rows());
    std::vector<uint32_t> touched_rows;
    for (const uint32_t id : touched_) touched_rows.push_back(open_.at(id).row);
    sessions_->touch(touched_rows);
    const FixedColumn<int64_t> starts = sessions_->fixed<int64_t>(kStart);
    const FixedColumn<int64_t> ends = sessions_->fixed<int64_t>(kEnd);
    for (const uint32_t id : touched_) {
      const OpenSessions::Session& session = open_.at(id);
      starts[session.row] = session.start_ms;
      ends[session.row] = session.end_ms;
    }
    for (uint32_t& id : session_of_row_) id = open_.at(id).row;
    return aggregates_.update(*sessions_, rows, session_of_row_, {});
  }

  /// Rows for sessions of this batch that have none.
  Status make_rows() {
    std::vector<uint32_t> made;
    std::vector<uint32_t> keys;
    std::vector<int64_t> firsts;
    for (const uint32_t id : touched_) {
      const OpenSessions::Session& session = open_.at(id);
      if (session.row != OpenSessions::kNone) continue;
      made.push_back(id);
      keys.push_back(session.key);
      firsts.push_back(session.first_ms);
    }
    if (made.empty()) return Status::OK();
    const ColumnPtr columns[] = {parent_row_column(keys),
                                 times_column(SqlType::bigint().not_null(), firsts)};
    std::vector<uint32_t> rows;
    HW_TRY(sessions_->find_or_insert(
        {.columns = columns, .num_rows = static_cast<int64_t>(made.size()), .hashes = nullptr},
        rows, nullptr));
    for (size_t i = 0; i < made.size(); ++i) open_.at(made[i]).row = rows[i];
    aggregates_.initialize(*sessions_, rows);
    return Status::OK();
  }

  /// Puts out sessions that are closed, a bounded number a call.
  Result<Flow> fire(Output& output) {
    for (int batches = 0; batches < OutputQueue::kBatchesPerCall; ++batches) {
      if (next_due_ == due_.size()) {
        due_.clear();
        next_due_ = 0;
        open_.take_due(progress_ms_, [&](int64_t end) { return clock_.closes_at(end); }, due_);
      }
      if (due_.empty()) {
        wait();
        return Flow::kNeedInput;
      }
      HW_TRY(emit_some(output));
    }
    return Flow::kMoreOutput;
  }

  Status emit_some(Output& output) {
    const size_t length =
        std::min(static_cast<size_t>(context_->output_rows_max()), due_.size() - next_due_);
    const std::span ids = std::span(due_).subspan(next_due_, length);
    next_due_ += length;
    std::vector<uint32_t> rows, keys;
    std::vector<int64_t> starts, ends;
    for (const uint32_t id : ids) {
      const OpenSessions::Session& session = open_.at(id);
      rows.push_back(session.row);
      keys.push_back(session.key);
      starts.push_back(session.start_ms);
      ends.push_back(session.end_ms);
    }
    if (shows_late()) return drop(ids, rows, std::move(keys));
    std::vector<ColumnPtr> columns;
    for (size_t k = 0; k < spec_.keys.size(); ++k) {
      HW_ASSIGN_OR_RETURN(ColumnPtr key, keys_->read_key(static_cast<int>(k), keys));
      columns.push_back(std::move(key));
    }
    for (size_t c = 0; c < spec_.aggregates.size(); ++c) {
      HW_ASSIGN_OR_RETURN(ColumnPtr result,
                          aggregates_.result(static_cast<int>(c), *sessions_, rows));
      columns.push_back(std::move(result));
    }
    std::vector<int64_t> times;
    for (const int64_t end : ends) times.push_back(clock_.time_of(end));
    for (const WindowProperty property : spec_.properties) {
      const SqlType& type = spec_.output->type(static_cast<int>(columns.size()));
      columns.push_back(times_column(type, property == WindowProperty::kStart ? starts
                                           : property == WindowProperty::kEnd ? ends
                                                                              : times));
    }
    for (size_t c = 0; c < columns.size(); ++c) {
      const SqlType& type = spec_.output->type(static_cast<int>(c));
      if (!(columns[c]->type() == type)) columns[c] = columns[c]->with_type(type);
    }
    output.emit(Batch(spec_.output, std::move(columns), static_cast<int64_t>(length)));
    return drop(ids, rows, std::move(keys));
  }

  Status drop(std::span<const uint32_t> ids, std::span<const uint32_t> rows,
              std::vector<uint32_t> keys) {
    HW_TRY(sessions_->erase(rows));
    for (const uint32_t id : ids) open_.close(id);
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    std::erase_if(keys, [&](uint32_t key) { return open_.any(key); });
    return keys_->erase(keys);
  }

  void wait() {
    if (spec_.window.event_time || context_->batch_mode() || open_.empty()) return;
    const int64_t due_ms = clock_.closes_at(open_.least_end_ms()) + 1;
    context_->set_timer({.due_ms = due_ms, .domain = TimeDomain::kProcessing});
  }

  const WindowAggregateSpec spec_;
  WindowClock clock_;
  Aggregates aggregates_;
  std::vector<int> needed_;
  OperatorContext* context_ = nullptr;
  Counter* late_rows_ = nullptr;
  Counter* null_times_ = nullptr;
  // State.
  KeyedTable* keys_ = nullptr;      // those that have a session
  KeyedTable* sessions_ = nullptr;  // a row each, under its key
  /// Sessions that close at or before it are closed; between messages all of them are out.
  int64_t progress_ms_ = INT64_MIN;
  // What the tables say, made anew after a restore.
  OpenSessions open_;
  // Of the batch at hand.
  std::vector<int64_t> times_;
  std::vector<uint32_t> key_of_row_;
  std::vector<uint32_t> new_keys_;
  std::vector<uint32_t> session_of_row_;
  std::vector<int32_t> kept_;
  std::vector<uint32_t> touched_;
  uint32_t batch_mark_ = 0;
  OutputQueue late_;  // rows to be shown
  // Sessions that are being put out.
  std::vector<uint32_t> due_;
  size_t next_due_ = 0;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_session_aggregate(WindowAggregateSpec spec) {
  HW_CHECK(spec.window.kind == WindowKind::kSession && !spec.windows_given());
  HW_CHECK(!spec.input_retracts);
  HW_ASSIGN_OR_RETURN(WindowClock clock, WindowClock::make(spec.window));
  auto aggregate = std::make_unique<SessionAggregate>(std::move(spec), std::move(clock));
  HW_TRY(aggregate->bind());
  return aggregate;
}

}  // namespace hw
