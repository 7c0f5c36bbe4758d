// SPDX-License-Identifier: Apache-2.0
//
// Compaction by key: the closed pieces of a partition are written anew with the newest row of each
// key only. Rows keep their offsets, commits and times; the others leave gaps. Internal to log/.
//
//   reserve a number → newest offset per key → new segments, synced → one record replaces pieces
//
// A kill leaves new files that nobody knows, or old ones that nobody needs: the next cleaning
// removes either. Readers in the middle go on in the file they hold, or look again.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/status.h"
#include "log/cleaning_stop.h"
#include "log/topic_state.h"

namespace hw {

class Topic;

/// How many of the oldest pieces of a partition lie in closed segments: what is open is left alone.
size_t num_closed_pieces(const PartitionState& partition);

/// How many of the oldest pieces of a partition are to be compacted now; 0 = none, or not yet.
/// Rows at or above `pinned_offset` stay as they are. Pure.
size_t compactable_pieces(const PartitionState& partition, const TopicOptions& options,
                          int64_t pinned_offset);

struct CompactionReport {
  int64_t num_pieces = 0;  // that were replaced
  int64_t num_rows = 0;    // that are gone
  int64_t num_bytes = 0;
};
/// Compacts the partitions that are due as of the topic's last refresh, if its policy says so. One
/// that somebody else compacts right now is left out.
Result<CompactionReport> compact(Topic& topic, const CleaningStop& stop = {});

}  // namespace hw
