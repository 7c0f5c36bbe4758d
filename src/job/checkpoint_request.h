// SPDX-License-Identifier: Apache-2.0
//
// What a checkpoint is taken for.

#pragma once

#include <cstdint>
#include <string>

namespace hw {

enum class CheckpointPurpose : uint8_t {
  kPeriodic,
  kSavepoint,  // and the job goes on
  kStop,       // sources end behind its barrier; with a savepoint if a directory is named
  kFinal,      // the input has ended; only sinks are left, waiting
};

struct CheckpointRequest {
  CheckpointPurpose purpose = CheckpointPurpose::kSavepoint;
  /// Where the savepoint goes; empty = nowhere.
  std::string savepoint_directory;
  /// kStop: with a last watermark, so that all windows fire.
  bool drain = false;
};

}  // namespace hw
