// SPDX-License-Identifier: Apache-2.0
//
// Batch mode over a bounded changelog source: folds all changes and emits what is left as inserts
// at the end, in order of last change. With a PRIMARY KEY the last row of a key wins and -D (or a
// -U without its +U) removes it; without one the input is a multiset and -U/-D remove one equal
// row. A retraction of a row that is not there is ignored.

#pragma once

#include <memory>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"

namespace hw {

class Operator;

struct ChangelogFoldSpec {
  /// Input and output.
  SchemaPtr schema;
  /// Columns of the PRIMARY KEY; empty = multiset.
  std::vector<int> primary_key;
};

/// Makes the operator: one input (hashed by the key or the whole row), one output.
Result<std::unique_ptr<Operator>> make_changelog_fold(ChangelogFoldSpec spec);

}  // namespace hw
