// SPDX-License-Identifier: Apache-2.0
//
// The accumulator of SUM and AVG: a sum, the number of values in it, and for wide DECIMALs how
// often the 128-bit sum wrapped around, so that a value taken back gives the old sum exactly.
// Integers are summed in 64 bits, floating point in DOUBLE, DECIMAL in 128 bits.

#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

#include "expr/aggregate_function.h"
#include "expr/decimal_math.h"
#include "expr/row_value.h"
#include "functions/aggregate/row_weights.h"

namespace hw {

/// Columns of the accumulator.
constexpr int kSumColumn = 0;
constexpr int kCountColumn = 1;
constexpr int kWrapsColumn = 2;

/// Up to this precision 10^10 values cannot wrap 128 bits.
constexpr int kNeverWrapsDigits = 28;

/// Sum is int64_t, double or Int128; `wraps` says that the third column exists.
template <typename Sum>
class RunningSum {
 public:
  RunningSum(RowStoreView state, bool wraps)
      : sums_(state.fixed<Stored>(kSumColumn)),
        counts_(state.fixed<int64_t>(kCountColumn)),
        wraps_(wraps ? std::optional(state.fixed<int64_t>(kWrapsColumn)) : std::nullopt) {}

  static std::vector<AccumulatorColumn> columns(bool wraps) {
    SqlType type = SqlType::bigint();
    if constexpr (std::is_same_v<Sum, double>) type = SqlType::float64();
    if constexpr (std::is_same_v<Sum, Int128>) type = SqlType::decimal(kDecimalDigitsMax, 0);
    std::vector<AccumulatorColumn> columns = {{"sum", type.not_null()},
                                              {"count", SqlType::bigint().not_null()}};
    if (wraps) columns.push_back({"wraps", SqlType::bigint().not_null()});
    return columns;
  }

  Sum sum(uint32_t row) const { return load(sums_[row]); }
  int64_t count(uint32_t row) const { return counts_[row]; }
  int64_t wraps(uint32_t row) const { return wraps_ ? (*wraps_)[row] : 0; }

  /// Adds `value` `weight` times; weight is 1 or -1.
  void add(uint32_t row, Sum value, int weight) {
    if constexpr (std::is_same_v<Sum, Int128>) {
      add_wide(row, value, weight);
    } else if constexpr (std::is_same_v<Sum, double>) {
      sums_[row] += weight * value;
    } else {
      sums_[row] =
          static_cast<int64_t>(static_cast<uint64_t>(sums_[row]) +
                               static_cast<uint64_t>(weight) * static_cast<uint64_t>(value));
    }
    counts_[row] += weight;
  }

  /// Adds (weight 1) or takes back (-1) another accumulator row.
  void combine(uint32_t row, const RunningSum& from, uint32_t from_row, int weight) {
    const int64_t count = counts_[row] + weight * from.counts_[from_row];
    add(row, from.sum(from_row), weight);
    counts_[row] = count;
    if (wraps_ && from.wraps_) (*wraps_)[row] += weight * (*from.wraps_)[from_row];
  }

  /// The rows of one argument. `Value` is how it is stored.
  template <typename Value>
  void update(const Column& arg, const AggregateInput& input) {
    const std::span<const uint32_t> groups = input.groups;
    const ValueReader<Value> values(arg);
    const std::vector<int8_t> weights = row_weights(input);
    if (weights.empty() && one_group(groups) && !wraps_) {
      add_run<Value>(groups[0], values, static_cast<int64_t>(groups.size()));
    } else if (weights.empty()) {
      for (size_t i = 0; i < groups.size(); ++i) {
        add(groups[i], static_cast<Sum>(values(static_cast<int64_t>(i))), 1);
      }
    } else {
      for (size_t i = 0; i < groups.size(); ++i) {
        if (weights[i] == 0) continue;
        add(groups[i], static_cast<Sum>(values(static_cast<int64_t>(i))), weights[i]);
      }
    }
  }

 private:
  /// Accumulator rows promise 8-byte alignment, not the 16 of a native 128-bit number.
  struct Words {
    uint64_t low;
    int64_t high;
  };
  using Stored = std::conditional_t<std::is_same_v<Sum, Int128>, Words, Sum>;

  static Sum load(const Stored& stored) {
    if constexpr (std::is_same_v<Sum, Int128>) {
      return static_cast<Int128>(static_cast<UInt128>(static_cast<uint64_t>(stored.high)) << 64 |
                                 stored.low);
    } else {
      return stored;
    }
  }

  void add_wide(uint32_t row, Int128 value, int weight) {
    const Int128 addend = weight < 0 ? -value : value;
    const Int128 before = load(sums_[row]);
    Int128 after;
    if (__builtin_add_overflow(before, addend, &after) && wraps_) {
      (*wraps_)[row] += addend < 0 ? -1 : 1;
    }
    sums_[row] = {static_cast<uint64_t>(after), static_cast<int64_t>(after >> 64)};
  }

  /// A whole batch for one accumulator row stays in a register.
  template <typename Value>
  void add_run(uint32_t row, const ValueReader<Value>& values, int64_t n) {
    using Total = std::conditional_t<std::is_same_v<Sum, int64_t>, uint64_t, Sum>;
    Total total{};
    for (int64_t i = 0; i < n; ++i) total += static_cast<Total>(values(i));
    add(row, static_cast<Sum>(total), 1);
    counts_[row] += n - 1;
  }

  FixedColumn<Stored> sums_;
  FixedColumn<int64_t> counts_;
  std::optional<FixedColumn<int64_t>> wraps_;
};

}  // namespace hw
