// SPDX-License-Identifier: Apache-2.0

#include "operators/emitting_windows.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "columnar/gather.h"
#include "operators/aggregates.h"
#include "operators/dense_input.h"
#include "operators/distinct_values.h"
#include "operators/output_queue.h"
#include "operators/row_change.h"
#include "operators/window_clock.h"
#include "operators/window_progress.h"
#include "runtime/operator.h"
#include "state/paned_table.h"
#include "state/state_store.h"

namespace hw {
namespace {

constexpr size_t kFiredRows = 4096;
constexpr std::string_view kFiringName = "firing";

class EmittingWindows final : public Operator {
 public:
  EmittingWindows(EmittingWindowsSpec spec, WindowClock clock)
      : spec_(std::move(spec)), windows_spec_(spec_.windows), clock_(std::move(clock)) {}

  Status bind() {
    HW_ASSIGN_OR_RETURN(aggregates_, Aggregates::bind(windows_spec_.aggregates,
                                                      *windows_spec_.input, windows_spec_.session,
                                                      {.retracts = windows_spec_.input_retracts,
                                                       .first_column = kAccumulators,
                                                       .deferred_extremes = true}));
    first_shown_ = kAccumulators + static_cast<int>(aggregates_.columns().size());
    keys_ = windows_spec_.keys;
    keys_.push_back(windows_spec_.window_start_column);
    needed_ = aggregates_.input_columns();
    needed_.insert(needed_.end(), keys_.begin(), keys_.end());
    needed_.push_back(windows_spec_.window_end_column);
    return Status::OK();
  }

  Status open(OperatorContext& context) override {
    context_ = &context;
    late_rows_ = &context.counter("late_rows_dropped");
    null_times_ = &context.counter("null_time_rows_dropped");
    const Schema& input = *windows_spec_.input;
    TableSchema schema;
    for (const int key : keys_) schema.keys.push_back({"key_" + input.name(key), input.type(key)});
    schema.num_distribution_keys = static_cast<int>(windows_spec_.keys.size());
    schema.values = {{"changed", SqlType::boolean().not_null()},
                     {"shown", SqlType::boolean().not_null()},
                     {"rows", SqlType::bigint().not_null()}};
    schema.values.insert(schema.values.end(), aggregates_.columns().begin(),
                         aggregates_.columns().end());
    for (const AggregateCall& call : windows_spec_.aggregates) {
      schema.values.push_back(
          {"shown_" + call.to_sql(input), call.result_type.with_nullable(true)});
    }
    windows_ = &context.state().paned_table("windows", std::move(schema));
    for (const DistinctArgs& args : aggregates_.distinct_sets()) {
      DistinctValues values(args, windows_spec_.input_retracts);
      const std::string name = "distinct" + std::to_string(distinct_.size());
      PanedTable& panes = context.state().paned_table(name, *windows_, values.table_schema(input));
      distinct_.push_back({std::move(values), &panes});
    }
    return Status::OK();
  }

  Result<Flow> on_batch(int input, const Batch& batch, Output& output) override {
    if (!folded_) {
      if (event_time()) note_progress(context_->watermark_ms());
      HW_TRY(fold(batch));
      folded_ = true;
    }
    return put_out(output, [&] {
      folded_ = false;
      return Status::OK();
    });
  }

  Result<Flow> on_watermark(Watermark watermark, Output& output) override {
    // The end of bounded input closes windows of processing time too.
    if (!event_time() && watermark.ms < Watermark::kMax) return Flow::kNeedInput;
    return advance(watermark.ms, output);
  }

  Result<Flow> on_timer(Timer timer, Output& output) override {
    const int64_t now_ms = context_->now_ms();
    for (auto fire = fire_at_.begin(); fire != fire_at_.end();) {
      const bool due = fire->second <= now_ms;
      if (due) due_.insert(fire->first);
      fire = due ? fire_at_.erase(fire) : std::next(fire);
    }
    return advance(event_time() ? progress_ms_ : now_ms - 1, output);
  }

  Status snapshot(SnapshotWriter& writer) override {
    save_progress(progress_ms_, writer);
    std::string bytes;
    for (const auto& [end, fire_ms] : fire_at_) {
      for (const int64_t value : {end, fire_ms}) {
        bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
      }
    }
    writer.put(kFiringName, std::move(bytes));
    return Status::OK();
  }

  Status restore(SnapshotReader& reader) override {
    HW_ASSIGN_OR_RETURN(const std::optional<int64_t> restored, restored_progress(reader));
    if (restored) note_progress(*restored);
    closed_until_ms_ = progress_ms_;
    // Of several instances that had the window the first to fire counts: who has nothing to show
    // then shows nothing.
    for (const std::string& bytes : reader.get(kFiringName)) {
      std::array<int64_t, 2> entry;
      if (bytes.size() % sizeof(entry) != 0) {
        return Status::SerializationError("times at which windows fire have ", sizeof(entry),
                                          " bytes each, but there are ", bytes.size());
      }
      for (size_t at = 0; at < bytes.size(); at += sizeof(entry)) {
        std::memcpy(entry.data(), bytes.data() + at, sizeof(entry));
        const auto [fire, added] = fire_at_.emplace(entry[0], entry[1]);
        if (!added) fire->second = std::min(fire->second, entry[1]);
      }
    }
    return Status::OK();
  }

  Description describe() const override {
    return {.name = "WindowAggregate", .details = {{"emit", to_text(spec_.rule)}}};
  }

 private:
  // Value columns.
  static constexpr int kChanged = 0;  // since what was shown last
  static constexpr int kShown = 1;
  static constexpr int kRows = 2;
  static constexpr int kAccumulators = 3;

  struct Distinct {
    DistinctValues values;
    PanedTable* panes;
  };

  bool event_time() const { return windows_spec_.window.event_time; }
  void note_progress(int64_t progress_ms) { progress_ms_ = std::max(progress_ms_, progress_ms); }
  bool is_closed(int64_t end) { return clock_.closes_at(end) <= progress_ms_; }
  /// Rows for it are too late.
  bool is_over(int64_t end) {
    const int64_t closes_at = clock_.closes_at(end);
    if (closes_at > progress_ms_) return false;
    return progress_ms_ == Watermark::kMax ||
           progress_ms_ - closes_at >= (event_time() ? spec_.rule.lateness_ms : 0);
  }

  Status fold(const Batch& batch) {
    HW_ASSIGN_OR_RETURN(const DenseInput rows, DenseInput::of(batch, needed_));
    if (!rows.insert_only() && !windows_spec_.input_retracts) {
      return Status::UnknownError("a window aggregate planned for inserts got changes");
    }
    const Column& ends = *rows.column(windows_spec_.window_end_column);
    std::map<int64_t, std::vector<int32_t>> rows_of_window;
    // Neighbours mostly lie in one window.
    std::vector<int32_t>* part = nullptr;
    int64_t part_end = 0;
    for (int64_t i = 0; i < rows.num_rows(); ++i) {
      if (ends.is_null(i)) {
        null_times_->add(1);
        continue;
      }
      const int64_t end = ends.value<int64_t>(i);
      if (part == nullptr || end != part_end) part = &rows_of_window[part_end = end];
      part->push_back(static_cast<int32_t>(i));
    }
    for (const auto& [end, part] : rows_of_window) {
      if (event_time() && is_over(end)) {
        late_rows_->add(static_cast<int64_t>(part.size()));
        continue;
      }
      HW_ASSIGN_OR_RETURN(const DenseInput input, rows.gathered(part));
      HW_TRY(update(end, input));
    }
    return Status::OK();
  }

  Status update(int64_t end, const DenseInput& input) {
    KeyedTable& table = windows_->pane(end);
    const std::vector<ColumnPtr> keys = input.columns(keys_);
    std::vector<uint32_t> groups, inserted;
    HW_TRY(table.find_or_insert(
        {.columns = keys, .num_rows = input.num_rows(), .hashes = input.hashes_of(keys_)}, groups,
        &inserted));
    aggregates_.initialize(table, inserted);
    std::vector<int8_t> signs = input.signs();
    const FixedColumn<int64_t> rows = table.fixed<int64_t>(kRows);
    const FixedColumn<uint8_t> changed = table.fixed<uint8_t>(kChanged);
    for (size_t i = 0; i < groups.size(); ++i) {
      // What is not there cannot be taken back.
      if (!signs.empty() && signs[i] < 0 && rows[groups[i]] == 0) signs[i] = 0;
      rows[groups[i]] += signs.empty() ? 1 : signs[i];
      changed[groups[i]] = 1;
    }
    HW_TRY(aggregates_.update(table, input, groups, signs));
    for (Distinct& distinct : distinct_) {
      HW_TRY(distinct.values.update(distinct.panes->pane(end), input, groups, signs));
    }
    for (const BoundAggregate& bound : aggregates_.calls()) {
      if (bound.way != AggregateWay::kDistinct || bound.deferred) continue;
      const std::vector<int8_t>& changes =
          distinct_[static_cast<size_t>(bound.set)].values.changes(bound.filter_slot);
      const std::vector<ColumnPtr> args = input.columns(bound.call.args);
      HW_TRY(bound.kernel->update(table.values(bound.first_column),
                                  {.args = args, .groups = groups, .signs = changes.data()}));
    }
    wait_for_close(end);
    const std::optional<int64_t> delay_ms = delay_of(end);
    if (!delay_ms || *delay_ms > 0) {
      wait_to_fire(end);
      return Status::OK();
    }
    std::sort(groups.begin(), groups.end());
    groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
    return queue_changes(end, table, groups);
  }

  /// None: not before it closes.
  std::optional<int64_t> delay_of(int64_t end) {
    return is_closed(end) ? spec_.rule.late_ms.value_or(0) : spec_.rule.early_ms;
  }

  void wait_to_fire(int64_t end) {
    const std::optional<int64_t> delay_ms = delay_of(end);
    if (!delay_ms || fire_at_.contains(end)) return;
    fire_at_[end] = context_->now_ms() + *delay_ms;
    context_->set_timer({.due_ms = fire_at_[end], .domain = TimeDomain::kProcessing});
  }

  void wait_for_close(int64_t end) {
    if (event_time()) return;
    context_->set_timer({.due_ms = clock_.closes_at(end) + 1, .domain = TimeDomain::kProcessing});
  }

  /// Windows that have closed by now fire, and go when rows for them would be too late.
  Result<Flow> advance(int64_t progress_ms, Output& output) {
    note_progress(progress_ms);
    if (closed_until_ms_ < progress_ms_) {
      for (const auto& [end, table] : windows_->panes()) {
        const int64_t closes_at = clock_.closes_at(end);
        if (closes_at > progress_ms_) break;
        if (closes_at <= closed_until_ms_ && !is_over(end)) continue;
        due_.insert(end);
        fire_at_.erase(end);
      }
      closed_until_ms_ = progress_ms_;
    }
    return put_out(output, [&] { return forget_windows(); });
  }

  Status forget_windows() {
    while (!windows_->empty() && is_over(windows_->panes().begin()->first)) {
      const int64_t end = windows_->panes().begin()->first;
      for (Distinct& distinct : distinct_) distinct.panes->drop(end);
      windows_->drop(end);
    }
    return Status::OK();
  }

  /// Fires what is due, a bounded amount per call; `when_done` afterwards.
  template <typename Done>
  Result<Flow> put_out(Output& output, Done when_done) {
    while (queue_.empty() && !due_.empty()) HW_TRY(fire_some(*due_.begin()));
    const Flow flow = queue_.flush(output, context_->output_rows_max(),
                                   due_.empty() ? Flow::kNeedInput : Flow::kMoreOutput);
    if (flow == Flow::kNeedInput) HW_TRY(when_done());
    return flow;
  }

  Status fire_some(int64_t end) {
    KeyedTable* table = windows_->find_pane(end);
    std::vector<uint32_t> rows;
    if (table != nullptr) {
      next_row_ = table->scan(next_row_, kFiredRows, rows);
      const FixedColumn<uint8_t> changed = table->fixed<uint8_t>(kChanged);
      std::erase_if(rows, [&](uint32_t row) { return changed[row] == 0; });
      table->touch(rows);
      HW_TRY(queue_changes(end, *table, rows));
      if (next_row_ < table->end_row()) return Status::OK();
    }
    next_row_ = 0;
    due_.erase(end);
    return Status::OK();
  }

  /// Shows the kernels of deferred calls all values that these groups have now.
  Status feed_deferred(int64_t end, KeyedTable& table, const std::vector<uint32_t>& rows) {
    const std::set<uint32_t> groups(rows.begin(), rows.end());
    for (const BoundAggregate& bound : aggregates_.calls()) {
      if (!bound.deferred) continue;
      bound.kernel->initialize(table.values(bound.first_column), rows);
      const Distinct& distinct = distinct_[static_cast<size_t>(bound.set)];
      const KeyedTable& set = distinct.panes->pane(end);
      const std::vector<uint32_t> live =
          distinct.values.live_values(set, bound.filter_slot, set.live_rows());
      for (size_t begin = 0; begin < live.size(); begin += kFiredRows) {
        const std::span block =
            std::span(live).subspan(begin, std::min(kFiredRows, live.size() - begin));
        HW_ASSIGN_OR_RETURN(const ColumnPtr parents, set.read_key(0, block));
        std::vector<uint32_t> entries, entry_groups;
        for (size_t i = 0; i < block.size(); ++i) {
          const uint32_t group = parents->data<uint32_t>()[i];
          if (!groups.contains(group)) continue;
          entries.push_back(block[i]);
          entry_groups.push_back(group);
        }
        HW_ASSIGN_OR_RETURN(const ColumnPtr values, set.read_key(1, entries));
        HW_TRY(bound.kernel->update(
            table.values(bound.first_column),
            {.args = std::span(&values, 1), .groups = entry_groups, .signs = nullptr}));
      }
    }
    return Status::OK();
  }

  /// What these rows show now in place of what they showed last. Requires: they may be written to.
  Status queue_changes(int64_t end, KeyedTable& table, const std::vector<uint32_t>& rows) {
    if (rows.empty()) return Status::OK();
    HW_TRY(feed_deferred(end, table, rows));
    std::vector<ColumnPtr> before, after;
    std::vector<uint8_t> differs(rows.size(), 0);
    for (size_t c = 0; c < windows_spec_.aggregates.size(); ++c) {
      const int call = static_cast<int>(c);
      HW_ASSIGN_OR_RETURN(ColumnPtr old_values, table.read_value(first_shown_ + call, rows));
      HW_ASSIGN_OR_RETURN(ColumnPtr new_values, aggregates_.result(call, table, rows));
      new_values = new_values->with_type(old_values->type());
      mark_differences(*old_values, *new_values, differs);
      before.push_back(std::move(old_values));
      after.push_back(std::move(new_values));
    }
    const FixedColumn<uint8_t> changed = table.fixed<uint8_t>(kChanged);
    const FixedColumn<uint8_t> shown = table.fixed<uint8_t>(kShown);
    const FixedColumn<int64_t> count = table.fixed<int64_t>(kRows);
    std::vector<int32_t> places;
    std::vector<RowSource> sources;  // 0 = before, 1 = after
    auto kinds = std::make_shared<std::vector<RowKind>>();
    const auto add = [&](RowKind kind, size_t i) {
      kinds->push_back(kind);
      places.push_back(static_cast<int32_t>(i));
      sources.push_back({is_retraction(kind) ? 0 : 1, static_cast<int32_t>(i)});
    };
    for (size_t i = 0; i < rows.size(); ++i) {
      const bool was = shown[rows[i]] != 0, is = count[rows[i]] > 0;
      if (was && is && differs[i] != 0) {
        if (spec_.generate_update_before) add(RowKind::kUpdateBefore, i);
        add(RowKind::kUpdateAfter, i);
      } else if (was != is) {
        add(is ? RowKind::kInsert : RowKind::kDelete, i);
      }
      changed[rows[i]] = 0;
      shown[rows[i]] = is ? 1 : 0;
    }
    for (size_t c = 0; c < after.size(); ++c) {
      table.write_value(first_shown_ + static_cast<int>(c), *after[c], rows);
    }
    if (places.empty()) return Status::OK();
    std::vector<ColumnPtr> columns;
    for (size_t c = 0; c < windows_spec_.keys.size(); ++c) {
      HW_ASSIGN_OR_RETURN(const ColumnPtr key, table.read_key(static_cast<int>(c), rows));
      HW_ASSIGN_OR_RETURN(ColumnPtr picked, gather(*key, places));
      columns.push_back(std::move(picked));
    }
    for (size_t c = 0; c < after.size(); ++c) {
      HW_ASSIGN_OR_RETURN(ColumnPtr picked, gather_from({before[c], after[c]}, sources));
      columns.push_back(std::move(picked));
    }
    return queue(end, table, rows, places, std::move(columns), std::move(kinds));
  }

  /// Adds the window's own columns.
  Status queue(int64_t end, const KeyedTable& table, const std::vector<uint32_t>& rows,
               const std::vector<int32_t>& places, std::vector<ColumnPtr> columns,
               std::shared_ptr<std::vector<RowKind>> kinds) {
    for (const WindowProperty property : windows_spec_.properties) {
      const SqlType& type = windows_spec_.output->type(static_cast<int>(columns.size()));
      if (property == WindowProperty::kStart) {
        HW_ASSIGN_OR_RETURN(const ColumnPtr starts,
                            table.read_key(static_cast<int>(windows_spec_.keys.size()), rows));
        HW_ASSIGN_OR_RETURN(ColumnPtr picked, gather(*starts, places));
        columns.push_back(std::move(picked));
        continue;
      }
      const int64_t time = property == WindowProperty::kEnd ? end : clock_.time_of(end);
      columns.push_back(times_column(type, std::vector<int64_t>(places.size(), time)));
    }
    for (size_t c = 0; c < columns.size(); ++c) {
      const SqlType& type = windows_spec_.output->type(static_cast<int>(c));
      if (!(columns[c]->type() == type)) columns[c] = columns[c]->with_type(type);
    }
    const bool insert_only = std::all_of(kinds->begin(), kinds->end(),
                                         [](RowKind kind) { return kind == RowKind::kInsert; });
    queue_.push(Batch(windows_spec_.output, std::move(columns), static_cast<int64_t>(places.size()),
                      insert_only ? nullptr : std::move(kinds)));
    return Status::OK();
  }

  const EmittingWindowsSpec spec_;
  const WindowAggregateSpec& windows_spec_;
  WindowClock clock_;
  Aggregates aggregates_;
  std::vector<int> keys_;
  std::vector<int> needed_;
  int first_shown_ = 0;
  OperatorContext* context_ = nullptr;
  Counter* late_rows_ = nullptr;
  Counter* null_times_ = nullptr;
  // State.
  PanedTable* windows_ = nullptr;
  std::vector<Distinct> distinct_;
  int64_t progress_ms_ = INT64_MIN;
  /// Windows that close at or before it have fired; between messages that is all that are closed.
  int64_t closed_until_ms_ = INT64_MIN;
  /// By window: when the clock makes it fire.
  std::map<int64_t, int64_t> fire_at_;
  // Of the message at hand.
  bool folded_ = false;
  std::set<int64_t> due_;
  uint32_t next_row_ = 0;
  OutputQueue queue_;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_emitting_windows(EmittingWindowsSpec spec) {
  const WindowSpec& given = spec.windows.window;
  // Only closing times are computed: the window's shape does not matter.
  HW_ASSIGN_OR_RETURN(WindowClock clock,
                      WindowClock::make(WindowSpec{.size_ms = 1,
                                                   .event_time = given.event_time,
                                                   .time_column = -1,
                                                   .time_type = given.time_type,
                                                   .time_zone = given.time_zone}));
  auto windows = std::make_unique<EmittingWindows>(std::move(spec), std::move(clock));
  HW_TRY(windows->bind());
  return windows;
}

}  // namespace hw
