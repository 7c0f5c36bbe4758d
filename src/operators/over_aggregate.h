// SPDX-License-Identifier: Apache-2.0
//
// One aggregate function over the frames of rows. Every row gets an accumulator of its own; what
// lies in a frame is merged from left to right. Frames that begin with the partition grow along a
// chain, one merge a row; others are put together from blocks of 2, 4, 8 … rows. Blocks lie at the
// same positions of a partition however its rows came, so that sums of DOUBLE come out the same.
// Under DISTINCT a row counts in frames that hold no earlier row of its value; those that do not
// begin with the partition are put together row by row then.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "operators/aggregates.h"
#include "operators/over_rows.h"
#include "state/keyed_table.h"
#include "state/row_chunks.h"

namespace hw {

class StateStore;

class OverAggregate {
 public:
  /// `session` outlives it. Fails when the function cannot be used here.
  static Result<OverAggregate> bind(const OverCall& call, const Schema& input,
                                    const ExprSession& session);

  /// Accumulator columns for what is no longer kept of a partition; none where frames do not begin
  /// with it.
  const std::vector<SqlField>& carried_columns() const { return carried_columns_; }
  /// The first of them among the value columns of the table handed in below.
  void place_carried(int first_column) { first_carried_ = first_column; }
  void initialize(KeyedTable& carried, std::span<const uint32_t> rows) const;

  /// DISTINCT, where something is carried: makes the table of the values that are no longer kept.
  void open_set(StateStore& state, KeyedTable& partitions, const Schema& input,
                std::string_view name);

  /// One result per wanted row. `carried` is null when nothing is carried.
  Result<ColumnPtr> evaluate(const OverRows& rows, const OverFrames& frames, KeyedTable* carried,
                             arrow::MemoryPool* pool);
  /// Carries over what evaluate() has seen: of each partition the rows before keep_from.
  Status carry(const OverRows& rows, std::span<const int32_t> keep_from, KeyedTable& carried);

 private:
  /// Blocks of 2^level rows, by partition.
  struct Level {
    std::vector<uint32_t> blocks;
    std::vector<size_t> begins;          // of a partition's blocks
    std::vector<int64_t> first_numbers;  // of its first block, in blocks from the partition's start
  };

  Status add_rows(size_t count, std::vector<uint32_t>& added);
  Status load(const OverRows& rows);
  /// Notes that `from` goes into `into`; flush_merges() does it, in this order.
  Status merge(uint32_t into, uint32_t from);
  Status flush_merges();
  Result<ColumnPtr> grow(const OverRows& rows, const OverFrames& frames, KeyedTable* carried);
  Result<ColumnPtr> slide(const OverRows& rows, const OverFrames& frames);
  Status find_equals(const OverRows& rows, arrow::MemoryPool* pool);
  Result<std::vector<uint8_t>> find_seen(const OverRows& rows);
  Status keep_seen(const OverRows& rows, std::span<const int32_t> keep_from);
  std::vector<ColumnPtr> set_keys(const OverRows& rows, std::span<const uint32_t> owners) const;
  bool is_first(int32_t row, int32_t begin) const {
    return !distinct_ || earlier_[static_cast<size_t>(row)] < begin;
  }
  Status build_levels(const OverRows& rows, int64_t longest);
  Status build_level(const OverRows& rows, const Level& below, int number);
  Status merge_blocks(size_t partition, int64_t begin, int64_t end, uint32_t into);

  static constexpr size_t kMergesMax = 1 << 16;

  OverCall call_;
  std::shared_ptr<const Aggregates> bound_;
  AggregateKernel* kernel_ = nullptr;  // of bound_
  bool distinct_ = false;
  KeyedTable* seen_ = nullptr;  // DISTINCT: values of rows that are no longer kept
  std::vector<SqlField> carried_columns_;
  int first_carried_ = 0;
  // Of the rows at hand.
  std::unique_ptr<RowChunks> store_;
  std::vector<uint32_t> leaves_;  // a row each
  std::vector<Level> levels_;     // [0] has blocks of two
  std::vector<int32_t> earlier_;  // DISTINCT: the row before each that has its value, -1 = none
  std::vector<uint32_t> into_;
  std::vector<uint32_t> from_;
};

}  // namespace hw
