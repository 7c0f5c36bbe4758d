// SPDX-License-Identifier: Apache-2.0
//
// OVER windows: every row looks at all rows of its partition, one call at a time.

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "reference/calendar.h"
#include "reference/operators.h"

namespace hw::reference {
namespace {

/// The rows of one partition in order.
using Partition = std::vector<const Row*>;

/// [begin, end) of a partition.
struct Range {
  int64_t begin = 0;
  int64_t end = 0;
};

class PartitionWindow {
 public:
  PartitionWindow(const OverNode& node, const Partition& rows) : node_(node), rows_(rows) {}

  Result<Value> value(const OverCall& call, int64_t row) const {
    const Range peers = peers_of(row);
    const int64_t size = this->size();
    switch (call.function) {
      case OverFunction::kRowNumber:
        return Value::integer(row + 1);
      case OverFunction::kRank:
        return Value::integer(peers.begin + 1);
      case OverFunction::kDenseRank: {
        int64_t groups = 1;
        for (int64_t i = 1; i <= row; ++i) groups += peers_of(i).begin == i ? 1 : 0;
        return Value::integer(groups);
      }
      case OverFunction::kNtile:
        return Value::integer(bucket(row, call.n));
      case OverFunction::kCumeDist:
        return Value::real(static_cast<double>(peers.end) / static_cast<double>(size));
      case OverFunction::kPercentRank:
        return Value::real(
            size == 1 ? 0 : static_cast<double>(peers.begin) / static_cast<double>(size - 1));
      case OverFunction::kLag:
        return at_distance(call, row, -call.n);
      case OverFunction::kLead:
        return at_distance(call, row, call.n);
      case OverFunction::kFirstValue:
      case OverFunction::kLastValue:
      case OverFunction::kNthValue:
        return value_of_frame(call, row);
      case OverFunction::kAggregate:
        break;
    }
    const Partition frame = frame_of(call.frame, row);
    HW_ASSIGN_OR_RETURN(const Row results,
                        aggregate_group({{call.aggregate, ""}}, *node_.input(), frame));
    return results[0];
  }

 private:
  int64_t size() const { return static_cast<int64_t>(rows_.size()); }
  const Row& row_at(int64_t i) const { return *rows_[static_cast<size_t>(i)]; }
  const Value& cell(int64_t row, int column) const {
    return row_at(row)[static_cast<size_t>(column)];
  }

  bool are_peers(int64_t a, int64_t b) const {
    const auto& order = node_.parts().order;
    return !comes_before(order, row_at(a), row_at(b)) && !comes_before(order, row_at(b), row_at(a));
  }
  Range peers_of(int64_t row) const {
    Range peers{row, row + 1};
    while (peers.begin > 0 && are_peers(peers.begin - 1, row)) --peers.begin;
    while (peers.end < size() && are_peers(peers.end, row)) ++peers.end;
    return peers;
  }

  /// The first buckets are larger by one where they cannot be equal.
  int64_t bucket(int64_t row, int64_t buckets) const {
    const int64_t small = size() / buckets;
    const int64_t larger = size() % buckets;
    const int64_t in_larger = larger * (small + 1);
    if (row < in_larger) return row / (small + 1) + 1;
    return larger + (row - in_larger) / small + 1;
  }

  Value at_distance(const OverCall& call, int64_t row, int64_t distance) const {
    const int64_t other = row + distance;
    if (other >= 0 && other < size()) return cell(other, call.value);
    return call.otherwise < 0 ? Value::null() : cell(row, call.otherwise);
  }

  Value value_of_frame(const OverCall& call, int64_t row) const {
    std::vector<Value> values;
    for (const Row* one : frame_of(call.frame, row)) {
      const Value& value = (*one)[static_cast<size_t>(call.value)];
      if (!call.ignore_nulls || !value.is_null()) values.push_back(value);
    }
    if (call.function == OverFunction::kNthValue) {
      return call.n <= static_cast<int64_t>(values.size()) ? values[static_cast<size_t>(call.n - 1)]
                                                           : Value::null();
    }
    if (values.empty()) return Value::null();
    return call.function == OverFunction::kFirstValue ? values.front() : values.back();
  }

  Partition frame_of(const OverFrame& frame, int64_t row) const {
    Partition rows;
    for (int64_t i = 0; i < size(); ++i) {
      if (reaches(frame, frame.start, row, i, true) && reaches(frame, frame.end, row, i, false)) {
        rows.push_back(&row_at(i));
      }
    }
    return rows;
  }

  /// Whether `other` is not outside of this bound of the frame of `row`.
  bool reaches(const OverFrame& frame, const FrameBound& bound, int64_t row, int64_t other,
               bool is_start) const {
    const int sign = is_start ? 1 : -1;
    switch (bound.edge) {
      case FrameEdge::kUnboundedPreceding:
        return is_start;
      case FrameEdge::kUnboundedFollowing:
        return !is_start;
      case FrameEdge::kCurrentRow:
        if (!frame.rows && are_peers(other, row)) return true;
        return sign * (other - row) >= 0;
      case FrameEdge::kPreceding:
      case FrameEdge::kFollowing:
        break;
    }
    const bool back = bound.edge == FrameEdge::kPreceding;
    if (frame.rows) {
      const int64_t distance = std::min(bound.distance, size());
      return sign * (other - row - (back ? -distance : distance)) >= 0;
    }
    return reaches_by_value(bound, back, row, other, sign);
  }

  /// RANGE with a distance. A row without a value sees its peers, and nothing else sees it.
  bool reaches_by_value(const FrameBound& bound, bool back, int64_t row, int64_t other,
                        int sign) const {
    const SortKey& key = node_.parts().order[0];
    const Value& mine = cell(row, key.column);
    const Value& theirs = cell(other, key.column);
    if (mine.is_null() || theirs.is_null()) {
      return (mine.is_null() && theirs.is_null()) || sign * (other - row) >= 0;
    }
    const int direction = (back ? -1 : 1) * (key.descending ? -1 : 1);
    int compared = 0;
    if (const double* real = std::get_if<double>(&mine.held)) {
      compared = compare(theirs, Value::real(*real + direction * bound.real));
    } else {
      compared = compare_digits(digits(theirs), digits(mine) + direction * bound.distance);
    }
    return sign * (key.descending ? -compared : compared) >= 0;
  }

  static Unscaled digits(const Value& value) {
    const auto* decimal = std::get_if<Unscaled>(&value.held);
    return decimal != nullptr ? *decimal : Unscaled{value.as<int64_t>()};
  }
  static int compare_digits(Unscaled a, Unscaled b) { return int{a > b} - int{a < b}; }

  const OverNode& node_;
  const Partition& rows_;
};

/// Rows that pass as they are: a node that computes nothing.
Relation padded(Relation rows, int num_columns) {
  for (Arrival& arrival : rows) arrival.row.resize(static_cast<size_t>(num_columns), Value::null());
  return rows;
}

/// The functions whose values somebody reads.
std::set<size_t> read_calls(const OverNode& node, const Context& context) {
  if (context.read_calls != nullptr) return context.read_calls->at(&node);
  std::set<size_t> all;
  for (size_t i = 0; i < node.parts().calls.size(); ++i) all.insert(i);
  return all;
}

bool all_settle(const OverNode& node, const std::set<size_t>& read) {
  return !read.empty() && node.order_time() == TimeAttribute::kEventTime &&
         std::all_of(read.begin(), read.end(),
                     [&](size_t i) { return hw::settles(node.parts().calls[i].call); });
}

/// Whether an OVER below computes what later rows change: nobody waits for times above it then.
bool is_revised(const LogicalNode& node, const Context& context) {
  return std::any_of(node.inputs().begin(), node.inputs().end(), [&](const LogicalNodePtr& input) {
    if (input->kind() == NodeKind::kOver) {
      const auto& over = input->as<OverNode>();
      const std::set<size_t> read = read_calls(over, context);
      if (!read.empty() && !all_settle(over, read)) return true;
    }
    return is_revised(*input, context);
  });
}

/// Rows that go out in the order of event time are dropped when they come behind the watermark, or
/// without a time.
Relation on_time(const OverNode& node, const std::set<size_t>& read, Relation input,
                 const Context& context) {
  if (!context.is_stream() || !all_settle(node, read) || is_revised(node, context)) return input;
  const int column = node.parts().order[0].column;
  const int64_t ticks_per_ms = node.input()->column(column).type.ticks_per_second() / 1000;
  std::erase_if(input, [&](const Arrival& arrival) {
    const Value& time = arrival.row[static_cast<size_t>(column)];
    return time.is_null() || floor_divide(time.as<int64_t>(), ticks_per_ms) <= arrival.watermark;
  });
  return input;
}

}  // namespace

Result<Relation> over(const OverNode& node, Relation input, const Context& context) {
  const std::set<size_t> read = read_calls(node, context);
  if (read.empty()) return padded(std::move(input), node.num_columns());
  input = on_time(node, read, std::move(input), context);
  sort_rows(node.parts().order, input);
  std::map<Row, Partition, RowLess> partitions;
  for (const Arrival& arrival : input) {
    Row key;
    for (const int i : node.parts().partition) key.push_back(arrival.row[static_cast<size_t>(i)]);
    partitions[key].push_back(&arrival.row);
  }
  Relation rows;
  for (const auto& [key, partition] : partitions) {
    const PartitionWindow window(node, partition);
    for (size_t i = 0; i < partition.size(); ++i) {
      Arrival arrival{*partition[i]};
      for (size_t c = 0; c < node.parts().calls.size(); ++c) {
        Value value = Value::null();
        if (read.contains(c)) {
          const OverCall& call = node.parts().calls[c].call;
          HW_ASSIGN_OR_RETURN(value, window.value(call, static_cast<int64_t>(i)));
        }
        arrival.row.push_back(std::move(value));
      }
      rows.push_back(std::move(arrival));
    }
  }
  return rows;
}

}  // namespace hw::reference
