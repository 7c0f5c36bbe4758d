// SPDX-License-Identifier: Apache-2.0
//
// A sink whose output lies in partitions, each of which one writer writes. Key groups
// (state/key_group.h), as many as there are partitions, say which writer owns a partition and which
// partition a row of partition_by() goes to, so that rows reach the owner of their partition.

#pragma once

#include <span>

#include "runtime/sink.h"

namespace hw {

class PartitionedWriter : public SinkWriter {
 public:
  /// What all writers have prepared for one epoch becomes visible at once. Where the sink
  /// commits_together(), instead of commit().
  virtual Status commit_epoch(std::span<const Committable> committables) = 0;
};

class PartitionedSink : public Sink {
 public:
  /// There are at most so many writers: the number of partitions, or 1 where one has to write all.
  virtual int writers_max() const = 0;
  /// The writer of subtask 0 commits, and recovers, what all of them have prepared. Without
  /// checkpoints each commits its own.
  virtual bool commits_together() const = 0;
  bool one_writer() const final { return writers_max() == 1; }
  /// Its writers are PartitionedWriters.
  Result<std::unique_ptr<SinkWriter>> make_writer(const SinkContext& context) override = 0;
};

/// Null: the sink is of another kind.
inline const PartitionedSink* as_partitioned(const Sink& sink) {
  return dynamic_cast<const PartitionedSink*>(&sink);
}
inline bool commits_together(const Sink& sink) {
  const PartitionedSink* partitioned = as_partitioned(sink);
  return partitioned != nullptr && partitioned->commits_together();
}

}  // namespace hw
