// SPDX-License-Identifier: Apache-2.0
//
// ORDER BY over an input that ends: keeps all rows, sorts them at the end, emits inserts in order.
// Equal rows stay in order of arrival. Retractions take back one equal row each before sorting.

#pragma once

#include <memory>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"
#include "operators/sort_key.h"

namespace hw {

class Operator;

struct SortSpec {
  /// Input and output.
  SchemaPtr schema;
  std::vector<SortKey> order;
  /// The input may hold -U or -D.
  bool input_retracts = false;
};

/// Makes the operator: one input (all rows in one place), one output.
Result<std::unique_ptr<Operator>> make_sort(SortSpec spec);

}  // namespace hw
