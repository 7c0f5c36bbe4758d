// SPDX-License-Identifier: Apache-2.0

#include "sim/phase.h"

#include <algorithm>
#include <array>

namespace hw::sim {
namespace {

constexpr std::array<std::string_view, kNumPhases> kPhases = {
    "running",     "take-lease", "show-life",      "read-manifest", "read-state",
    "write-state", "sync-state", "write-manifest", "publish",       "write-output",
    "sync-output", "commit",     "prune",          "load-state"};

bool contains(const std::string& path, std::string_view part) {
  return path.find(part) != std::string::npos;
}

}  // namespace

std::string_view to_text(Phase phase) { return kPhases[static_cast<size_t>(phase)]; }

std::optional<Phase> phase_named(std::string_view text) {
  const auto found = std::find(kPhases.begin(), kPhases.end(), text);
  if (found == kPhases.end()) return std::nullopt;
  return static_cast<Phase>(found - kPhases.begin());
}

Phase phase_of(FileOp op, const std::string& path, bool by_worker) {
  if (op == FileOp::kRemove) return Phase::kPrune;
  if (op == FileOp::kTouch || contains(path, "/lease/heartbeat")) return Phase::kShowLife;
  if (path.starts_with("/out") || path.starts_with("/log") || path.starts_with("/s3/log")) {
    if (op == FileOp::kPublish) return Phase::kCommit;
    const bool sync = op == FileOp::kSync || op == FileOp::kSyncDirectory;
    return sync ? Phase::kSyncOutput : Phase::kWriteOutput;
  }
  const bool reads = op == FileOp::kRead || op == FileOp::kStat || op == FileOp::kList;
  if (contains(path, "/lease"))
    return reads || op == FileOp::kLock ? Phase::kTakeLease : Phase::kPublish;
  const bool data = contains(path, "/data");
  if (reads && data) return by_worker ? Phase::kLoadState : Phase::kReadState;
  if (reads) return Phase::kReadManifest;
  if (!data) return Phase::kWriteManifest;
  const bool sync = op == FileOp::kSync || op == FileOp::kSyncDirectory;
  return sync ? Phase::kSyncState : Phase::kWriteState;
}

}  // namespace hw::sim
