// SPDX-License-Identifier: Apache-2.0
//
// Who keeps a job's checkpoints: files in a directory, or a test's memory.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "job/job_checkpoint.h"

namespace hw {

/// One thread at a time, not the job's own: rows and decisions flow on meanwhile. Checkpoints come
/// in the order of their numbers.
class CheckpointSink {
 public:
  virtual ~CheckpointSink() = default;
  /// Writes all of it down, so that publish() only has to make it count. CapacityError: the disk
  /// is full, which fails no job.
  virtual Status write(const JobCheckpoint& checkpoint) = 0;
  /// THE commit: a restart goes on from here, and sinks show their rows. Follows its write().
  virtual Status publish(int64_t checkpoint) = 0;
  /// It will not be published: what was written of it may go.
  virtual void abandon(int64_t checkpoint) {}
  /// Copies a published one to a place of the user's and returns where it is.
  virtual Result<std::string> write_savepoint(int64_t checkpoint, const std::string& directory) {
    return Status::NotImplemented("savepoints are not kept here");
  }
  /// These are needed no more. Called, with none, after each publication: the time to clean up.
  virtual void drop(const std::vector<int64_t>& checkpoints) {}
  /// Every sink has committed everything up to this checkpoint. Called on the job's thread.
  virtual void on_committed(int64_t checkpoint) {}
};

}  // namespace hw
