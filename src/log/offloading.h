// SPDX-License-Identifier: Apache-2.0
//
// Moves old closed pieces to another directory, where they are read as before: copied and synced
// under a passing name, renamed, told in one record; the next cleaning removes the originals. A
// kill leaves a copy that the next try goes on with. Internal to log/.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "log/cleaning_stop.h"
#include "log/topic_state.h"

namespace hw {

class Topic;

/// The pieces, by their place in the partition, that are old enough to lie elsewhere. Of a topic
/// that is compacted, only those that are. Pure.
std::vector<size_t> offloadable_pieces(const PartitionState& partition, const TopicOptions& options,
                                       int64_t now_ms);

/// Moves what is due as of the topic's last refresh; returns how many pieces. A partition that
/// somebody else compacts or moves right now is left out.
Result<int64_t> offload(Topic& topic, const CleaningStop& stop = {});

/// Files of a piece that lies elsewhere: whoever removes the piece from the topic removes them.
void add_moved_files(const Piece& piece, std::vector<std::string>& files);
/// Removes those of the files that no piece has any more; returns how many.
Result<int64_t> remove_moved_files(Topic& topic, const std::vector<std::string>& files);

}  // namespace hw
