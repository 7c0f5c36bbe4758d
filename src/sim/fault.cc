// SPDX-License-Identifier: Apache-2.0

#include "sim/fault.h"

#include <algorithm>
#include <array>

namespace hw::sim {
namespace {

constexpr std::array<std::string_view, kNumFaultKinds> kFaults = {
    "error",        "error-after", "torn",        "no-space",   "sync-lost", "slow",
    "flipped-read", "flipped-bit", "misdirected", "stale-read", "vanished"};
constexpr std::array<std::string_view, kNumIncidentKinds> kIncidents = {
    "kill", "power-loss", "pause", "clock", "savepoint", "stop"};

template <typename Kind, size_t N>
std::optional<Kind> find_name(const std::array<std::string_view, N>& names, std::string_view text) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Kind>(found - names.begin());
}

}  // namespace

std::string_view to_text(FaultKind kind) { return kFaults[static_cast<size_t>(kind)]; }
std::optional<FaultKind> fault_kind(std::string_view text) {
  return find_name<FaultKind>(kFaults, text);
}
std::string_view to_text(Incident::Kind kind) { return kIncidents[static_cast<size_t>(kind)]; }
std::optional<Incident::Kind> incident_kind(std::string_view text) {
  return find_name<Incident::Kind>(kIncidents, text);
}

bool damages(FaultKind kind) { return kind >= FaultKind::kFlippedBit; }

bool fits(FaultKind kind, FileOp op) {
  switch (kind) {
    case FaultKind::kError:
      return op != FileOp::kLock;
    case FaultKind::kErrorAfter:
      return op == FileOp::kPublish || op == FileOp::kMove || op == FileOp::kRemove ||
             op == FileOp::kMakeDirectory || op == FileOp::kSyncDirectory || op == FileOp::kAppend;
    case FaultKind::kTorn:
    case FaultKind::kMisdirected:
      return op == FileOp::kAppend;
    case FaultKind::kNoSpace:
      return op == FileOp::kAppend || op == FileOp::kMakeDirectory;
    case FaultKind::kSyncLost:
      return op == FileOp::kSync;
    case FaultKind::kSlow:
      return true;
    case FaultKind::kFlippedRead:
    case FaultKind::kFlippedBit:
    case FaultKind::kStaleRead:
      return op == FileOp::kRead;
    case FaultKind::kVanished:
      return op == FileOp::kRead || op == FileOp::kStat;
  }
  return false;
}

}  // namespace hw::sim
