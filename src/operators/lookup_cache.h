// SPDX-License-Identifier: Apache-2.0
//
// A reader in front of one that finds rows: keeps what was found for single keys for a while, and
// that nothing was. Nothing of it is in checkpoints.

#pragma once

#include <memory>
#include <vector>

#include "columnar/schema.h"
#include "runtime/lookup.h"

namespace hw {

struct LookupCacheSpec {
  LookupCacheRule rule;
  /// Of the rows that are found, and which of their columns are the key, in its order; at least
  /// one.
  SchemaPtr schema;
  std::vector<int> keys;
};

/// `context` outlives the reader.
std::unique_ptr<LookupReader> make_lookup_cache(std::unique_ptr<LookupReader> reader,
                                                LookupCacheSpec spec, OperatorContext& context);

}  // namespace hw
