// SPDX-License-Identifier: Apache-2.0
//
// In front of a sink that is shown results at certain moments only (execution.trigger): gathers
// changes and puts out, at each multiple of an interval of processing time or at the end only, what
// they come to. What came and went in between is never seen. In complete mode the whole result goes
// out each time something has changed, rows that stand as updates by themselves.
//
// By key it remembers the row that was shown last and the one that stands now; without a key, how
// often each row has come and gone.

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/status.h"
#include "columnar/row_kind.h"
#include "columnar/schema.h"

namespace hw {

class Operator;

struct ResultTriggerSpec {
  /// Input and output.
  SchemaPtr schema;
  /// Columns by which the input updates; none: it is a single row.
  std::vector<int> keys;
  /// The input has no key: rows are told apart by all their columns, and `keys` is not read.
  bool by_row = false;
  /// Between two moments, ms of processing time; 0 = only at the end and when the job stops.
  int64_t interval_ms = 0;
  bool complete = false;
  /// What the input may carry. By key the output carries the same, else +I and -D.
  RowKindSet kinds = RowKindSet::insert_only();
};

/// Makes the operator: one input, hashed by the key or the whole row; one output.
Result<std::unique_ptr<Operator>> make_result_trigger(ResultTriggerSpec spec);

}  // namespace hw
