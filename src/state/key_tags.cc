// SPDX-License-Identifier: Apache-2.0

#include "state/key_tags.h"

#include <algorithm>

#include "base/assert.h"
#include "columnar/key_bytes.h"
#include "state/hash_index.h"

namespace hw {

void key_tags(std::span<const ColumnPtr> columns, int64_t num_rows, const uint64_t* hashes,
              std::vector<uint32_t>& tags) {
  const auto n = static_cast<size_t>(num_rows);
  if (columns.empty()) {
    tags.assign(n, 0);
    return;
  }
  std::vector<uint64_t> computed;
  if (hashes == nullptr) {
    computed = hash_keys(columns, num_rows);
    hashes = computed.data();
  } else {
    HW_DCHECK(std::ranges::equal(hash_keys(columns, num_rows), std::span(hashes, n)));
  }
  tags.resize(n);
  for (size_t i = 0; i < n; ++i) tags[i] = HashIndex::tag_of(hashes[i]);
}

}  // namespace hw
