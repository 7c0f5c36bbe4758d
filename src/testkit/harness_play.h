// SPDX-License-Identifier: Apache-2.0
//
// Plays a script to fresh instances of an operator in one mode and keeps what came out.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "testkit/harness_script.h"
#include "testkit/operator_run.h"

namespace hw {

struct PlayMode {
  enum class Snapshots : uint8_t { kNone, kTaken, kRestored };
  std::string name;
  Snapshots snapshots = Snapshots::kNone;
  int64_t start_ms = 0;
};

struct Played {
  std::string mode;
  /// The first error of the operator, or of the driver about it.
  Status status;
  /// What came out up to each judgement, since the one before.
  std::vector<Transcript> segments;
  std::map<int, SchemaPtr> schemas;  // by port
  std::map<std::string, int64_t> counters;
  /// It had neither tables nor bytes nor timers to put into a snapshot.
  bool keeps_nothing = true;
  /// It ended before its input did.
  bool finished_early = false;
  int64_t slowest_call_ns = 0;

  /// All segments in one.
  Transcript whole(const std::vector<int>& upsert_key) const;
};

/// One instance. Snapshots are taken (and restored into a fresh instance) after every message.
Played play(const HarnessScript& script, const OperatorRunSpec& spec, const PlayMode& mode);

/// One instance up to step `split_at`, then two, restored from its snapshot. Rows go by key group
/// of `keys` (one list per input); in turn if there are none.
Played play_doubled(const HarnessScript& script, const OperatorRunSpec& spec, const PlayMode& mode,
                    const std::vector<std::vector<int>>& keys, size_t split_at);

}  // namespace hw
