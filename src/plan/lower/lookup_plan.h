// SPDX-License-Identifier: Apache-2.0
//
// The right side of a lookup join after lowering: not an input, but a way to find rows.

#pragma once

#include <string>

#include "columnar/schema.h"
#include "runtime/lookup.h"

namespace hw {

struct LookupPlan {
  LookupReaderFactory reader;
  SchemaPtr found;
  /// A key finds one row at most.
  bool unique = false;
  /// The same key may find something else later in the same run.
  bool changes = false;
  std::string table;
  /// What is kept of the table and how keys without a row are asked for again, for EXPLAIN.
  std::string cache;
  std::string retry;
  SqlPosition position;
};

}  // namespace hw
