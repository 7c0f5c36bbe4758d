// SPDX-License-Identifier: Apache-2.0
//
// What a crash of the machine has left of a topic that does not sync each commit. Behind what was
// synced any part of records and segments may be lost, in any order: the topic goes on behind its
// last commit that is whole, as are all before it. Internal to log/.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/status.h"
#include "log/topic_state.h"

namespace hw {

class Env;

struct CrashQuestion {
  std::string topic_path;
  /// Records up to this one, and the rows that they name, are on disk.
  int64_t durable = 0;
};

/// The first commit behind the durable ones some of whose rows are not what was written; nothing
/// when there is none. Reads their segments.
Result<std::optional<int64_t>> first_torn_commit(Env& env, const TopicState& state,
                                                 const CrashQuestion& question);

/// Fails with kDamaged when rows that were prepared are not what was written.
Status check_rows(Env& env, const std::string& topic_path, std::span<const PreparedExtent> extents);

/// Syncs the rows of commits behind the durable ones, whoever wrote them.
Status sync_rows(Env& env, const TopicState& state, const CrashQuestion& question);

/// Whether a writer lives that the state knows. One that lives has cut what there was to cut.
bool writer_lives(Env& env, const TopicState& state, const std::string& topic_path);

/// Whether anybody holds any writer's lock, known or not; who cannot be asked counts as one.
bool anybody_lives(Env& env, const TopicState& state, const std::string& topic_path);

/// Above every number that a file of the topic was named for.
Result<int64_t> unused_number(Env& env, const TopicState& state, const std::string& topic_path);

}  // namespace hw
