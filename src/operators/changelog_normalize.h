// SPDX-License-Identifier: Apache-2.0
//
// Makes an exact changelog of an upsert stream: keeps the last row of every PRIMARY KEY, puts -U in
// front of +U, completes deletes that carry the key only, and drops what changes nothing (repeats,
// deletes of rows that are not there).
//
// With a time to live a key is forgotten that got no row for so long: its next row is its first.
// Repeats go on then, as -U and +U, so that those below do not forget the key either.

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"

namespace hw {

class Operator;

struct ChangelogNormalizeSpec {
  /// Input and output.
  SchemaPtr schema;
  /// Columns of the PRIMARY KEY; not empty.
  std::vector<int> primary_key;
  /// False: nobody downstream needs -U.
  bool generate_update_before = true;
  /// How long a key without rows is kept, ms of processing time; 0 = for ever. Streaming only.
  int64_t state_ttl_ms = 0;
};

/// Makes the operator: one input, hashed by the key; one output.
Result<std::unique_ptr<Operator>> make_changelog_normalize(ChangelogNormalizeSpec spec);

}  // namespace hw
