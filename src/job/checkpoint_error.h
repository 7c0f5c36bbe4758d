// SPDX-License-Identifier: Apache-2.0
//
// Errors that end a job for good: nothing is retried behind them, and the process exits with
// code 4.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/status.h"

namespace hw {

enum class CheckpointErrorKind : uint8_t {
  kHeld,            // another process runs this job
  kFenced,          // another process has taken the job over: this one must stop at once
  kUnknownOutcome,  // a publication may or may not be durable: only a new attempt can tell
  kNothingValid,    // checkpoints were published, but none can be read
  kBehindSinks,     // the newest valid checkpoint is older than what sinks show
  kForeign,         // not this job's, or not one that this version reads
  kUnfit,           // the job has changed too much to go on from it
};

Status checkpoint_error(CheckpointErrorKind kind, std::string message);
/// Also when context was added to the status since.
std::optional<CheckpointErrorKind> checkpoint_error_of(const Status& status);
inline bool is_fenced(const Status& status) {
  return checkpoint_error_of(status) == CheckpointErrorKind::kFenced;
}

}  // namespace hw
