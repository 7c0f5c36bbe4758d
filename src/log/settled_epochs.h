// SPDX-License-Identifier: Apache-2.0
//
// How far a sink has come whose writers commit each epoch together.

#pragma once

#include <cstdint>

#include "log/topic_state.h"

namespace hw {

/// The newest settled epoch of any slot of the identity's sink. Slots of one epoch are committed in
/// one record, so no slot, also one that the sink has no more, has an earlier one to commit.
int64_t settled_epoch_of_sink(const TopicState& state, const WriterIdentity& identity);

}  // namespace hw
