// SPDX-License-Identifier: Apache-2.0
//
// Rows kept under a key: which columns are the key, and which must be kept beside it. For operators
// that fold changes by a key, or by the whole row where there is none.

#pragma once

#include <optional>
#include <vector>

#include "columnar/schema.h"

namespace hw {

struct KeyAndValues {
  std::vector<int> keys;
  /// Columns that are no key, and keys that cannot be read back as they were.
  std::vector<int> values;
};

/// Without `keys` the whole row is one; no column at all may be one, too.
KeyAndValues key_and_values(const Schema& schema, std::optional<std::vector<int>> keys);

}  // namespace hw
