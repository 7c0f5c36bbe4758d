// SPDX-License-Identifier: Apache-2.0
//
// GROUP BY over an unbounded (or bounded) input, and DISTINCT, which is GROUP BY without
// aggregates. Streaming: each input batch is folded per key, then every key whose result changed
// gets one change: +I for a new key, [-U] +U for a changed one, -D when its last row was taken
// back; nothing when the result is the same as before. A retraction for an unknown key is ignored.
// Batch mode: one +I per key at the end of the input, in order of first appearance.
//
// Without keys there is one group. Streaming shows no result before its first row; batch mode
// shows the result over no rows. State: one row per key, distinct sets, ordered sets.
//
// With a time to live a key that got no row for so long is forgotten without a word: its next row
// makes a new one, and until then retractions are ignored. A change is sent for every key that gets
// a row then, also when its result is as before, so that those below do not forget it either.

#pragma once

#include <memory>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"
#include "operators/aggregate_call.h"

namespace hw {

class Operator;

struct GroupAggregateSpec {
  SchemaPtr input;
  /// Input columns; none = one global group.
  std::vector<int> keys;
  /// By how many of the first keys rows are spread over instances; -1 = by all.
  int num_distribution_keys = -1;
  std::vector<AggregateCall> aggregates;
  /// Key columns in the order of `keys`, then one column per aggregate.
  SchemaPtr output;
  /// The input may hold -U or -D.
  bool input_retracts = false;
  /// What comes are rows of a local aggregation of this input (operators/local_aggregate), which is
  /// insert-only. The state is the same.
  bool partial = false;
  /// Somebody downstream needs -U before each +U.
  bool generate_update_before = true;
  /// How long a key without rows is kept, ms of processing time; 0 = for ever. Streaming only.
  int64_t state_ttl_ms = 0;
  ExprSession session;
};

/// Makes the operator: one input (hashed by its distribution keys; of partial rows the keys are the
/// first columns), one output. Fails when a function refuses its arguments or is not built for such
/// an input.
Result<std::unique_ptr<Operator>> make_group_aggregate(GroupAggregateSpec spec);

}  // namespace hw
