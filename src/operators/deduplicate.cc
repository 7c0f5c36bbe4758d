// SPDX-License-Identifier: Apache-2.0

#include "operators/deduplicate.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "columnar/gather.h"
#include "operators/dense_input.h"
#include "operators/output_queue.h"
#include "operators/state_age.h"
#include "operators/touched_rows.h"
#include "runtime/forgets_state.h"
#include "runtime/operator.h"
#include "state/age_column.h"
#include "state/keyed_table.h"
#include "state/state_store.h"
#include "state/timer_buckets.h"

namespace hw {
namespace {

class Deduplicate final : public Operator, public ForgetsState {
 public:
  explicit Deduplicate(DeduplicateSpec spec) : spec_(std::move(spec)), age_(spec_.state_ttl_ms) {
    if (by_event_time()) {
      ticks_per_ms_ = spec_.schema->type(spec_.time_column).ticks_per_second() / 1000;
    }
  }

  Status open(OperatorContext& context) override {
    context_ = &context;
    dropped_ = &context.counter("duplicates_dropped");
    late_rows_ = &context.counter("late_rows_dropped");
    null_times_ = &context.counter("null_time_rows_dropped");
    TableSchema schema;
    for (const int column : spec_.key) schema.keys.push_back(named("key", column));
    for (int c = 0; keeps_rows() && c < spec_.schema->num_fields(); ++c) {
      schema.values.push_back(named("row", c));
      schema.values.back().type = schema.values.back().type.with_nullable(true);
    }
    schema.values.push_back({"out", SqlType::boolean().not_null()});
    if (age_.is_on()) schema.values.push_back(age_field());
    rows_ = &context.state().keyed_table("rows", std::move(schema));
    age_.open(context);
    age_.keep(*rows_, out_column() + 1);
    due_ = &context.state().timer_buckets("due", *rows_);
    return Status::OK();
  }

  Result<Flow> on_batch(int input, const Batch& batch, Output& output) override {
    if (queue_.empty()) HW_TRY(take(batch));
    return queue_.flush(output, context_->output_rows_max(), Flow::kNeedInput);
  }

  Result<Flow> on_watermark(Watermark watermark, Output& output) override {
    while (waits() && queue_.empty() && is_due(watermark.ms)) {
      std::vector<uint32_t> due;
      while (due.size() < kReleaseRows && is_due(watermark.ms)) {
        const std::vector<uint32_t> keys = due_->take_next();
        due.insert(due.end(), keys.begin(), keys.end());
      }
      HW_TRY(release(due));
    }
    const bool more = waits() && is_due(watermark.ms);
    return queue_.flush(output, context_->output_rows_max(),
                        more ? Flow::kMoreOutput : Flow::kNeedInput);
  }

  Result<Flow> on_timer(Timer, Output&) override {
    HW_TRY(rows_->erase(without_waiting(age_.sweep())));
    age_.wake(rows_->num_rows());
    return Flow::kNeedInput;
  }

  Status restore(SnapshotReader&) override {
    age_.adopt();
    age_.wake(rows_->num_rows());
    return Status::OK();
  }

  bool forgets_state() const override { return age_.is_on(); }

  Result<Flow> on_end(int input, Output& output) override {
    if (!context_->batch_mode()) return Flow::kNeedInput;
    if (!listed_) final_ = rows_->live_rows();
    listed_ = true;
    if (queue_.empty() && next_ < final_.size()) {
      const size_t length = std::min(kReleaseRows, final_.size() - next_);
      HW_TRY(release(std::span(final_).subspan(next_, length)));
      next_ += length;
    }
    return queue_.flush(output, context_->output_rows_max(),
                        next_ == final_.size() ? Flow::kNeedInput : Flow::kMoreOutput);
  }

  Description describe() const override {
    std::string key;
    for (const int column : spec_.key) {
      key += (key.empty() ? "" : ", ") + spec_.schema->name(column);
    }
    return {.name = "Deduplicate",
            .details = {{"keep", spec_.keep_last ? "LastRow" : "FirstRow"},
                        {"key", key},
                        {"order", by_event_time() ? "ROWTIME" : "PROCTIME"}}};
  }

 private:
  static constexpr int32_t kNone = -1;
  static constexpr size_t kReleaseRows = 4096;

  bool by_event_time() const { return spec_.time_column >= 0; }
  /// Rows go out when the watermark passes them, not at once.
  bool waits() const { return by_event_time() && !spec_.keep_last && !context_->batch_mode(); }
  bool is_due(int64_t watermark_ms) const {
    const int64_t next_ms = due_->next_due_ms();
    return next_ms != TimerBuckets::kNever && next_ms <= watermark_ms;
  }
  /// What goes out at once and stays as it is need not be kept.
  bool keeps_rows() const { return by_event_time() || spec_.keep_last || context_->batch_mode(); }
  int out_column() const { return keeps_rows() ? spec_.schema->num_fields() : 0; }

  SqlField named(std::string_view prefix, int column) const {
    return {std::string(prefix) + "_" + spec_.schema->name(column), spec_.schema->type(column)};
  }

  Status take(const Batch& batch) {
    HW_ASSIGN_OR_RETURN(DenseInput input, DenseInput::of(batch));
    if (!input.insert_only()) {
      return Status::UnknownError("a deduplication planned for inserts got changes");
    }
    times_.assign(static_cast<size_t>(input.num_rows()), 0);
    if (by_event_time()) HW_TRY(read_times(input));
    if (input.num_rows() == 0) return Status::OK();
    const std::vector<ColumnPtr> keys = input.columns(spec_.key);
    std::vector<uint32_t> numbers, inserted;
    HW_TRY(rows_->find_or_insert(
        {.columns = keys, .num_rows = input.num_rows(), .hashes = input.hashes_of(spec_.key)},
        numbers, &inserted));
    touched_.assign(numbers, rows_->end_row());
    age_.write(inserted);
    const std::vector<uint32_t> expired = without_waiting(age_.expired_among(numbers));
    const FixedColumn<uint8_t> out = rows_->fixed<uint8_t>(out_column());
    for (const uint32_t row : expired) out[row] = 0;
    inserted.insert(inserted.end(), expired.begin(), expired.end());
    age_.wake(rows_->num_rows());
    HW_TRY(read_kept(inserted));
    return choose(input, numbers);
  }

  /// Keys whose row is still to come out do not age.
  std::vector<uint32_t> without_waiting(std::vector<uint32_t> keys) const {
    if (!waits()) return keys;
    const FixedColumn<uint8_t> out = rows_->fixed<uint8_t>(out_column());
    std::erase_if(keys, [&](uint32_t key) { return out[key] == 0; });
    return keys;
  }

  /// Batch mode: before or behind all times, as the order says.
  int64_t null_time() const {
    return spec_.nulls_first != spec_.keep_last ? std::numeric_limits<int64_t>::min()
                                                : std::numeric_limits<int64_t>::max();
  }

  /// In a stream leaves out rows without a time, and late ones where the watermark decides.
  Status read_times(DenseInput& input) {
    const Column& column = *input.column(spec_.time_column);
    std::vector<int32_t> kept;
    times_.clear();
    int64_t late = 0, without_time = 0;
    for (int64_t i = 0; i < input.num_rows(); ++i) {
      const int64_t slot = column.slot(i);
      const bool is_null = column.slot_is_null(slot);
      const int64_t time = is_null ? null_time() : column.slot_value<int64_t>(slot);
      if (is_null && !context_->batch_mode()) {
        ++without_time;
      } else if (waits() && time / ticks_per_ms_ <= context_->watermark_ms()) {
        ++late;
      } else {
        kept.push_back(static_cast<int32_t>(i));
        times_.push_back(time);
      }
    }
    if (late > 0) late_rows_->add(late);
    if (without_time > 0) null_times_->add(without_time);
    if (static_cast<int64_t>(kept.size()) == input.num_rows()) return Status::OK();
    HW_ASSIGN_OR_RETURN(input, input.gathered(kept));
    return Status::OK();
  }

  /// The rows that the touched keys have, and their times.
  Status read_kept(std::span<const uint32_t> inserted) {
    kept_.assign(touched_.rows().size(), 0);
    for (const uint32_t row : inserted) kept_[touched_.place(row)] = kNone;
    kept_rows_.clear();
    for (size_t place = 0; place < kept_.size(); ++place) {
      if (kept_[place] == kNone) continue;
      kept_[place] = static_cast<int32_t>(kept_rows_.size());
      kept_rows_.push_back(touched_.rows()[place]);
    }
    kept_times_.assign(kept_rows_.size(), 0);
    if (!by_event_time()) return Status::OK();
    HW_ASSIGN_OR_RETURN(const ColumnPtr times, rows_->read_value(spec_.time_column, kept_rows_));
    for (size_t i = 0; i < kept_rows_.size(); ++i) {
      const auto place = static_cast<int64_t>(i);
      kept_times_[i] = times->is_null(place) ? null_time() : times->value<int64_t>(place);
    }
    return Status::OK();
  }

  /// Which row each touched key has after the batch: its number among the kept rows, then the
  /// batch's.
  Status choose(const DenseInput& input, std::span<const uint32_t> numbers) {
    const auto num_kept = static_cast<int32_t>(kept_rows_.size());
    const auto time_of = [&](int32_t version) {
      return version < num_kept ? kept_times_[static_cast<size_t>(version)]
                                : times_[static_cast<size_t>(version - num_kept)];
    };
    std::vector<int32_t> chosen = kept_;
    const FixedColumn<uint8_t> out = rows_->fixed<uint8_t>(out_column());
    int64_t dropped = 0;
    for (int64_t i = 0; i < input.num_rows(); ++i) {
      const uint32_t row = numbers[static_cast<size_t>(i)];
      int32_t& now = chosen[touched_.place(row)];
      const auto candidate = num_kept + static_cast<int32_t>(i);
      if (now == kNone) {
        now = candidate;
        continue;
      }
      ++dropped;
      const int64_t time = time_of(candidate), best = time_of(now);
      const bool newer =
          spec_.keep_last ? time >= best : time < best && !(waits() && out[row] != 0);
      if (newer) now = candidate;
    }
    if (dropped > 0) dropped_->add(dropped);
    return keep(input, chosen);
  }

  Status keep(const DenseInput& input, std::span<const int32_t> chosen) {
    const auto num_kept = static_cast<int32_t>(kept_rows_.size());
    std::vector<uint32_t> changed;
    std::vector<int32_t> sources, before;
    for (size_t place = 0; place < chosen.size(); ++place) {
      if (chosen[place] < num_kept) continue;
      changed.push_back(touched_.rows()[place]);
      sources.push_back(chosen[place] - num_kept);
      before.push_back(kept_[place]);
    }
    if (changed.empty()) return Status::OK();
    age_.write(changed);
    if (waits()) {
      for (size_t i = 0; i < changed.size(); ++i) {
        const int32_t old = before[i];
        if (old != kNone) {
          due_->cancel(kept_times_[static_cast<size_t>(old)] / ticks_per_ms_, changed[i]);
        }
        due_->set(times_[static_cast<size_t>(sources[i])] / ticks_per_ms_, changed[i]);
      }
    } else if (!context_->batch_mode()) {
      HW_TRY(queue_changes(input, sources, before));
    }
    for (int c = 0; keeps_rows() && c < spec_.schema->num_fields(); ++c) {
      rows_->write_value(c, *input.column(c), changed, sources);
    }
    return Status::OK();
  }

  /// The chosen rows go out at once, in place of those before them.
  Status queue_changes(const DenseInput& input, std::span<const int32_t> sources,
                       std::span<const int32_t> before) {
    std::vector<RowSource> from;  // 0 = the kept rows, 1 = the batch
    auto kinds = std::make_shared<std::vector<RowKind>>();
    bool insert_only = true;
    for (size_t i = 0; i < sources.size(); ++i) {
      const bool replaces = before[i] != kNone;
      insert_only = insert_only && !replaces;
      if (replaces && spec_.generate_update_before) {
        kinds->push_back(RowKind::kUpdateBefore);
        from.push_back({0, before[i]});
      }
      kinds->push_back(replaces ? RowKind::kUpdateAfter : RowKind::kInsert);
      from.push_back({1, sources[i]});
    }
    std::vector<ColumnPtr> columns;
    for (int c = 0; c < spec_.schema->num_fields(); ++c) {
      if (!keeps_rows()) {
        HW_ASSIGN_OR_RETURN(ColumnPtr column, gather(*input.column(c), sources));
        columns.push_back(std::move(column));
        continue;
      }
      HW_ASSIGN_OR_RETURN(const ColumnPtr stored, rows_->read_value(c, kept_rows_));
      const ColumnPtr kept = stored->with_type(spec_.schema->type(c));
      HW_ASSIGN_OR_RETURN(ColumnPtr column, gather_from({kept, input.column(c)}, from));
      columns.push_back(std::move(column));
    }
    queue_.push(Batch(spec_.schema, std::move(columns), static_cast<int64_t>(from.size()),
                      insert_only ? nullptr : std::move(kinds)));
    return Status::OK();
  }

  /// Rows of these keys go out. Later rows of theirs are duplicates.
  Status release(std::span<const uint32_t> keys) {
    std::vector<ColumnPtr> columns;
    for (int c = 0; c < spec_.schema->num_fields(); ++c) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, rows_->read_value(c, keys));
      columns.push_back(column->with_type(spec_.schema->type(c)));
    }
    queue_.push(Batch(spec_.schema, std::move(columns), static_cast<int64_t>(keys.size())));
    if (context_->batch_mode()) return Status::OK();
    // That a key has been seen is all that later rows ask.
    rows_->touch(keys);
    for (int c = 0; c < spec_.schema->num_fields(); ++c) {
      const ColumnPtr nothing = Column::nulls(rows_->schema().values[static_cast<size_t>(c)].type,
                                              static_cast<int64_t>(keys.size()));
      rows_->write_value(c, *nothing, keys);
    }
    const FixedColumn<uint8_t> out = rows_->fixed<uint8_t>(out_column());
    for (const uint32_t key : keys) out[key] = 1;
    age_.write(keys);
    return Status::OK();
  }

  const DeduplicateSpec spec_;
  int64_t ticks_per_ms_ = 1;
  OperatorContext* context_ = nullptr;
  Counter* dropped_ = nullptr;
  Counter* late_rows_ = nullptr;
  Counter* null_times_ = nullptr;
  KeyedTable* rows_ = nullptr;   // the chosen row of each key; whether it is out
  TimerBuckets* due_ = nullptr;  // first by event time: times of rows that wait
  StateAge age_;
  OutputQueue queue_;
  // Of the batch at hand.
  TouchedRows touched_;
  std::vector<int64_t> times_;       // by row
  std::vector<int32_t> kept_;        // by touched key: its place in kept_rows_, or kNone
  std::vector<uint32_t> kept_rows_;  // table rows that were there before
  std::vector<int64_t> kept_times_;  // theirs
  // Batch mode, at the end.
  bool listed_ = false;
  std::vector<uint32_t> final_;
  size_t next_ = 0;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_deduplicate(DeduplicateSpec spec) {
  return std::make_unique<Deduplicate>(std::move(spec));
}

}  // namespace hw
