// SPDX-License-Identifier: Apache-2.0
//
// Names and types of a state table's columns, and its version.

#pragma once

#include <vector>

#include "columnar/sql_type.h"

namespace hw {

struct TableSchema {
  /// May be empty: then there is one row, for state that belongs to no key.
  std::vector<SqlField> keys;
  std::vector<SqlField> values;
  /// Rows are dealt to instances by that many of the first keys; -1 = all of them.
  int num_distribution_keys = -1;
  /// Raised when the meaning of the columns changes; a restore refuses another version.
  int version = 1;
};

}  // namespace hw
