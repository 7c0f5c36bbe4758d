// SPDX-License-Identifier: Apache-2.0
//
// How far a group of readers has read a topic: kept beside it for people, who see how much is
// left, and for readers that are told to go on there. A job's own positions are in its checkpoints
// and never come from here. Anybody may write at any time; the last word counts.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"

namespace hw {

class Topic;

struct GroupOffsets {
  int64_t written_ms = 0;
  /// By partition: the next offset to be read.
  std::map<int, int64_t> next;
};

/// Groups are named as topics are. Fails (Invalid) saying so.
Status check_group_name(const std::string& group);

/// Moves the group's offsets of these partitions; others stay.
Status write_group_offsets(Topic& topic, const std::string& group,
                           const std::map<int, int64_t>& next);
/// Nothing when the group has read nothing of this topic: another one of the same name, dropped
/// since, does not count. What a crash left half written is passed over.
Result<std::optional<GroupOffsets>> read_group_offsets(Topic& topic, const std::string& group);
/// Sorted.
Result<std::vector<std::string>> list_groups(Topic& topic);

}  // namespace hw
