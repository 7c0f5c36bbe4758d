// SPDX-License-Identifier: Apache-2.0

#include "operators/interval_join.h"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "base/assert.h"
#include "operators/dense_input.h"
#include "operators/join_pairs.h"
#include "operators/output_queue.h"
#include "runtime/operator.h"
#include "runtime/watermark_hold.h"
#include "state/row_log.h"
#include "state/state_store.h"

namespace hw {
namespace {

constexpr int kLeft = 0;
constexpr int kRight = 1;
constexpr int64_t kNoTime = INT64_MIN;
/// Kept rows that are looked at in one step.
constexpr size_t kPairsPerStep = static_cast<size_t>(kBatchRowsMax);
/// Steps in one call, if none of them shows anything.
constexpr int kStepsPerCall = 8;

/// a + b, at the ends of the range where it would leave it.
int64_t saturated(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? INT64_MAX : INT64_MIN;
}

std::vector<int64_t> times_of(const Column& column, int64_t num_rows) {
  std::vector<int64_t> times(static_cast<size_t>(num_rows));
  for (int64_t row = 0; row < num_rows; ++row) {
    const int64_t slot = column.slot(row);
    times[static_cast<size_t>(row)] =
        column.slot_is_null(slot) ? kNoTime : column.slot_value<int64_t>(slot);
  }
  return times;
}

/// When kept rows go. Not state: made anew from the kept rows after a restore.
class Expiries {
 public:
  void add(int64_t due_ms, uint32_t id) {
    heap_.emplace_back(due_ms, id);
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  }
  bool any_due(int64_t now_ms) const { return !heap_.empty() && heap_.front().first <= now_ms; }
  /// Takes out up to `max` rows that are due, the earliest first.
  std::vector<uint32_t> take_due(int64_t now_ms, size_t max) {
    std::vector<uint32_t> ids;
    while (any_due(now_ms) && ids.size() < max) {
      ids.push_back(heap_.front().second);
      std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
      heap_.pop_back();
    }
    return ids;
  }

 private:
  std::vector<std::pair<int64_t, uint32_t>> heap_;
};

class IntervalJoin final : public Operator, public WatermarkHold {
 public:
  IntervalJoin(IntervalJoinSpec spec, JoinCondition condition)
      : spec_(std::move(spec)),
        condition_(std::move(condition)),
        output_columns_(static_cast<size_t>(spec_.output->num_fields())) {
    std::iota(output_columns_.begin(), output_columns_.end(), 0);
  }

  Status open(OperatorContext& context) override {
    context_ = &context;
    logs_[kLeft] = &context.state().row_log("left", log_spec(kLeft));
    logs_[kRight] = &context.state().row_log("right", log_spec(kRight));
    return Status::OK();
  }

  Result<Flow> on_batch(int input, const Batch& batch, Output& output) override {
    if (!probe_ && queue_.empty()) HW_TRY(start(input, batch));
    for (int steps = 0; steps < kStepsPerCall && queue_.empty() && probe_; ++steps) {
      HW_TRY(step());
    }
    return queue_.flush(output, context_->output_rows_max(),
                        probe_ ? Flow::kMoreOutput : Flow::kNeedInput);
  }

  Result<Flow> on_watermark(Watermark watermark, Output& output) override {
    if (!spec_.bounds.event_time) return Flow::kNeedInput;
    return expire(watermark.ms, output);
  }

  Result<Flow> on_timer(Timer, Output& output) override {
    return expire(context_->now_ms(), output);
  }

  // Rows that are kept go out as late as the larger bound says.
  int64_t watermark_below_ms(int64_t told_ms) const override {
    if (!spec_.bounds.event_time) return told_ms;
    const int64_t by_ms = std::max({int64_t{0}, -spec_.bounds.lower_ms, spec_.bounds.upper_ms});
    return told_ms < Watermark::kNone + by_ms ? Watermark::kNone : told_ms - by_ms;
  }

  Status restore(SnapshotReader&) override {
    for (const int input : {kLeft, kRight}) {
      const std::vector<uint32_t> ids = logs_[static_cast<size_t>(input)]->live_rows();
      HW_ASSIGN_OR_RETURN(const ColumnPtr times,
                          logs_[static_cast<size_t>(input)]->read(time_column(input), ids));
      remember(input, ids, times_of(*times, static_cast<int64_t>(ids.size())));
    }
    return Status::OK();
  }

  Description describe() const override { return {.name = "IntervalJoin", .details = {}}; }

 private:
  /// The work on one arriving batch. Rows are paired with what the other side keeps; only then are
  /// they kept themselves.
  struct Probe {
    int side;
    DenseInput rows;
    std::vector<int64_t> times;
    std::vector<uint32_t> firsts;  // per row: the oldest kept row with its key
    size_t row = 0;                // at work: its candidates from `candidate` on
    uint32_t candidate = RowLog::kNoRow;
    std::vector<int32_t> matches;  // per row
  };
  /// All candidates of a row lie before candidate number `after`.
  struct RowEnd {
    size_t after;
    int32_t row;
  };

  const JoinSide& side(int input) const { return input == kLeft ? spec_.left : spec_.right; }
  RowLog& log(int input) const { return *logs_[static_cast<size_t>(input)]; }
  int time_column(int input) const {
    return input == kLeft ? spec_.bounds.left_time : spec_.bounds.right_time;
  }
  bool is_semi() const { return spec_.kind == JoinKind::kSemi || spec_.kind == JoinKind::kAnti; }
  /// Rows without a partner are shown when they go.
  bool is_shown_alone(int input) const {
    if (spec_.kind == JoinKind::kAnti) return input == kLeft;
    return spec_.kind == JoinKind::kFull ||
           spec_.kind == (input == kLeft ? JoinKind::kLeft : JoinKind::kRight);
  }
  bool is_counted(int input) const {
    return is_shown_alone(input) || (is_semi() && input == kLeft);
  }

  RowLogSpec log_spec(int input) const {
    RowLogSpec spec;
    spec.columns = side(input).schema->fields();
    spec.key_columns = side(input).keys;
    spec.erasable = spec.by_id_only = true;
    spec.counted = is_counted(input);
    return spec;
  }

  /// When the last partner that is not late has come.
  int64_t due_ms(int input, int64_t time_ms) const {
    return input == kLeft ? saturated(time_ms, -spec_.bounds.lower_ms)
                          : saturated(time_ms, spec_.bounds.upper_ms);
  }
  int64_t now_ms() const {
    return spec_.bounds.event_time ? context_->watermark_ms() : context_->now_ms();
  }
  bool near(int input, int64_t own, int64_t other) const {
    const int64_t apart = input == kLeft ? saturated(own, -other) : saturated(other, -own);
    return apart >= spec_.bounds.lower_ms && apart <= spec_.bounds.upper_ms;
  }

  Status start(int input, const Batch& batch) {
    HW_ASSIGN_OR_RETURN(DenseInput rows, DenseInput::of(batch));
    if (!rows.insert_only()) {
      return Status::UnknownError("an interval join planned for inserts got changes");
    }
    Probe probe{.side = input, .rows = std::move(rows), .times = {}, .firsts = {}, .matches = {}};
    probe.times = times_of(*probe.rows.column(time_column(input)), probe.rows.num_rows());
    const std::vector<ColumnPtr> keys = probe.rows.columns(side(input).keys);
    HW_TRY(log(1 - input).find_chains({.columns = keys,
                                       .num_rows = probe.rows.num_rows(),
                                       .hashes = probe.rows.hashes_of(side(input).keys)},
                                      probe.firsts));
    for (const ColumnPtr& key : keys) {
      if (!key->may_have_nulls()) continue;
      for (size_t i = 0; i < probe.times.size(); ++i) {
        if (key->is_null(static_cast<int64_t>(i))) probe.times[i] = kNoTime;
      }
    }
    for (size_t i = 0; i < probe.times.size(); ++i) {
      if (probe.times[i] == kNoTime) probe.firsts[i] = RowLog::kNoRow;
    }
    probe.matches.assign(probe.firsts.size(), 0);
    if (!probe.firsts.empty()) probe.candidate = probe.firsts[0];
    probe_ = std::move(probe);
    return Status::OK();
  }

  /// Tries the next pairs and queues what they show. Ends the probe after its last row.
  Status step() {
    Probe& probe = *probe_;
    list_candidates(probe);
    const JoinSources sources = sources_of(probe.rows, probe.side);
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
      if (passes[i] != 0) {
        show_match(probe, candidates_.rows[i], static_cast<uint32_t>(candidates_.ids[i]));
      }
    }
    for (; next_end < row_ends_.size(); ++next_end) show_row_end(probe, row_ends_[next_end].row);
    HW_TRY(queue_shown(sources));
    if (probe.row < probe.firsts.size()) return Status::OK();
    const Status kept = keep(probe);
    probe_.reset();
    return kept;
  }

  JoinSources sources_of(const DenseInput& rows, int input) const {
    return {.batch = rows,
            .log = log(1 - input),
            .batch_side = input,
            .num_left_columns = spec_.left.schema->num_fields()};
  }

  Status queue_shown(const JoinSources& sources) {
    if (shown_.empty()) return Status::OK();
    HW_ASSIGN_OR_RETURN(Batch batch, joined_batch(sources, shown_, output_columns_, spec_.output));
    queue_.push(std::move(batch));
    return Status::OK();
  }

  /// Fills candidates_ and row_ends_ with the next pairs of the probe: those near in time.
  void list_candidates(Probe& probe) {
    candidates_.clear();
    row_ends_.clear();
    const FixedColumn<uint32_t> nexts = log(1 - probe.side).nexts();
    const std::vector<int64_t>& times = times_[static_cast<size_t>(1 - probe.side)];
    size_t looked_at = 0;
    while (probe.row < probe.firsts.size() && looked_at < kPairsPerStep) {
      const auto row = static_cast<int32_t>(probe.row);
      const int64_t time = probe.times[probe.row];
      for (; probe.candidate != RowLog::kNoRow && looked_at < kPairsPerStep; ++looked_at) {
        if (near(probe.side, time, times[probe.candidate])) {
          candidates_.add(row, probe.candidate, RowKind::kInsert);
        }
        probe.candidate = nexts[probe.candidate];
      }
      if (probe.candidate != RowLog::kNoRow) return;
      row_ends_.push_back({candidates_.rows.size(), row});
      ++looked_at;
      ++probe.row;
      if (probe.row < probe.firsts.size()) probe.candidate = probe.firsts[probe.row];
    }
  }

  void show_match(Probe& probe, int32_t row, uint32_t id) {
    ++probe.matches[static_cast<size_t>(row)];
    const int other = 1 - probe.side;
    bool first = true;
    if (is_counted(other)) {
      first = log(other).counts()[id] == 0;
      // Whether there was one is all that matters.
      if (first) {
        log(other).touch(std::span(&id, 1));
        log(other).counts()[id] = 1;
      }
    }
    if (!is_semi()) {
      shown_.add(row, id, RowKind::kInsert);
    } else if (spec_.kind == JoinKind::kSemi && probe.side == kRight && first) {
      shown_.add(-1, id, RowKind::kInsert);
    }
  }

  void show_row_end(const Probe& probe, int32_t row) {
    const bool matched = probe.matches[static_cast<size_t>(row)] > 0;
    const bool semi = spec_.kind == JoinKind::kSemi && probe.side == kLeft && matched;
    const bool alone = is_shown_alone(probe.side) && !matched && !is_kept(probe, row);
    if (semi || alone) shown_.add(row, RowLog::kNoRow, RowKind::kInsert);
  }

  /// A partner may still come, and would be shown with it.
  bool is_kept(const Probe& probe, int32_t row) const {
    const auto i = static_cast<size_t>(row);
    if (probe.times[i] == kNoTime) return false;
    if (is_semi() && probe.side == kLeft && probe.matches[i] > 0) return false;
    return due_ms(probe.side, probe.times[i]) > now_ms();
  }

  /// Keeps the probe's rows for the other side's sake.
  Status keep(const Probe& probe) {
    std::vector<int32_t> kept;
    for (int32_t i = 0; i < static_cast<int32_t>(probe.times.size()); ++i) {
      if (is_kept(probe, i)) kept.push_back(i);
    }
    if (kept.empty()) return Status::OK();
    HW_ASSIGN_OR_RETURN(const DenseInput rows, probe.rows.gathered(kept));
    std::vector<int32_t> matches;
    std::vector<int64_t> times;
    for (const int32_t i : kept) {
      times.push_back(probe.times[static_cast<size_t>(i)]);
      if (is_counted(probe.side)) {
        matches.push_back(std::min(1, probe.matches[static_cast<size_t>(i)]));
      }
    }
    std::vector<uint32_t> ids;
    HW_TRY(log(probe.side)
               .append({.columns = rows.all_columns(),
                        .num_rows = rows.num_rows(),
                        .key_hashes = rows.hashes_of(side(probe.side).keys),
                        .counts = matches},
                       ids));
    remember(probe.side, ids, times);
    return Status::OK();
  }

  void remember(int input, const std::vector<uint32_t>& ids, const std::vector<int64_t>& times) {
    std::vector<int64_t>& by_id = times_[static_cast<size_t>(input)];
    for (size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] >= by_id.size()) by_id.resize(ids[i] + size_t{1}, kNoTime);
      by_id[ids[i]] = times[i];
      const int64_t due = due_ms(input, times[i]);
      expiries_[static_cast<size_t>(input)].add(due, ids[i]);
      if (!spec_.bounds.event_time) context_->set_timer({due, TimeDomain::kProcessing});
    }
  }

  /// Lets go the rows that are due, and shows those that met nothing.
  Result<Flow> expire(int64_t now_ms, Output& output) {
    for (const int input : {kLeft, kRight}) {
      Expiries& expiries = expiries_[static_cast<size_t>(input)];
      while (queue_.empty() && expiries.any_due(now_ms)) {
        HW_TRY(let_go(input, expiries.take_due(now_ms, kPairsPerStep)));
      }
    }
    const bool more = expiries_[kLeft].any_due(now_ms) || expiries_[kRight].any_due(now_ms);
    return queue_.flush(output, context_->output_rows_max(),
                        more ? Flow::kMoreOutput : Flow::kNeedInput);
  }

  Status let_go(int input, const std::vector<uint32_t>& ids) {
    if (is_shown_alone(input)) {
      shown_.clear();
      const FixedColumn<int32_t> counts = log(input).counts();
      for (const uint32_t id : ids) {
        if (counts[id] == 0) shown_.add(-1, id, RowKind::kInsert);
      }
      std::vector<ColumnPtr> no_rows;
      const SchemaPtr& schema = side(1 - input).schema;
      for (const SqlField& field : schema->fields()) {
        no_rows.push_back(Column::nulls(field.type, 0));
      }
      HW_ASSIGN_OR_RETURN(const DenseInput none,
                          DenseInput::of(Batch(schema, std::move(no_rows), 0)));
      HW_TRY(queue_shown(sources_of(none, 1 - input)));
    }
    return log(input).erase(ids);
  }

  const IntervalJoinSpec spec_;
  JoinCondition condition_;
  std::vector<int> output_columns_;
  OperatorContext* context_ = nullptr;
  std::array<RowLog*, 2> logs_ = {};
  // Of the kept rows, by id; what the logs' rows say, made anew after a restore.
  std::array<std::vector<int64_t>, 2> times_;
  std::array<Expiries, 2> expiries_;
  // Of the batch at hand.
  std::optional<Probe> probe_;
  JoinPairs candidates_;
  std::vector<RowEnd> row_ends_;
  JoinPairs shown_;
  OutputQueue queue_;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_interval_join(IntervalJoinSpec spec) {
  for (const JoinSide* side : {&spec.left, &spec.right}) {
    if (side->retracts || side->upserts) {
      return not_supported_yet(
          std::string("an interval join takes rows that are only inserted, but its ") +
          (side == &spec.left ? "left" : "right") +
          " input has updates or deletes; compare CAST(the time AS TIMESTAMP(6)) to get a regular "
          "join");
    }
  }
  HW_CHECK(spec.left.keys.size() == spec.right.keys.size());
  HW_CHECK(spec.bounds.left_time >= 0 && spec.bounds.right_time >= 0);
  HW_ASSIGN_OR_RETURN(
      JoinCondition condition,
      JoinCondition::make(spec.residual, *spec.left.schema, *spec.right.schema, spec.session));
  return std::make_unique<IntervalJoin>(std::move(spec), std::move(condition));
}

}  // namespace hw
