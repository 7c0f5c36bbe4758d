// SPDX-License-Identifier: Apache-2.0
//
// The different keys of a batch whose key columns are dictionaries or constants, found by their
// codes and without a look at the values: what a table has to look up is then each key once.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "columnar/column.h"

namespace hw {

struct KeyCodes {
  /// Rows of the batch, one for each combination of codes, in order of first appearance. Equal
  /// values may have several codes.
  std::vector<int32_t> first_rows;
  /// Per row of the batch: its key's place in first_rows.
  std::vector<uint32_t> places;

  /// Nothing where a column is plain, or where there are so many combinations, or so few rows,
  /// that looking up each row is as good.
  static std::optional<KeyCodes> of(std::span<const ColumnPtr> keys, int64_t num_rows);
  /// Returns the key columns' values at first_rows.
  Result<std::vector<ColumnPtr>> keys_at_first_rows(std::span<const ColumnPtr> keys) const;
};

}  // namespace hw
