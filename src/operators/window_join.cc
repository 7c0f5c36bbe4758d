// SPDX-License-Identifier: Apache-2.0

#include "operators/window_join.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "base/assert.h"
#include "operators/dense_input.h"
#include "operators/join_pairs.h"
#include "operators/output_queue.h"
#include "operators/window_clock.h"
#include "operators/window_progress.h"
#include "runtime/operator.h"
#include "state/row_log.h"
#include "state/state_store.h"

namespace hw {
namespace {

constexpr int kLeft = 0;
constexpr int kRight = 1;
/// Pairs and rows that are looked at in one step.
constexpr size_t kPairsPerStep = static_cast<size_t>(kBatchRowsMax);
/// Steps in one call, if none of them shows anything.
constexpr int kStepsPerCall = 8;

class WindowJoin final : public Operator {
 public:
  WindowJoin(WindowJoinSpec spec, JoinCondition condition, WindowClock clock)
      : spec_(std::move(spec)),
        condition_(std::move(condition)),
        clock_(std::move(clock)),
        output_columns_(static_cast<size_t>(spec_.output->num_fields())) {
    std::iota(output_columns_.begin(), output_columns_.end(), 0);
  }

  Status open(OperatorContext& context) override {
    context_ = &context;
    late_rows_ = &context.counter("late_rows_dropped");
    logs_[kLeft] = &context.state().row_log("left", log_spec(kLeft));
    logs_[kRight] = &context.state().row_log("right", log_spec(kRight));
    return Status::OK();
  }

  Result<Flow> on_batch(int input, const Batch& batch, Output&) override {
    HW_ASSIGN_OR_RETURN(DenseInput rows, DenseInput::of(batch));
    if (!rows.insert_only()) {
      return Status::UnknownError("a window join planned for inserts got changes");
    }
    if (spec_.window.event_time) note_progress(context_->watermark_ms());
    HW_TRY(keep(input, rows));
    wait();
    return Flow::kNeedInput;
  }

  Result<Flow> on_watermark(Watermark watermark, Output& output) override {
    // The end of bounded input closes windows of processing time too.
    if (spec_.window.event_time || watermark.ms == Watermark::kMax) note_progress(watermark.ms);
    return fire(output);
  }

  Result<Flow> on_timer(Timer, Output& output) override {
    note_progress(context_->now_ms() - 1);
    return fire(output);
  }

  Status snapshot(SnapshotWriter& writer) override {
    save_progress(progress_ms_, writer);
    return Status::OK();
  }

  Status restore(SnapshotReader& reader) override {
    HW_ASSIGN_OR_RETURN(const std::optional<int64_t> progress_ms, restored_progress(reader));
    if (progress_ms) note_progress(*progress_ms);
    for (const int input : {kLeft, kRight}) {
      const std::vector<uint32_t> ids = log(input).live_rows();
      HW_ASSIGN_OR_RETURN(const ColumnPtr ends, log(input).read(end_column(input), ids));
      for (size_t i = 0; i < ids.size(); ++i) {
        windows_[static_cast<size_t>(input)][ends->value<int64_t>(static_cast<int64_t>(i))]
            .push_back(ids[i]);
      }
    }
    wait();
    return Status::OK();
  }

  Description describe() const override {
    return {.name = "WindowJoin", .details = {{"window", to_text(spec_.window)}}};
  }

 private:
  /// Left rows of the window that is going out, and where the search for their partners is.
  struct Probe {
    DenseInput rows;
    std::vector<uint32_t> firsts;  // per row: the oldest right row with its key
    size_t row = 0;                // at work: its candidates from `candidate` on
    uint32_t candidate = RowLog::kNoRow;
    bool matched = false;  // the row at work
  };
  /// All candidates of a row lie before candidate number `after`.
  struct RowEnd {
    size_t after;
    int32_t row;
  };
  /// The window that is going out.
  struct Firing {
    std::vector<uint32_t> left;
    std::vector<uint32_t> right;
    size_t next_left = 0;
    size_t next_right = 0;
    std::optional<Probe> probe;
  };

  const JoinSide& side(int input) const { return input == kLeft ? spec_.left : spec_.right; }
  RowLog& log(int input) const { return *logs_[static_cast<size_t>(input)]; }
  int end_column(int input) const { return input == kLeft ? spec_.left_end : spec_.right_end; }
  bool is_semi() const { return spec_.kind == JoinKind::kSemi || spec_.kind == JoinKind::kAnti; }
  bool shows_left_alone() const {
    return spec_.kind == JoinKind::kLeft || spec_.kind == JoinKind::kFull ||
           spec_.kind == JoinKind::kAnti;
  }
  bool shows_right_alone() const {
    return spec_.kind == JoinKind::kRight || spec_.kind == JoinKind::kFull;
  }

  RowLogSpec log_spec(int input) const {
    RowLogSpec spec;
    spec.columns = side(input).schema->fields();
    spec.key_columns = side(input).keys;
    spec.erasable = spec.by_id_only = true;
    return spec;
  }

  void note_progress(int64_t progress_ms) { progress_ms_ = std::max(progress_ms_, progress_ms); }

  Status keep(int input, DenseInput& rows) {
    const Column& all_ends = *rows.column(end_column(input));
    std::vector<int32_t> kept;
    int64_t known_end = INT64_MIN, closes_at = INT64_MIN;
    for (int64_t i = 0; i < rows.num_rows(); ++i) {
      const auto end = all_ends.value<int64_t>(i);
      if (end != known_end) closes_at = clock_.closes_at(end);
      known_end = end;
      if (!spec_.window.event_time || closes_at > progress_ms_) {
        kept.push_back(static_cast<int32_t>(i));
      }
    }
    const int64_t late = rows.num_rows() - static_cast<int64_t>(kept.size());
    late_rows_->add(late);
    if (late > 0) {
      HW_ASSIGN_OR_RETURN(rows, rows.gathered(kept));
    }
    std::vector<uint32_t> ids;
    HW_TRY(log(input).append({.columns = rows.all_columns(),
                              .num_rows = rows.num_rows(),
                              .key_hashes = rows.hashes_of(side(input).keys),
                              .counts = {}},
                             ids));
    const Column& ends = *rows.column(end_column(input));
    auto& windows = windows_[static_cast<size_t>(input)];
    std::vector<uint32_t>* window = nullptr;
    for (size_t i = 0; i < ids.size(); ++i) {
      const auto end = ends.value<int64_t>(static_cast<int64_t>(i));
      if (window == nullptr || end != known_end) window = &windows[end];
      known_end = end;
      window->push_back(ids[i]);
    }
    return Status::OK();
  }

  /// The end of the first window with rows.
  std::optional<int64_t> first_end() const {
    std::optional<int64_t> first;
    for (const auto& windows : windows_) {
      if (windows.empty()) continue;
      first = std::min(first.value_or(INT64_MAX), windows.begin()->first);
    }
    return first;
  }

  void wait() {
    const std::optional<int64_t> end = first_end();
    if (spec_.window.event_time || !end) return;
    context_->set_timer({.due_ms = clock_.closes_at(*end) + 1, .domain = TimeDomain::kProcessing});
  }

  /// Puts out all windows that are closed, a bounded amount a call.
  Result<Flow> fire(Output& output) {
    for (int steps = 0; steps < kStepsPerCall && queue_.empty(); ++steps) {
      if (!firing_ && !open_next()) break;
      HW_TRY(step());
    }
    const bool more = firing_ || is_due();
    if (!more) wait();
    return queue_.flush(output, context_->output_rows_max(),
                        more ? Flow::kMoreOutput : Flow::kNeedInput);
  }

  bool is_due() {
    const std::optional<int64_t> end = first_end();
    return end && clock_.closes_at(*end) <= progress_ms_;
  }

  bool open_next() {
    if (!is_due()) return false;
    const int64_t end = *first_end();
    const auto take = [end](std::map<int64_t, std::vector<uint32_t>>& windows) {
      const auto found = windows.find(end);
      if (found == windows.end()) return std::vector<uint32_t>();
      std::vector<uint32_t> ids = std::move(found->second);
      windows.erase(found);
      return ids;
    };
    firing_ = Firing{.left = take(windows_[kLeft]), .right = take(windows_[kRight])};
    uint32_t num_ids = 0;
    for (const uint32_t id : firing_->right) num_ids = std::max(num_ids, id + 1);
    right_matched_.assign(num_ids, 0);
    return true;
  }

  Status step() {
    Firing& firing = *firing_;
    const bool alone_only = firing.right.empty() && !shows_left_alone();
    if (firing.probe) return probe_some(*firing.probe);
    if (firing.next_left < firing.left.size() && !alone_only) return start_probe();
    if (firing.next_right < firing.right.size() && shows_right_alone()) return show_right();
    HW_TRY(log(kLeft).erase(firing.left));
    HW_TRY(log(kRight).erase(firing.right));
    firing_.reset();
    return Status::OK();
  }

  Status start_probe() {
    Firing& firing = *firing_;
    const size_t length = std::min(kPairsPerStep, firing.left.size() - firing.next_left);
    const std::span ids = std::span(firing.left).subspan(firing.next_left, length);
    firing.next_left += length;
    std::vector<ColumnPtr> columns;
    for (int c = 0; c < spec_.left.schema->num_fields(); ++c) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, log(kLeft).read(c, ids));
      columns.push_back(std::move(column));
    }
    HW_ASSIGN_OR_RETURN(DenseInput rows, DenseInput::of(Batch(spec_.left.schema, std::move(columns),
                                                              static_cast<int64_t>(length))));
    Probe probe{.rows = std::move(rows), .firsts = {}};
    const std::vector<ColumnPtr> keys = probe.rows.columns(spec_.left.keys);
    HW_TRY(log(kRight).find_chains(
        {.columns = keys, .num_rows = probe.rows.num_rows(), .hashes = nullptr}, probe.firsts));
    for (const ColumnPtr& key : keys) {
      for (size_t i = 0; key->may_have_nulls() && i < length; ++i) {
        if (key->is_null(static_cast<int64_t>(i))) probe.firsts[i] = RowLog::kNoRow;
      }
    }
    probe.candidate = probe.firsts[0];
    firing.probe = std::move(probe);
    return Status::OK();
  }

  JoinSources sources_of(const DenseInput& rows) const {
    return {.batch = rows,
            .log = log(kRight),
            .batch_side = kLeft,
            .num_left_columns = spec_.left.schema->num_fields()};
  }

  /// Tries the next pairs and queues what they show. Ends the probe after its last row.
  Status probe_some(Probe& probe) {
    list_candidates(probe);
    const JoinSources sources = sources_of(probe.rows);
    std::vector<uint8_t> passes;
    HW_TRY(condition_.evaluate(
        sources, candidates_,
        {.now_ms = context_->now_ms(), .watermark_ms = context_->watermark_ms()}, passes));
    shown_.clear();
    size_t next_end = 0;
    for (size_t i = 0; i < passes.size(); ++i) {
      for (; next_end < row_ends_.size() && row_ends_[next_end].after == i; ++next_end) {
        show_row_end(probe, row_ends_[next_end].row);
      }
      if (passes[i] == 0) continue;
      probe.matched = true;
      right_matched_[static_cast<size_t>(candidates_.ids[i])] = 1;
      if (!is_semi()) {
        shown_.add(candidates_.rows[i], static_cast<uint32_t>(candidates_.ids[i]),
                   RowKind::kInsert);
      }
    }
    for (; next_end < row_ends_.size(); ++next_end) show_row_end(probe, row_ends_[next_end].row);
    HW_TRY(queue_shown(sources));
    if (probe.row == probe.firsts.size()) firing_->probe.reset();
    return Status::OK();
  }

  void list_candidates(Probe& probe) {
    candidates_.clear();
    row_ends_.clear();
    const FixedColumn<uint32_t> nexts = log(kRight).nexts();
    size_t looked_at = 0;
    while (probe.row < probe.firsts.size() && looked_at < kPairsPerStep) {
      const auto row = static_cast<int32_t>(probe.row);
      for (; probe.candidate != RowLog::kNoRow && looked_at < kPairsPerStep; ++looked_at) {
        candidates_.add(row, probe.candidate, RowKind::kInsert);
        probe.candidate = nexts[probe.candidate];
      }
      if (probe.candidate != RowLog::kNoRow) return;
      row_ends_.push_back({candidates_.rows.size(), row});
      ++looked_at;
      ++probe.row;
      if (probe.row < probe.firsts.size()) probe.candidate = probe.firsts[probe.row];
    }
  }

  void show_row_end(Probe& probe, int32_t row) {
    const bool semi = spec_.kind == JoinKind::kSemi && probe.matched;
    if (semi || (shows_left_alone() && !probe.matched)) {
      shown_.add(row, RowLog::kNoRow, RowKind::kInsert);
    }
    probe.matched = false;
  }

  Status queue_shown(const JoinSources& sources) {
    if (shown_.empty()) return Status::OK();
    HW_ASSIGN_OR_RETURN(Batch batch, joined_batch(sources, shown_, output_columns_, spec_.output));
    queue_.push(std::move(batch));
    return Status::OK();
  }

  /// Some of the right rows without a partner.
  Status show_right() {
    Firing& firing = *firing_;
    const size_t length = std::min(kPairsPerStep, firing.right.size() - firing.next_right);
    shown_.clear();
    for (const uint32_t id : std::span(firing.right).subspan(firing.next_right, length)) {
      if (right_matched_[id] == 0) shown_.add(-1, id, RowKind::kInsert);
    }
    firing.next_right += length;
    std::vector<ColumnPtr> no_rows;
    for (const SqlField& field : spec_.left.schema->fields()) {
      no_rows.push_back(Column::nulls(field.type, 0));
    }
    HW_ASSIGN_OR_RETURN(const DenseInput none,
                        DenseInput::of(Batch(spec_.left.schema, std::move(no_rows), 0)));
    return queue_shown(sources_of(none));
  }

  const WindowJoinSpec spec_;
  JoinCondition condition_;
  WindowClock clock_;
  std::vector<int> output_columns_;
  OperatorContext* context_ = nullptr;
  Counter* late_rows_ = nullptr;
  std::array<RowLog*, 2> logs_ = {};
  int64_t progress_ms_ = INT64_MIN;
  // Ids of the kept rows by the end of their window; made anew after a restore.
  std::array<std::map<int64_t, std::vector<uint32_t>>, 2> windows_;
  // Of the window that is going out.
  std::optional<Firing> firing_;
  std::vector<uint8_t> right_matched_;  // by id
  JoinPairs candidates_;
  std::vector<RowEnd> row_ends_;
  JoinPairs shown_;
  OutputQueue queue_;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_window_join(WindowJoinSpec spec) {
  HW_CHECK(!spec.left.retracts && !spec.right.retracts);
  HW_CHECK(spec.left.keys.size() == spec.right.keys.size());
  HW_CHECK(spec.left_end >= 0 && spec.right_end >= 0);
  HW_ASSIGN_OR_RETURN(
      JoinCondition condition,
      JoinCondition::make(spec.residual, *spec.left.schema, *spec.right.schema, spec.session));
  HW_ASSIGN_OR_RETURN(WindowClock clock, WindowClock::make(spec.window));
  return std::make_unique<WindowJoin>(std::move(spec), std::move(condition), std::move(clock));
}

}  // namespace hw
