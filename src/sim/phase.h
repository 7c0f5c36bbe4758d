// SPDX-License-Identifier: Apache-2.0
//
// What an operation on files is for, by its kind and path: where in the protocol of a checkpoint a
// fault finds the job.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/file_op.h"

namespace hw::sim {

enum class Phase : uint8_t {
  kRunning,        // rows flow; no operation
  kTakeLease,      // the chain is read, a record is written
  kShowLife,       // heartbeats
  kReadManifest,   // manifests are looked for and read
  kReadState,      // data of checkpoints is read: entries, checks, copies
  kWriteState,     // files of a checkpoint
  kSyncState,      // … are forced to disk
  kWriteManifest,  // manifests
  kPublish,        // the lease record that names one
  kWriteOutput,    // hidden parts
  kSyncOutput,     // … are forced to disk
  kCommit,         // parts become visible
  kPrune,          // what is needed no more is removed
  kLoadState,      // data of checkpoints becomes the state of an operator
};
constexpr int kNumPhases = 14;
/// One word, as in scenarios.
std::string_view to_text(Phase phase);
std::optional<Phase> phase_named(std::string_view text);
/// `by_worker`: a thread that runs operators does it.
Phase phase_of(FileOp op, const std::string& path, bool by_worker);

}  // namespace hw::sim
