// SPDX-License-Identifier: Apache-2.0
//
// OVER windows over rows that are only inserted, in order of time: each row goes out once. Per
// partition the rows lie in order; the first `out` of them have gone out and stay because frames of
// later rows reach back to them. What lies further back is dropped: functions that begin with the
// partition carry their accumulators over, ranks the numbers of rows and of groups of peers.

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "columnar/constant.h"
#include "columnar/gather.h"
#include "columnar/key_bytes.h"
#include "operators/dense_input.h"
#include "operators/output_queue.h"
#include "operators/over.h"
#include "operators/over_functions.h"
#include "operators/over_reach.h"
#include "operators/touched_rows.h"
#include "runtime/operator.h"
#include "state/ordered_table.h"
#include "state/state_store.h"
#include "state/timer_buckets.h"

namespace hw {
namespace {

class StreamingOver final : public Operator {
 public:
  explicit StreamingOver(OverSpec spec)
      : spec_(std::move(spec)), reach_(spec_), by_time_(spec_.way == OverWay::kByTime) {}

  Status bind() {
    HW_ASSIGN_OR_RETURN(functions_,
                        OverFunctions::bind(spec_.calls, *spec_.input, spec_.order, spec_.session));
    return Status::OK();
  }

  Status open(OperatorContext& context) override {
    context_ = &context;
    late_rows_ = &context.counter("late_rows_dropped");
    null_times_ = &context.counter("null_time_rows_dropped");
    TableSchema schema;
    for (const int column : spec_.partition) {
      schema.keys.push_back({"key_" + spec_.input->name(column), spec_.input->type(column)});
    }
    schema.values = {{"rows_before", SqlType::bigint().not_null()},
                     {"groups_before", SqlType::bigint().not_null()},
                     {"out", SqlType::bigint().not_null()}};
    for (SqlField& field : functions_.place_carried(kFirstCarried)) {
      schema.values.push_back(std::move(field));
    }
    partitions_ = &context.state().keyed_table("partitions", std::move(schema));
    functions_.open_sets(context.state(), *partitions_, *spec_.input);
    OrderedTableSpec rows;
    for (const SqlField& field : spec_.input->fields()) {
      rows.payload.push_back({"row_" + field.name, field.type});
    }
    rows.equal = EqualEntries::kArrival;
    rows_ = &context.state().ordered_table("rows", *partitions_, std::move(rows));
    due_ = &context.state().timer_buckets("due", *partitions_);
    return Status::OK();
  }

  Result<Flow> on_batch(int input, const Batch& batch, Output& output) override {
    if (queue_.empty()) HW_TRY(take(batch));
    return queue_.flush(output, context_->output_rows_max(), Flow::kNeedInput);
  }

  Result<Flow> on_watermark(Watermark watermark, Output& output) override {
    while (queue_.empty()) {
      if (by_time_ && is_due(watermark.ms)) {
        HW_TRY(release_due(watermark.ms));
        continue;
      }
      if (watermark.ms != Watermark::kMax) return Flow::kNeedInput;
      HW_ASSIGN_OR_RETURN(const bool more, release_last());
      if (!more) return Flow::kNeedInput;
    }
    return queue_.flush(output, context_->output_rows_max(), Flow::kMoreOutput);
  }

  Description describe() const override { return {.name = "Over", .details = details_of(spec_)}; }

 private:
  // Value columns of partitions_.
  static constexpr int kRowsBefore = 0;
  static constexpr int kGroupsBefore = 1;
  static constexpr int kOut = 2;
  static constexpr int kFirstCarried = 3;
  /// Rows that go out together, about.
  static constexpr size_t kReleaseRows = 2048;
  /// Rows of a partition that are looked at at once, to find those that are due.
  static constexpr size_t kLookRows = 1024;

  bool is_due(int64_t watermark_ms) const {
    const int64_t next_ms = due_->next_due_ms();
    return next_ms != TimerBuckets::kNever && next_ms <= watermark_ms;
  }

  Status take(const Batch& batch) {
    HW_ASSIGN_OR_RETURN(const Batch dense, stamped(batch));
    HW_ASSIGN_OR_RETURN(DenseInput input, DenseInput::of(dense));
    if (!input.insert_only()) {
      return Status::UnknownError("an OVER window in order of time got changes");
    }
    std::vector<int64_t> times;
    if (by_time_) HW_TRY(drop_late(input, times));
    if (input.num_rows() == 0) return Status::OK();
    const std::vector<ColumnPtr> keys = input.columns(spec_.partition);
    std::vector<uint32_t> partitions, inserted;
    HW_TRY(partitions_->find_or_insert(
        {.columns = keys, .num_rows = input.num_rows(), .hashes = input.hashes_of(spec_.partition)},
        partitions, &inserted));
    functions_.initialize(*partitions_, inserted);
    const std::vector<ColumnPtr>& payload = input.all_columns();
    std::string order;
    for (int64_t i = 0; i < input.num_rows(); ++i) {
      const uint32_t partition = partitions[static_cast<size_t>(i)];
      order.clear();
      if (by_time_) {
        for (const SortKey& key : spec_.order) {
          append_order_bytes(*payload[static_cast<size_t>(key.column)], i, key.descending,
                             key.nulls_first, order);
        }
        due_->set(reach_.due_ms(times[static_cast<size_t>(i)]), partition);
      }
      HW_TRY(rows_->insert(partition, order, 0, payload, i).status());
    }
    if (by_time_) return Status::OK();
    touched_.assign(partitions, partitions_->end_row());
    return release(touched_.rows(), Watermark::kMax, false);
  }

  /// Leaves out rows at or below the watermark; `times` gets those of the others, in ms.
  Status drop_late(DenseInput& input, std::vector<int64_t>& times) {
    const Column& column = *input.column(spec_.order[0].column);
    const int64_t ticks_per_ms = column.type().ticks_per_second() / 1000;
    std::vector<int32_t> kept;
    int64_t late = 0, without_time = 0;
    for (int64_t i = 0; i < input.num_rows(); ++i) {
      const int64_t slot = column.slot(i);
      if (column.slot_is_null(slot)) {
        ++without_time;
        continue;
      }
      const int64_t time_ms = column.slot_value<int64_t>(slot) / ticks_per_ms;
      if (time_ms <= context_->watermark_ms()) {
        ++late;
        continue;
      }
      kept.push_back(static_cast<int32_t>(i));
      times.push_back(time_ms);
    }
    if (late > 0) late_rows_->add(late);
    if (without_time > 0) null_times_->add(without_time);
    if (static_cast<int64_t>(kept.size()) == input.num_rows()) return Status::OK();
    HW_ASSIGN_OR_RETURN(input, input.gathered(kept));
    return Status::OK();
  }

  /// Frames by distance reach back from the moment at which a row came here.
  Result<Batch> stamped(const Batch& batch) const {
    if (by_time_ || spec_.order.empty()) return batch;
    HW_ASSIGN_OR_RETURN(const Batch dense, batch.compacted());
    std::vector<ColumnPtr> columns = dense.columns();
    const auto column = static_cast<size_t>(spec_.order[0].column);
    columns[column] = constant_int(spec_.input->type(spec_.order[0].column), context_->now_ms(),
                                   dense.num_stored_rows());
    return dense.with_columns(dense.schema(), std::move(columns));
  }

  /// Lets rows go whose time has come, about as many as go into a batch, earliest first.
  Status release_due(int64_t watermark_ms) {
    std::vector<uint32_t> partitions;
    int64_t until_ms = watermark_ms;
    while (is_due(watermark_ms) && partitions.size() < kReleaseRows) {
      until_ms = due_->next_due_ms();
      const std::vector<uint32_t> due = due_->take_next();
      partitions.insert(partitions.end(), due.begin(), due.end());
    }
    if (!is_due(watermark_ms)) until_ms = watermark_ms;
    touched_.assign(partitions, partitions_->end_row());
    return release(touched_.rows(), until_ms, false);
  }

  /// At the end of the input nothing is waited for. Returns false when all rows are out.
  Result<bool> release_last() {
    if (!ended_) waiting_ = partitions_->live_rows();
    ended_ = true;
    std::vector<uint32_t> partitions;
    size_t num_rows = 0;
    const FixedColumn<int64_t> out = partitions_->fixed<int64_t>(kOut);
    while (!waiting_.empty() && num_rows < kReleaseRows) {
      const uint32_t partition = waiting_.back();
      waiting_.pop_back();
      const size_t left = rows_->size(partition) - static_cast<size_t>(out[partition]);
      if (left == 0) continue;
      num_rows += left;
      partitions.push_back(partition);
    }
    if (partitions.empty()) return false;
    HW_TRY(release(partitions, Watermark::kMax, true));
    return true;
  }

  /// The rows of a partition that are settled, from its first on: none before them is to come.
  Status read_settled(uint32_t partition, int64_t until_ms, std::vector<uint32_t>& entries) {
    if (!by_time_ || until_ms == Watermark::kMax) {
      rows_->read_range(partition, 0, SIZE_MAX, entries);
      return Status::OK();
    }
    auto at = static_cast<size_t>(partitions_->fixed<int64_t>(kOut)[partition]);
    rows_->read_range(partition, 0, at, entries);
    std::vector<uint32_t> looked;
    while (at < rows_->size(partition)) {
      looked.clear();
      rows_->read_range(partition, at, at + kLookRows, looked);
      HW_ASSIGN_OR_RETURN(const ColumnPtr times, rows_->read(spec_.order[0].column, looked));
      const int64_t ticks_per_ms = times->type().ticks_per_second() / 1000;
      for (size_t i = 0; i < looked.size(); ++i) {
        if (times->value<int64_t>(static_cast<int64_t>(i)) / ticks_per_ms > until_ms) {
          return Status::OK();
        }
        entries.push_back(looked[i]);
      }
      at += looked.size();
    }
    return Status::OK();
  }

  /// Puts out what is complete in some partitions at `until_ms`, and drops what nobody needs.
  Status release(std::span<const uint32_t> partitions, int64_t until_ms, bool last) {
    OverRows rows;
    std::vector<uint32_t> entries;
    const FixedColumn<int64_t> out = partitions_->fixed<int64_t>(kOut);
    const FixedColumn<int64_t> rows_before = partitions_->fixed<int64_t>(kRowsBefore);
    const FixedColumn<int64_t> groups_before = partitions_->fixed<int64_t>(kGroupsBefore);
    for (const uint32_t partition : partitions) {
      OverRows::Partition part;
      part.begin = static_cast<int32_t>(entries.size());
      HW_TRY(read_settled(partition, until_ms, entries));
      part.end = static_cast<int32_t>(entries.size());
      part.out_begin = part.begin + static_cast<int32_t>(out[partition]);
      part.rows_before = rows_before[partition];
      part.groups_before = groups_before[partition];
      part.carried = partition;
      rows.add_peers(*rows_, std::span(entries).subspan(static_cast<size_t>(part.begin)),
                     spec_.arrival_order);
      rows.partitions.push_back(part);
    }
    for (int c = 0; c < spec_.input->num_fields(); ++c) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, rows_->read(c, entries));
      rows.columns.push_back(std::move(column));
    }
    reach_.find_complete(rows, until_ms, last);
    HW_ASSIGN_OR_RETURN(std::vector<ColumnPtr> results,
                        functions_.evaluate(rows, partitions_, context_->memory_pool()));
    HW_TRY(queue(rows, entries, std::move(results)));
    return drop_unneeded(rows, entries, until_ms);
  }

  Status queue(const OverRows& rows, std::span<const uint32_t> entries,
               std::vector<ColumnPtr> results) {
    std::vector<int32_t> numbers;
    rows.for_each_wanted([&](const OverRows::Partition&, int32_t row) { numbers.push_back(row); });
    if (numbers.empty()) return Status::OK();
    // In order of time, or of arrival, through all partitions.
    std::vector<int64_t> places;
    for (const int32_t row : numbers) {
      const Column* times =
          by_time_ ? rows.columns[static_cast<size_t>(spec_.order[0].column)].get() : nullptr;
      places.push_back(by_time_ ? times->value<int64_t>(row)
                                : rows_->count(entries[static_cast<size_t>(row)]));
    }
    std::vector<int32_t> order(numbers.size());
    std::iota(order.begin(), order.end(), 0);
    if (rows.partitions.size() > 1) {
      std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
        return places[static_cast<size_t>(a)] < places[static_cast<size_t>(b)];
      });
    }
    std::vector<int32_t> sorted;
    for (const int32_t i : order) sorted.push_back(numbers[static_cast<size_t>(i)]);
    std::vector<ColumnPtr> columns;
    for (const ColumnPtr& column : rows.columns) {
      HW_ASSIGN_OR_RETURN(ColumnPtr gathered, gather(*column, sorted));
      columns.push_back(std::move(gathered));
    }
    for (const ColumnPtr& column : results) {
      HW_ASSIGN_OR_RETURN(ColumnPtr gathered, gather(*column, order));
      columns.push_back(std::move(gathered));
    }
    queue_.push(Batch(spec_.output, std::move(columns), static_cast<int64_t>(sorted.size())));
    return Status::OK();
  }

  Status drop_unneeded(const OverRows& rows, std::span<const uint32_t> entries, int64_t until_ms) {
    const int64_t until = by_time_ ? until_ms : context_->now_ms() - 1;
    const std::vector<int32_t> keep_from = reach_.find_needed(rows, until);
    std::vector<uint32_t> written;
    for (const OverRows::Partition& part : rows.partitions) written.push_back(part.carried);
    partitions_->touch(written);
    HW_TRY(functions_.carry(rows, keep_from, *partitions_));
    const FixedColumn<int64_t> out = partitions_->fixed<int64_t>(kOut);
    const FixedColumn<int64_t> rows_before = partitions_->fixed<int64_t>(kRowsBefore);
    const FixedColumn<int64_t> groups_before = partitions_->fixed<int64_t>(kGroupsBefore);
    std::vector<uint32_t> empty;
    for (size_t p = 0; p < rows.partitions.size(); ++p) {
      const OverRows::Partition& part = rows.partitions[p];
      const int32_t from = keep_from[p];
      for (int32_t row = part.begin; row < from; ++row) {
        rows_->remove(entries[static_cast<size_t>(row)]);
      }
      if (from > part.begin) {
        groups_before[part.carried] += rows.group[static_cast<size_t>(from) - 1] + 1;
      }
      rows_before[part.carried] += from - part.begin;
      out[part.carried] = part.out_end - from;
      if (rows_->size(part.carried) == 0 && reach_.forgets()) {
        empty.push_back(part.carried);
      } else if (by_time_ && until_ms != Watermark::kMax && from < part.out_end) {
        note_end_of_reach(rows, part.out_end - 1, part.carried);
      }
    }
    rows_->free_removed();
    return partitions_->erase(empty);
  }

  /// A partition that gets no more rows is looked at again when nothing of it is within reach.
  void note_end_of_reach(const OverRows& rows, int32_t row, uint32_t partition) {
    if (!reach_.forgets()) return;
    const Column& times = *rows.columns[static_cast<size_t>(spec_.order[0].column)];
    const int64_t ticks_per_ms = times.type().ticks_per_second() / 1000;
    due_->set(reach_.forget_ms(times.value<int64_t>(row) / ticks_per_ms), partition);
  }

  const OverSpec spec_;
  const OverReach reach_;
  const bool by_time_;
  OverFunctions functions_;
  OperatorContext* context_ = nullptr;
  Counter* late_rows_ = nullptr;
  Counter* null_times_ = nullptr;
  KeyedTable* partitions_ = nullptr;
  OrderedTable* rows_ = nullptr;
  TimerBuckets* due_ = nullptr;  // when rows of a partition can go out
  OutputQueue queue_;
  // Of the rows at hand.
  TouchedRows touched_;
  // At the end of the input: partitions that may have rows left.
  bool ended_ = false;
  std::vector<uint32_t> waiting_;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_streaming_over(OverSpec spec) {
  auto over = std::make_unique<StreamingOver>(std::move(spec));
  HW_TRY(over->bind());
  return over;
}

}  // namespace hw
