// SPDX-License-Identifier: Apache-2.0
//
// One checkpoint of a whole job as it stands in memory: what every operator instance, source and
// sink handed over at one barrier. Whoever makes it durable writes it down and may hand it, read
// back, to another run of the same graph at another parallelism. Plain data.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "runtime/message.h"
#include "runtime/operator_snapshot.h"
#include "runtime/sink.h"

namespace hw {

struct JobCheckpoint {
  /// Where a source's search for splits stood. The splits themselves are in the snapshots of its
  /// instances (`split-0` …, as encode_split() wrote them); those read to their end are in none.
  struct SourceState {
    std::string uid;
    std::string position;   // of its enumerator
    bool finished = false;  // nothing more is to be found
  };
  /// What a sink had prepared and not been seen to commit.
  struct Prepared {
    std::string sink_uid;
    int subtask = 0;
    int64_t epoch = 0;  // the barrier that ended it
    Committable committable;
  };

  int64_t id = 0;
  BarrierKind kind = BarrierKind::kCheckpoint;
  /// All input has ended: only the commit is left.
  bool final = false;
  /// Every instance of every source and operator, in order of vertex and subtask.
  std::vector<OperatorSnapshot> operators;
  std::vector<SourceState> sources;
  /// In the order of their commit.
  std::vector<Prepared> committables;

  /// Snapshots of all instances that an operator or source had.
  std::vector<OperatorSnapshot> of(const std::string& uid) const;
};

/// The same with all registered state read out: it may be restored when the run that it was taken
/// of has gone on, or has gone. What was frozen may be read until the next barrier only that says
/// it is published (Barrier::published).
Result<JobCheckpoint> read_out(JobCheckpoint checkpoint);

}  // namespace hw
