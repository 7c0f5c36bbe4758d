// SPDX-License-Identifier: Apache-2.0
//
// GROUP BY in front of an exchange (local/global aggregation): folds the rows of each batch by key
// and sends one row a key with accumulators to where the groups are kept; a value of a DISTINCT
// call only if it may be new there. So an instance that keeps a frequent key, or the only one,
// does not do the work of all others. Keeps nothing that matters: which values it has sent is a
// bounded memory that may be lost at any time, since a value that comes twice counts once.

#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"
#include "operators/aggregate_call.h"

namespace hw {

class Operator;

/// Its name in plans and in checkpoints.
inline constexpr std::string_view kLocalAggregate = "LocalAggregate";

struct LocalAggregateSpec {
  SchemaPtr input;
  /// Input columns; none = one global group.
  std::vector<int> keys;
  std::vector<AggregateCall> aggregates;
  /// Groups, and values of each set of DISTINCT arguments, that are remembered; by default as many
  /// as stay in the cache next to the core.
  int64_t groups_max = 4096;
  int64_t values_max = 4'096;
  ExprSession session;
};

/// True when results of the calls may be merged from parts in any order without a change: of COUNT,
/// and of MIN, MAX, SUM and AVG of anything but FLOAT and DOUBLE, each also with DISTINCT.
bool merge_from_parts(const std::vector<AggregateCall>& calls, const Schema& input);

/// The columns that it puts out (PartialLayout), keys first.
Result<SchemaPtr> local_aggregate_schema(const LocalAggregateSpec& spec);

/// Makes the operator: one input of inserts (in any place), one output of inserts.
/// Fails when a function refuses its arguments.
Result<std::unique_ptr<Operator>> make_local_aggregate(LocalAggregateSpec spec);

}  // namespace hw
