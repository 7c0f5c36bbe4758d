// SPDX-License-Identifier: Apache-2.0
//
// Who may write and what a commit does, as pure decisions over the state of a topic: the chain asks
// them again whenever somebody else was faster. Internal to log/.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "log/topic_record.h"
#include "log/topic_state.h"

namespace hw {

struct WriterClaim {
  std::string topic;
  WriterIdentity identity;
  int64_t attempt = 0;
};

/// A partition that somebody wants to write to.
struct ClaimedPartition {
  int64_t partition = 0;
  /// Its present writer holds its lock: it lives, perhaps asleep.
  bool held = false;
};

/// OK when the claimed partitions may be taken. Else kHeld or kFenced (log_error.h), or KeyError
/// for a partition that there is not.
Status check_claim(const TopicState& state, const WriterClaim& claim,
                   const std::vector<ClaimedPartition>& partitions);

/// The epochs that are not settled yet, or nothing. Fails with kFenced, or Invalid when an epoch
/// would be skipped.
Result<std::optional<TopicChange>> decide_commit(const TopicState& state, const WriterClaim& claim,
                                                 std::vector<PreparedEpoch> epochs);
Result<std::optional<TopicChange>> decide_abort(const TopicState& state, const WriterClaim& claim,
                                                const std::vector<PreparedEpoch>& epochs);

}  // namespace hw
