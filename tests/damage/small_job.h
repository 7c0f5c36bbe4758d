// SPDX-License-Identifier: Apache-2.0
//
// Small durable jobs on a disk in memory: lived up to a checkpoint, then gone on from. What each
// shows in the end is compared with what it shows when nothing ever happens to it.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "memory_disk.h"

namespace hw {

struct SmallJob {
  std::string name;
  /// Input files: path and text. Each is a split of its own, read in a step of its own.
  std::vector<std::pair<std::string, std::string>> inputs;
  /// CREATE TABLEs and one INSERT; the sink is /out or the topic `out` of the log in /log.
  std::string script;
  int parallelism = 1;
  bool writes_topic = false;
};

std::vector<SmallJob> small_jobs();

struct LifeRule {
  /// Of this life's process; each later one begins later.
  int64_t start_ms = 1'000'000;
  /// A savepoint to start from; empty = what the job's directory holds.
  std::string restore;
  /// A checkpoint is begun every so many steps; 0 = only the last one is taken.
  int steps_between = 0;
  /// Called when checkpoint number … of this life has just been published: its sinks have not
  /// committed. Returns true to end the life there, as a kill does, after `steps_behind` steps.
  std::function<bool(int published)> on_published = {};
  int steps_behind = 0;
  /// Where a savepoint goes that is asked for behind the first checkpoint; empty = none is made.
  std::string savepoint_directory = {};
  /// Called when it is there; the life ends.
  std::function<void()> on_saved = {};
};

struct Life {
  Status status;
  bool ended = false;  // the job is over, not killed
  std::vector<std::string> events;
  bool told(std::string_view part) const;
};

/// Runs the job's process on the disk until the job ends or is killed. Fails (in status) when it
/// takes more steps than any of these jobs needs.
Life live(const SmallJob& job, MemoryDisk& disk, const LifeRule& rule);

/// What a reader of the sink sees: rows that are left, each `row × count` sorted, in text. Fails
/// when a row was taken back that is not there, or with the reader's own error.
Result<std::string> shown(const SmallJob& job, MemoryDisk& disk);

/// A disk with the job's inputs and nothing else.
MemoryDisk new_disk(const SmallJob& job);

}  // namespace hw
