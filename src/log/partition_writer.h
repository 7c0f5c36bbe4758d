// SPDX-License-Identifier: Apache-2.0
//
// The segments that one writer appends to in one partition, and what of them belongs to the epoch
// that is open. Internal to log/; one thread at a time.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/status.h"
#include "log/segment_writer.h"
#include "log/topic_state.h"

namespace hw {

class Env;

struct PartitionWriterParts {
  std::string topic_path;
  int64_t partition = 0;
  /// The writer's number and name: of the segments it begins.
  int64_t writer = 0;
  WriterIdentity identity;
  arrow::MemoryPool* pool = nullptr;
};

class PartitionWriter {
 public:
  PartitionWriter(Env& env, PartitionWriterParts parts) : env_(env), parts_(std::move(parts)) {}

  /// Goes on in a segment that nobody else appends to any more, behind its last whole frame at or
  /// after `from`; not in one of another identity.
  Status resume(const SegmentId& segment, int64_t from);

  Status append(const Batch& batch, const FrameFacts& facts, const TopicOptions& options);

  /// The three steps of prepare. `flush` may be called again after a failure.
  Status flush();
  Status finish(int64_t epoch, bool sync);
  void take_extents(std::vector<PreparedExtent>& out);

  /// Forgets the rows of the open epoch; after a failure also the segments, which are not touched
  /// again.
  void discard() { open_.clear(); }
  void forget_segments();

 private:
  /// What of a segment belongs to the open epoch.
  struct Touched {
    std::shared_ptr<SegmentWriter> segment;
    int64_t begin = 0;
    int64_t end = 0;
    int64_t num_rows = 0;
    TimeRange times;
  };
  Status begin_segment();

  Env& env_;
  const PartitionWriterParts parts_;
  std::shared_ptr<SegmentWriter> current_;
  std::vector<Touched> open_;
  int64_t next_sequence_ = 1;
  bool folder_changed_ = false;  // a segment was made since the folder was synced
};

}  // namespace hw
