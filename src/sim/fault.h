// SPDX-License-Identifier: Apache-2.0
//
// What goes wrong in a run, as plain data: faults of single operations on files, and what happens
// to processes. Each has a place in the run, so that it can be left out and the rest be replayed.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/disk.h"
#include "sim/file_op.h"
#include "sim/phase.h"

namespace hw::sim {

enum class FaultKind : uint8_t {
  kError,        // EIO; nothing was done
  kErrorAfter,   // EIO, and it was done
  kTorn,         // half of it was written, then EIO
  kNoSpace,      // ENOSPC; part may be written
  kSyncLost,     // fsync fails and drops the pages; the next one succeeds
  kSlow,         // it takes long
  kFlippedRead,  // a bit of what is read is wrong, or that bit of many bytes, once
  // These damage what lies on the disk: only in runs that may end with a loud stop.
  kFlippedBit,   // the same on the disk
  kMisdirected,  // what is written goes to another place of the file
  kStaleRead,    // a read finds what was there before the last sync
  kVanished,     // the file is gone
};
constexpr int kNumFaultKinds = 11;
std::string_view to_text(FaultKind kind);
std::optional<FaultKind> fault_kind(std::string_view text);
bool damages(FaultKind kind);
/// Whether an operation can fail in this way.
bool fits(FaultKind kind, FileOp op);

/// Hits the first operation that it fits, from number `op` on, or a later one.
struct Fault {
  int64_t op = 0;
  /// Of this kind only; none: of any that it fits.
  std::optional<FileOp> only = {};
  /// In this phase only.
  std::optional<Phase> phase = {};
  FaultKind kind = FaultKind::kError;
  /// So many that it fits are let pass.
  int64_t skip = 0;
  /// Which bit, how long, how much.
  uint64_t amount = 0;
};

/// What happens to a process.
struct Incident {
  enum class Kind : uint8_t {
    kKill,       // SIGKILL; the page cache stays
    kPowerLoss,  // all processes die, what was not synced is lost in part
    kPause,      // SIGSTOP; a new process is started, the old one wakes later
    kClock,      // the wall clocks are set to another time
    // What a user asks for: no faults.
    kSavepoint,  // a savepoint, and the job goes on
    kStop,       // it stops with a savepoint, and another process goes on
  };
  Kind kind = Kind::kKill;
  /// From when on: a step, an operation on files by its number, or so long after the newest process
  /// began.
  int64_t step = -1;
  int64_t op = -1;
  int64_t ms = -1;
  /// Then at the first operation of this phase; none: at once.
  std::optional<Phase> phase = {};
  CrashRule rule = CrashRule::kAny;
  int64_t sector = 512;
  /// Of what the loss leaves; of a stop: odd = the next process starts from the savepoint, even =
  /// from the directory.
  uint64_t seed = 0;
  /// How long a paused one sleeps.
  int64_t pause_ms = 0;
  /// By how much clocks are set on, or back.
  int64_t clock_ms = 0;
};
constexpr int kNumIncidentKinds = 6;
/// The first ones are faults.
constexpr int kNumMishaps = 4;
std::string_view to_text(Incident::Kind kind);
std::optional<Incident::Kind> incident_kind(std::string_view text);

}  // namespace hw::sim
