// SPDX-License-Identifier: Apache-2.0
//
// Finds rows in a copy of a whole table: reads its source to the end when the first keys are asked
// for, keeps the rows in memory by their key, and reads again as its rule says; or reads for each
// batch of keys and keeps their rows alone. It keeps nothing in checkpoints: after a restart the
// table is read as it is then.

#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "columnar/schema.h"
#include "runtime/lookup.h"
#include "runtime/split_transform.h"

namespace hw {

struct LookupCopySpec {
  /// Bounded, only inserts.
  std::shared_ptr<Source> source;
  /// Makes what is read into the table's rows; may be empty.
  SplitTransformFactory transform;
  /// What filters and projects the rows on their way into the copy, in order.
  std::vector<std::function<Result<std::unique_ptr<Operator>>()>> steps;
  /// Of the rows that are kept.
  SchemaPtr schema;
  /// Columns by which rows are sought; none = every row is found.
  std::vector<int> keys;
  ReloadRule reload;
};

/// `context` outlives the reader.
Result<std::unique_ptr<LookupReader>> make_lookup_copy(const LookupCopySpec& spec,
                                                       OperatorContext& context);

}  // namespace hw
