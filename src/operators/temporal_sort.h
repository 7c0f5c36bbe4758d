// SPDX-License-Identifier: Apache-2.0
//
// ORDER BY a time attribute, then by other columns: rows wait until the watermark has passed them
// and go out in order. Late rows are dropped and counted. Insert-only. A bounded input that is not
// ordered by time first is sorted at its end instead (sort.h).

#pragma once

#include <memory>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"
#include "operators/sort_key.h"

namespace hw {

class Operator;

struct TemporalSortSpec {
  /// Input and output.
  SchemaPtr schema;
  /// The first one is the event time, ascending.
  std::vector<SortKey> order;
};

/// Makes the operator: one input (all rows in one place), one output.
Result<std::unique_ptr<Operator>> make_temporal_sort(TemporalSortSpec spec);

}  // namespace hw
