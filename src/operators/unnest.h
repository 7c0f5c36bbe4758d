// SPDX-License-Identifier: Apache-2.0
//
// Makes a row of each element of a collection: the row that holds the collection beside the
// element. ARRAY gives its elements (a ROW spreads into its fields), MAP key and value, MULTISET
// each value as often as it counts. An empty or NULL collection gives no row, or one padded with
// NULLs. Keeps nothing. An update becomes a delete and an insert, since its halves may have
// different numbers of elements.

#pragma once

#include <memory>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"

namespace hw {

class Operator;

struct UnnestSpec {
  SchemaPtr input;
  /// An ARRAY, MAP or MULTISET column.
  int collection = -1;
  /// Input columns that go on, in order.
  std::vector<int> passed;
  /// A row without elements stays.
  bool keep_empty = false;
  /// The element's number behind it, from 1; entries of a MAP or MULTISET are counted by key.
  bool ordinality = false;
  /// The passed columns, the element's, its number.
  SchemaPtr output;
};

/// What an element of a collection of that type gives.
std::vector<SqlField> element_fields(const SqlType& collection);

/// Makes the operator: one input (in any place), one output.
Result<std::unique_ptr<Operator>> make_unnest(UnnestSpec spec);

}  // namespace hw
