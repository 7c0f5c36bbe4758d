// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints and savepoints of small jobs, damaged, and gone on from: right output, or a loud stop
// that names what is damaged.

#pragma once

#include <cstddef>
#include <cstdint>

#include "base/status.h"
#include "small_job.h"
#include "tally.h"

namespace hw {

struct DamageRule {
  /// So many cases a job, about; 0 = all there are.
  size_t cases = 0;
  uint64_t seed = 0;
};

/// Fails when the job does not even run undamaged.
Result<Tally> damage_checkpoints(const SmallJob& job, const DamageRule& rule);

}  // namespace hw
