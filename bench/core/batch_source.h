// SPDX-License-Identifier: Apache-2.0
//
// A bounded source over batches in memory, read `passes` times, without copying.

#pragma once

#include <memory>
#include <vector>

#include "columnar/batch.h"
#include "runtime/source.h"

namespace hw::bench {

std::unique_ptr<Source> make_batch_source(std::shared_ptr<const std::vector<Batch>> batches,
                                          const ScanRequest& request);

}  // namespace hw::bench
