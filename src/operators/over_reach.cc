// SPDX-License-Identifier: Apache-2.0

#include "operators/over_reach.h"

#include <algorithm>
#include <limits>

namespace hw {
namespace {

int64_t saturated(int64_t a, int64_t b) {
  int64_t sum;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b < 0 ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
}

bool starts_by_distance(const OverCall& call) {
  return call.framed() && !call.frame.rows && call.frame.start.edge == FrameEdge::kPreceding;
}

}  // namespace

OverReach::OverReach(const OverSpec& spec)
    : calls_(spec.calls),
      time_column_(spec.order.empty() ? -1 : spec.order[0].column),
      by_arrival_(spec.way == OverWay::kByArrival) {
  if (time_column_ >= 0) {
    ticks_per_ms_ = spec.input->type(time_column_).ticks_per_second() / 1000;
  }
  for (const OverCall& call : calls_) {
    rows_ahead_ = std::max(rows_ahead_, hw::rows_ahead(call));
    ms_ahead_ = std::max(ms_ahead_, distance_ahead(call) / ticks_per_ms_);
    if (starts_by_distance(call)) {
      ms_behind_ = std::max(ms_behind_, call.frame.start.distance / ticks_per_ms_);
    }
    const bool by_time = call.framed() && !call.frame.rows && !call.frame.starts_unbounded();
    forgets_ = forgets_ && by_time;
  }
}

int64_t OverReach::due_ms(int64_t time_ms) const { return saturated(time_ms, ms_ahead_); }

int64_t OverReach::forget_ms(int64_t time_ms) const {
  return saturated(saturated(time_ms, ms_behind_), 1);
}

int64_t OverReach::time_ms(const OverRows& rows, int32_t row) const {
  return rows.columns[static_cast<size_t>(time_column_)]->value<int64_t>(row) / ticks_per_ms_;
}

void OverReach::find_complete(OverRows& rows, int64_t until_ms, bool last) const {
  for (OverRows::Partition& partition : rows.partitions) {
    int64_t end = partition.end;
    if (!last) {
      end -= rows_ahead_;
      while (ms_ahead_ > 0 && end > partition.out_begin &&
             due_ms(time_ms(rows, static_cast<int32_t>(end) - 1)) > until_ms) {
        --end;
      }
    }
    partition.out_end = static_cast<int32_t>(std::max(end, int64_t{partition.out_begin}));
  }
}

int32_t OverReach::needed_by(const OverCall& call, const OverRows& rows,
                             const OverRows::Partition& partition, int64_t until_ms) const {
  const int32_t next = partition.out_end;
  const auto back_by = [&](int64_t count) {
    return static_cast<int32_t>(std::max(int64_t{partition.begin}, saturated(next, -count)));
  };
  // The first row not older than that, seen from the next row to go out.
  const auto back_by_distance = [&](int64_t distance) {
    const int64_t coming_ms = saturated(until_ms, 1);
    const int64_t next_ms =
        next < partition.end ? std::min(coming_ms, time_ms(rows, next)) : coming_ms;
    const int64_t oldest_ms = saturated(next_ms, -(distance / ticks_per_ms_) - 1);
    int32_t row = next;
    while (row > partition.begin && time_ms(rows, row - 1) >= oldest_ms) --row;
    return row;
  };
  const auto back_to = [&](const FrameBound& bound) {
    if (bound.edge != FrameEdge::kPreceding) return next;
    return call.frame.rows ? back_by(bound.distance) : back_by_distance(bound.distance);
  };
  // The row whose value is the n-th before the next row.
  const auto back_by_values = [&](int64_t count) {
    const Column& values = *rows.columns[static_cast<size_t>(call.value)];
    int32_t row = next;
    while (row > partition.begin && count > 0) count -= values.is_null(--row) ? 0 : 1;
    return row;
  };
  if (call.function == OverFunction::kLag) {
    return call.ignore_nulls ? back_by_values(call.n) : back_by(call.n);
  }
  if (!call.framed()) return next;
  if (!call.frame.starts_unbounded()) return back_to(call.frame.start);
  // An accumulator carries what lies before the frame's end; single values are looked up.
  if (call.function != OverFunction::kAggregate) return partition.begin;
  return back_to(call.frame.end);
}

std::vector<int32_t> OverReach::find_needed(const OverRows& rows, int64_t until_ms) const {
  std::vector<int32_t> keep_from;
  for (const OverRows::Partition& partition : rows.partitions) {
    int32_t from = partition.out_end;
    for (const OverCall& call : calls_) {
      from = std::min(from, needed_by(call, rows, partition, until_ms));
    }
    if (from < partition.end) from = rows.peers_begin[static_cast<size_t>(from)];
    keep_from.push_back(from);
  }
  return keep_from;
}

}  // namespace hw
