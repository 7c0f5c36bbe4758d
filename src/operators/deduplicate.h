// SPDX-License-Identifier: Apache-2.0
//
// The first or the last row of each key by a time attribute: ROW_NUMBER() bounded by 1. Rows are
// only inserted; those that are passed over are counted.
//
//   first, event time        goes out once, when the watermark has passed it; late rows are dropped
//   first, processing time   goes out at once
//   last                     the newest row so far; of rows of one time the one that came later
//
// Batch mode puts out one row per key at the end. A row without an event time is dropped and
// counted in a stream; in batch it stands where the order puts NULLs.
//
// With a time to live a key is forgotten so long after its row was chosen: its next row is a first
// one. A row that waits for the watermark is not forgotten.

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"

namespace hw {

class Operator;

struct DeduplicateSpec {
  /// Input and output.
  SchemaPtr schema;
  /// Columns of the key; none = one key.
  std::vector<int> key;
  bool keep_last = false;
  /// Column of the event time; -1 = by processing time, in order of arrival.
  int time_column = -1;
  /// Batch mode: where the order puts rows without a time.
  bool nulls_first = true;
  /// keep_last: somebody downstream needs -U before each +U.
  bool generate_update_before = true;
  /// How long a key is kept, ms of processing time; 0 = for ever. Streaming only.
  int64_t state_ttl_ms = 0;
};

/// Makes the operator: one input (hashed by the key), one output.
Result<std::unique_ptr<Operator>> make_deduplicate(DeduplicateSpec spec);

}  // namespace hw
