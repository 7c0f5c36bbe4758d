// SPDX-License-Identifier: Apache-2.0
//
// INSERT .. ON CONFLICT DO NOTHING and DO ERROR, in front of a sink whose PRIMARY KEY is not the
// query's: of the live rows of a PRIMARY KEY the sink shows the one that came first. When that is
// taken back, the next one is shown; an update takes the place of the row that it replaces. DO
// ERROR fails when the watermark rises, or the input ends, while a key has several rows: until then
// a new owner may come before the old one has gone.
//
// Where the input only inserts, DO NOTHING keeps no more than one row of a key. With a time to live
// a key is forgotten that got no row for so long.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"

namespace hw {

class Operator;

struct UpsertConflictSpec {
  /// Input and output.
  SchemaPtr schema;
  /// Columns of the sink's PRIMARY KEY; not empty.
  std::vector<int> primary_key;
  /// DO ERROR, else DO NOTHING.
  bool fails = false;
  bool input_retracts = true;
  /// -U goes out in front of every +U.
  bool update_before = false;
  /// The sink's, for messages.
  std::string table;
  /// How long a key without rows is kept, ms of processing time; 0 = for ever. Streaming only.
  int64_t state_ttl_ms = 0;
};

/// Makes the operator: one input, with -U in front of every +U, hashed by the key; one output.
/// Counts retractions_ignored (rows taken back that were not there) and conflicts_ignored.
Result<std::unique_ptr<Operator>> make_upsert_conflict(UpsertConflictSpec spec);

}  // namespace hw
