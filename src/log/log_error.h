// SPDX-License-Identifier: Apache-2.0
//
// Errors of the log that a caller must tell apart. All others keep the code of what failed below:
// CapacityError for a full disk, IOError, Invalid for the user's mistakes.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/status.h"

namespace hw {

enum class LogErrorKind : uint8_t {
  kHeld,            // somebody else writes to the partition
  kFenced,          // a newer attempt of the same job writes: this one must stop
  kUnknownOutcome,  // a record may or may not be durable; committing again tells
  kDamaged,         // bytes that are not what was written
  kRemoved,         // the offset has been removed by retention
};

Status log_error(LogErrorKind kind, std::string message);
/// Also when context was added to the status since.
std::optional<LogErrorKind> log_error_of(const Status& status);

}  // namespace hw
