// SPDX-License-Identifier: Apache-2.0
//
// All functions of an OVER window, bound: results for rows of partitions that are laid out in
// order, and what must be carried over of rows that are dropped. Shared by the operators that keep
// those rows.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "columnar/schema.h"
#include "operators/over_aggregate.h"
#include "operators/over_call.h"
#include "operators/over_rows.h"

namespace hw {

class OverFunctions {
 public:
  /// `order` is the ORDER BY of the window; only its first column is read. `session` outlives it.
  static Result<OverFunctions> bind(const std::vector<OverCall>& calls, const Schema& input,
                                    const std::vector<SortKey>& order, const ExprSession& session);

  /// Accumulators of what is carried, value columns from `first_column` on of the table below.
  std::vector<SqlField> place_carried(int first_column);
  void initialize(KeyedTable& carried, std::span<const uint32_t> rows) const;
  /// Registers what DISTINCT calls carry, as children of the table below. Only where it is carried.
  void open_sets(StateStore& state, KeyedTable& partitions, const Schema& input);

  /// A column per call with a row per wanted row. `carried` may be null: nothing was dropped.
  Result<std::vector<ColumnPtr>> evaluate(const OverRows& rows, KeyedTable* carried,
                                          arrow::MemoryPool* pool);
  /// The rows that evaluate() has just seen will be dropped up to keep_from[p] of partition p:
  /// carries over what later frames need of them. Requires: keep_from[p] begins a group of peers.
  Status carry(const OverRows& rows, std::span<const int32_t> keep_from, KeyedTable& carried);

  const std::vector<OverCall>& calls() const { return calls_; }

 private:
  Result<ColumnPtr> evaluate(size_t call, const OverRows& rows, KeyedTable* carried,
                             arrow::MemoryPool* pool);

  std::vector<OverCall> calls_;
  SortKey order_;
  std::vector<OverAggregate> aggregates_;
  std::vector<int> aggregate_of_;  // by call, -1 = none
};

}  // namespace hw
