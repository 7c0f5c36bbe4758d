// SPDX-License-Identifier: Apache-2.0

#include "operators/regular_join.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "base/assert.h"
#include "base/planted.h"
#include "columnar/gather.h"
#include "operators/dense_input.h"
#include "operators/join_pairs.h"
#include "operators/output_queue.h"
#include "operators/state_age.h"
#include "runtime/forgets_state.h"
#include "runtime/operator.h"
#include "state/row_log.h"
#include "state/state_store.h"

namespace hw {
namespace {

constexpr int kLeft = 0;
constexpr int kRight = 1;
constexpr std::string_view kBuiltName = "built";
/// Pairs that are tried in one step.
constexpr size_t kPairsPerStep = static_cast<size_t>(kBatchRowsMax);
/// Steps in one call, if none of them shows anything.
constexpr int kStepsPerCall = 8;

std::string_view kind_text(JoinKind kind) {
  constexpr std::array<std::string_view, 6> kTexts = {"INNER", "LEFT", "RIGHT",
                                                      "FULL",  "SEMI", "ANTI"};
  return kTexts[static_cast<size_t>(kind)];
}

class RegularJoin final : public Operator, public InputSelection, public ForgetsState {
 public:
  RegularJoin(RegularJoinSpec spec, JoinCondition condition)
      : spec_(std::move(spec)),
        condition_(std::move(condition)),
        ages_{StateAge(spec_.left.state_ttl_ms), StateAge(spec_.right.state_ttl_ms)} {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    batch_mode_ = context.batch_mode();
    logs_[kLeft] = &context.state().row_log("left", log_spec(kLeft));
    logs_[kRight] = &context.state().row_log("right", log_spec(kRight));
    for (StateAge& age : ages_) age.open(context);
    return Status::OK();
  }

  // Batch mode: the right side is built before a row of the left one is looked at.
  uint32_t wanted_inputs() const override {
    if (!batch_mode_) return 0b11;
    return built_ ? 0b01 : 0b10;
  }

  Result<Flow> on_batch(int input, const Batch& batch, Output& output) override {
    if (!probe_ && queue_.empty()) HW_TRY(start(input, batch));
    for (int steps = 0; steps < kStepsPerCall && queue_.empty() && probe_; ++steps) {
      HW_TRY(step());
    }
    return queue_.flush(output, context_->output_rows_max(),
                        probe_ ? Flow::kMoreOutput : Flow::kNeedInput);
  }

  Result<Flow> on_end(int input, Output& output) override {
    if (!batch_mode_) return Flow::kNeedInput;
    if (input == kRight) {
      built_ = true;
      return Flow::kNeedInput;
    }
    if (!is_padded(kRight)) return Flow::kNeedInput;
    if (!unmatched_) unmatched_ = unmatched_right_rows();
    if (queue_.empty() && next_unmatched_ < unmatched_->size()) HW_TRY(queue_unmatched());
    const bool all_queued = next_unmatched_ == unmatched_->size();
    return queue_.flush(output, context_->output_rows_max(),
                        all_queued ? Flow::kNeedInput : Flow::kMoreOutput);
  }

  Status snapshot(SnapshotWriter& writer) override {
    if (built_) writer.put(kBuiltName, "1");
    return Status::OK();
  }

  Status restore(SnapshotReader& reader) override {
    built_ = !reader.get(kBuiltName).empty();
    for (const int input : {kLeft, kRight}) {
      if (age(input).is_on()) logs_[input]->adopt_ages(age(input).now_ms());
      age(input).wake(logs_[input]->num_rows());
    }
    return Status::OK();
  }

  Result<Flow> on_timer(Timer, Output&) override {
    for (const int input : {kLeft, kRight}) {
      const std::vector<uint32_t> expired = age(input).sweep(*logs_[input]);
      if (!expired.empty()) HW_TRY(logs_[input]->erase(expired));
      age(input).wake(logs_[input]->num_rows());
    }
    return Flow::kNeedInput;
  }

  bool forgets_state() const override { return ages_[0].is_on() || ages_[1].is_on(); }

  Description describe() const override {
    Description description{.name = "RegularJoin", .details = {}};
    description.details.emplace_back("type", kind_text(spec_.kind));
    std::string keys;
    for (size_t k = 0; k < spec_.left.keys.size(); ++k) {
      keys += (keys.empty() ? "" : ", ") + spec_.left.schema->name(spec_.left.keys[k]) + " = " +
              spec_.right.schema->name(spec_.right.keys[k]);
    }
    if (!keys.empty()) description.details.emplace_back("keys", keys);
    if (spec_.residual) description.details.emplace_back("where", spec_.residual->to_sql());
    return description;
  }

 private:
  /// The work on one arriving batch. Rows are paired with what the other side keeps; only then are
  /// they kept themselves, so nothing here sees its own batch.
  struct Probe {
    int side;
    DenseInput rows;
    std::vector<uint32_t> firsts;  // per row: the oldest kept row with its key
    size_t row = 0;                // at work: its candidates from `candidate` on
    uint32_t candidate = RowLog::kNoRow;
    std::vector<int32_t> matches;  // per row
    // Null-aware only: rows with NULL as their key are candidates of every row, all rows of one
    // with NULL.
    std::vector<uint8_t> is_null = {};  // per row
    std::vector<uint32_t> everything = {};
    uint32_t first_null = RowLog::kNoRow;
    bool in_nulls = false;
    size_t next_of_everything = 0;
  };

  StateAge& age(int input) { return ages_[static_cast<size_t>(input)]; }
  const JoinSide& side(int input) const { return input == kLeft ? spec_.left : spec_.right; }
  /// Rows without a match are shown padded with NULLs.
  bool is_padded(int input) const {
    return spec_.kind == JoinKind::kFull ||
           spec_.kind == (input == kLeft ? JoinKind::kLeft : JoinKind::kRight);
  }
  bool is_semi() const { return spec_.kind == JoinKind::kSemi || spec_.kind == JoinKind::kAnti; }
  /// Rows carry the number of their matches.
  bool is_counted(int input) const { return is_padded(input) || (is_semi() && input == kLeft); }

  RowLogSpec log_spec(int input) const {
    RowLogSpec spec;
    spec.columns = side(input).schema->fields();
    spec.key_columns = side(input).keys;
    spec.erasable = side(input).retracts && !batch_mode_;
    if (!batch_mode_ && join_state_form(side(input), spec_.null_aware) != JoinStateForm::kRows) {
      spec.unique_columns = side(input).unique_key;
    }
    spec.counted = is_counted(input);
    spec.aged = ages_[static_cast<size_t>(input)].is_on();
    return spec;
  }

  Status start(int input, const Batch& batch) {
    HW_ASSIGN_OR_RETURN(DenseInput rows, DenseInput::of(batch));
    if (!rows.insert_only() && (!side(input).retracts || batch_mode_)) {
      return Status::UnknownError("a join planned for inserts got changes");
    }
    Probe probe{.side = input, .rows = std::move(rows), .firsts = {}, .matches = {}};
    if (batch_mode_ && input == kRight) return keep(probe);
    const std::vector<ColumnPtr> keys = probe.rows.columns(side(input).keys);
    HW_TRY(logs_[1 - input]->find_chains({.columns = keys,
                                          .num_rows = probe.rows.num_rows(),
                                          .hashes = probe.rows.hashes_of(side(input).keys)},
                                         probe.firsts));
    for (const ColumnPtr& key : keys) {
      if (spec_.nulls_equal || spec_.null_aware || !key->may_have_nulls()) continue;
      for (size_t i = 0; i < probe.firsts.size(); ++i) {
        if (key->is_null(static_cast<int64_t>(i))) probe.firsts[i] = RowLog::kNoRow;
      }
    }
    probe.matches.assign(probe.firsts.size(), 0);
    if (spec_.null_aware) HW_TRY(find_null_candidates(*keys[0], probe));
    if (!probe.firsts.empty()) begin_row(probe);
    probe_ = std::move(probe);
    return Status::OK();
  }

  Status find_null_candidates(const Column& key, Probe& probe) {
    RowLog& other = *logs_[1 - probe.side];
    probe.is_null.assign(probe.firsts.size(), 0);
    bool any = false;
    for (size_t i = 0; i < probe.is_null.size(); ++i) {
      if (!key.is_null(static_cast<int64_t>(i))) continue;
      probe.is_null[i] = 1;
      any = true;
    }
    if (any) probe.everything = other.live_rows();
    const std::vector<ColumnPtr> null = {Column::nulls(key.type().with_nullable(true), 1)};
    std::vector<uint32_t> first;
    HW_TRY(other.find_chains({.columns = null, .num_rows = 1, .hashes = nullptr}, first));
    probe.first_null = first[0];
    return Status::OK();
  }

  /// The first candidate of the row at work.
  void begin_row(Probe& probe) const {
    probe.candidate = probe.firsts[probe.row];
    if (!spec_.null_aware) return;
    probe.in_nulls = false;
    probe.next_of_everything = 0;
    if (probe.is_null[probe.row] != 0) {
      probe.candidate = RowLog::kNoRow;
      next_null_aware(probe);
    } else if (probe.candidate == RowLog::kNoRow) {
      next_null_aware(probe);
    }
  }

  /// The next one where the row's own chain has ended, or is not what counts.
  void next_null_aware(Probe& probe) const {
    if (probe.is_null[probe.row] != 0) {
      const bool more = probe.next_of_everything < probe.everything.size();
      probe.candidate = more ? probe.everything[probe.next_of_everything++] : RowLog::kNoRow;
    } else if (!probe.in_nulls) {
      probe.in_nulls = true;
      probe.candidate = probe.first_null;
    }
  }

  void next_candidate(const FixedColumn<uint32_t>& nexts, Probe& probe) const {
    const bool all = spec_.null_aware && probe.is_null[probe.row] != 0;
    if (!all) probe.candidate = nexts[probe.candidate];
    if (spec_.null_aware && (all || probe.candidate == RowLog::kNoRow)) next_null_aware(probe);
  }

  /// Tries the next pairs and queues what they show. Ends the probe after its last row.
  Status step() {
    Probe& probe = *probe_;
    list_candidates(probe);
    const JoinSources sources = sources_of(probe);
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
    if (!shown_.empty()) {
      HW_ASSIGN_OR_RETURN(Batch batch,
                          joined_batch(sources, shown_, spec_.output_columns, spec_.output));
      queue_.push(std::move(batch));
    }
    if (probe.row < probe.firsts.size()) return Status::OK();
    const Status kept = batch_mode_ ? Status::OK() : keep(probe);
    probe_.reset();
    return kept;
  }

  JoinSources sources_of(const Probe& probe) const {
    return {.batch = probe.rows,
            .log = *logs_[1 - probe.side],
            .batch_side = probe.side,
            .num_left_columns = spec_.left.schema->num_fields()};
  }

  /// Fills candidates_ and row_ends_ with the next pairs of the probe.
  void list_candidates(Probe& probe) {
    candidates_.clear();
    row_ends_.clear();
    StateAge& kept_age = age(1 - probe.side);
    const int64_t expired_ms = kept_age.expired_ms();
    const RowLog& kept = *logs_[1 - probe.side];
    const bool chained = !kept.spec().one_per_key();
    const FixedColumn<uint32_t> nexts = chained ? kept.nexts() : FixedColumn<uint32_t>(nullptr);
    // Where nothing is taken back one match decides.
    const bool one_is_enough = batch_mode_ && is_semi() && condition_.always_true();
    const auto step_on = [&](Probe& at) {
      if (chained && !one_is_enough) {
        next_candidate(nexts, at);
      } else {
        at.candidate = RowLog::kNoRow;
      }
    };
    while (probe.row < probe.firsts.size() && candidates_.rows.size() < kPairsPerStep) {
      const bool pair = is_update_pair(probe, probe.row);
      const auto row = static_cast<int32_t>(probe.row);
      while (probe.candidate != RowLog::kNoRow && candidates_.rows.size() < kPairsPerStep) {
        if (kept_age.is_on() && logs_[1 - probe.side]->ages()[probe.candidate] <= expired_ms) {
          step_on(probe);
          continue;
        }
        candidates_.add(row, probe.candidate, RowKind::kInsert);
        // Both halves of an update meet a kept row one after the other, so they stay together.
        if (pair) candidates_.add(row + 1, probe.candidate, RowKind::kInsert);
        step_on(probe);
      }
      if (probe.candidate != RowLog::kNoRow) return;
      row_ends_.push_back({candidates_.rows.size(), row});
      if (pair) row_ends_.push_back({candidates_.rows.size(), row + 1});
      probe.row += pair ? 2 : 1;
      if (probe.row < probe.firsts.size()) begin_row(probe);
    }
  }

  /// A -U and its +U with the same key, in a join that passes kinds on.
  bool is_update_pair(const Probe& probe, size_t row) const {
    const auto number = static_cast<int64_t>(row);
    return spec_.kind == JoinKind::kInner && row + 1 < probe.firsts.size() &&
           probe.rows.row_kind(number) == RowKind::kUpdateBefore &&
           probe.rows.row_kind(number + 1) == RowKind::kUpdateAfter &&
           probe.firsts[row] == probe.firsts[row + 1];
  }

  void show_match(Probe& probe, int32_t row, uint32_t id) {
    const RowKind kind = probe.rows.row_kind(row);
    const bool appears = !is_retraction(kind);
    const int other = 1 - probe.side;
    // It had been forgotten when the kept row came: the two were never shown together.
    if (!appears && forgets_state() && is_counted(other) && logs_[other]->counts()[id] == 0) return;
    ++probe.matches[static_cast<size_t>(row)];
    int32_t before = 0;  // matches of the kept row
    if (is_counted(other)) {
      if (!HW_PLANTED_BUG(17)) logs_[other]->touch(std::span(&id, 1));
      int32_t& count = logs_[other]->counts()[id];
      before = count;
      count += appears ? 1 : -1;
      if (age(other).is_on()) logs_[other]->ages()[id] = context_->now_ms();
    }
    if (spec_.kind == JoinKind::kInner) {
      shown_.add(row, id, kind);
      return;
    }
    if (is_semi()) {
      if (probe.side == kLeft) return;  // shown once, at the row's end
      const bool first_match = appears && before == 0;
      const bool last_match = !appears && before == 1;
      if (!first_match && !last_match) return;
      const bool enters = first_match == (spec_.kind == JoinKind::kSemi);
      shown_.add(-1, id, enters ? RowKind::kInsert : RowKind::kDelete);
      return;
    }
    const bool pads = is_padded(other) && !batch_mode_;
    if (pads && appears && before == 0 && !HW_PLANTED_BUG(16)) shown_.add(-1, id, RowKind::kDelete);
    shown_.add(row, id, appears ? RowKind::kInsert : RowKind::kDelete);
    if (pads && !appears && before == 1) shown_.add(-1, id, RowKind::kInsert);
  }

  void show_row_end(Probe& probe, int32_t row) {
    const bool matched = probe.matches[static_cast<size_t>(row)] > 0;
    const RowKind kind = probe.rows.row_kind(row);
    if (is_semi() && probe.side == kLeft) {
      if (matched == (spec_.kind == JoinKind::kSemi)) shown_.add(row, RowLog::kNoRow, kind);
    } else if (is_padded(probe.side) && !matched) {
      shown_.add(row, RowLog::kNoRow, is_retraction(kind) ? RowKind::kDelete : RowKind::kInsert);
    }
  }

  /// Keeps the probe's rows for the other side's sake.
  Status keep(const Probe& probe) {
    RowLog& log = *logs_[probe.side];
    DenseInput rows = probe.rows;
    std::vector<int32_t> matches;
    if (is_counted(probe.side)) matches = probe.matches;
    const std::vector<int32_t> kept = rows_to_keep(probe);
    if (static_cast<int64_t>(kept.size()) < rows.num_rows()) {
      HW_ASSIGN_OR_RETURN(rows, probe.rows.gathered(kept));
      for (size_t i = 0; i < kept.size() && !matches.empty(); ++i) {
        matches[i] = probe.matches[static_cast<size_t>(kept[i])];
      }
    }
    if (rows.num_rows() == 0) return Status::OK();
    std::vector<uint32_t> ids;
    const std::vector<int8_t> signs = rows.signs();
    const RowLog::Rows added{.columns = rows.all_columns(),
                             .num_rows = rows.num_rows(),
                             .key_hashes = rows.hashes_of(side(probe.side).keys),
                             .counts = matches,
                             .now_ms = context_->now_ms(),
                             .expired_ms = age(probe.side).expired_ms()};
    HW_TRY(signs.empty() ? log.append(added, ids) : log.apply(added, signs, ids));
    age(probe.side).wake(log.num_rows());
    return Status::OK();
  }

  /// NULL in a key matches nothing, so such a row is kept only where it will be shown at the end.
  std::vector<int32_t> rows_to_keep(const Probe& probe) const {
    std::vector<int32_t> rows;
    const bool keep_all =
        spec_.nulls_equal || spec_.null_aware || (batch_mode_ && is_padded(probe.side));
    const std::vector<ColumnPtr> keys = probe.rows.columns(side(probe.side).keys);
    for (int64_t i = 0; i < probe.rows.num_rows(); ++i) {
      const bool has_null = std::any_of(keys.begin(), keys.end(),
                                        [i](const ColumnPtr& key) { return key->is_null(i); });
      if (keep_all || !has_null) rows.push_back(static_cast<int32_t>(i));
    }
    return rows;
  }

  // Batch mode, at the end of the left input: right rows that nothing matched.
  std::vector<uint32_t> unmatched_right_rows() const {
    std::vector<uint32_t> ids = logs_[kRight]->live_rows();
    const FixedColumn<int32_t> counts = logs_[kRight]->counts();
    std::erase_if(ids, [&](uint32_t id) { return counts[id] > 0; });
    return ids;
  }

  Status queue_unmatched() {
    shown_.clear();
    const size_t end = std::min(next_unmatched_ + kPairsPerStep, unmatched_->size());
    for (; next_unmatched_ < end; ++next_unmatched_) {
      shown_.add(-1, (*unmatched_)[next_unmatched_], RowKind::kInsert);
    }
    std::vector<ColumnPtr> no_rows;
    for (const SqlField& field : spec_.left.schema->fields()) {
      no_rows.push_back(Column::nulls(field.type, 0));
    }
    HW_ASSIGN_OR_RETURN(const DenseInput left,
                        DenseInput::of(Batch(spec_.left.schema, std::move(no_rows), 0)));
    const JoinSources sources{.batch = left,
                              .log = *logs_[kRight],
                              .batch_side = kLeft,
                              .num_left_columns = spec_.left.schema->num_fields()};
    HW_ASSIGN_OR_RETURN(Batch batch,
                        joined_batch(sources, shown_, spec_.output_columns, spec_.output));
    queue_.push(std::move(batch));
    return Status::OK();
  }

  /// All candidates of a row lie before candidate number `after`.
  struct RowEnd {
    size_t after;
    int32_t row;
  };

  const RegularJoinSpec spec_;
  JoinCondition condition_;
  OperatorContext* context_ = nullptr;
  bool batch_mode_ = false;
  std::array<RowLog*, 2> logs_ = {};
  std::array<StateAge, 2> ages_;
  bool built_ = false;  // batch mode: the right input has ended
  // Of the batch at hand.
  std::optional<Probe> probe_;
  JoinPairs candidates_;
  std::vector<RowEnd> row_ends_;
  JoinPairs shown_;
  OutputQueue queue_;
  // Batch mode, at the end.
  std::optional<std::vector<uint32_t>> unmatched_;
  size_t next_unmatched_ = 0;
};

}  // namespace

// Rows that are never taken back need no index, and two of one key are two where a declared key is
// wrong. NOT IN reads the rows without a key, too.
JoinStateForm join_state_form(const JoinSide& side, bool null_aware) {
  if (!side.retracts || side.unique_key.empty() || null_aware) return JoinStateForm::kRows;
  const bool in_key = std::all_of(side.unique_key.begin(), side.unique_key.end(), [&](int column) {
    return std::find(side.keys.begin(), side.keys.end(), column) != side.keys.end();
  });
  return in_key ? JoinStateForm::kRowPerKey : JoinStateForm::kByUniqueKey;
}

Result<std::unique_ptr<Operator>> make_regular_join(RegularJoinSpec spec) {
  if (spec.left.upserts || spec.right.upserts) {
    return not_supported_yet("a regular join over an upsert stream");
  }
  HW_CHECK(spec.left.keys.size() == spec.right.keys.size());
  HW_CHECK(!spec.null_aware || (spec.kind == JoinKind::kAnti && spec.left.keys.size() == 1));
  HW_ASSIGN_OR_RETURN(
      JoinCondition condition,
      JoinCondition::make(spec.residual, *spec.left.schema, *spec.right.schema, spec.session));
  return std::make_unique<RegularJoin>(std::move(spec), std::move(condition));
}

}  // namespace hw
