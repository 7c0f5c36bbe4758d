// SPDX-License-Identifier: Apache-2.0

#include "log/partition_locks.h"

#include <arrow/filesystem/filesystem.h>

#include "base/env/env.h"
#include "log/file_names.h"
#include "log/log_error.h"
#include "log/small_file.h"

namespace hw {

Result<PartitionLocks::Living> PartitionLocks::look(const TopicState& state, int64_t partition) {
  const std::string folder = partition_folder(topic_path_, partition);
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::fs::FileSystem> files, files_of(env_, folder));
  HW_ASSIGN_OR_RETURN(const std::vector<std::string> names, names_in(*files, folder));
  const int64_t owner = state.partitions[static_cast<size_t>(partition)].writer;
  Living living;
  for (const std::string& name : names) {
    const auto number = number_of(name, ".lock");
    // Somebody may be about to take a number that the chain has not reached: leave it alone.
    if (!number || *number > state.record) continue;
    const std::string path = folder + "/" + name;
    HW_ASSIGN_OR_RETURN(const std::unique_ptr<FileLock> lock, env_.try_lock(path));
    if (lock == nullptr) {
      living.anybody = true;
      (*number == owner ? living.owner : living.sleepers) = true;
      continue;
    }
    // Numbers are never given out twice, so nobody will want it again.
    (void)files->DeleteFile(path);
  }
  return living;
}

Status PartitionLocks::take(int64_t number, const std::vector<int64_t>& partitions) {
  held_.clear();
  for (const int64_t partition : partitions) {
    const std::string path = writer_lock(topic_path_, partition, number);
    HW_ASSIGN_OR_RETURN(std::unique_ptr<FileLock> lock, env_.try_lock(path));
    if (lock == nullptr) {
      // Another one who wants to be this number: only one of us will, and the chain says who. Or
      // somebody who has seen that it is given out looks whether its owner lives.
      return log_error(LogErrorKind::kHeld,
                       "'" + path + "' is taken by another writer that begins right now");
    }
    held_.push_back(std::move(lock));
  }
  return Status::OK();
}

}  // namespace hw
