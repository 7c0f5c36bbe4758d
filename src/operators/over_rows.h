// SPDX-License-Identifier: Apache-2.0
//
// Rows of some partitions in their order, as the functions of an OVER window see them, and the
// frames of those rows for which results are wanted. Rows are numbered through all partitions.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "columnar/column.h"
#include "operators/over_call.h"
#include "operators/sort_key.h"

namespace hw {

class OrderedTable;

struct OverRows {
  struct Partition {
    int32_t begin = 0;
    int32_t end = 0;
    /// Results are wanted for [out_begin, out_end).
    int32_t out_begin = 0;
    int32_t out_end = 0;
    /// Rows, and groups of peers, in front of `begin` that are not kept any more.
    int64_t rows_before = 0;
    int64_t groups_before = 0;
    /// Row of the table that holds what is carried over from those.
    uint32_t carried = 0;

    int64_t position(int32_t row) const { return rows_before + (row - begin); }
  };

  std::vector<Partition> partitions;
  /// Columns of the input, all rows.
  std::vector<ColumnPtr> columns;
  /// By row: its peers are [peers_begin, peers_end); its group's number from `begin` on, from 0.
  std::vector<int32_t> peers_begin;
  std::vector<int32_t> peers_end;
  std::vector<int32_t> group;

  int32_t num_rows() const { return static_cast<int32_t>(peers_begin.size()); }
  int64_t num_wanted() const;
  /// Calls visit(partition, row) for each wanted row, in order.
  template <typename Visit>
  void for_each_wanted(Visit&& visit) const {
    for (const Partition& partition : partitions) {
      for (int32_t row = partition.out_begin; row < partition.out_end; ++row) {
        visit(partition, row);
      }
    }
  }

  /// Fills the peers of one partition, whose rows are `entries` of the table, the first of them
  /// row `begin`. With `by_arrival` every row is alone.
  void add_peers(const OrderedTable& table, std::span<const uint32_t> entries, bool by_arrival);
};

/// By wanted row: its frame is [begin, end); empty where begin >= end.
struct OverFrames {
  std::vector<int32_t> begin;
  std::vector<int32_t> end;
};

/// `order` is read for RANGE with a distance only: the column and its direction.
OverFrames find_frames(const OverFrame& frame, const OverRows& rows, const SortKey& order);

}  // namespace hw
