// SPDX-License-Identifier: Apache-2.0
//
// OVER windows that keep all rows: over updating inputs, by any order, and in batch mode. A batch
// is folded: the results of the partitions that it touches are computed before and after, and what
// differs goes out.

#include <algorithm>
#include <string>
#include <utility>

#include "columnar/gather.h"
#include "columnar/key_bytes.h"
#include "operators/dense_input.h"
#include "operators/output_queue.h"
#include "operators/over.h"
#include "operators/over_functions.h"
#include "operators/row_change.h"
#include "operators/touched_rows.h"
#include "runtime/operator.h"
#include "state/ordered_table.h"
#include "state/state_store.h"

namespace hw {
namespace {

class UpdatingOver final : public Operator {
 public:
  explicit UpdatingOver(OverSpec spec) : spec_(std::move(spec)) {}

  Status bind() {
    HW_ASSIGN_OR_RETURN(functions_,
                        OverFunctions::bind(spec_.calls, *spec_.input, spec_.order, spec_.session));
    return Status::OK();
  }

  Status open(OperatorContext& context) override {
    context_ = &context;
    TableSchema schema;
    for (const int column : spec_.partition) {
      schema.keys.push_back({"key_" + spec_.input->name(column), spec_.input->type(column)});
    }
    partitions_ = &context.state().keyed_table("partitions", std::move(schema));
    OrderedTableSpec rows;
    for (const SqlField& field : spec_.input->fields()) {
      rows.payload.push_back({"row_" + field.name, field.type});
    }
    rows.equal = EqualEntries::kArrival;
    rows.searchable = spec_.input_retracts;
    rows_ = &context.state().ordered_table("rows", *partitions_, std::move(rows));
    return Status::OK();
  }

  Result<Flow> on_batch(int input, const Batch& batch, Output& output) override {
    if (queue_.empty()) HW_TRY(fold(batch));
    return queue_.flush(output, context_->output_rows_max(), Flow::kNeedInput);
  }

  Result<Flow> on_end(int input, Output& output) override {
    if (!context_->batch_mode()) return Flow::kNeedInput;
    if (!listed_) final_ = partitions_->live_rows();
    listed_ = true;
    if (queue_.empty() && next_ < final_.size()) HW_TRY(queue_final_part());
    const bool all_queued = next_ == final_.size();
    return queue_.flush(output, context_->output_rows_max(),
                        all_queued ? Flow::kNeedInput : Flow::kMoreOutput);
  }

  Description describe() const override { return {.name = "Over", .details = details_of(spec_)}; }

 private:
  /// What some partitions show: their rows in order, with results.
  struct Shown {
    std::vector<uint32_t> entries;
    std::vector<ColumnPtr> results;
  };
  /// Rows to emit: entries, where their results are, and kinds.
  struct Changes {
    std::vector<uint32_t> entries;
    std::vector<RowSource> results;  // source 0 = before, 1 = after
    std::vector<RowKind> kinds;
    void add(RowKind kind, uint32_t entry, RowSource result) {
      kinds.push_back(kind);
      entries.push_back(entry);
      results.push_back(result);
    }
  };
  static constexpr int32_t kNowhere = -1;
  static constexpr size_t kFinalRows = 4096;

  Status fold(const Batch& batch) {
    HW_ASSIGN_OR_RETURN(const DenseInput input, DenseInput::of(batch));
    if (!input.insert_only() && !spec_.input_retracts) {
      return Status::UnknownError("an OVER window planned for inserts got changes");
    }
    const std::vector<ColumnPtr> keys = input.columns(spec_.partition);
    std::vector<uint32_t> partitions;
    HW_TRY(partitions_->find_or_insert(
        {.columns = keys, .num_rows = input.num_rows(), .hashes = input.hashes_of(spec_.partition)},
        partitions, nullptr));
    touched_.assign(partitions, partitions_->end_row());
    if (context_->batch_mode()) {
      HW_TRY(apply(input, partitions));
      rows_->free_removed();
      return forget_empty_partitions();
    }
    HW_ASSIGN_OR_RETURN(const Shown before, show(touched_.rows()));
    HW_TRY(apply(input, partitions));
    HW_ASSIGN_OR_RETURN(const Shown after, show(touched_.rows()));
    HW_ASSIGN_OR_RETURN(const Changes changes, find_changes(before, after));
    HW_TRY(queue(changes, before, after));
    rows_->free_removed();
    return forget_empty_partitions();
  }

  Status apply(const DenseInput& input, std::span<const uint32_t> partitions) {
    const std::vector<ColumnPtr>& payload = input.all_columns();
    std::vector<uint64_t> hashes;
    if (spec_.input_retracts) hashes = hash_keys(payload, input.num_rows());
    std::string order;
    for (int64_t i = 0; i < input.num_rows(); ++i) {
      const auto row = static_cast<size_t>(i);
      const uint64_t hash = hashes.empty() ? 0 : hashes[row];
      if (is_retraction(input.row_kind(i))) {
        const uint32_t entry = rows_->find_equal(partitions[row], hash, payload, i);
        if (entry != OrderedTable::kNoEntry) rows_->remove(entry);
        continue;
      }
      order.clear();
      if (!spec_.arrival_order) {
        for (const SortKey& key : spec_.order) {
          append_order_bytes(*payload[static_cast<size_t>(key.column)], i, key.descending,
                             key.nulls_first, order);
        }
      }
      HW_TRY(rows_->insert(partitions[row], order, hash, payload, i).status());
    }
    return Status::OK();
  }

  Result<Shown> show(std::span<const uint32_t> partitions) {
    Shown shown;
    OverRows rows;
    for (const uint32_t partition : partitions) {
      const auto begin = static_cast<int32_t>(shown.entries.size());
      rows_->read_range(partition, 0, SIZE_MAX, shown.entries);
      const auto end = static_cast<int32_t>(shown.entries.size());
      rows.add_peers(*rows_, std::span(shown.entries).subspan(static_cast<size_t>(begin)),
                     spec_.arrival_order);
      OverRows::Partition part;
      part.begin = part.out_begin = begin;
      part.end = part.out_end = end;
      rows.partitions.push_back(part);
    }
    for (int c = 0; c < spec_.input->num_fields(); ++c) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, rows_->read(c, shown.entries));
      rows.columns.push_back(std::move(column));
    }
    HW_ASSIGN_OR_RETURN(shown.results, functions_.evaluate(rows, nullptr, context_->memory_pool()));
    return shown;
  }

  /// Which rows of `before` have other results at their places in `after` (kNowhere: gone).
  static Result<std::vector<uint8_t>> find_differences(const Shown& before, const Shown& after,
                                                       std::span<const int32_t> place_after) {
    std::vector<uint8_t> differs(before.entries.size(), 0);
    std::vector<int32_t> old_rows, new_rows;
    for (size_t i = 0; i < place_after.size(); ++i) {
      if (place_after[i] == kNowhere) continue;
      old_rows.push_back(static_cast<int32_t>(i));
      new_rows.push_back(place_after[i]);
    }
    std::vector<uint8_t> marks(old_rows.size(), 0);
    for (size_t c = 0; c < before.results.size(); ++c) {
      HW_ASSIGN_OR_RETURN(const ColumnPtr old_values, gather(*before.results[c], old_rows));
      HW_ASSIGN_OR_RETURN(const ColumnPtr new_values, gather(*after.results[c], new_rows));
      mark_differences(*old_values, *new_values, marks);
    }
    for (size_t i = 0; i < marks.size(); ++i) differs[static_cast<size_t>(old_rows[i])] = marks[i];
    return differs;
  }

  Result<Changes> find_changes(const Shown& before, const Shown& after) {
    uint32_t end_entry = 0;
    for (const uint32_t entry : before.entries) end_entry = std::max(end_entry, entry + 1);
    for (const uint32_t entry : after.entries) end_entry = std::max(end_entry, entry + 1);
    if (place_.size() < end_entry) place_.resize(end_entry, kNowhere);
    for (size_t i = 0; i < after.entries.size(); ++i) {
      place_[after.entries[i]] = static_cast<int32_t>(i);
    }
    std::vector<int32_t> place_after;
    for (const uint32_t entry : before.entries) {
      place_after.push_back(place_[entry]);
      place_[entry] = kNowhere;  // what is left at the end is new
    }
    Changes changes;
    // All that goes first: a row may come back in another partition under the same upsert key.
    for (size_t i = 0; i < place_after.size(); ++i) {
      if (place_after[i] == kNowhere) {
        changes.add(RowKind::kDelete, before.entries[i], {0, static_cast<int32_t>(i)});
      }
    }
    HW_ASSIGN_OR_RETURN(const std::vector<uint8_t> differs,
                        find_differences(before, after, place_after));
    for (size_t i = 0; i < differs.size(); ++i) {
      if (differs[i] == 0) continue;
      const uint32_t entry = before.entries[i];
      if (spec_.generate_update_before) {
        changes.add(RowKind::kUpdateBefore, entry, {0, static_cast<int32_t>(i)});
      }
      changes.add(RowKind::kUpdateAfter, entry, {1, place_after[i]});
    }
    for (size_t i = 0; i < after.entries.size(); ++i) {
      const uint32_t entry = after.entries[i];
      if (place_[entry] == kNowhere) continue;
      place_[entry] = kNowhere;
      changes.add(RowKind::kInsert, entry, {1, static_cast<int32_t>(i)});
    }
    return changes;
  }

  Status queue(const Changes& changes, const Shown& before, const Shown& after) {
    if (changes.entries.empty()) return Status::OK();
    std::vector<ColumnPtr> columns;
    for (int c = 0; c < spec_.input->num_fields(); ++c) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, rows_->read(c, changes.entries));
      columns.push_back(std::move(column));
    }
    for (size_t c = 0; c < after.results.size(); ++c) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column,
                          gather_from({before.results[c], after.results[c]}, changes.results));
      columns.push_back(std::move(column));
    }
    const bool insert_only = std::all_of(changes.kinds.begin(), changes.kinds.end(),
                                         [](RowKind kind) { return kind == RowKind::kInsert; });
    queue_.push(
        Batch(spec_.output, std::move(columns), static_cast<int64_t>(changes.entries.size()),
              insert_only ? nullptr : std::make_shared<std::vector<RowKind>>(changes.kinds)));
    return Status::OK();
  }

  Status forget_empty_partitions() {
    if (!spec_.input_retracts) return Status::OK();
    std::vector<uint32_t> empty;
    for (const uint32_t partition : touched_.rows()) {
      if (rows_->size(partition) == 0) empty.push_back(partition);
    }
    return partitions_->erase(empty);
  }

  // Batch mode, at the end: some partitions with some thousand rows.
  Status queue_final_part() {
    std::vector<uint32_t> partitions;
    for (size_t rows = 0; next_ < final_.size() && rows < kFinalRows; ++next_) {
      partitions.push_back(final_[next_]);
      rows += rows_->size(final_[next_]);
    }
    HW_ASSIGN_OR_RETURN(Shown shown, show(partitions));
    std::vector<ColumnPtr> columns;
    for (int c = 0; c < spec_.input->num_fields(); ++c) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, rows_->read(c, shown.entries));
      columns.push_back(std::move(column));
    }
    for (ColumnPtr& result : shown.results) columns.push_back(std::move(result));
    queue_.push(
        Batch(spec_.output, std::move(columns), static_cast<int64_t>(shown.entries.size())));
    return Status::OK();
  }

  const OverSpec spec_;
  OverFunctions functions_;
  OperatorContext* context_ = nullptr;
  KeyedTable* partitions_ = nullptr;
  OrderedTable* rows_ = nullptr;
  // Of the batch at hand.
  TouchedRows touched_;
  std::vector<int32_t> place_;  // by entry; all kNowhere between batches
  OutputQueue queue_;
  // Batch mode, at the end.
  bool listed_ = false;
  std::vector<uint32_t> final_;
  size_t next_ = 0;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_updating_over(OverSpec spec) {
  auto over = std::make_unique<UpdatingOver>(std::move(spec));
  HW_TRY(over->bind());
  return over;
}

}  // namespace hw
