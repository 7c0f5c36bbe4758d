// SPDX-License-Identifier: Apache-2.0
//
// The locks that tell whether the writers of a partition live. Each writer has a file of its own in
// the partition's folder, named for its number, and holds the operating system's lock on it.
// Internal to log/; one thread at a time.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/env/local_file.h"
#include "base/status.h"
#include "log/topic_state.h"
#include "log/writer_rules.h"

namespace hw {

class Env;

class PartitionLocks {
 public:
  PartitionLocks(Env& env, std::string topic_path)
      : env_(env), topic_path_(std::move(topic_path)) {}

  /// Looks at the locks of everybody who wrote to `partition` and has not been found dead yet, and
  /// removes those of the dead.
  struct Living {
    bool owner = false;     // the present writer
    bool sleepers = false;  // an earlier one
    bool anybody = false;   // any of them
  };
  Result<Living> look(const TopicState& state, int64_t partition);

  /// Takes the locks that writer `number` will hold, and lets go of those it held before.
  Status take(int64_t number, const std::vector<int64_t>& partitions);

 private:
  Env& env_;
  const std::string topic_path_;
  std::vector<std::unique_ptr<FileLock>> held_;
};

}  // namespace hw
