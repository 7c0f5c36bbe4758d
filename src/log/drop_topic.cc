// SPDX-License-Identifier: Apache-2.0

#include "log/drop_topic.h"

#include <memory>
#include <vector>

#include <arrow/filesystem/filesystem.h>

#include "base/env/env.h"
#include "log/log_error.h"
#include "log/partition_locks.h"
#include "log/small_file.h"
#include "log/topic.h"

namespace hw {
namespace {

/// What a dropped topic is called until it is gone: no topic's name begins with a dot.
constexpr std::string_view kDropped = ".dropped-";

Status check_nobody_writes(Env& env, const Topic& topic) {
  PartitionLocks locks(env, topic.path());
  for (int partition = 0; partition < topic.num_partitions(); ++partition) {
    HW_ASSIGN_OR_RETURN(const PartitionLocks::Living living, locks.look(topic.state(), partition));
    if (!living.anybody) continue;
    return log_error(LogErrorKind::kHeld, "topic '" + topic.name() +
                                              "' cannot be dropped while a job writes to it; stop "
                                              "the job first");
  }
  return Status::OK();
}

/// Removes what this drop and earlier ones that were cut off have left.
Status remove_dropped(arrow::fs::FileSystem& files, const std::string& directory) {
  arrow::fs::FileSelector selector;
  selector.base_dir = directory;
  HW_ASSIGN_OR_RETURN(const std::vector<arrow::fs::FileInfo> entries, files.GetFileInfo(selector));
  for (const arrow::fs::FileInfo& entry : entries) {
    if (entry.base_name().starts_with(kDropped)) HW_TRY(files.DeleteDir(entry.path()));
  }
  return Status::OK();
}

}  // namespace

Status drop_topic(Env& env, const std::string& directory, const std::string& name) {
  HW_ASSIGN_OR_RETURN(const std::unique_ptr<Topic> topic, Topic::open(env, directory, name));
  HW_TRY(check_nobody_writes(env, *topic));
  const std::string& path = topic->path();
  const std::string parent = path.substr(0, path.size() - name.size() - 1);
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::fs::FileSystem> files, files_of(env, path));
  // Two drops of one topic, one after the other, need two names; so do two of one moment.
  Random random = env.random("drop of topic " + name);
  const std::string gone = parent + "/" + std::string(kDropped) + name + "-" +
                           std::to_string(env.wall_ms()) + "-" + std::to_string(random.next());
  HW_TRY(files->Move(path, gone));
  HW_TRY(env.sync(parent));
  return remove_dropped(*files, parent);
}

}  // namespace hw
