// SPDX-License-Identifier: Apache-2.0

#include "operators/top_n.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

#include <arrow/array/data.h>
#include <arrow/type.h>

#include "base/memory.h"
#include "columnar/key_bytes.h"
#include "operators/dense_input.h"
#include "operators/output_queue.h"
#include "operators/row_change.h"
#include "operators/touched_rows.h"
#include "runtime/operator.h"
#include "state/ordered_table.h"
#include "state/state_store.h"

namespace hw {
namespace {

ColumnPtr rank_column(const SqlType& type, const std::vector<int64_t>& ranks) {
  const auto num_rows = static_cast<int64_t>(ranks.size());
  auto buffer = pooled_buffer(num_rows * static_cast<int64_t>(sizeof(int64_t)));
  std::copy(ranks.begin(), ranks.end(), reinterpret_cast<int64_t*>(buffer->mutable_data()));
  return Column::plain(type, arrow::ArrayData::Make(type.to_arrow(), num_rows, {nullptr, buffer}));
}

class TopN final : public Operator {
 public:
  explicit TopN(TopNSpec spec) : spec_(std::move(spec)) {
    const bool unlimited = spec_.limit > INT64_MAX - spec_.offset;
    begin_ = static_cast<size_t>(spec_.offset);
    end_ = unlimited ? SIZE_MAX : static_cast<size_t>(spec_.offset + spec_.limit);
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
    if (!listed_) list_all();
    if (queue_.empty() && next_ < final_.entries.size()) HW_TRY(queue_final_part());
    const bool all_queued = next_ == final_.entries.size();
    return queue_.flush(output, context_->output_rows_max(),
                        all_queued ? Flow::kNeedInput : Flow::kMoreOutput);
  }

  Description describe() const override {
    Description description{.name = "TopN", .details = {}};
    std::string partition;
    for (const int column : spec_.partition) {
      partition += (partition.empty() ? "" : ", ") + spec_.input->name(column);
    }
    if (!partition.empty()) description.details.emplace_back("partitionBy", partition);
    description.details.emplace_back("orderBy", to_text(spec_.order, *spec_.input));
    if (spec_.limit != INT64_MAX) {
      description.details.emplace_back("fetch", std::to_string(spec_.limit));
    }
    if (spec_.offset > 0) description.details.emplace_back("offset", std::to_string(spec_.offset));
    if (spec_.emit_rank) description.details.emplace_back("rank", "yes");
    return description;
  }

 private:
  /// Rows to emit: entries, their ranks and kinds.
  struct Changes {
    std::vector<uint32_t> entries;
    std::vector<int64_t> ranks;
    std::vector<RowKind> kinds;
    void add(RowKind kind, uint32_t entry, int64_t rank) {
      entries.push_back(entry);
      ranks.push_back(rank);
      kinds.push_back(kind);
    }
  };

  Status fold(const Batch& batch) {
    HW_ASSIGN_OR_RETURN(const DenseInput input, DenseInput::of(batch));
    if (!input.insert_only() && !spec_.input_retracts) {
      return Status::UnknownError("a top-n planned for inserts got changes");
    }
    const std::vector<ColumnPtr> keys = input.columns(spec_.partition);
    std::vector<uint32_t> partitions;
    HW_TRY(partitions_->find_or_insert(
        {.columns = keys, .num_rows = input.num_rows(), .hashes = input.key_hashes()}, partitions,
        nullptr));
    touched_.assign(partitions, partitions_->end_row());
    std::vector<std::vector<uint32_t>> before;
    if (!context_->batch_mode()) before = shown();
    HW_TRY(apply(input, partitions));
    if (!context_->batch_mode()) {
      Changes changes;
      HW_TRY(find_changes(before, changes));
      HW_TRY(queue(changes));
    }
    rows_->free_removed();
    return forget_empty_partitions();
  }

  /// The entries on show per touched partition.
  std::vector<std::vector<uint32_t>> shown() const {
    std::vector<std::vector<uint32_t>> lists;
    for (const uint32_t partition : touched_.rows()) {
      lists.emplace_back();
      rows_->read_range(partition, begin_, end_, lists.back());
    }
    return lists;
  }

  Status apply(const DenseInput& input, std::span<const uint32_t> partitions) {
    const std::vector<ColumnPtr>& payload = input.all_columns();
    std::vector<uint64_t> hashes;
    if (spec_.input_retracts) hashes = hash_keys(payload, input.num_rows());
    std::string order;
    for (int64_t i = 0; i < input.num_rows(); ++i) {
      const auto row = static_cast<size_t>(i);
      const uint32_t partition = partitions[row];
      const uint64_t hash = hashes.empty() ? 0 : hashes[row];
      if (is_retraction(input.row_kind(i))) {
        const uint32_t entry = rows_->find_equal(partition, hash, payload, i);
        if (entry != OrderedTable::kNoEntry) rows_->remove(entry);
        continue;
      }
      order.clear();
      for (const SortKey& key : spec_.order) {
        append_order_bytes(*payload[static_cast<size_t>(key.column)], i, key.descending,
                           key.nulls_first, order);
      }
      // What cannot come to the front again is not kept.
      const bool full = !spec_.input_retracts && rows_->size(partition) >= end_;
      if (full && (end_ == 0 || rows_->order_bytes(rows_->last(partition)) <= order)) continue;
      HW_TRY(rows_->insert(partition, order, hash, payload, i).status());
      if (!spec_.input_retracts && rows_->size(partition) > end_) {
        rows_->remove(rows_->last(partition));
      }
    }
    return Status::OK();
  }

  /// What the touched partitions show now against what they showed before.
  Status find_changes(const std::vector<std::vector<uint32_t>>& before, Changes& changes) const {
    const std::vector<std::vector<uint32_t>> after = shown();
    for (size_t i = 0; i < after.size(); ++i) {
      if (spec_.emit_rank) {
        HW_TRY(find_ranked_changes(before[i], after[i], changes));
        continue;
      }
      const std::unordered_set<uint32_t> old_entries(before[i].begin(), before[i].end());
      const std::unordered_set<uint32_t> new_entries(after[i].begin(), after[i].end());
      for (const uint32_t entry : before[i]) {
        if (!new_entries.contains(entry)) changes.add(RowKind::kDelete, entry, 0);
      }
      for (const uint32_t entry : after[i]) {
        if (!old_entries.contains(entry)) changes.add(RowKind::kInsert, entry, 0);
      }
    }
    return Status::OK();
  }

  Status find_ranked_changes(const std::vector<uint32_t>& before,
                             const std::vector<uint32_t>& after, Changes& changes) const {
    const size_t both = std::min(before.size(), after.size());
    HW_ASSIGN_OR_RETURN(const std::vector<uint8_t> differs,
                        differences(std::span(before).first(both), std::span(after).first(both)));
    for (size_t i = 0; i < std::max(before.size(), after.size()); ++i) {
      const auto rank = static_cast<int64_t>(begin_ + i + 1);
      if (i >= after.size()) {
        changes.add(RowKind::kDelete, before[i], rank);
      } else if (i >= before.size()) {
        changes.add(RowKind::kInsert, after[i], rank);
      } else if (differs[i] != 0) {
        if (spec_.generate_update_before) changes.add(RowKind::kUpdateBefore, before[i], rank);
        changes.add(RowKind::kUpdateAfter, after[i], rank);
      }
    }
    return Status::OK();
  }

  Result<std::vector<uint8_t>> differences(std::span<const uint32_t> before,
                                           std::span<const uint32_t> after) const {
    std::vector<uint8_t> differs(before.size(), 0);
    if (std::equal(before.begin(), before.end(), after.begin())) return differs;
    for (int c = 0; c < spec_.input->num_fields(); ++c) {
      HW_ASSIGN_OR_RETURN(const ColumnPtr old_values, rows_->read(c, before));
      HW_ASSIGN_OR_RETURN(const ColumnPtr new_values, rows_->read(c, after));
      mark_differences(*old_values, *new_values, differs);
    }
    return differs;
  }

  Status queue(const Changes& changes) {
    if (changes.entries.empty()) return Status::OK();
    std::vector<ColumnPtr> columns;
    for (int c = 0; c < spec_.input->num_fields(); ++c) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, rows_->read(c, changes.entries));
      columns.push_back(std::move(column));
    }
    if (spec_.emit_rank) {
      columns.push_back(rank_column(spec_.output->fields().back().type, changes.ranks));
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

  // Batch mode, at the end.
  void list_all() {
    listed_ = true;
    std::vector<uint32_t> entries;
    for (const uint32_t partition : partitions_->live_rows()) {
      entries.clear();
      rows_->read_range(partition, begin_, end_, entries);
      for (size_t i = 0; i < entries.size(); ++i) {
        final_.add(RowKind::kInsert, entries[i], static_cast<int64_t>(begin_ + i + 1));
      }
    }
  }

  Status queue_final_part() {
    const size_t length =
        std::min(static_cast<size_t>(kBatchRowsMax), final_.entries.size() - next_);
    Changes part;
    for (size_t i = next_; i < next_ + length; ++i) {
      part.add(RowKind::kInsert, final_.entries[i], final_.ranks[i]);
    }
    next_ += length;
    return queue(part);
  }

  const TopNSpec spec_;
  size_t begin_ = 0;  // positions [begin_, end_) of a partition are shown
  size_t end_ = 0;
  OperatorContext* context_ = nullptr;
  KeyedTable* partitions_ = nullptr;
  OrderedTable* rows_ = nullptr;
  // Of the batch at hand.
  TouchedRows touched_;
  OutputQueue queue_;
  // Batch mode, at the end.
  bool listed_ = false;
  Changes final_;
  size_t next_ = 0;
};

}  // namespace

Result<std::unique_ptr<Operator>> make_top_n(TopNSpec spec) {
  if (spec.limit < 0 || spec.offset < 0) {
    return Status::Invalid("LIMIT and OFFSET must not be negative, but are ", spec.limit, " and ",
                           spec.offset);
  }
  return std::make_unique<TopN>(std::move(spec));
}

}  // namespace hw
