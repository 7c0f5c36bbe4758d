// SPDX-License-Identifier: Apache-2.0

#include "operators/over_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include <arrow/util/decimal.h>

#include "state/ordered_table.h"

namespace hw {
namespace {

/// The values of an ORDER BY column as numbers that rise with the order. NaN stays what it is: it
/// comes behind all numbers, or in front of them where the order descends.
template <typename T>
struct OrderValues {
  std::vector<T> values;
  std::vector<uint8_t> nulls;
  bool descending = false;

  bool comes_before(T a, T b) const {
    if constexpr (std::is_same_v<T, double>) {
      if (std::isnan(a) || std::isnan(b)) {
        return std::isnan(a) != std::isnan(b) && std::isnan(a) == descending;
      }
    }
    return a < b;
  }
};

int64_t add(int64_t a, int64_t b) {
  int64_t sum;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b < 0 ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
}
double add(double a, double b) { return a + b; }

int64_t integer_at(const Column& column, int64_t slot) {
  switch (column.type().physical()) {
    case PhysicalType::kInt8:
      return column.slot_value<int8_t>(slot);
    case PhysicalType::kInt16:
      return column.slot_value<int16_t>(slot);
    case PhysicalType::kInt32:
      return column.slot_value<int32_t>(slot);
    case PhysicalType::kDecimal128:
      return static_cast<int64_t>(column.slot_value<arrow::Decimal128>(slot).low_bits());
    default:
      return column.slot_value<int64_t>(slot);
  }
}

double real_at(const Column& column, int64_t slot) {
  return column.type().is(TypeKind::kFloat) ? static_cast<double>(column.slot_value<float>(slot))
                                            : column.slot_value<double>(slot);
}

template <typename T>
OrderValues<T> order_values(const Column& column, int32_t num_rows, bool descending) {
  OrderValues<T> order;
  order.descending = descending;
  order.values.resize(static_cast<size_t>(num_rows));
  order.nulls.resize(static_cast<size_t>(num_rows));
  for (int32_t i = 0; i < num_rows; ++i) {
    const int64_t slot = column.slot(i);
    if (column.slot_is_null(slot)) {
      order.nulls[static_cast<size_t>(i)] = 1;
      continue;
    }
    T value;
    if constexpr (std::is_same_v<T, double>) {
      value = real_at(column, slot);
      if (descending) value = -value;
    } else {
      value = integer_at(column, slot);
      // Turns the order round without losing the lowest number.
      if (descending) value = ~value;
    }
    order.values[static_cast<size_t>(i)] = value;
  }
  return order;
}

template <typename T>
T distance_of(const FrameBound& bound) {
  if constexpr (std::is_same_v<T, double>) return bound.real;
  return static_cast<T>(bound.distance);
}

/// Where a bound of RANGE with a distance lies: the first row not before it; for the end of a
/// frame the first row behind it.
template <typename T>
int32_t place_by_distance(const FrameBound& bound, bool is_end, const OrderValues<T>& order,
                          const OverRows::Partition& partition, int32_t row,
                          std::pair<int32_t, int32_t> valued) {
  const auto first = order.values.begin();
  const T distance = distance_of<T>(bound);
  const T edge = add(order.values[static_cast<size_t>(row)],
                     bound.edge == FrameEdge::kPreceding ? -distance : distance);
  const auto begin = first + valued.first, end = first + valued.second;
  const auto before = [&](T a, T b) { return order.comes_before(a, b); };
  const auto found = is_end ? std::upper_bound(begin, end, edge, before)
                            : std::lower_bound(begin, end, edge, before);
  return static_cast<int32_t>(found - first);
}

template <typename T>
OverFrames frames_by_distance(const OverFrame& frame, const OverRows& rows, const SortKey& key) {
  const Column& column = *rows.columns[static_cast<size_t>(key.column)];
  const OrderValues<T> order = order_values<T>(column, rows.num_rows(), key.descending);
  OverFrames frames;
  for (const OverRows::Partition& partition : rows.partitions) {
    // NULLs stand together at one end of the partition; no distance reaches them.
    std::pair<int32_t, int32_t> valued = {partition.begin, partition.end};
    const auto null_at = [&](int32_t row) { return order.nulls[static_cast<size_t>(row)] != 0; };
    while (valued.first < valued.second && null_at(valued.first)) ++valued.first;
    while (valued.first < valued.second && null_at(valued.second - 1)) --valued.second;
    const auto place = [&](const FrameBound& bound, bool is_end, int32_t row) -> int32_t {
      const auto r = static_cast<size_t>(row);
      switch (bound.edge) {
        case FrameEdge::kUnboundedPreceding:
          return partition.begin;
        case FrameEdge::kUnboundedFollowing:
          return partition.end;
        case FrameEdge::kCurrentRow:
          break;
        default:
          if (order.nulls[r] != 0) break;
          return place_by_distance(bound, is_end, order, partition, row, valued);
      }
      return is_end ? rows.peers_end[r] : rows.peers_begin[r];
    };
    for (int32_t row = partition.out_begin; row < partition.out_end; ++row) {
      frames.begin.push_back(place(frame.start, false, row));
      frames.end.push_back(place(frame.end, true, row));
    }
  }
  return frames;
}

/// A row so many rows away, no further than just outside the partition.
int32_t moved(int32_t row, int64_t by, const OverRows::Partition& partition) {
  const int64_t place = add(int64_t{row}, by);
  return static_cast<int32_t>(std::clamp(place, int64_t{partition.begin}, int64_t{partition.end}));
}

int32_t place_by_rows(const FrameBound& bound, bool is_end, const OverRows::Partition& partition,
                      int32_t row) {
  const int64_t behind = is_end ? 1 : 0;
  switch (bound.edge) {
    case FrameEdge::kUnboundedPreceding:
      return partition.begin;
    case FrameEdge::kUnboundedFollowing:
      return partition.end;
    case FrameEdge::kPreceding:
      return moved(row, add(behind, -bound.distance), partition);
    case FrameEdge::kFollowing:
      return moved(row, add(bound.distance, behind), partition);
    case FrameEdge::kCurrentRow:
      break;
  }
  return row + static_cast<int32_t>(behind);
}

}  // namespace

int64_t OverRows::num_wanted() const {
  int64_t wanted = 0;
  for (const Partition& partition : partitions) wanted += partition.out_end - partition.out_begin;
  return wanted;
}

void OverRows::add_peers(const OrderedTable& table, std::span<const uint32_t> entries,
                         bool by_arrival) {
  const auto begin = static_cast<int32_t>(peers_begin.size());
  const auto num_entries = static_cast<int32_t>(entries.size());
  int32_t groups = 0;
  for (int32_t first = 0; first < num_entries;) {
    int32_t end = first + 1;
    const std::string_view order = table.order_bytes(entries[static_cast<size_t>(first)]);
    while (!by_arrival && end < num_entries &&
           table.order_bytes(entries[static_cast<size_t>(end)]) == order) {
      ++end;
    }
    for (; first < end; ++first) {
      peers_begin.push_back(begin + end);  // set below
      peers_end.push_back(begin + end);
      group.push_back(groups);
    }
    ++groups;
  }
  for (int32_t row = begin; row < begin + num_entries; ++row) {
    const auto r = static_cast<size_t>(row);
    const bool same = row > begin && group[r] == group[r - 1];
    peers_begin[r] = same ? peers_begin[r - 1] : row;
  }
}

OverFrames find_frames(const OverFrame& frame, const OverRows& rows, const SortKey& order) {
  if (frame.by_distance()) {
    const bool real = rows.columns[static_cast<size_t>(order.column)]->type().is_approximate();
    return real ? frames_by_distance<double>(frame, rows, order)
                : frames_by_distance<int64_t>(frame, rows, order);
  }
  OverFrames frames;
  rows.for_each_wanted([&](const OverRows::Partition& partition, int32_t row) {
    const auto r = static_cast<size_t>(row);
    int32_t begin = place_by_rows(frame.start, false, partition, row);
    int32_t end = place_by_rows(frame.end, true, partition, row);
    if (!frame.rows && frame.start.edge == FrameEdge::kCurrentRow) begin = rows.peers_begin[r];
    if (!frame.rows && frame.end.edge == FrameEdge::kCurrentRow) end = rows.peers_end[r];
    frames.begin.push_back(begin);
    frames.end.push_back(end);
  });
  return frames;
}

}  // namespace hw
