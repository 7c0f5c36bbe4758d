// SPDX-License-Identifier: Apache-2.0

#include "operators/over_functions.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <arrow/array/data.h>
#include <arrow/type.h>

#include "base/memory.h"
#include "columnar/gather.h"

namespace hw {
namespace {

template <typename T>
ColumnPtr number_column(const SqlType& type, const std::vector<T>& values) {
  const auto num_rows = static_cast<int64_t>(values.size());
  auto buffer = pooled_buffer(num_rows * static_cast<int64_t>(sizeof(T)));
  std::copy(values.begin(), values.end(), reinterpret_cast<T*>(buffer->mutable_data()));
  return Column::plain(type, arrow::ArrayData::Make(type.to_arrow(), num_rows, {nullptr, buffer}));
}

int64_t rank_of(const OverRows& rows, const OverRows::Partition& partition, int32_t row) {
  return partition.position(rows.peers_begin[static_cast<size_t>(row)]) + 1;
}

/// Which of `num_buckets` a row belongs to; the first ones get one more where it does not divide.
int64_t bucket_of(int64_t position, int64_t num_rows, int64_t num_buckets) {
  const int64_t small = num_rows / num_buckets;
  const int64_t large = num_rows % num_buckets;
  const int64_t in_large = large * (small + 1);
  if (position < in_large) return position / (small + 1) + 1;
  return large + (position - in_large) / small + 1;
}

int64_t count_of(const OverCall& call, const OverRows& rows, const OverRows::Partition& partition,
                 int32_t row) {
  switch (call.function) {
    case OverFunction::kRank:
      return rank_of(rows, partition, row);
    case OverFunction::kDenseRank:
      return partition.groups_before + rows.group[static_cast<size_t>(row)] + 1;
    case OverFunction::kNtile:
      return bucket_of(row - partition.begin, partition.end - partition.begin, call.n);
    default:
      return partition.position(row) + 1;
  }
}

double share_of(const OverCall& call, const OverRows& rows, const OverRows::Partition& partition,
                int32_t row) {
  const auto num_rows = static_cast<double>(partition.end - partition.begin);
  if (call.function == OverFunction::kCumeDist) {
    return (rows.peers_end[static_cast<size_t>(row)] - partition.begin) / num_rows;
  }
  if (num_rows <= 1) return 0;
  return static_cast<double>(rank_of(rows, partition, row) - 1) / (num_rows - 1);
}

/// A rank of each wanted row.
ColumnPtr ranks(const OverCall& call, const OverRows& rows) {
  const bool share =
      call.function == OverFunction::kCumeDist || call.function == OverFunction::kPercentRank;
  if (share) {
    std::vector<double> shares;
    rows.for_each_wanted([&](const OverRows::Partition& partition, int32_t row) {
      shares.push_back(share_of(call, rows, partition, row));
    });
    return number_column(call.type(), shares);
  }
  std::vector<int64_t> counts;
  rows.for_each_wanted([&](const OverRows::Partition& partition, int32_t row) {
    counts.push_back(count_of(call, rows, partition, row));
  });
  return number_column(call.type(), counts);
}

/// Which rows have a value: found from either side.
class ValuedRows {
 public:
  explicit ValuedRows(const Column& values, int32_t num_rows) {
    for (int32_t row = 0; row < num_rows; ++row) {
      before_.push_back(static_cast<int64_t>(rows_.size()));
      if (!values.is_null(row)) rows_.push_back(row);
    }
    before_.push_back(static_cast<int64_t>(rows_.size()));
  }
  /// The n-th (from 1 on) at or behind `row`, the n-th before it; -1 if there is none.
  int64_t behind(int32_t row, int64_t n) const { return at(before_[index(row)] + n - 1); }
  int64_t before(int32_t row, int64_t n) const { return at(before_[index(row)] - n); }

 private:
  static size_t index(int32_t row) { return static_cast<size_t>(row); }
  int64_t at(int64_t place) const {
    const bool there = place >= 0 && place < static_cast<int64_t>(rows_.size());
    return there ? rows_[static_cast<size_t>(place)] : -1;
  }

  std::vector<int32_t> rows_;
  std::vector<int64_t> before_;  // by row, and behind the last one: how many stand before it
};

/// LAG and LEAD: the value of the row at the distance, else the default of the row itself.
Result<ColumnPtr> distant_values(const OverCall& call, const OverRows& rows) {
  const bool lag = call.function == OverFunction::kLag;
  std::optional<ValuedRows> valued;
  if (call.ignore_nulls && call.n > 0) {
    valued.emplace(*rows.columns[static_cast<size_t>(call.value)], rows.num_rows());
  }
  std::vector<RowSource> sources;
  std::vector<int32_t> numbers;
  rows.for_each_wanted([&](const OverRows::Partition& partition, int32_t row) {
    int64_t at = lag ? row - call.n : row + call.n;
    if (valued) at = lag ? valued->before(row, call.n) : valued->behind(row + 1, call.n);
    const bool inside = at >= partition.begin && at < partition.end;
    sources.push_back({inside ? 0 : 1, inside ? static_cast<int32_t>(at) : row});
    numbers.push_back(inside ? static_cast<int32_t>(at) : -1);
  });
  const ColumnPtr values = rows.columns[static_cast<size_t>(call.value)]->with_type(call.type());
  if (call.otherwise < 0) return gather(*values, numbers);
  const ColumnPtr& otherwise = rows.columns[static_cast<size_t>(call.otherwise)];
  return gather_from({values, otherwise->with_type(call.type())}, sources);
}

/// By row: the next row at or behind it (or, with `backwards`, before it) whose value is not NULL;
/// the number of rows (-1) if there is none.
std::vector<int32_t> valued_rows(const Column& values, int32_t num_rows, bool backwards) {
  std::vector<int32_t> next(static_cast<size_t>(num_rows));
  int32_t last = backwards ? -1 : num_rows;
  for (int32_t i = 0; i < num_rows; ++i) {
    const int32_t row = backwards ? i : num_rows - 1 - i;
    if (!values.is_null(row)) last = row;
    next[static_cast<size_t>(row)] = last;
  }
  return next;
}

/// FIRST_VALUE, LAST_VALUE, NTH_VALUE: a row of the frame.
Result<ColumnPtr> framed_values(const OverCall& call, const OverRows& rows,
                                const OverFrames& frames) {
  const ColumnPtr& values = rows.columns[static_cast<size_t>(call.value)];
  const bool last = call.function == OverFunction::kLastValue;
  std::vector<int32_t> valued;
  std::optional<ValuedRows> nth;
  if (call.ignore_nulls && call.function == OverFunction::kNthValue) {
    nth.emplace(*values, rows.num_rows());
  } else if (call.ignore_nulls) {
    valued = valued_rows(*values, rows.num_rows(), last);
  }
  std::vector<int32_t> numbers;
  for (size_t i = 0; i < frames.begin.size(); ++i) {
    const int32_t begin = frames.begin[i], end = frames.end[i];
    int64_t at = last ? int64_t{end} - 1 : int64_t{begin} + call.n - 1;
    if (begin < end && nth) at = nth->behind(begin, call.n);
    if (begin < end && !valued.empty()) at = valued[static_cast<size_t>(at)];
    const bool inside = begin < end && at >= begin && at < end;
    numbers.push_back(inside ? static_cast<int32_t>(at) : -1);
  }
  return gather(*values->with_type(call.type()), numbers);
}

}  // namespace

Result<OverFunctions> OverFunctions::bind(const std::vector<OverCall>& calls, const Schema& input,
                                          const std::vector<SortKey>& order,
                                          const ExprSession& session) {
  OverFunctions functions;
  functions.calls_ = calls;
  if (!order.empty()) functions.order_ = order[0];
  for (const OverCall& call : calls) {
    functions.aggregate_of_.push_back(-1);
    if (call.function != OverFunction::kAggregate) continue;
    HW_ASSIGN_OR_RETURN(OverAggregate aggregate, OverAggregate::bind(call, input, session));
    functions.aggregate_of_.back() = static_cast<int>(functions.aggregates_.size());
    functions.aggregates_.push_back(std::move(aggregate));
  }
  return functions;
}

void OverFunctions::open_sets(StateStore& state, KeyedTable& partitions, const Schema& input) {
  for (size_t i = 0; i < aggregates_.size(); ++i) {
    aggregates_[i].open_set(state, partitions, input, "seen" + std::to_string(i));
  }
}

std::vector<SqlField> OverFunctions::place_carried(int first_column) {
  std::vector<SqlField> columns;
  for (OverAggregate& aggregate : aggregates_) {
    aggregate.place_carried(first_column + static_cast<int>(columns.size()));
    for (SqlField column : aggregate.carried_columns()) {
      // The same aggregate may stand there with different frames.
      const std::string name = column.name;
      const auto taken = [&] {
        return std::any_of(columns.begin(), columns.end(),
                           [&](const SqlField& other) { return other.name == column.name; });
      };
      for (int i = 2; taken(); ++i) column.name = name + " #" + std::to_string(i);
      columns.push_back(std::move(column));
    }
  }
  return columns;
}

void OverFunctions::initialize(KeyedTable& carried, std::span<const uint32_t> rows) const {
  for (const OverAggregate& aggregate : aggregates_) aggregate.initialize(carried, rows);
}

Result<std::vector<ColumnPtr>> OverFunctions::evaluate(const OverRows& rows, KeyedTable* carried,
                                                       arrow::MemoryPool* pool) {
  std::vector<ColumnPtr> results;
  for (size_t call = 0; call < calls_.size(); ++call) {
    HW_ASSIGN_OR_RETURN(ColumnPtr column, evaluate(call, rows, carried, pool));
    results.push_back(std::move(column));
  }
  return results;
}

Result<ColumnPtr> OverFunctions::evaluate(size_t index, const OverRows& rows, KeyedTable* carried,
                                          arrow::MemoryPool* pool) {
  const OverCall& call = calls_[index];
  switch (call.function) {
    case OverFunction::kAggregate: {
      OverAggregate& aggregate = aggregates_[static_cast<size_t>(aggregate_of_[index])];
      return aggregate.evaluate(rows, find_frames(call.frame, rows, order_), carried, pool);
    }
    case OverFunction::kLag:
    case OverFunction::kLead:
      return distant_values(call, rows);
    case OverFunction::kFirstValue:
    case OverFunction::kLastValue:
    case OverFunction::kNthValue:
      return framed_values(call, rows, find_frames(call.frame, rows, order_));
    default:
      return ranks(call, rows);
  }
}

Status OverFunctions::carry(const OverRows& rows, std::span<const int32_t> keep_from,
                            KeyedTable& carried) {
  for (OverAggregate& aggregate : aggregates_) HW_TRY(aggregate.carry(rows, keep_from, carried));
  return Status::OK();
}

}  // namespace hw
