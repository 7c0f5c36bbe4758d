// SPDX-License-Identifier: Apache-2.0

#include "operators/temporal_sort.h"

#include <string>
#include <utility>

#include "columnar/key_bytes.h"
#include "operators/dense_input.h"
#include "runtime/operator.h"
#include "state/keyed_table.h"
#include "state/ordered_table.h"
#include "state/state_store.h"

namespace hw {
namespace {

class TemporalSort final : public Operator {
 public:
  explicit TemporalSort(TemporalSortSpec spec)
      : spec_(std::move(spec)),
        ticks_per_ms_(spec_.schema->type(spec_.order[0].column).ticks_per_second() / 1000) {}

  Status open(OperatorContext& context) override {
    context_ = &context;
    late_rows_ = &context.counter("late_rows_dropped");
    null_times_ = &context.counter("null_time_rows_dropped");
    everything_ = &context.state().keyed_table("everything", {});
    OrderedTableSpec rows;
    for (const SqlField& field : spec_.schema->fields()) {
      rows.payload.push_back({"row_" + field.name, field.type});
    }
    rows.equal = EqualEntries::kArrival;
    rows_ = &context.state().ordered_table("rows", *everything_, std::move(rows));
    return Status::OK();
  }

  Result<Flow> on_batch(int input, const Batch& batch, Output& output) override {
    HW_ASSIGN_OR_RETURN(const DenseInput rows, DenseInput::of(batch));
    if (!rows.insert_only()) {
      return Status::UnknownError("a sort by time planned for inserts got changes");
    }
    HW_ASSIGN_OR_RETURN(const uint32_t set, the_set());
    const std::vector<ColumnPtr>& payload = rows.all_columns();
    const Column& times = *rows.column(spec_.order[0].column);
    std::string order;
    for (int64_t i = 0; i < rows.num_rows(); ++i) {
      if (times.is_null(i)) {
        null_times_->add(1);
        continue;
      }
      if (times.value<int64_t>(i) / ticks_per_ms_ <= context_->watermark_ms()) {
        late_rows_->add(1);
        continue;
      }
      order.clear();
      for (const SortKey& key : spec_.order) {
        append_order_bytes(*payload[static_cast<size_t>(key.column)], i, key.descending,
                           key.nulls_first, order);
      }
      HW_TRY(rows_->insert(set, order, 0, payload, i).status());
    }
    return Flow::kNeedInput;
  }

  Result<Flow> on_watermark(Watermark watermark, Output& output) override {
    HW_ASSIGN_OR_RETURN(const uint32_t set, the_set());
    for (int batches = 0; batches < kBatchesPerCall; ++batches) {
      HW_ASSIGN_OR_RETURN(const bool more, emit_some(set, watermark.ms, output));
      if (!more) return Flow::kNeedInput;
    }
    return Flow::kMoreOutput;
  }

  Description describe() const override {
    return {.name = "TemporalSort", .details = {{"orderBy", to_text(spec_.order, *spec_.schema)}}};
  }

 private:
  static constexpr int kBatchesPerCall = 4;

  /// The row that all rows belong to.
  Result<uint32_t> the_set() {
    std::vector<uint32_t> rows;
    HW_TRY(everything_->find_or_insert({.columns = {}, .num_rows = 1, .hashes = nullptr}, rows,
                                       nullptr));
    return rows[0];
  }

  /// One batch of rows up to the watermark. False when there are no more of them.
  Result<bool> emit_some(uint32_t set, int64_t watermark_ms, Output& output) {
    const auto rows_max = static_cast<size_t>(context_->output_rows_max());
    std::vector<uint32_t> entries;
    rows_->read_range(set, 0, rows_max, entries);
    HW_ASSIGN_OR_RETURN(const ColumnPtr times, rows_->read(spec_.order[0].column, entries));
    size_t due = 0;
    while (due < entries.size() &&
           times->value<int64_t>(static_cast<int64_t>(due)) / ticks_per_ms_ <= watermark_ms) {
      ++due;
    }
    if (due == 0) return false;
    const bool more = due == rows_max;
    entries.resize(due);
    std::vector<ColumnPtr> columns;
    for (int c = 0; c < spec_.schema->num_fields(); ++c) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, rows_->read(c, entries));
      columns.push_back(std::move(column));
    }
    output.emit(Batch(spec_.schema, std::move(columns), static_cast<int64_t>(due)));
    for (const uint32_t entry : entries) rows_->remove(entry);
    rows_->free_removed();
    return more;
  }

  const TemporalSortSpec spec_;
  const int64_t ticks_per_ms_;
  OperatorContext* context_ = nullptr;
  Counter* late_rows_ = nullptr;
  Counter* null_times_ = nullptr;
  KeyedTable* everything_ = nullptr;  // one row
  OrderedTable* rows_ = nullptr;      // what waits, in order
};

}  // namespace

Result<std::unique_ptr<Operator>> make_temporal_sort(TemporalSortSpec spec) {
  if (spec.order.empty() || spec.order[0].descending) {
    return Status::UnknownError("a sort by time needs an ascending time in front");
  }
  return std::make_unique<TemporalSort>(std::move(spec));
}

}  // namespace hw
