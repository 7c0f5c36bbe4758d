// SPDX-License-Identifier: Apache-2.0
//
// What a hash index keeps of the keys of a batch.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "columnar/column.h"

namespace hw {

/// Sets tags[i] to HashIndex::tag_of the hash of key i; 0 where there are no key columns.
/// `hashes` are hash_keys of these columns, or null: computed. Checked in debug builds, since tags
/// of other columns would find nothing and show as a second row of the same key.
void key_tags(std::span<const ColumnPtr> columns, int64_t num_rows, const uint64_t* hashes,
              std::vector<uint32_t>& tags);

}  // namespace hw
