// SPDX-License-Identifier: Apache-2.0

#include "operators/top_n.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "columnar/fast_builders.h"
#include "columnar/key_bytes.h"
#include "operators/dense_input.h"
#include "operators/output_queue.h"
#include "operators/touched_rows.h"
#include "runtime/operator.h"
#include "state/keyed_table.h"
#include "state/ordered_table.h"
#include "state/state_store.h"

namespace hw {
namespace {

class TopN final : public Operator {
 public:
  explicit TopN(TopNSpec spec) : spec_(std::move(spec)) {
    constexpr int64_t kAll = std::numeric_limits<int64_t>::max();
    end_ = spec_.limit > kAll - spec_.offset ? kAll : spec_.limit + spec_.offset;
  }

  Status open(OperatorContext& context) override {
    context_ = &context;
    TableSchema schema;
    for (const int column : spec_.partition) {
      schema.keys.push_back({"key_" + spec_.input->name(column), spec_.input->type(column)});
    }
    partitions_ = &context.state().keyed_table("partitions", std::move(schema));
    entries_ = &context.state().ordered_table("rows", *partitions_,
                                              {.payload = spec_.input->fields(),
                                               .equal = EqualEntries::kArrival,
                                               .searchable = spec_.input_retracts});
    return Status::OK();
  }

  Result<Flow> on_batch(int input, const Batch& batch, Output& output) override {
    if (queue_.empty()) HW_TRY(fold(batch));
    return queue_.flush(output, context_->output_rows_max(), Flow::kNeedInput);
  }

  Result<Flow> on_end(int input, Output& output) override {
    if (!context_->batch_mode()) return Flow::kNeedInput;
    if (queue_.empty()) HW_TRY(queue_some());
    const bool all_queued = next_partition_ >= partitions_->end_row() && pending_.empty();
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
    if (!spec_.order.empty()) {
      description.details.emplace_back("orderBy", to_text(spec_.order, *spec_.input));
    }
    if (spec_.limit != std::numeric_limits<int64_t>::max()) {
      description.details.emplace_back("limit", std::to_string(spec_.limit));
    }
    if (spec_.offset > 0) description.details.emplace_back("offset", std::to_string(spec_.offset));
    return description;
  }

 private:
  /// The entries shown of one partition, by rank.
  using Shown = std::vector<uint32_t>;

  /// Rows to put out, as entries.
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

  Shown shown(uint32_t partition) const {
    Shown entries;
    const auto size = static_cast<int64_t>(entries_->size(partition));
    const int64_t begin = std::min(spec_.offset, size);
    entries_->read_range(partition, static_cast<size_t>(begin),
                         static_cast<size_t>(std::min(end_, size)), entries);
    return entries;
  }

  Status fold(const Batch& batch) {
    HW_ASSIGN_OR_RETURN(const DenseInput input, DenseInput::of(batch));
    if (!input.insert_only() && !spec_.input_retracts) {
      return Status::UnknownError("a Top-N planned for inserts got changes");
    }
    const std::vector<ColumnPtr> keys = input.columns(spec_.partition);
    std::vector<uint32_t> partitions;
    HW_TRY(partitions_->find_or_insert(
        {.columns = keys, .num_rows = input.num_rows(), .hashes = input.key_hashes()}, partitions,
        nullptr));
    touched_.assign(partitions, partitions_->end_row());
    const bool batch_mode = context_->batch_mode();
    std::vector<Shown> before;
    if (!batch_mode) {
      for (const uint32_t partition : touched_.rows()) before.push_back(shown(partition));
    }
    HW_TRY(apply(input, partitions));
    if (!batch_mode) {
      Changes changes;
      for (size_t i = 0; i < touched_.rows().size(); ++i) {
        const Shown after = shown(touched_.rows()[i]);
        spec_.emit_rank ? add_rank_changes(before[i], after, changes)
                        : add_row_changes(before[i], after, changes);
      }
      HW_TRY(queue(changes));
    }
    entries_->free_removed();
    return forget_empty_partitions();
  }

  Status apply(const DenseInput& input, std::span<const uint32_t> partitions) {
    const std::vector<ColumnPtr>& columns = input.all_columns();
    std::vector<uint64_t> hashes;
    if (spec_.input_retracts) hashes = hash_keys(columns, input.num_rows());
    std::string order;
    for (int64_t row = 0; row < input.num_rows(); ++row) {
      const auto i = static_cast<size_t>(row);
      const uint64_t hash = hashes.empty() ? 0 : hashes[i];
      if (is_retraction(input.row_kind(row))) {
        const uint32_t entry = entries_->find_equal(partitions[i], hash, columns, row);
        // A row that is not there cannot be taken back.
        if (entry != OrderedTable::kNoEntry) entries_->remove(entry);
        continue;
      }
      order.clear();
      for (const SortKey& key : spec_.order) {
        append_order_bytes(*columns[static_cast<size_t>(key.column)], row, key.descending,
                           key.nulls_first, order);
      }
      if (is_beyond(partitions[i], order)) continue;
      HW_TRY(entries_->insert(partitions[i], order, hash, columns, row).status());
      if (spec_.input_retracts || static_cast<int64_t>(entries_->size(partitions[i])) <= end_) {
        continue;
      }
      entries_->remove(entries_->last(partitions[i]));
    }
    return Status::OK();
  }

  /// Inserts only: a row behind a full set will never be shown.
  bool is_beyond(uint32_t partition, std::string_view order) const {
    if (spec_.input_retracts) return false;
    const size_t size = entries_->size(partition);
    if (static_cast<int64_t>(size) < end_) return false;
    return size == 0 || entries_->order_bytes(entries_->last(partition)) <= order;
  }

  /// Rows that leave, then rows that enter, each in order of rank.
  void add_row_changes(const Shown& before, const Shown& after, Changes& changes) {
    Shown stay_before = before;
    Shown stay_after = after;
    std::sort(stay_before.begin(), stay_before.end());
    std::sort(stay_after.begin(), stay_after.end());
    for (const uint32_t entry : before) {
      if (!std::binary_search(stay_after.begin(), stay_after.end(), entry)) {
        changes.add(RowKind::kDelete, entry, 0);
      }
    }
    for (const uint32_t entry : after) {
      if (!std::binary_search(stay_before.begin(), stay_before.end(), entry)) {
        changes.add(RowKind::kInsert, entry, 0);
      }
    }
  }

  /// Rank by rank: who held it and who holds it now.
  void add_rank_changes(const Shown& before, const Shown& after, Changes& changes) const {
    for (size_t i = 0; i < std::max(before.size(), after.size()); ++i) {
      const int64_t rank = spec_.offset + static_cast<int64_t>(i) + 1;
      const bool was = i < before.size();
      const bool is = i < after.size();
      if (was && is && before[i] == after[i]) continue;
      if (was && is) {
        if (spec_.generate_update_before) changes.add(RowKind::kUpdateBefore, before[i], rank);
        changes.add(RowKind::kUpdateAfter, after[i], rank);
      } else if (was) {
        changes.add(RowKind::kDelete, before[i], rank);
      } else {
        changes.add(RowKind::kInsert, after[i], rank);
      }
    }
  }

  Status queue(const Changes& changes) {
    if (changes.entries.empty()) return Status::OK();
    const auto rows = static_cast<int64_t>(changes.entries.size());
    std::vector<ColumnPtr> columns;
    for (int c = 0; c < spec_.input->num_fields(); ++c) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column, entries_->read(c, changes.entries));
      columns.push_back(column->with_type(spec_.output->type(c)));
    }
    if (spec_.emit_rank) {
      const SqlType& type = spec_.output->type(spec_.output->num_fields() - 1);
      FixedBuilder<int64_t> ranks;
      std::copy(changes.ranks.begin(), changes.ranks.end(), ranks.append_uninitialised(rows));
      columns.push_back(ranks.finish(type));
    }
    RowKindsPtr kinds;
    if (std::any_of(changes.kinds.begin(), changes.kinds.end(),
                    [](RowKind kind) { return kind != RowKind::kInsert; })) {
      kinds = std::make_shared<const std::vector<RowKind>>(changes.kinds);
    }
    queue_.push(Batch(spec_.output, std::move(columns), rows, std::move(kinds)));
    return Status::OK();
  }

  Status forget_empty_partitions() {
    if (!spec_.input_retracts) return Status::OK();
    std::vector<uint32_t> empty;
    for (const uint32_t partition : touched_.rows()) {
      if (entries_->size(partition) > 0) continue;
      entries_->erase_set(partition);
      empty.push_back(partition);
    }
    return partitions_->erase(empty);
  }

  /// Batch mode, at the end: about one batch of rows, partition by partition.
  Status queue_some() {
    Changes changes;
    while (changes.entries.size() < static_cast<size_t>(kBatchRowsMax)) {
      if (pending_.empty()) {
        std::vector<uint32_t> partition;
        next_partition_ = partitions_->scan(next_partition_, 1, partition);
        if (partition.empty()) break;
        pending_ = shown(partition[0]);
        pending_rank_ = spec_.offset;
        std::reverse(pending_.begin(), pending_.end());
        continue;
      }
      changes.add(RowKind::kInsert, pending_.back(), ++pending_rank_);
      pending_.pop_back();
    }
    return queue(changes);
  }

  const TopNSpec spec_;
  int64_t end_ = 0;  // offset + limit
  OperatorContext* context_ = nullptr;
  // State.
  KeyedTable* partitions_ = nullptr;
  OrderedTable* entries_ = nullptr;
  // Of the batch at hand.
  TouchedRows touched_;
  OutputQueue queue_;
  // Batch mode, at the end.
  uint32_t next_partition_ = 0;
  Shown pending_;  // of the partition at hand, last rank first
  int64_t pending_rank_ = 0;
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
