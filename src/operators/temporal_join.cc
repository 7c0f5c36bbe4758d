// SPDX-License-Identifier: Apache-2.0

#include "operators/temporal_join.h"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <tuple>
#include <utility>

#include "base/assert.h"
#include "operators/dense_input.h"
#include "operators/join_pairs.h"
#include "operators/output_queue.h"
#include "runtime/operator.h"
#include "state/row_log.h"
#include "state/state_store.h"

namespace hw {
namespace {

constexpr int kLeft = 0;
constexpr int kRight = 1;
constexpr int64_t kNoTime = INT64_MIN;
constexpr std::string_view kLateRows = "late_rows_dropped";
/// Waiting rows that are joined in one step.
constexpr size_t kRowsPerStep = static_cast<size_t>(kBatchRowsMax);
/// What the count of a version says: it has ended.
constexpr int32_t kEnded = 1;

std::vector<int64_t> times_of(const Column& column, int64_t num_rows) {
  std::vector<int64_t> times(static_cast<size_t>(num_rows));
  for (int64_t row = 0; row < num_rows; ++row) {
    const int64_t slot = column.slot(row);
    times[static_cast<size_t>(row)] =
        column.slot_is_null(slot) ? kNoTime : column.slot_value<int64_t>(slot);
  }
  return times;
}

/// Kept rows by time, those of one time in order of arrival. Not state: made anew from the kept
/// rows after a restore.
class RowsByTime {
 public:
  void add(int64_t time_ms, uint32_t id) {
    heap_.emplace_back(time_ms, next_++, id);
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  }
  bool any_due(int64_t now_ms) const {
    return !heap_.empty() && std::get<0>(heap_.front()) <= now_ms;
  }
  /// Takes out up to `max` rows that are due, the earliest first.
  std::vector<uint32_t> take_due(int64_t now_ms, size_t max) {
    std::vector<uint32_t> ids;
    while (any_due(now_ms) && ids.size() < max) {
      ids.push_back(std::get<2>(heap_.front()));
      std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
      heap_.pop_back();
    }
    return ids;
  }

 private:
  std::vector<std::tuple<int64_t, int64_t, uint32_t>> heap_;
  int64_t next_ = 0;
};

class TemporalJoin final : public Operator {
 public:
  TemporalJoin(TemporalJoinSpec spec, JoinCondition condition)
      : spec_(std::move(spec)),
        condition_(std::move(condition)),
        output_columns_(static_cast<size_t>(spec_.output->num_fields())) {
    std::iota(output_columns_.begin(), output_columns_.end(), 0);
  }

  Status open(OperatorContext& context) override {
    context_ = &context;
    logs_[kLeft] = &context.state().row_log("left", log_spec(kLeft));
    logs_[kRight] = &context.state().row_log("right", log_spec(kRight));
    late_rows_ = &context.counter(kLateRows);
    return Status::OK();
  }

  Result<Flow> on_batch(int input, const Batch& batch, Output&) override {
    HW_ASSIGN_OR_RETURN(const DenseInput rows, DenseInput::of(batch));
    if (input == kLeft) {
      if (!rows.insert_only()) {
        return Status::UnknownError("a temporal join planned for inserts got changes");
      }
      HW_TRY(keep_left(rows));
    } else {
      HW_TRY(keep_versions(rows));
    }
    return Flow::kNeedInput;
  }

  Result<Flow> on_watermark(Watermark watermark, Output& output) override {
    RowsByTime& waiting = by_time_[kLeft];
    while (queue_.empty() && waiting.any_due(watermark.ms)) {
      HW_TRY(join(waiting.take_due(watermark.ms, kRowsPerStep)));
    }
    const bool more = waiting.any_due(watermark.ms);
    if (!more) HW_TRY(forget_versions(watermark.ms));
    return queue_.flush(output, context_->output_rows_max(),
                        more ? Flow::kMoreOutput : Flow::kNeedInput);
  }

  Status restore(SnapshotReader&) override {
    for (const int input : {kLeft, kRight}) {
      // Rows of one time and key stand in order of arrival in their chain.
      const std::vector<uint32_t> ids = log(input).live_rows();
      HW_ASSIGN_OR_RETURN(const ColumnPtr times, log(input).read(time_column(input), ids));
      remember(input, ids, times_of(*times, static_cast<int64_t>(ids.size())));
    }
    return Status::OK();
  }

  Description describe() const override { return {.name = "TemporalJoin", .details = {}}; }

 private:
  const JoinSide& side(int input) const { return input == kLeft ? spec_.left : spec_.right; }
  RowLog& log(int input) const { return *logs_[static_cast<size_t>(input)]; }
  int time_column(int input) const {
    return input == kLeft ? spec_.times.left_time : spec_.times.right_time;
  }

  RowLogSpec log_spec(int input) const {
    RowLogSpec spec;
    spec.columns = side(input).schema->fields();
    spec.key_columns = side(input).keys;
    spec.erasable = spec.by_id_only = true;
    spec.counted = input == kRight;
    return spec;
  }

  Status keep_left(const DenseInput& rows) {
    const std::vector<int64_t> times =
        times_of(*rows.column(spec_.times.left_time), rows.num_rows());
    std::vector<int32_t> kept;
    std::vector<int64_t> kept_times;
    for (size_t i = 0; i < times.size(); ++i) {
      if (times[i] <= context_->watermark_ms()) continue;
      kept.push_back(static_cast<int32_t>(i));
      kept_times.push_back(times[i]);
    }
    const auto late = static_cast<int64_t>(times.size() - kept.size());
    if (late > 0) late_rows_->add(late);
    if (kept.empty()) return Status::OK();
    return append(kLeft, rows, kept, kept_times, {});
  }

  Status keep_versions(const DenseInput& rows) {
    const std::vector<int64_t> times =
        times_of(*rows.column(spec_.times.right_time), rows.num_rows());
    std::vector<int32_t> kept, ended;
    std::vector<int64_t> kept_times;
    for (size_t i = 0; i < times.size(); ++i) {
      const RowKind kind = rows.row_kind(static_cast<int64_t>(i));
      if (kind == RowKind::kUpdateBefore || times[i] == kNoTime) continue;
      kept.push_back(static_cast<int32_t>(i));
      kept_times.push_back(times[i]);
      ended.push_back(kind == RowKind::kDelete ? kEnded : 0);
    }
    if (kept.empty()) return Status::OK();
    return append(kRight, rows, kept, kept_times, ended);
  }

  Status append(int input, const DenseInput& rows, const std::vector<int32_t>& kept,
                const std::vector<int64_t>& times, const std::vector<int32_t>& counts) {
    HW_ASSIGN_OR_RETURN(const DenseInput added, rows.gathered(kept));
    std::vector<uint32_t> ids;
    HW_TRY(log(input).append({.columns = added.all_columns(),
                              .num_rows = added.num_rows(),
                              .key_hashes = added.hashes_of(side(input).keys),
                              .counts = counts},
                             ids));
    remember(input, ids, times);
    return Status::OK();
  }

  void remember(int input, const std::vector<uint32_t>& ids, const std::vector<int64_t>& times) {
    std::vector<int64_t>& by_id = times_[static_cast<size_t>(input)];
    for (size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] >= by_id.size()) by_id.resize(ids[i] + size_t{1}, kNoTime);
      by_id[ids[i]] = times[i];
      by_time_[static_cast<size_t>(input)].add(times[i], ids[i]);
    }
  }

  /// The waiting rows as a batch.
  Result<DenseInput> waiting_rows(const std::vector<uint32_t>& ids) const {
    std::vector<ColumnPtr> columns;
    for (int c = 0; c < spec_.left.schema->num_fields(); ++c) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, log(kLeft).read(c, ids));
      columns.push_back(std::move(column));
    }
    return DenseInput::of(
        Batch(spec_.left.schema, std::move(columns), static_cast<int64_t>(ids.size())));
  }

  /// The oldest kept version of each row's key; none where the key has a NULL.
  Result<std::vector<uint32_t>> chains_of(const std::vector<ColumnPtr>& keys,
                                          int64_t num_rows) const {
    std::vector<uint32_t> firsts;
    HW_TRY(log(kRight).find_chains({.columns = keys, .num_rows = num_rows, .hashes = nullptr},
                                   firsts));
    for (const ColumnPtr& key : keys) {
      for (size_t i = 0; i < firsts.size() && key->may_have_nulls(); ++i) {
        if (key->is_null(static_cast<int64_t>(i))) firsts[i] = RowLog::kNoRow;
      }
    }
    return firsts;
  }

  /// The version that is valid at a time.
  uint32_t version_at(uint32_t first, int64_t time_ms) const {
    const FixedColumn<uint32_t> nexts = log(kRight).nexts();
    const std::vector<int64_t>& times = times_[kRight];
    uint32_t best = RowLog::kNoRow;
    for (uint32_t id = first; id != RowLog::kNoRow; id = nexts[id]) {
      if (times[id] > time_ms) continue;
      if (best == RowLog::kNoRow || times[id] >= times[best]) best = id;
    }
    return best;
  }

  /// Queues what the waiting rows become, and lets them go.
  Status join(const std::vector<uint32_t>& ids) {
    HW_ASSIGN_OR_RETURN(const DenseInput rows, waiting_rows(ids));
    HW_ASSIGN_OR_RETURN(const std::vector<uint32_t> firsts,
                        chains_of(rows.columns(spec_.left.keys), rows.num_rows()));
    const FixedColumn<int32_t> ended = log(kRight).counts();
    JoinPairs candidates;
    std::vector<uint32_t> versions;
    for (size_t i = 0; i < ids.size(); ++i) {
      uint32_t version = version_at(firsts[i], times_[kLeft][ids[i]]);
      if (version != RowLog::kNoRow && ended[version] == kEnded) version = RowLog::kNoRow;
      versions.push_back(version);
      if (version != RowLog::kNoRow) {
        candidates.add(static_cast<int32_t>(i), version, RowKind::kInsert);
      }
    }
    const JoinSources sources{.batch = rows,
                              .log = log(kRight),
                              .batch_side = kLeft,
                              .num_left_columns = spec_.left.schema->num_fields()};
    std::vector<uint8_t> passes;
    HW_TRY(condition_.evaluate(
        sources, candidates,
        {.now_ms = context_->now_ms(), .watermark_ms = context_->watermark_ms()}, passes));
    JoinPairs shown;
    size_t next = 0;
    for (size_t i = 0; i < ids.size(); ++i) {
      const bool found = versions[i] != RowLog::kNoRow && passes[next++] != 0;
      if (!found && spec_.kind != JoinKind::kLeft) continue;
      shown.add(static_cast<int32_t>(i), found ? versions[i] : RowLog::kNoRow, RowKind::kInsert);
    }
    if (!shown.empty()) {
      HW_ASSIGN_OR_RETURN(Batch batch, joined_batch(sources, shown, output_columns_, spec_.output));
      queue_.push(std::move(batch));
    }
    return log(kLeft).erase(ids);
  }

  /// Drops versions that no row above the watermark can need.
  Status forget_versions(int64_t watermark_ms) {
    while (by_time_[kRight].any_due(watermark_ms)) {
      const std::vector<uint32_t> due = by_time_[kRight].take_due(watermark_ms, kRowsPerStep);
      std::vector<uint32_t> live;
      for (const uint32_t id : due) {
        if (times_[kRight][id] != kNoTime) live.push_back(id);
      }
      HW_TRY(forget_before(live, watermark_ms));
    }
    return Status::OK();
  }

  /// Of the keys of these versions, which are at or below the watermark.
  Status forget_before(const std::vector<uint32_t>& due, int64_t watermark_ms) {
    if (due.empty()) return Status::OK();
    std::vector<ColumnPtr> keys;
    for (const int column : spec_.right.keys) {
      HW_ASSIGN_OR_RETURN(ColumnPtr key, log(kRight).read(column, due));
      keys.push_back(std::move(key));
    }
    std::vector<uint32_t> firsts;
    HW_TRY(log(kRight).find_chains(
        {.columns = keys, .num_rows = static_cast<int64_t>(due.size()), .hashes = nullptr},
        firsts));
    std::sort(firsts.begin(), firsts.end());
    firsts.erase(std::unique(firsts.begin(), firsts.end()), firsts.end());
    const FixedColumn<uint32_t> nexts = log(kRight).nexts();
    const FixedColumn<int32_t> ended = log(kRight).counts();
    std::vector<uint32_t> gone;
    for (const uint32_t first : firsts) {
      const uint32_t needed = version_at(first, watermark_ms);
      for (uint32_t id = first; id != RowLog::kNoRow; id = nexts[id]) {
        const bool superseded = id != needed && times_[kRight][id] <= watermark_ms;
        if (superseded || (id == needed && ended[id] == kEnded)) gone.push_back(id);
      }
    }
    // A version may be gone before its own turn comes.
    for (const uint32_t id : gone) times_[kRight][id] = kNoTime;
    return log(kRight).erase(gone);
  }

  const TemporalJoinSpec spec_;
  JoinCondition condition_;
  std::vector<int> output_columns_;
  OperatorContext* context_ = nullptr;
  Counter* late_rows_ = nullptr;
  std::array<RowLog*, 2> logs_ = {};
  // Of the kept rows, by id; what the logs' rows say, made anew after a restore.
  std::array<std::vector<int64_t>, 2> times_;
  std::array<RowsByTime, 2> by_time_;
  OutputQueue queue_;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_temporal_join(TemporalJoinSpec spec) {
  HW_CHECK(spec.kind == JoinKind::kInner || spec.kind == JoinKind::kLeft);
  HW_CHECK(spec.left.keys.size() == spec.right.keys.size() && !spec.left.keys.empty());
  HW_CHECK(spec.times.left_time >= 0 && spec.times.right_time >= 0);
  if (spec.left.retracts || spec.left.upserts) {
    return not_supported_yet(
        "FOR SYSTEM_TIME AS OF where the left table has updates or deletes; read a table whose "
        "rows are only inserted");
  }
  HW_ASSIGN_OR_RETURN(
      JoinCondition condition,
      JoinCondition::make(spec.residual, *spec.left.schema, *spec.right.schema, spec.session));
  return std::make_unique<TemporalJoin>(std::move(spec), std::move(condition));
}

}  // namespace hw
