// SPDX-License-Identifier: Apache-2.0
//
// The aggregates of one operator, bound: their kernels, where their accumulators lie in a keyed
// table, and which rows of a batch count for each. Shared by group_aggregate and window_aggregate,
// which own the tables.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "columnar/schema.h"
#include "operators/aggregate_call.h"
#include "operators/dense_input.h"
#include "state/keyed_table.h"

namespace hw {

/// How a call gets its values.
enum class AggregateWay : uint8_t {
  kPlain,     // every row goes to the kernel
  kDistinct,  // only the first of equal values (and the last one that goes) does
  kOrdered,   // a set of all live values is kept; the result is its first or last
};

struct BoundAggregate {
  AggregateCall call;
  AggregateWay way = AggregateWay::kPlain;
  std::unique_ptr<AggregateKernel> kernel;  // kOrdered: null
  /// Value columns of the table: first_column …, as many as the kernel's accumulator has.
  int first_column = 0;
  int num_columns = 0;
  /// kDistinct: which set and which of its filters; kOrdered: which set.
  int set = -1;
  int filter_slot = -1;
  /// kDistinct: the kernel gets the values of its set when a result is wanted, and not before.
  bool deferred = false;

  bool takes_last() const { return call.function->name == "MAX"; }
};

/// Calls with DISTINCT over the same arguments: one set of values with one mark per filter.
struct DistinctArgs {
  std::vector<int> args;
  std::vector<int> filters;  // input columns, -1 = none; each once
};

class Aggregates {
 public:
  struct Options {
    /// The input may hold -U or -D.
    bool retracts = false;
    /// Where the accumulators begin among the table's value columns.
    int first_column = 0;
    /// Values of DISTINCT calls, and of MIN and MAX over retractions, reach the kernel from their
    /// set when a result is wanted, so the kernel never sees a retraction (windows). Nothing is
    /// kOrdered then.
    bool deferred_sets = false;
    /// The same for MIN and MAX over retractions alone (BoundAggregate::deferred).
    bool deferred_extremes = false;
  };
  /// `session` outlives it. Fails when a function refuses its arguments or cannot be kept.
  static Result<Aggregates> bind(const std::vector<AggregateCall>& calls, const Schema& input,
                                 const ExprSession& session, Options options);

  const std::vector<BoundAggregate>& calls() const { return calls_; }
  const std::vector<DistinctArgs>& distinct_sets() const { return distinct_sets_; }
  /// Calls that are kOrdered, in the order of their `set` numbers.
  const std::vector<int>& ordered_calls() const { return ordered_calls_; }
  /// Accumulator columns of the table, in order, named for their calls.
  const std::vector<SqlField>& columns() const { return columns_; }
  /// Input columns that arguments and filters read.
  std::vector<int> input_columns() const;
  /// True when panes can be taken back from a running window: no sets, invertible kernels.
  bool invertible() const;

  void initialize(KeyedTable& table, std::span<const uint32_t> rows) const;
  /// Feeds the kPlain calls. `signs` (empty = all +1) says what each row does to its group.
  Status update(KeyedTable& table, const DenseInput& input, std::span<const uint32_t> groups,
                std::span<const int8_t> signs) const;
  /// kPlain calls: adds (or takes back) rows of another table of the same layout.
  Status merge(KeyedTable& table, std::span<const uint32_t> rows, KeyedTable& from,
               std::span<const uint32_t> from_rows) const;
  Status unmerge(KeyedTable& table, std::span<const uint32_t> rows, KeyedTable& from,
                 std::span<const uint32_t> from_rows) const;
  /// Result of a call with a kernel.
  Result<ColumnPtr> result(int call, KeyedTable& table, std::span<const uint32_t> rows) const;

 private:
  Status add_call(const AggregateCall& call, const Schema& input, const ExprSession& session,
                  const Options& options);

  std::vector<BoundAggregate> calls_;
  std::vector<DistinctArgs> distinct_sets_;
  std::vector<int> ordered_calls_;
  std::vector<SqlField> columns_;
};

/// What a row does where only rows with TRUE in `filter` count; `filter` -1 = all. Returns an
/// empty span when every row adds; else points into `scratch` or to `signs`.
std::span<const int8_t> filtered_signs(const DenseInput& input, int filter,
                                       std::span<const int8_t> signs, std::vector<int8_t>& scratch);

}  // namespace hw
