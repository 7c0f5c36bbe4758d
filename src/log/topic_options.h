// SPDX-License-Identifier: Apache-2.0
//
// What a topic is told about keeping its rows. Stored with the topic; every writer and cleaner
// obeys the stored ones.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace hw {

enum class FlushPolicy : uint8_t {
  kCommit = 0,    // rows and commit are on disk before a commit is acknowledged
  kInterval = 1,  // on disk at most flush_interval_ms later; a crash of the machine may lose those
  kNone = 2,      // the operating system decides
};

struct TopicOptions {
  /// Whole pieces older than this are removed, by the time of their last commit; 0 = keep.
  int64_t retention_ms = 0;
  /// Oldest pieces are removed while a partition is larger than this; 0 = keep.
  int64_t retention_bytes = 0;
  bool cleanup_delete = true;
  bool cleanup_compact = false;
  /// Compacts when the closed pieces that are not compacted yet have this share of the bytes.
  double min_dirty_ratio = 0.5;
  /// Deletes committed longer ago than this go with the next compaction.
  int64_t delete_retention_ms = int64_t{24} * 3600 * 1000;
  /// A segment is left when it is larger or was begun longer ago than this.
  int64_t segment_bytes = 128 << 20;
  int64_t segment_ms = 3600 * 1000;
  FlushPolicy flush = FlushPolicy::kCommit;
  int64_t flush_interval_ms = 1000;
  /// Closed pieces whose last commit is older than this are moved there; 0 and empty = they stay.
  int64_t offload_after_ms = 0;
  std::string offload_path;
  /// Names of the columns that compaction keeps the newest row of.
  std::vector<std::string> key;

  bool operator==(const TopicOptions&) const = default;
};

/// Fails (Invalid) with the rule that an option breaks.
Status check(const TopicOptions& options);

/// A topic's name is the name of its folder: letters, digits, '.', '_', '-', at most 249, not
/// beginning with a dot.
Status check_topic_name(std::string_view name);

constexpr int kPartitionsMax = 4096;

}  // namespace hw
