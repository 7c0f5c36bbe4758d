// SPDX-License-Identifier: Apache-2.0
//
// Looks at a job's state directories and at its output together: nothing becomes visible before its
// checkpoint was published (I2), epochs of a writer become visible in order, and what a restart
// would go on from can be read at any time (I5).

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "sim/sim_env.h"
#include "sim/state_replay.h"
#include "sim/world.h"

namespace hw::sim {

/// What the name of an output file says: `part-<job>-<generation>-<sink>-<subtask>-<epoch>-<n>`.
struct PartOfEpoch {
  std::string writer;  // sink and subtask
  int64_t generation = 0;
  int64_t epoch = 0;
};
/// False where the name is another one.
bool parse_part_name(std::string_view path, PartOfEpoch& part);
/// The number at the end of the path of a savepoint; 0 = it is none.
int64_t checkpoint_of_savepoint(std::string_view path);

class CheckpointWatch {
 public:
  /// The world outlives it.
  explicit CheckpointWatch(World& world);

  /// Something has become visible, or was removed.
  void on_visible(const std::string& path);
  /// Power was lost: what had been there may be gone.
  void after_crash();
  /// Output that came too early or out of order, since the beginning.
  const Status& problem() const { return problem_; }

  /// The newest checkpoint that was published for a generation; 0 = none.
  int64_t newest_published(int64_t generation) const;
  int64_t num_published() const { return num_published_; }
  /// The newest one as it is now, or that of a path. Fails where it is gone.
  Result<CheckpointState> newest_state();
  Result<CheckpointState> state_of(const std::string& path);

  /// Every checkpoint that a restart would choose from can be read now, to its last byte.
  Status check_restorable();
  /// Behind a restore the watermarks of splits are where they were: in the first checkpoint that is
  /// published none is lower than in what was gone on from.
  Status check_splits();
  /// Something was removed from a state directory since the last check.
  bool has_shrunk() const { return has_shrunk_; }

 private:
  void take_record(const std::string& path, std::string_view bytes);
  void take_part(const std::string& path);
  void find_records();
  Status check_restorable(const std::string& directory);
  Result<std::map<std::string, int64_t>> split_watermarks(const std::string& directory,
                                                          const std::string& manifest);

  World& world_;
  SimEnv env_;
  /// By generation: what was published, or is gone on from.
  std::map<int64_t, int64_t> published_;
  /// By writer and generation: the newest epoch that is visible.
  std::map<std::pair<std::string, int64_t>, int64_t> shown_;
  int64_t num_published_ = 0;
  std::pair<std::string, std::string> newest_;  // directory and manifest
  /// The newest record of each directory, and the first publication behind a restore: where it is,
  /// and what it went on from.
  struct Restored {
    std::string directory;
    std::string from;
    std::string manifest;
  };
  std::map<std::string, std::string> gone_on_from_;
  std::vector<Restored> restored_;
  bool has_shrunk_ = false;
  Status problem_;
};

}  // namespace hw::sim
