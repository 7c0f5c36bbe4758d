// SPDX-License-Identifier: Apache-2.0
//
// How whoever rewrites old pieces of a partition gets a number of its own for the new files. The
// lock of the number keeps others from rewriting the partition at the same time, and from taking
// the new files for needless ones. Internal to log/.

#pragma once

#include <cstdint>
#include <functional>

#include "base/status.h"
#include "log/topic_state.h"

namespace hw {

class PartitionLocks;
class Topic;

/// Returns 0 when an earlier writer may still be at work, or when `still_there` says of the newest
/// state that what was to be rewritten is not as it was.
Result<int64_t> reserve_number(Topic& topic, PartitionLocks& locks, int64_t partition,
                               const std::function<bool(const TopicState&)>& still_there);

}  // namespace hw
