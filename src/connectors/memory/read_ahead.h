// SPDX-License-Identifier: Apache-2.0
//
// Asks the processor for what leads to the buffers of batches that are read soon. A batch in memory
// is read once, and its objects (column, storage, fields, buffers) are each found through the one
// before: a chain of misses unless somebody has asked in time. One link of the chain a batch, so
// that each is there when the next one is looked up.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "columnar/batch.h"

namespace hw {

/// Call once before `batches[at]` is read; batches `at + stride`, `at + 2 * stride` … follow.
/// Only `columns` of them are read.
void ask_ahead(const std::vector<Batch>& batches, const std::vector<int>& columns, int64_t at,
               int64_t stride);

}  // namespace hw
