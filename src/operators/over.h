// SPDX-License-Identifier: Apache-2.0
//
// OVER windows. Every row goes out again with a column per function behind its own. Three ways:
//
//   by time      rows are inserted and ordered by event time first: a row goes out once, when the
//                watermark has passed it and all that its frames look ahead at. Late rows are
//                dropped and counted. Only what later frames read is kept.
//   by arrival   rows are inserted and ordered by processing time: a row goes out at once.
//   updating     any order, any input: all rows are kept, and rows whose results change are
//   updated.
//                Batch mode is this one, put out once at the end.
//
// The planner chooses; the functions are the same (over_functions.h).

#pragma once

#include <memory>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"
#include "expr/scalar_function.h"
#include "operators/over_call.h"
#include "operators/sort_key.h"

namespace hw {

class Operator;

enum class OverWay : uint8_t { kByTime, kByArrival, kUpdating };

struct OverSpec {
  OverWay way = OverWay::kUpdating;
  SchemaPtr input;
  /// Input columns; none = one partition.
  std::vector<int> partition;
  /// kByTime: the time attribute is the first. Empty: all rows are peers, in order of arrival.
  std::vector<SortKey> order;
  /// Ordered by processing time: rows stand in order of arrival, each its own peer. `order` then
  /// has the processing time at most, for frames by distance.
  bool arrival_order = false;
  std::vector<OverCall> calls;
  /// kUpdating: the input may hold -U or -D.
  bool input_retracts = false;
  /// kUpdating: somebody downstream needs -U before each +U.
  bool generate_update_before = true;
  /// The input's columns, then one per call.
  SchemaPtr output;
  ExprSession session;
};

/// Makes the operator: one input (hashed by the partition), one output.
/// Fails when a function refuses its arguments, or cannot be used that way.
Result<std::unique_ptr<Operator>> make_over(OverSpec spec);

/// The ways, for make_over. `details` describe the window for EXPLAIN.
Result<std::unique_ptr<Operator>> make_updating_over(OverSpec spec);
Result<std::unique_ptr<Operator>> make_streaming_over(OverSpec spec);

/// `PARTITION BY` and so on, for descriptions.
std::vector<std::pair<std::string, std::string>> details_of(const OverSpec& spec);

}  // namespace hw
