// SPDX-License-Identifier: Apache-2.0

#include "log/number_reservation.h"

#include <optional>

#include "log/partition_locks.h"
#include "log/topic.h"
#include "log/topic_chain.h"

namespace hw {

Result<int64_t> reserve_number(Topic& topic, PartitionLocks& locks, int64_t partition,
                               const std::function<bool(const TopicState&)>& still_there) {
  return topic.chain().publish([&](const TopicState& state) -> Result<std::optional<TopicChange>> {
    HW_ASSIGN_OR_RETURN(const PartitionLocks::Living living, locks.look(state, partition));
    if (living.sleepers || !still_there(state)) return std::nullopt;
    HW_TRY(locks.take(state.record + 1, {partition}));
    return TopicChange(ReserveNumber{});
  });
}

}  // namespace hw
