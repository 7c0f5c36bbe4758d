// SPDX-License-Identifier: Apache-2.0
//
// What a failure does to a job, for EXPLAIN: one class for the whole, and for each operator whether
// rows that come again lead to the same. The words are those of the literature on stream recovery:
// exactly-once is precise recovery, at-least-once rollback recovery, no checkpoints gap recovery.

#pragma once

#include <string>
#include <vector>

#include "plan/config/session_config.h"
#include "plan/lower/physical_node.h"

namespace hw {

enum class RecoveryClass : uint8_t { kNone, kAtLeastOnce, kExactlyOnce };

struct JobRecovery {
  RecoveryClass of_job = RecoveryClass::kNone;
  /// What it hangs on.
  std::string reason;
};

/// How an operator behaves when the same rows come again after a failure.
enum class Replay : uint8_t {
  kDeterministic,  // the same rows go out, however the inputs interleave
  kConvergent,     // updates on the way may differ, what they add up to does not
  kNeither,
};

struct OperatorRecovery {
  Replay replay = Replay::kDeterministic;
  std::string reason;
};

/// Requires: final traits, each root a sink.
JobRecovery job_recovery(const std::vector<PhysicalNodePtr>& roots, const SessionConfig& config);
OperatorRecovery operator_recovery(const PhysicalNode& node);

/// `job: exactly-once (precise): …`, then a line for each node of the trees, indented like them.
std::string recovery_text(const std::vector<PhysicalNodePtr>& roots, const SessionConfig& config);

}  // namespace hw
