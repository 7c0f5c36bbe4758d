// SPDX-License-Identifier: Apache-2.0
//
// Reads rows of one partition as a source reads a split: up to an offset, or for ever. Sees what
// is committed within a millisecond or two. Position: the next offset.

#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "connectors/log/log_table.h"
#include "runtime/source.h"

namespace hw {

class GroupProgress;

/// Constant after construction; outlives the readers.
struct LogScan {
  LogTable table;
  ScanRequest request;
};

/// Rows of a partition that are read on their own; plain data, in checkpoints.
struct LogSplit {
  std::string topic;
  int partition = 0;
  int64_t begin = 0;
  int64_t end = std::numeric_limits<int64_t>::max();
  /// TopicState::created_ms of the topic that these are rows of.
  int64_t created_ms = 0;
  /// This run ends here, the next one goes on. Not packed.
  int64_t pause = std::numeric_limits<int64_t>::max();
};

std::string pack_split(const LogSplit& split);
Result<LogSplit> unpack_split(std::string_view bytes);

/// Not worth a restart: what a job is told that knows an earlier topic of this name.
Status topic_made_again(const LogTable& table, const std::string& topic);

/// What the readers of one source share.
struct PartitionReaderParts {
  std::shared_ptr<const LogScan> scan;
  std::shared_ptr<GroupProgress> progress;  // null: the table has no group
};
std::unique_ptr<SplitReader> make_partition_reader(PartitionReaderParts parts, LogSplit split,
                                                   const SourceContext& context);

}  // namespace hw
