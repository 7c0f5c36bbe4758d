// SPDX-License-Identifier: Apache-2.0
//
// In front of a sink that replaces rows by its PRIMARY KEY while the query's rows have another
// key: keeps, per PRIMARY KEY, the live rows in order of arrival, so that the sink always shows the
// newest of them. Taking back an older row shows nothing; taking back the newest shows the one
// before it, or deletes the key.
//
// With a time to live a key is forgotten that got no row for so long.

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"

namespace hw {

class Operator;

struct UpsertMaterializeSpec {
  /// Input and output.
  SchemaPtr schema;
  /// Columns of the sink's PRIMARY KEY; not empty.
  std::vector<int> primary_key;
  /// How long a key without rows is kept, ms of processing time; 0 = for ever. Streaming only.
  int64_t state_ttl_ms = 0;
};

/// Makes the operator: one input with -U in front of every +U, hashed by the key; one output
/// without -U. Counts retractions_ignored: rows taken back that were not there.
Result<std::unique_ptr<Operator>> make_upsert_materialize(UpsertMaterializeSpec spec);

}  // namespace hw
