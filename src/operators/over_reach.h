// SPDX-License-Identifier: Apache-2.0
//
// How far the frames of an OVER window over time reach: when a row's results are complete, and
// which rows later ones still need.

#pragma once

#include <cstdint>
#include <vector>

#include "operators/over.h"
#include "operators/over_rows.h"

namespace hw {

class OverReach {
 public:
  /// Requires: a spec of kByTime or kByArrival whose calls all settle.
  explicit OverReach(const OverSpec& spec);

  /// The watermark at which a row of that time can go out, if enough rows follow it.
  int64_t due_ms(int64_t time_ms) const;
  /// Sets out_end of each partition: results of rows before it do not change any more, when all
  /// rows up to `until_ms` are there. With `last` no row is to come.
  void find_complete(OverRows& rows, int64_t until_ms, bool last) const;
  /// By partition: the first row that rows from out_end on, or behind `until_ms`, need. Begins a
  /// group of peers.
  std::vector<int32_t> find_needed(const OverRows& rows, int64_t until_ms) const;

  /// Whether a partition without rows is as one that never had any.
  bool forgets() const { return forgets_; }
  /// Requires: forgets(). When a row of that time, which went out, is in nobody's reach.
  int64_t forget_ms(int64_t time_ms) const;

 private:
  int64_t time_ms(const OverRows& rows, int32_t row) const;
  int32_t needed_by(const OverCall& call, const OverRows& rows,
                    const OverRows::Partition& partition, int64_t until_ms) const;

  const std::vector<OverCall> calls_;
  const int time_column_;  // -1: none is read
  const bool by_arrival_;
  int64_t rows_ahead_ = 0;
  int64_t ms_ahead_ = 0;
  int64_t ms_behind_ = 0;
  int64_t ticks_per_ms_ = 1;
  bool forgets_ = true;
};

}  // namespace hw
