// SPDX-License-Identifier: Apache-2.0

#include "operators/over_aggregate.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "columnar/gather.h"
#include "state/row_columns.h"
#include "state/state_store.h"

namespace hw {
namespace {

/// Which rows count under FILTER; empty = all.
std::vector<int8_t> signs_of(const OverRows& rows, int filter) {
  std::vector<int8_t> signs;
  if (filter < 0) return signs;
  const Column& condition = *rows.columns[static_cast<size_t>(filter)];
  for (int32_t i = 0; i < rows.num_rows(); ++i) {
    const int64_t slot = condition.slot(i);
    const bool counts = !condition.slot_is_null(slot) && condition.slot_value<bool>(slot);
    signs.push_back(counts ? int8_t{1} : int8_t{0});
  }
  return signs;
}

}  // namespace

Result<OverAggregate> OverAggregate::bind(const OverCall& call, const Schema& input,
                                          const ExprSession& session) {
  OverAggregate aggregate;
  aggregate.call_ = call;
  aggregate.distinct_ = std::exchange(aggregate.call_.aggregate.distinct, false);
  HW_ASSIGN_OR_RETURN(
      Aggregates bound,
      Aggregates::bind({aggregate.call_.aggregate}, input, session,
                       {.retracts = false, .first_column = 0, .deferred_sets = false}));
  aggregate.bound_ = std::make_shared<const Aggregates>(std::move(bound));
  aggregate.kernel_ = aggregate.bound_->calls()[0].kernel.get();
  if (call.frame.starts_unbounded()) aggregate.carried_columns_ = aggregate.bound_->columns();
  return aggregate;
}

void OverAggregate::open_set(StateStore& state, KeyedTable& partitions, const Schema& input,
                             std::string_view name) {
  if (!distinct_ || carried_columns_.empty()) return;
  TableSchema schema;
  for (const int arg : call_.aggregate.args) {
    schema.keys.push_back({"value_" + input.name(arg), input.type(arg)});
  }
  seen_ = &state.keyed_table(name, partitions, std::move(schema));
}

/// Owner and value of all rows.
std::vector<ColumnPtr> OverAggregate::set_keys(const OverRows& rows,
                                               std::span<const uint32_t> owners) const {
  std::vector<ColumnPtr> keys = {parent_row_column(owners)};
  for (const int arg : call_.aggregate.args) keys.push_back(rows.columns[static_cast<size_t>(arg)]);
  return keys;
}

/// Rows that FILTER leaves out are nobody's equals.
Status OverAggregate::find_equals(const OverRows& rows, arrow::MemoryPool* pool) {
  TableSchema schema{.keys = {{"partition", SqlType::integer().not_null()}}, .values = {}};
  for (const int arg : call_.aggregate.args) {
    const ColumnPtr& values = rows.columns[static_cast<size_t>(arg)];
    schema.keys.push_back({"value", values->type()});
  }
  KeyedTable values(std::move(schema), pool);
  std::vector<uint32_t> owners(static_cast<size_t>(rows.num_rows()));
  for (size_t p = 0; p < rows.partitions.size(); ++p) {
    const OverRows::Partition& partition = rows.partitions[p];
    std::fill(owners.begin() + partition.begin, owners.begin() + partition.end,
              static_cast<uint32_t>(p));
  }
  const std::vector<ColumnPtr> keys = set_keys(rows, owners);
  std::vector<uint32_t> numbers;
  HW_TRY(values.find_or_insert({.columns = keys, .num_rows = rows.num_rows(), .hashes = nullptr},
                               numbers, nullptr));
  const std::vector<int8_t> signs = signs_of(rows, call_.aggregate.filter);
  std::vector<int32_t> last(values.end_row(), -1);
  earlier_.assign(numbers.size(), -1);
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (!signs.empty() && signs[i] == 0) continue;
    earlier_[i] = std::exchange(last[numbers[i]], static_cast<int32_t>(i));
  }
  return Status::OK();
}

/// By row: 1 where its value is one of rows that are no longer kept.
Result<std::vector<uint8_t>> OverAggregate::find_seen(const OverRows& rows) {
  std::vector<uint32_t> owners(static_cast<size_t>(rows.num_rows()));
  for (const OverRows::Partition& partition : rows.partitions) {
    std::fill(owners.begin() + partition.begin, owners.begin() + partition.end, partition.carried);
  }
  const std::vector<ColumnPtr> keys = set_keys(rows, owners);
  std::vector<uint32_t> numbers;
  HW_TRY(seen_->find({.columns = keys, .num_rows = rows.num_rows(), .hashes = nullptr}, numbers));
  std::vector<uint8_t> seen;
  for (const uint32_t number : numbers) seen.push_back(number == KeyedTable::kNoRow ? 0 : 1);
  return seen;
}

/// The values of rows before keep_from will be seen no more.
Status OverAggregate::keep_seen(const OverRows& rows, std::span<const int32_t> keep_from) {
  const std::vector<int8_t> signs = signs_of(rows, call_.aggregate.filter);
  std::vector<int32_t> gone;
  std::vector<uint32_t> owners;
  for (size_t p = 0; p < rows.partitions.size(); ++p) {
    for (int32_t row = rows.partitions[p].begin; row < keep_from[p]; ++row) {
      if (!signs.empty() && signs[static_cast<size_t>(row)] == 0) continue;
      gone.push_back(row);
      owners.push_back(rows.partitions[p].carried);
    }
  }
  std::vector<ColumnPtr> keys = {parent_row_column(owners)};
  for (const int arg : call_.aggregate.args) {
    HW_ASSIGN_OR_RETURN(ColumnPtr values, gather(*rows.columns[static_cast<size_t>(arg)], gone));
    keys.push_back(std::move(values));
  }
  std::vector<uint32_t> numbers;
  return seen_->find_or_insert(
      {.columns = keys, .num_rows = static_cast<int64_t>(gone.size()), .hashes = nullptr}, numbers,
      nullptr);
}

void OverAggregate::initialize(KeyedTable& carried, std::span<const uint32_t> rows) const {
  if (!carried_columns_.empty()) kernel_->initialize(carried.values(first_carried_), rows);
}

Status OverAggregate::add_rows(size_t count, std::vector<uint32_t>& added) {
  added.reserve(added.size() + count);
  const size_t first = added.size();
  for (size_t i = 0; i < count; ++i) {
    if (!store_->has_room()) HW_TRY(store_->grow());
    added.push_back(store_->add());
  }
  kernel_->initialize(RowStoreView(*store_, 0), std::span(added).subspan(first));
  return Status::OK();
}

Status OverAggregate::load(const OverRows& rows) {
  store_->clear();
  leaves_.clear();
  levels_.clear();
  HW_TRY(add_rows(static_cast<size_t>(rows.num_rows()), leaves_));
  std::vector<ColumnPtr> args;
  for (const int arg : call_.aggregate.args) args.push_back(rows.columns[static_cast<size_t>(arg)]);
  const std::vector<int8_t> signs = signs_of(rows, call_.aggregate.filter);
  return kernel_->update(
      RowStoreView(*store_, 0),
      {.args = args, .groups = leaves_, .signs = signs.empty() ? nullptr : signs.data()});
}

Status OverAggregate::merge(uint32_t into, uint32_t from) {
  into_.push_back(into);
  from_.push_back(from);
  return into_.size() < kMergesMax ? Status::OK() : flush_merges();
}

Status OverAggregate::flush_merges() {
  if (into_.empty()) return Status::OK();
  const RowStoreView view(*store_, 0);
  const Status status = kernel_->merge(view, into_, view, from_);
  into_.clear();
  from_.clear();
  return status;
}

Result<ColumnPtr> OverAggregate::evaluate(const OverRows& rows, const OverFrames& frames,
                                          KeyedTable* carried, arrow::MemoryPool* pool) {
  if (store_ == nullptr) {
    std::vector<RowColumn> columns;
    for (const SqlField& field : bound_->columns()) columns.push_back(row_column_of(field.type));
    store_ = std::make_unique<RowChunks>(std::move(columns), pool);
  }
  HW_TRY(load(rows));
  if (distinct_) HW_TRY(find_equals(rows, pool));
  return call_.frame.starts_unbounded() ? grow(rows, frames, carried) : slide(rows, frames);
}

Result<ColumnPtr> OverAggregate::grow(const OverRows& rows, const OverFrames& frames,
                                      KeyedTable* carried) {
  // chain[begin + partition number + k]: the first k rows of the partition.
  std::vector<uint32_t> chain;
  HW_TRY(add_rows(static_cast<size_t>(rows.num_rows()) + rows.partitions.size(), chain));
  if (carried != nullptr) {
    std::vector<uint32_t> starts, from;
    for (size_t p = 0; p < rows.partitions.size(); ++p) {
      starts.push_back(chain[static_cast<size_t>(rows.partitions[p].begin) + p]);
      from.push_back(rows.partitions[p].carried);
    }
    HW_TRY(kernel_->merge(RowStoreView(*store_, 0), starts, carried->values(first_carried_), from));
  }
  std::vector<uint8_t> seen;
  if (seen_ != nullptr && carried != nullptr) {
    HW_ASSIGN_OR_RETURN(seen, find_seen(rows));
  }
  std::vector<uint32_t> results;
  size_t wanted = 0;
  for (size_t p = 0; p < rows.partitions.size(); ++p) {
    const OverRows::Partition& partition = rows.partitions[p];
    const size_t count = static_cast<size_t>(partition.out_end - partition.out_begin);
    int32_t longest = partition.begin;
    for (size_t i = 0; i < count; ++i) longest = std::max(longest, frames.end[wanted + i]);
    for (int32_t row = partition.begin; row < longest; ++row) {
      const size_t link = static_cast<size_t>(row) + p;
      HW_TRY(merge(chain[link + 1], chain[link]));
      if (!is_first(row, partition.begin)) continue;
      if (!seen.empty() && seen[static_cast<size_t>(row)] != 0) continue;
      HW_TRY(merge(chain[link + 1], leaves_[static_cast<size_t>(row)]));
    }
    for (size_t i = 0; i < count; ++i, ++wanted) {
      results.push_back(
          chain[static_cast<size_t>(std::max(frames.end[wanted], partition.begin)) + p]);
    }
  }
  HW_TRY(flush_merges());
  return kernel_->result(RowStoreView(*store_, 0), results);
}

Result<ColumnPtr> OverAggregate::slide(const OverRows& rows, const OverFrames& frames) {
  int64_t longest = 0;
  for (size_t i = 0; i < frames.begin.size(); ++i) {
    longest = std::max(longest, int64_t{frames.end[i]} - frames.begin[i]);
  }
  if (!distinct_) HW_TRY(build_levels(rows, longest));
  std::vector<uint32_t> results;
  HW_TRY(add_rows(frames.begin.size(), results));
  size_t wanted = 0;
  for (size_t p = 0; p < rows.partitions.size(); ++p) {
    const OverRows::Partition& partition = rows.partitions[p];
    for (int32_t i = partition.out_begin; i < partition.out_end; ++i, ++wanted) {
      for (int32_t row = frames.begin[wanted]; distinct_ && row < frames.end[wanted]; ++row) {
        if (!is_first(row, frames.begin[wanted])) continue;
        HW_TRY(merge(results[wanted], leaves_[static_cast<size_t>(row)]));
      }
      if (distinct_) continue;
      // Positions count from the partition's start; rows that are not kept are in no frame.
      HW_TRY(merge_blocks(p, partition.position(frames.begin[wanted]),
                          partition.position(frames.end[wanted]), results[wanted]));
    }
  }
  HW_TRY(flush_merges());
  return kernel_->result(RowStoreView(*store_, 0), results);
}

Status OverAggregate::build_levels(const OverRows& rows, int64_t longest) {
  Level bottom;
  for (const OverRows::Partition& partition : rows.partitions) {
    bottom.begins.push_back(static_cast<size_t>(partition.begin));
    bottom.first_numbers.push_back(partition.rows_before);
  }
  bottom.blocks = leaves_;
  levels_.push_back(std::move(bottom));
  for (int level = 1; (int64_t{1} << level) <= longest; ++level) {
    const Level below = levels_.back();
    HW_TRY(build_level(rows, below, level));
  }
  return flush_merges();
}

Status OverAggregate::build_level(const OverRows& rows, const Level& below, int number) {
  Level level;
  const int64_t width = int64_t{1} << number;
  for (size_t p = 0; p < rows.partitions.size(); ++p) {
    const OverRows::Partition& partition = rows.partitions[p];
    // Whole blocks only: a frame never needs a part of one.
    const int64_t first = (partition.rows_before + width - 1) / width;
    const int64_t end = partition.position(partition.end) / width;
    level.begins.push_back(level.blocks.size());
    level.first_numbers.push_back(first);
    HW_TRY(add_rows(static_cast<size_t>(std::max(int64_t{0}, end - first)), level.blocks));
    for (int64_t block = first; block < end; ++block) {
      const uint32_t into = level.blocks[level.begins[p] + static_cast<size_t>(block - first)];
      const size_t left = below.begins[p] + static_cast<size_t>(2 * block - below.first_numbers[p]);
      HW_TRY(merge(into, below.blocks[left]));
      HW_TRY(merge(into, below.blocks[left + 1]));
    }
  }
  levels_.push_back(std::move(level));
  return Status::OK();
}

Status OverAggregate::merge_blocks(size_t partition, int64_t begin, int64_t end, uint32_t into) {
  while (begin < end) {
    const auto room = static_cast<uint64_t>(end - begin);
    int level = static_cast<int>(std::bit_width(room)) - 1;
    if (begin > 0) level = std::min(level, std::countr_zero(static_cast<uint64_t>(begin)));
    level = std::min(level, static_cast<int>(levels_.size()) - 1);
    const Level& blocks = levels_[static_cast<size_t>(level)];
    const size_t place = blocks.begins[partition] +
                         static_cast<size_t>((begin >> level) - blocks.first_numbers[partition]);
    HW_TRY(merge(into, blocks.blocks[place]));
    begin += int64_t{1} << level;
  }
  return Status::OK();
}

Status OverAggregate::carry(const OverRows& rows, std::span<const int32_t> keep_from,
                            KeyedTable& carried) {
  if (carried_columns_.empty()) return Status::OK();
  std::vector<uint8_t> seen;
  if (seen_ != nullptr) {
    HW_ASSIGN_OR_RETURN(seen, find_seen(rows));
    HW_TRY(keep_seen(rows, keep_from));
  }
  std::vector<uint32_t> into, from;
  for (size_t p = 0; p < rows.partitions.size(); ++p) {
    for (int32_t row = rows.partitions[p].begin; row < keep_from[p]; ++row) {
      if (!is_first(row, rows.partitions[p].begin)) continue;
      if (!seen.empty() && seen[static_cast<size_t>(row)] != 0) continue;
      into.push_back(rows.partitions[p].carried);
      from.push_back(leaves_[static_cast<size_t>(row)]);
    }
  }
  if (into.empty()) return Status::OK();
  return kernel_->merge(carried.values(first_carried_), into, RowStoreView(*store_, 0), from);
}

}  // namespace hw
