// SPDX-License-Identifier: Apache-2.0
//
// Rows of one state, or the list of all states, as a bounded source. Each instance that wrote part
// of the state is a split; within it the rows come slice by slice of key groups.

#pragma once

#include <memory>

#include "connectors/checkpoint/checkpoint_states.h"
#include "runtime/source.h"

namespace hw {

/// The list: a row for each state of each operator. Fails (Invalid) for columns that it does not
/// have, or has under another type.
Result<std::unique_ptr<Source>> make_state_list(std::shared_ptr<const CheckpointStates> states,
                                                const ScanRequest& request);

struct StateName {
  const ManifestOperator* op = nullptr;  // of the states
  const ManifestTable* table = nullptr;
};
/// The rows of one state.
Result<std::unique_ptr<Source>> make_state_rows(std::shared_ptr<const CheckpointStates> states,
                                                const StateName& state, const ScanRequest& request);

}  // namespace hw
