// SPDX-License-Identifier: Apache-2.0

#include "operators/result_trigger.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "columnar/gather.h"
#include "operators/dense_input.h"
#include "operators/key_and_values.h"
#include "operators/output_queue.h"
#include "operators/row_change.h"
#include "operators/touched_rows.h"
#include "runtime/flushes_at_stop.h"
#include "runtime/operator.h"
#include "state/keyed_table.h"
#include "state/state_store.h"

namespace hw {
namespace {

class ResultTrigger final : public Operator, public FlushesAtStop {
 public:
  explicit ResultTrigger(ResultTriggerSpec spec)
      : spec_(std::move(spec)),
        updates_(!spec_.by_row && spec_.kinds.contains(RowKind::kUpdateAfter)),
        update_before_(!spec_.by_row && spec_.kinds.contains(RowKind::kUpdateBefore)) {
    KeyAndValues columns =
        key_and_values(*spec_.schema, spec_.by_row ? std::nullopt : std::optional(spec_.keys));
    keys_ = std::move(columns.keys);
    values_ = std::move(columns.values);
  }

  Status open(OperatorContext& context) override {
    context_ = &context;
    TableSchema schema;
    for (const int column : keys_) schema.keys.push_back(named("key", column));
    const SqlType count = SqlType::bigint().not_null();
    schema.values = {{"last_change", count}, {"shown", count}, {"stands", count}};
    if (!spec_.by_row) {
      schema.values.push_back({"shown_is_known", count});
      for (const int column : values_) schema.values.push_back(named("shown", column));
    }
    for (const int column : values_) schema.values.push_back(named("now", column));
    rows_ = &context.state().keyed_table("rows", std::move(schema));
    return Status::OK();
  }

  Result<Flow> on_batch(int, const Batch& batch, Output&) override {
    HW_ASSIGN_OR_RETURN(const DenseInput input, DenseInput::of(batch));
    const std::vector<ColumnPtr> keys = input.columns(keys_);
    std::vector<uint32_t> numbers;
    HW_TRY(rows_->find_or_insert({.columns = keys, .num_rows = input.num_rows(), .hashes = nullptr},
                                 numbers, nullptr));
    touched_.assign(numbers, rows_->end_row());
    shown_source_.assign(touched_.rows().size(), -1);
    now_source_.assign(touched_.rows().size(), -1);
    if (spec_.by_row) {
      count(input, numbers);
    } else {
      follow(input, numbers);
    }
    changed_ = true;
    arm();
    return keep(input);
  }

  Result<Flow> on_timer(Timer, Output& output) override { return show(output); }
  // The end of time: sinks may close what is behind it.
  Result<Flow> on_watermark(Watermark watermark, Output& output) override {
    return watermark.ms == Watermark::kMax ? show(output) : Flow::kNeedInput;
  }
  Result<Flow> on_end(int, Output& output) override { return show(output); }
  Result<Flow> before_stop(Output& output) override { return show(output); }

  Status restore(SnapshotReader&) override {
    const FixedColumn<int64_t> changes = rows_->fixed<int64_t>(kLastChange);
    for (const uint32_t row : rows_->live_rows()) {
      changed_ = changed_ || changes[row] != kSettled;
      num_changes_ = std::max(num_changes_, changes[row]);
    }
    if (changed_) arm();
    return Status::OK();
  }

  Description describe() const override { return {.name = "Trigger", .details = {}}; }

 private:
  // Value columns of the state.
  static constexpr int kLastChange = 0;
  static constexpr int kShown = 1;
  static constexpr int kStands = 2;
  static constexpr int kShownIsKnown = 3;  // by key only
  // By key, kShown is one of these; it is 0 in a row that is new.
  static constexpr int64_t kWasNotThere = 1;
  static constexpr int64_t kWasThere = 2;
  /// kLastChange of a row that was shown as it stands.
  static constexpr int64_t kSettled = -1;
  /// Rows of state that are looked at together.
  static constexpr size_t kSliceRows = 4096;

  SqlField named(std::string_view prefix, int column) const {
    return {std::string(prefix) + "_" + spec_.schema->name(column), spec_.schema->type(column)};
  }
  int shown_value(size_t v) const { return kShownIsKnown + 1 + static_cast<int>(v); }
  int now_value(size_t v) const {
    return spec_.by_row ? kShownIsKnown + static_cast<int>(v) : shown_value(v + values_.size());
  }

  // Of rows without a key only the number counts.
  void count(const DenseInput& input, std::span<const uint32_t> numbers) {
    const FixedColumn<int64_t> changes = rows_->fixed<int64_t>(kLastChange);
    const FixedColumn<int64_t> stands = rows_->fixed<int64_t>(kStands);
    for (int64_t i = 0; i < input.num_rows(); ++i) {
      const uint32_t row = numbers[static_cast<size_t>(i)];
      stands[row] += is_retraction(input.row_kind(i)) ? -1 : 1;
      changes[row] = ++num_changes_;
      now_source_[touched_.place(row)] = static_cast<int32_t>(i);
    }
  }

  void follow(const DenseInput& input, std::span<const uint32_t> numbers) {
    const FixedColumn<int64_t> changes = rows_->fixed<int64_t>(kLastChange);
    const FixedColumn<int64_t> shown = rows_->fixed<int64_t>(kShown);
    const FixedColumn<int64_t> stands = rows_->fixed<int64_t>(kStands);
    const FixedColumn<int64_t> known = rows_->fixed<int64_t>(kShownIsKnown);
    for (int64_t i = 0; i < input.num_rows(); ++i) {
      const uint32_t row = numbers[static_cast<size_t>(i)];
      const RowKind kind = input.row_kind(i);
      changes[row] = ++num_changes_;
      if (is_retraction(kind)) {
        if (shown[row] == 0) shown[row] = kWasThere;
        if (known[row] == 0) shown_source_[touched_.place(row)] = static_cast<int32_t>(i);
        known[row] = 1;
        stands[row] = 0;
        continue;
      }
      // With -U in front of it, the -U of a +U that comes first was of another key.
      const bool replaces = kind == RowKind::kUpdateAfter && !update_before_;
      if (shown[row] == 0) shown[row] = replaces ? kWasThere : kWasNotThere;
      stands[row] = 1;
      now_source_[touched_.place(row)] = static_cast<int32_t>(i);
    }
  }

  // Writes the values that the batch brought; forgets rows that came and went unseen.
  Result<Flow> keep(const DenseInput& input) {
    const FixedColumn<int64_t> shown = rows_->fixed<int64_t>(kShown);
    const FixedColumn<int64_t> stands = rows_->fixed<int64_t>(kStands);
    std::vector<uint32_t> gone;
    std::vector<uint32_t> rows[2];
    std::vector<int32_t> sources[2];
    for (size_t i = 0; i < touched_.rows().size(); ++i) {
      const uint32_t row = touched_.rows()[i];
      const bool never_shown = spec_.by_row ? shown[row] == 0 : shown[row] == kWasNotThere;
      if (never_shown && stands[row] == 0) {
        gone.push_back(row);
        continue;
      }
      for (const int which : {0, 1}) {
        const int32_t source = which == 0 ? shown_source_[i] : now_source_[i];
        if (source < 0) continue;
        rows[which].push_back(row);
        sources[which].push_back(source);
      }
    }
    for (size_t v = 0; v < values_.size(); ++v) {
      const Column& column = *input.column(values_[v]);
      if (!spec_.by_row) rows_->write_value(shown_value(v), column, rows[0], sources[0]);
      rows_->write_value(now_value(v), column, rows[1], sources[1]);
    }
    HW_TRY(rows_->erase(gone));
    return Flow::kNeedInput;
  }

  void arm() {
    if (spec_.interval_ms == 0 || armed_) return;
    armed_ = true;
    const int64_t due_ms = (context_->now_ms() / spec_.interval_ms + 1) * spec_.interval_ms;
    context_->set_timer({.due_ms = due_ms, .domain = TimeDomain::kProcessing});
  }

  // No other message and no snapshot comes before all of it is out.
  Result<Flow> show(Output& output) {
    if (!showing_) begin();
    while (true) {
      if (queue_.empty()) {
        if (next_ == order_.size()) break;
        const size_t length = std::min(kSliceRows, order_.size() - next_);
        HW_TRY(show_slice(std::span(order_).subspan(next_, length)));
        next_ += length;
        continue;
      }
      const Flow flow = queue_.flush(output, context_->output_rows_max(), Flow::kNeedInput);
      if (flow != Flow::kNeedInput) return flow;
      if (!queue_.empty() || next_ < order_.size()) return Flow::kMoreOutput;
    }
    showing_ = false;
    changed_ = false;
    armed_ = false;
    if (!spec_.complete) rows_->clear();
    order_ = {};
    return Flow::kNeedInput;
  }

  void begin() {
    showing_ = true;
    next_ = 0;
    order_.clear();
    if (!changed_) return;
    order_ = rows_->live_rows();
    const FixedColumn<int64_t> changes = rows_->fixed<int64_t>(kLastChange);
    std::stable_sort(order_.begin(), order_.end(),
                     [&](uint32_t a, uint32_t b) { return changes[a] < changes[b]; });
  }

  Status show_slice(std::span<const uint32_t> rows) {
    HW_TRY(spec_.by_row ? show_counted(rows) : show_followed(rows));
    return spec_.complete ? settle(rows) : Status::OK();
  }

  Status show_counted(std::span<const uint32_t> rows) {
    const FixedColumn<int64_t> shown = rows_->fixed<int64_t>(kShown);
    const FixedColumn<int64_t> stands = rows_->fixed<int64_t>(kStands);
    Changes changes;
    for (size_t i = 0; i < rows.size(); ++i) {
      int64_t deleted = shown[rows[i]];
      int64_t inserted = stands[rows[i]];
      if (!spec_.complete) {
        deleted = std::max<int64_t>(-inserted, 0);
        inserted = std::max<int64_t>(inserted, 0);
      }
      for (; deleted > 0; --deleted) changes.add(RowKind::kDelete, 0, i);
      for (; inserted > 0; --inserted) changes.add(RowKind::kInsert, 0, i);
    }
    std::vector<ColumnPtr> values;
    for (size_t v = 0; v < values_.size(); ++v) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, rows_->read_value(now_value(v), rows));
      values.push_back(std::move(column));
    }
    return push(rows, changes, {std::move(values)});
  }

  Status show_followed(std::span<const uint32_t> rows) {
    std::vector<ColumnPtr> before;
    std::vector<ColumnPtr> after;
    std::vector<uint8_t> differs(rows.size(), update_before_ && !spec_.complete ? 0 : 1);
    for (size_t v = 0; v < values_.size(); ++v) {
      HW_ASSIGN_OR_RETURN(ColumnPtr old_values, rows_->read_value(shown_value(v), rows));
      HW_ASSIGN_OR_RETURN(ColumnPtr new_values, rows_->read_value(now_value(v), rows));
      if (update_before_) mark_differences(*old_values, *new_values, differs);
      before.push_back(std::move(old_values));
      after.push_back(std::move(new_values));
    }
    const FixedColumn<int64_t> shown = rows_->fixed<int64_t>(kShown);
    const FixedColumn<int64_t> stands = rows_->fixed<int64_t>(kStands);
    Changes changes;
    for (size_t i = 0; i < rows.size(); ++i) {
      const bool was_there = shown[rows[i]] == kWasThere;
      const bool is_there = stands[rows[i]] != 0;
      if (was_there && is_there) {
        if (differs[i] == 0) continue;
        if (update_before_) changes.add(RowKind::kUpdateBefore, 0, i);
        if (!updates_) changes.add(RowKind::kDelete, 0, i);
        changes.add(updates_ ? RowKind::kUpdateAfter : RowKind::kInsert, 1, i);
      } else if (was_there) {
        changes.add(RowKind::kDelete, 0, i);
      } else if (is_there) {
        changes.add(RowKind::kInsert, 1, i);
      }
    }
    return push(rows, changes, {std::move(before), std::move(after)});
  }

  /// Rows to put out: of which side, and at which place of the slice.
  struct Changes {
    std::shared_ptr<std::vector<RowKind>> kinds = std::make_shared<std::vector<RowKind>>();
    std::vector<RowSource> sources;
    std::vector<int32_t> places;

    void add(RowKind kind, int32_t side, size_t place) {
      kinds->push_back(kind);
      sources.push_back({side, static_cast<int32_t>(place)});
      places.push_back(static_cast<int32_t>(place));
    }
  };

  Status push(std::span<const uint32_t> rows, const Changes& changes,
              const std::vector<std::vector<ColumnPtr>>& sides) {
    if (changes.places.empty()) return Status::OK();
    std::vector<ColumnPtr> columns(static_cast<size_t>(spec_.schema->num_fields()));
    for (size_t v = 0; v < values_.size(); ++v) {
      std::vector<ColumnPtr> from;
      for (const auto& side : sides) from.push_back(side[v]);
      HW_ASSIGN_OR_RETURN(columns[static_cast<size_t>(values_[v])],
                          gather_from(from, changes.sources));
    }
    for (size_t k = 0; k < keys_.size(); ++k) {
      ColumnPtr& column = columns[static_cast<size_t>(keys_[k])];
      if (column != nullptr) continue;
      HW_ASSIGN_OR_RETURN(const ColumnPtr key, rows_->read_key(static_cast<int>(k), rows));
      HW_ASSIGN_OR_RETURN(column, gather(*key, changes.places));
    }
    queue_.push(Batch(spec_.schema, std::move(columns), static_cast<int64_t>(changes.places.size()),
                      spec_.kinds.is_insert_only() ? nullptr : changes.kinds));
    return Status::OK();
  }

  // What stands has been shown now.
  Status settle(std::span<const uint32_t> rows) {
    rows_->touch(rows);
    const FixedColumn<int64_t> last_changes = rows_->fixed<int64_t>(kLastChange);
    const FixedColumn<int64_t> shown = rows_->fixed<int64_t>(kShown);
    const FixedColumn<int64_t> stands = rows_->fixed<int64_t>(kStands);
    std::vector<uint32_t> gone;
    std::vector<uint32_t> left;
    for (const uint32_t row : rows) {
      if (stands[row] == 0) {
        gone.push_back(row);
        continue;
      }
      left.push_back(row);
      last_changes[row] = kSettled;
      shown[row] = spec_.by_row ? stands[row] : kWasThere;
    }
    if (!spec_.by_row) {
      const FixedColumn<int64_t> known = rows_->fixed<int64_t>(kShownIsKnown);
      for (const uint32_t row : left) known[row] = 1;
      for (size_t v = 0; v < values_.size(); ++v) {
        HW_ASSIGN_OR_RETURN(const ColumnPtr values, rows_->read_value(now_value(v), left));
        rows_->write_value(shown_value(v), *values, left);
      }
    }
    return rows_->erase(gone);
  }

  const ResultTriggerSpec spec_;
  const bool updates_;
  const bool update_before_;
  std::vector<int> keys_;    // columns of the key, or all
  std::vector<int> values_;  // what cannot be read from the keys
  OperatorContext* context_ = nullptr;
  KeyedTable* rows_ = nullptr;  // net: what has changed since it was shown; complete: everything
  int64_t num_changes_ = 0;
  bool changed_ = false;  // since it was shown
  bool armed_ = false;    // a timer is set
  // Of the batch at hand: rows of it whose values are written, by place.
  TouchedRows touched_;
  std::vector<int32_t> shown_source_;
  std::vector<int32_t> now_source_;
  // While it is shown: rows in order of their last change, and how many are in the queue.
  bool showing_ = false;
  std::vector<uint32_t> order_;
  size_t next_ = 0;
  OutputQueue queue_;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_result_trigger(ResultTriggerSpec spec) {
  return std::make_unique<ResultTrigger>(std::move(spec));
}

}  // namespace hw
