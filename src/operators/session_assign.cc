// SPDX-License-Identifier: Apache-2.0

#include "operators/session_assign.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/assert.h"
#include "columnar/key_bytes.h"
#include "operators/dense_input.h"
#include "operators/open_sessions.h"
#include "operators/output_queue.h"
#include "operators/window_clock.h"
#include "operators/window_progress.h"
#include "runtime/operator.h"
#include "runtime/watermark_hold.h"
#include "state/keyed_table.h"
#include "state/ordered_table.h"
#include "state/state_store.h"

namespace hw {
namespace {

constexpr uint64_t kSignBit = uint64_t{1} << 63;

/// Eight bytes that sort as the times do.
void put_order(int64_t time_ms, std::string& order) {
  const uint64_t bits = static_cast<uint64_t>(time_ms) ^ kSignBit;
  order.clear();
  for (int shift = 56; shift >= 0; shift -= 8) {
    order.push_back(static_cast<char>((bits >> shift) & 0xff));
  }
}

int64_t time_of_order(std::string_view order) {
  uint64_t bits = 0;
  for (const char byte : order) bits = (bits << 8) | static_cast<unsigned char>(byte);
  return static_cast<int64_t>(bits ^ kSignBit);
}

class SessionAssign final : public Operator, public WatermarkHold {
 public:
  SessionAssign(SessionAssignSpec spec, WindowClock clock)
      : spec_(std::move(spec)),
        clock_(std::move(clock)),
        open_(spec_.window.size_ms, spec_.holds_watermark) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    late_rows_ = &context.counter("late_rows_dropped");
    null_times_ = &context.counter("null_time_rows_dropped");
    TableSchema keys;
    for (const int key : spec_.keys) {
      keys.keys.push_back({"key_" + spec_.input->name(key), spec_.input->type(key)});
    }
    keys_ = &context.state().keyed_table("session_keys", std::move(keys));
    OrderedTableSpec rows;
    for (const SqlField& field : spec_.input->fields()) {
      rows.payload.push_back({"row_" + field.name, field.type});
    }
    rows.equal = EqualEntries::kArrival;
    rows.searchable = spec_.input_retracts;
    rows_ = &context.state().ordered_table("rows", *keys_, std::move(rows));
    return Status::OK();
  }

  Result<Flow> on_batch(int, const Batch& batch, Output&) override {
    HW_ASSIGN_OR_RETURN(const DenseInput rows, DenseInput::of(batch));
    if (!rows.insert_only() && !spec_.input_retracts) {
      return Status::UnknownError("sessions planned for inserts got changes");
    }
    if (spec_.window.event_time && !context_->batch_mode()) {
      note_progress(context_->watermark_ms());
    }
    HW_TRY(keep(rows));
    open_.end_batch();
    wait();
    return Flow::kNeedInput;
  }

  Result<Flow> on_watermark(Watermark watermark, Output& output) override {
    if (context_->batch_mode()) return Flow::kNeedInput;
    // The end of bounded input closes sessions of processing time too.
    if (spec_.window.event_time || watermark.ms == Watermark::kMax) note_progress(watermark.ms);
    HW_ASSIGN_OR_RETURN(const Flow flow, fire(output));
    if (flow == Flow::kNeedInput) hold();
    return flow;
  }

  int64_t watermark_below_ms(int64_t told_ms) const override {
    return spec_.holds_watermark ? below_ms_ : told_ms;
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
    if (spec_.holds_watermark) save_progress(below_ms_, writer, kPassedOn);
    return Status::OK();
  }

  Status restore(SnapshotReader& reader) override {
    HW_ASSIGN_OR_RETURN(const std::optional<int64_t> progress_ms, restored_progress(reader));
    if (progress_ms) note_progress(*progress_ms);
    HW_ASSIGN_OR_RETURN(const std::optional<int64_t> below_ms,
                        restored_progress(reader, kPassedOn));
    if (below_ms) below_ms_ = *below_ms;
    for (const uint32_t key : keys_->live_rows()) open_anew(key);
    hold();
    wait();
    return Status::OK();
  }

  Description describe() const override {
    return {.name = "SessionAssign", .details = {{"window", to_text(spec_.window)}}};
  }

 private:
  void note_progress(int64_t progress_ms) { progress_ms_ = std::max(progress_ms_, progress_ms); }
  /// The first row that waits may become a session by itself.
  void hold() {
    if (!spec_.holds_watermark) return;
    const int64_t start_ms = open_.least_start_ms();
    int64_t below_ms = progress_ms_;
    if (start_ms != INT64_MAX) {
      below_ms = std::min(below_ms, clock_.closes_at(start_ms + spec_.window.size_ms) - 1);
    }
    below_ms_ = std::max(below_ms_, below_ms);
  }
  bool may_be_late(int64_t time_ms) {
    if (context_->batch_mode() || !spec_.window.event_time) return false;
    return clock_.closes_at(time_ms + spec_.window.size_ms) <= progress_ms_;
  }

  Status keep(const DenseInput& rows) {
    if (spec_.window.event_time) {
      clock_.wall_times(*rows.column(spec_.window.time_column), rows.num_rows(), times_);
    } else {
      times_.assign(static_cast<size_t>(rows.num_rows()), clock_.wall_of(context_->now_ms()));
    }
    std::vector<uint32_t> keys;
    HW_TRY(keys_->find_or_insert({.columns = rows.columns(spec_.keys),
                                  .num_rows = rows.num_rows(),
                                  .hashes = rows.hashes_of(spec_.keys)},
                                 keys, nullptr));
    const std::vector<ColumnPtr>& payload = rows.all_columns();
    std::vector<uint64_t> hashes;
    if (spec_.input_retracts) hashes = hash_keys(payload, rows.num_rows());
    std::string order;
    for (int64_t i = 0; i < rows.num_rows(); ++i) {
      const auto row = static_cast<size_t>(i);
      const uint64_t hash = hashes.empty() ? 0 : hashes[row];
      if (times_[row] == WindowClock::kNoTime) {
        null_times_->add(1);
      } else if (is_retraction(rows.row_kind(i))) {
        take_back(keys[row], rows_->find_equal(keys[row], hash, payload, i));
      } else if (joins_or_opens(keys[row], times_[row])) {
        put_order(times_[row], order);
        HW_TRY(rows_->insert(keys[row], order, hash, payload, i).status());
      }
    }
    rows_->free_removed();
    for (const uint32_t key : split_) open_anew(key);
    split_.clear();
    return forget_empty(std::move(keys));
  }

  bool joins_or_opens(uint32_t key, int64_t time_ms) {
    const bool may_be_late = this->may_be_late(time_ms);
    if (may_be_late && !split_.empty()) {
      // Whether a session is near must not depend on where the batch ends.
      for (const uint32_t split : split_) open_anew(split);
      split_.clear();
    }
    if (open_.extend(key, time_ms) != OpenSessions::kNone) return true;
    if (may_be_late) {
      late_rows_->add(1);
      return false;
    }
    open_.open(key, time_ms);
    return true;
  }

  void take_back(uint32_t key, uint32_t entry) {
    if (entry == OrderedTable::kNoEntry) {
      late_rows_->add(1);
      return;
    }
    rows_->remove(entry);
    if (std::find(split_.begin(), split_.end(), key) == split_.end()) split_.push_back(key);
  }

  /// The sessions of a key from the rows that wait.
  void open_anew(uint32_t key) {
    open_.end_batch();
    for (const uint32_t id : open_.sessions_of(key)) open_.close(id);
    std::vector<uint32_t> entries;
    rows_->read_range(key, 0, rows_->size(key), entries);
    for (const uint32_t entry : entries) {
      const int64_t time_ms = time_of_order(rows_->order_bytes(entry));
      if (open_.extend(key, time_ms) == OpenSessions::kNone) open_.open(key, time_ms);
    }
  }

  Status forget_empty(std::vector<uint32_t> keys) {
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    std::erase_if(keys, [&](uint32_t key) { return open_.any(key); });
    for (const uint32_t key : keys) rows_->erase_set(key);
    return keys_->erase(keys);
  }

  /// Puts out the rows of sessions that are closed, a bounded number a call.
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

  /// A batch of rows of the next sessions that are due.
  Status emit_some(Output& output) {
    const auto rows_max = static_cast<size_t>(context_->output_rows_max());
    std::vector<uint32_t> entries;
    std::vector<int64_t> starts, ends, times;
    std::vector<uint32_t> done;
    while (next_due_ < due_.size() && entries.size() < rows_max) {
      const uint32_t id = due_[next_due_];
      const OpenSessions::Session session = open_.at(id);
      if (take_rows(session, rows_max - entries.size(), entries)) {
        open_.close(id);
        done.push_back(session.key);
        ++next_due_;
      }
      starts.resize(entries.size(), session.start_ms);
      ends.resize(entries.size(), session.end_ms);
      times.resize(entries.size(), clock_.time_of(session.end_ms));
    }
    std::vector<ColumnPtr> columns;
    for (int c = 0; c < spec_.input->num_fields(); ++c) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, rows_->read(c, entries));
      columns.push_back(std::move(column));
    }
    for (const std::vector<int64_t>* values : {&starts, &ends, &times}) {
      columns.push_back(
          times_column(spec_.output->type(static_cast<int>(columns.size())), *values));
    }
    output.emit(Batch(spec_.output, std::move(columns), static_cast<int64_t>(entries.size())));
    rows_->free_removed();
    return forget_empty(std::move(done));
  }

  /// Takes up to `max` rows of the session, which are the first ones of its key, out of what waits.
  /// Returns true when these were all.
  bool take_rows(const OpenSessions::Session& session, size_t max, std::vector<uint32_t>& entries) {
    std::vector<uint32_t> first;
    rows_->read_range(session.key, 0, max, first);
    size_t taken = 0;
    for (const uint32_t entry : first) {
      if (time_of_order(rows_->order_bytes(entry)) >= session.end_ms) break;
      entries.push_back(entry);
      ++taken;
    }
    for (size_t i = 0; i < taken; ++i) rows_->remove(first[i]);
    if (taken < first.size() || rows_->size(session.key) == 0) return true;
    const uint32_t next = rows_->first(session.key);
    return time_of_order(rows_->order_bytes(next)) >= session.end_ms;
  }

  void wait() {
    if (spec_.window.event_time || context_->batch_mode() || open_.empty()) return;
    const int64_t due_ms = clock_.closes_at(open_.least_end_ms()) + 1;
    context_->set_timer({.due_ms = due_ms, .domain = TimeDomain::kProcessing});
  }

  const SessionAssignSpec spec_;
  WindowClock clock_;
  OperatorContext* context_ = nullptr;
  Counter* late_rows_ = nullptr;
  Counter* null_times_ = nullptr;
  // State.
  KeyedTable* keys_ = nullptr;    // those that have rows
  OrderedTable* rows_ = nullptr;  // what waits, by key and time
  int64_t progress_ms_ = INT64_MIN;
  int64_t below_ms_ = INT64_MIN;  // the watermark that is passed on
  // What the rows say, made anew after a restore.
  OpenSessions open_;
  // Of the batch at hand: times of its rows; keys that have lost rows.
  std::vector<int64_t> times_;
  std::vector<uint32_t> split_;
  // Sessions that are being put out.
  std::vector<uint32_t> due_;
  size_t next_due_ = 0;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_session_assign(SessionAssignSpec spec) {
  HW_CHECK(spec.window.kind == WindowKind::kSession);
  HW_ASSIGN_OR_RETURN(WindowClock clock, WindowClock::make(spec.window));
  return std::make_unique<SessionAssign>(std::move(spec), std::move(clock));
}

}  // namespace hw
