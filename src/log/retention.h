// SPDX-License-Identifier: Apache-2.0
//
// Removes what a topic need not keep: whole closed pieces, oldest first, by time and size, never
// one that holds a pinned row; rows that compaction has not kept (compaction.h). Anybody may clean
// at any time, also while others write and read.

#pragma once

#include <cstdint>
#include <vector>

#include "base/status.h"
#include "log/cleaning_stop.h"
#include "log/compaction.h"
#include "log/topic_state.h"

namespace hw {

class Topic;

/// How many of the oldest pieces of a partition may go. Pure.
struct RetentionQuestion {
  int64_t now_ms = 0;
  /// Rows at or above stay.
  int64_t pinned_offset = 0;
};
size_t expired_pieces(const PartitionState& partition, const TopicOptions& options,
                      const RetentionQuestion& question);

struct CleaningReport {
  int64_t num_pieces = 0;
  int64_t num_bytes = 0;
  int64_t num_files = 0;
  CompactionReport compaction;
  int64_t num_offloaded = 0;  // pieces that lie elsewhere now
};
/// Removes expired pieces from the topic if its policy has `delete`, compacts what is due if it has
/// `compact`, moves old pieces elsewhere if it says where, and removes files that no piece needs
/// and no epoch that may still be committed.
Result<CleaningReport> clean(Topic& topic, const CleaningStop& stop = {});

}  // namespace hw
