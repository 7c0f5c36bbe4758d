// SPDX-License-Identifier: Apache-2.0

#include "operators/top_n.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <arrow/array/data.h>
#include <arrow/type.h>

#include "base/memory.h"
#include "base/planted.h"
#include "columnar/key_bytes.h"
#include "operators/dense_input.h"
#include "operators/output_queue.h"
#include "operators/row_change.h"
#include "operators/state_age.h"
#include "operators/touched_rows.h"
#include "operators/window_clock.h"
#include "runtime/forgets_state.h"
#include "runtime/operator.h"
#include "state/age_column.h"
#include "state/ordered_table.h"
#include "state/state_store.h"
#include "state/timer_buckets.h"

namespace hw {
namespace {

ColumnPtr rank_column(const SqlType& type, const std::vector<int64_t>& ranks) {
  const auto num_rows = static_cast<int64_t>(ranks.size());
  auto buffer = pooled_buffer(num_rows * static_cast<int64_t>(sizeof(int64_t)));
  std::copy(ranks.begin(), ranks.end(), reinterpret_cast<int64_t*>(buffer->mutable_data()));
  return Column::plain(type, arrow::ArrayData::Make(type.to_arrow(), num_rows, {nullptr, buffer}));
}

class TopN final : public Operator, public ForgetsState {
 public:
  TopN(TopNSpec spec, std::optional<WindowClock> clock)
      : spec_(std::move(spec)),
        clock_(std::move(clock)),
        age_(spec_.window ? 0 : spec_.state_ttl_ms) {
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
    if (age_.is_on()) schema.values.push_back(age_field());
    partitions_ = &context.state().keyed_table("partitions", std::move(schema));
    age_.open(context);
    age_.keep(*partitions_, 0);
    OrderedTableSpec rows;
    for (const SqlField& field : spec_.input->fields()) {
      rows.payload.push_back({"row_" + field.name, field.type});
    }
    rows.equal = EqualEntries::kArrival;
    rows.searchable = spec_.input_retracts;
    rows_ = &context.state().ordered_table("rows", *partitions_, std::move(rows));
    if (spec_.window) due_ = &context.state().timer_buckets("due", *partitions_);
    late_rows_ = &context.counter("late_rows_dropped");
    return Status::OK();
  }

  Result<Flow> on_batch(int input, const Batch& batch, Output& output) override {
    if (queue_.empty()) HW_TRY(fold(batch));
    return queue_.flush(output, context_->output_rows_max(), Flow::kNeedInput);
  }

  Result<Flow> on_watermark(Watermark watermark, Output& output) override {
    if (!in_windows()) return Flow::kNeedInput;
    // The end of bounded input closes windows of processing time too.
    if (!spec_.window->event_time && watermark.ms < Watermark::kMax) return Flow::kNeedInput;
    return close_windows_until(watermark.ms, output);
  }

  Result<Flow> on_timer(Timer, Output& output) override {
    if (!spec_.window) {
      const std::vector<uint32_t> expired = age_.sweep();
      for (const uint32_t partition : expired) rows_->erase_set(partition);
      HW_TRY(partitions_->erase(expired));
      age_.wake(partitions_->num_rows());
      return Flow::kNeedInput;
    }
    return close_windows_until(context_->now_ms() - 1, output);
  }

  Status restore(SnapshotReader&) override {
    age_.adopt();
    age_.wake(partitions_->num_rows());
    return Status::OK();
  }

  bool forgets_state() const override { return age_.is_on(); }

  Result<Flow> on_end(int input, Output& output) override {
    if (!context_->batch_mode()) return Flow::kNeedInput;
    if (!listed_) list_all();
    if (queue_.empty() && next_ < final_.entries.size()) HW_TRY(queue_final_part());
    const bool all_queued = next_ == final_.entries.size();
    return queue_.flush(output, context_->output_rows_max(),
                        all_queued ? Flow::kNeedInput : Flow::kMoreOutput);
  }

  Description describe() const override {
    Description description{.name = spec_.window ? "WindowTopN" : "TopN", .details = {}};
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
    if (!counts_rows()) description.details.emplace_back("rankType", to_text(spec_.rank));
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

  /// What a partition shows.
  struct Shown {
    std::vector<uint32_t> entries;
    std::vector<int64_t> ranks;
  };
  static constexpr size_t kLookRows = 512;
  static constexpr size_t kClosedMax = 1024;

  bool in_windows() const { return spec_.window && !context_->batch_mode(); }
  bool is_due(int64_t watermark_ms) const {
    const int64_t next_ms = due_->next_due_ms();
    return next_ms != TimerBuckets::kNever && next_ms <= watermark_ms;
  }
  bool counts_rows() const { return spec_.rank == RankKind::kRowNumber; }

  Status fold(const Batch& batch) {
    HW_ASSIGN_OR_RETURN(DenseInput input, DenseInput::of(batch));
    if (!input.insert_only() && !spec_.input_retracts) {
      return Status::UnknownError("a top-n planned for inserts got changes");
    }
    std::vector<int64_t> closing;
    if (in_windows()) HW_TRY(drop_late(input, closing));
    if (input.num_rows() == 0) return Status::OK();
    const std::vector<ColumnPtr> keys = input.columns(spec_.partition);
    std::vector<uint32_t> partitions, inserted;
    HW_TRY(partitions_->find_or_insert(
        {.columns = keys, .num_rows = input.num_rows(), .hashes = input.hashes_of(spec_.partition)},
        partitions, &inserted));
    age_.write(inserted);
    const std::vector<uint32_t> expired = age_.expired_among(partitions);
    for (const uint32_t partition : expired) rows_->erase_set(partition);
    age_.write(expired);
    touched_.assign(partitions, partitions_->end_row());
    for (size_t i = 0; i < closing.size(); ++i) due_->set(closing[i], partitions[i]);
    const bool shows = !context_->batch_mode() && !in_windows();
    std::vector<Shown> before;
    if (shows) before = shown();
    HW_TRY(apply(input, partitions));
    if (!counts_rows() && !spec_.input_retracts) trim();
    if (shows) {
      Changes changes;
      HW_TRY(find_changes(before, changes));
      HW_TRY(queue(changes));
    }
    rows_->free_removed();
    return forget_empty_partitions();
  }

  /// Leaves out rows of closed windows; `closing` gets the watermarks that close the others'.
  Status drop_late(DenseInput& input, std::vector<int64_t>& closing) {
    const Column& ends = *input.column(spec_.window_end);
    std::vector<int32_t> kept;
    int64_t known_end = INT64_MIN, closes_at = INT64_MIN;
    for (int64_t i = 0; i < input.num_rows(); ++i) {
      const auto end = ends.value<int64_t>(i);
      if (end != known_end) {
        closes_at = clock_->closes_at(end);
        if (!spec_.window->event_time) {
          context_->set_timer({.due_ms = closes_at + 1, .domain = TimeDomain::kProcessing});
        }
      }
      known_end = end;
      if (spec_.window->event_time && closes_at <= context_->watermark_ms()) continue;
      kept.push_back(static_cast<int32_t>(i));
      closing.push_back(closes_at);
    }
    const int64_t late = input.num_rows() - static_cast<int64_t>(kept.size());
    if (late == 0) return Status::OK();
    late_rows_->add(late);
    HW_ASSIGN_OR_RETURN(input, input.gathered(kept));
    return Status::OK();
  }

  Result<Flow> close_windows_until(int64_t progress_ms, Output& output) {
    if (queue_.empty()) HW_TRY(close_windows(progress_ms));
    const bool more = is_due(progress_ms);
    return queue_.flush(output, context_->output_rows_max(),
                        more ? Flow::kMoreOutput : Flow::kNeedInput);
  }

  /// Puts out some partitions of windows that the watermark closes, and forgets them.
  Status close_windows(int64_t watermark_ms) {
    std::vector<uint32_t> closed;
    while (closed.size() < kClosedMax && is_due(watermark_ms)) {
      const std::vector<uint32_t> partitions = due_->take_next();
      closed.insert(closed.end(), partitions.begin(), partitions.end());
    }
    Changes changes;
    for (const uint32_t partition : closed) {
      const Shown shown = shown_of(partition);
      for (size_t i = 0; i < shown.entries.size(); ++i) {
        changes.add(RowKind::kInsert, shown.entries[i], shown.ranks[i]);
      }
    }
    HW_TRY(queue(changes));
    for (const uint32_t partition : closed) rows_->erase_set(partition);
    return partitions_->erase(closed);
  }

  /// What the touched partitions show.
  std::vector<Shown> shown() const {
    std::vector<Shown> lists;
    for (const uint32_t partition : touched_.rows()) lists.push_back(shown_of(partition));
    return lists;
  }

  Shown shown_of(uint32_t partition) const {
    Shown shown;
    if (counts_rows()) {
      rows_->read_range(partition, begin_, end_, shown.entries);
      for (size_t i = 0; i < shown.entries.size(); ++i) {
        shown.ranks.push_back(static_cast<int64_t>(begin_ + i + 1));
      }
      return shown;
    }
    for_each_ranked(partition, [&](uint32_t entry, size_t rank) {
      if (rank <= begin_) return;
      shown.entries.push_back(entry);
      shown.ranks.push_back(static_cast<int64_t>(rank));
    });
    return shown;
  }

  /// RANK, DENSE_RANK: calls visit(entry, rank) in order up to rank end_; returns how many.
  template <typename Visit>
  size_t for_each_ranked(uint32_t partition, Visit&& visit) const {
    size_t position = 0, rank = 0;
    uint32_t previous = OrderedTable::kNoEntry;
    std::vector<uint32_t> entries;
    while (position < rows_->size(partition)) {
      entries.clear();
      rows_->read_range(partition, position, position + kLookRows, entries);
      for (const uint32_t entry : entries) {
        const bool peer = previous != OrderedTable::kNoEntry &&
                          rows_->order_bytes(previous) == rows_->order_bytes(entry);
        if (!peer) rank = spec_.rank == RankKind::kRank ? position + 1 : rank + 1;
        if (rank > end_) return position;
        visit(entry, rank);
        previous = entry;
        ++position;
      }
    }
    return position;
  }

  /// RANK, DENSE_RANK over inserts: what cannot come to the front again is not kept.
  void trim() {
    std::vector<uint32_t> behind;
    for (const uint32_t partition : touched_.rows()) {
      const size_t kept = for_each_ranked(partition, [](uint32_t, size_t) {});
      behind.clear();
      rows_->read_range(partition, kept, SIZE_MAX, behind);
      for (const uint32_t entry : behind) rows_->remove(entry);
    }
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
        if (entry == OrderedTable::kNoEntry) continue;
        rows_->remove(entry);
        age_.write(std::span(&partition, 1));
        continue;
      }
      order.clear();
      for (const SortKey& key : spec_.order) {
        append_order_bytes(*payload[static_cast<size_t>(key.column)], i, key.descending,
                           key.nulls_first, order);
      }
      // What cannot come to the front again is not kept.
      const bool counted = !spec_.input_retracts && counts_rows();
      const bool full = counted && rows_->size(partition) >= end_;
      if (full && end_ == 0) continue;
      const std::string_view last = full ? rows_->order_bytes(rows_->last(partition)) : "";
      const bool last_stays = spec_.last_of_equal || HW_PLANTED_BUG(18);
      if (full && (last_stays ? last < order : last <= order)) continue;
      if (full && last_stays) rows_->remove(rows_->last(partition));
      HW_TRY(rows_->insert(partition, order, hash, payload, i).status());
      age_.write(std::span(&partition, 1));
      if (counted && rows_->size(partition) > end_) {
        rows_->remove(rows_->last(partition));
      }
    }
    return Status::OK();
  }

  /// What the touched partitions show now against what they showed before.
  Status find_changes(const std::vector<Shown>& before, Changes& changes) const {
    const std::vector<Shown> after = shown();
    // What goes comes first: a row may move to another partition under the same upsert key.
    for (size_t i = 0; i < after.size(); ++i) {
      if (spec_.emit_rank && counts_rows()) continue;
      const std::unordered_set<uint32_t> kept(after[i].entries.begin(), after[i].entries.end());
      for (size_t k = 0; k < before[i].entries.size(); ++k) {
        const uint32_t entry = before[i].entries[k];
        if (!kept.contains(entry)) changes.add(RowKind::kDelete, entry, before[i].ranks[k]);
      }
    }
    for (size_t i = 0; i < after.size(); ++i) {
      if (spec_.emit_rank && counts_rows()) {
        HW_TRY(find_ranked_changes(before[i].entries, after[i].entries, changes));
      } else {
        find_kept_and_new(before[i], after[i], changes);
      }
    }
    return Status::OK();
  }

  void find_kept_and_new(const Shown& before, const Shown& after, Changes& changes) const {
    std::unordered_map<uint32_t, int64_t> old_ranks;
    for (size_t k = 0; k < before.entries.size(); ++k) {
      old_ranks.emplace(before.entries[k], before.ranks[k]);
    }
    for (size_t k = 0; k < after.entries.size(); ++k) {
      const uint32_t entry = after.entries[k];
      const auto found = old_ranks.find(entry);
      if (found == old_ranks.end()) {
        changes.add(RowKind::kInsert, entry, after.ranks[k]);
      } else if (spec_.emit_rank && found->second != after.ranks[k]) {
        if (spec_.generate_update_before) {
          changes.add(RowKind::kUpdateBefore, entry, found->second);
        }
        changes.add(RowKind::kUpdateAfter, entry, after.ranks[k]);
      }
    }
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
    age_.wake(partitions_->num_rows());
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
    for (const uint32_t partition : partitions_->live_rows()) {
      const Shown shown = shown_of(partition);
      for (size_t i = 0; i < shown.entries.size(); ++i) {
        final_.add(RowKind::kInsert, shown.entries[i], shown.ranks[i]);
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
  std::optional<WindowClock> clock_;  // windows only
  size_t begin_ = 0;                  // positions [begin_, end_) of a partition are shown
  size_t end_ = 0;
  OperatorContext* context_ = nullptr;
  KeyedTable* partitions_ = nullptr;
  OrderedTable* rows_ = nullptr;
  TimerBuckets* due_ = nullptr;  // windows only: when partitions close
  StateAge age_;
  Counter* late_rows_ = nullptr;
  // Of the batch at hand.
  TouchedRows touched_;
  OutputQueue queue_;
  // Batch mode, at the end.
  bool listed_ = false;
  Changes final_;
  size_t next_ = 0;
};

}  // namespace

std::string to_text(RankKind rank) {
  switch (rank) {
    case RankKind::kRowNumber:
      return "ROW_NUMBER";
    case RankKind::kRank:
      return "RANK";
    case RankKind::kDenseRank:
      return "DENSE_RANK";
  }
  return {};
}

SqlType rank_type() { return SqlType::bigint().not_null(); }

Result<std::unique_ptr<Operator>> make_top_n(TopNSpec spec) {
  if (spec.limit < 0 || spec.offset < 0) {
    return Status::Invalid("LIMIT and OFFSET must not be negative, but are ", spec.limit, " and ",
                           spec.offset);
  }
  std::optional<WindowClock> clock;
  if (spec.window) {
    HW_ASSIGN_OR_RETURN(clock, WindowClock::make(*spec.window));
  }
  return std::make_unique<TopN>(std::move(spec), std::move(clock));
}

}  // namespace hw
