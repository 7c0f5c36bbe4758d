// SPDX-License-Identifier: Apache-2.0
//
// Small topics of the log, damaged: readers see the rows that were written or an error that names
// the file; `log verify` finds whatever a reader would; a writer goes on, or stops naming the file.

#pragma once

#include "base/status.h"
#include "checkpoint_damage.h"
#include "tally.h"

namespace hw {

/// Fails when undamaged topics cannot be written and read.
Result<Tally> damage_topics(const DamageRule& rule);

}  // namespace hw
