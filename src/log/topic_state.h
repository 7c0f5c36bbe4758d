// SPDX-License-Identifier: Apache-2.0
//
// What a topic is: the fold over its chain of records. A pure value: the chain (topic_chain.h)
// brings it up to date, readers and writers look things up in it.

#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "columnar/schema.h"
#include "log/topic_options.h"

namespace hw {

/// The file of a segment: who began it (the number of the record that opened the writer, or that a
/// compaction reserved) and a count. Never used twice.
struct SegmentId {
  int64_t writer = 0;
  int64_t sequence = 0;
  auto operator<=>(const SegmentId&) const = default;
  /// `0000000000000012-000003`, and the file's name with `.seg` behind it.
  std::string stem() const;
  std::string file_name() const;
  /// The stem before the suffix, or nothing when the name is not of that form.
  static std::optional<SegmentId> of_file(std::string_view name, std::string_view suffix);
};

/// Event times (ms) of some rows; none when min > max.
struct TimeRange {
  int64_t min = std::numeric_limits<int64_t>::max();
  int64_t max = std::numeric_limits<int64_t>::min();
  bool known() const { return min <= max; }
  void add(const TimeRange& other);
  bool operator==(const TimeRange&) const = default;
};

/// Whole frames that became visible together: bytes [begin, end) of a segment.
struct Extent {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t first_offset = 0;
  int64_t num_rows = 0;
  int64_t commit = 0;
  int64_t commit_ms = 0;  // wall clock of the commit; never falls within a partition
  TimeRange times;
  bool operator==(const Extent&) const = default;
};

/// Extents of one segment with successive offsets. Only the last piece of a partition grows; the
/// others are closed: what retention removes, what a planner deals out, what is offloaded.
struct Piece {
  SegmentId segment;
  /// Offsets [first_offset, end_offset).
  int64_t first_offset = 0;
  int64_t end_offset = 0;
  int64_t num_rows = 0;  // fewer than offsets once compacted
  int64_t num_bytes = 0;
  int64_t first_commit = 0;
  int64_t last_commit = 0;
  int64_t last_commit_ms = 0;
  TimeRange times;
  /// The extents were moved to the file index_name(); else they are here.
  bool indexed = false;
  std::vector<Extent> extents;
  /// Where the segment lies; empty = the partition's folder.
  std::string location;
  bool compacted = false;

  std::string index_name() const;
  bool operator==(const Piece&) const = default;
};

struct PartitionState {
  /// The first offset that is still there, and the next one to be given out.
  int64_t start_offset = 0;
  int64_t end_offset = 0;
  std::vector<Piece> pieces;  // by offset
  /// The writer that owns the partition; 0 = nobody ever did.
  int64_t writer = 0;
  bool operator==(const PartitionState&) const = default;
};

/// Who writes: one slot of one sink of one job. A job started again on purpose from scratch is
/// another generation.
struct WriterIdentity {
  std::string job;
  int64_t generation = 0;
  std::string sink;
  int64_t slot = 0;
  auto operator<=>(const WriterIdentity&) const = default;
  /// The part that attempts of one job share.
  WriterIdentity of_job() const { return {.job = job, .generation = generation}; }
  std::string to_text() const;
};

struct WriterState {
  WriterIdentity identity;
  int64_t attempt = 0;
  std::string host;
  int64_t process_id = 0;
  bool operator==(const WriterState&) const = default;
};

/// Bytes of a partition that a transaction wrote into one segment.
struct PreparedExtent {
  int64_t partition = 0;
  SegmentId segment;
  int64_t begin = 0;
  int64_t end = 0;
  int64_t num_rows = 0;
  TimeRange times;
  bool operator==(const PreparedExtent&) const = default;
};

/// One epoch of one writer: durable, to be made visible.
struct PreparedEpoch {
  WriterIdentity identity;
  int64_t epoch = 0;
  /// The epoch of this writer that must be settled before; 0 = none.
  int64_t previous = 0;
  std::vector<PreparedExtent> extents;
  bool operator==(const PreparedEpoch&) const = default;
};

struct TopicState {
  /// The number of the last record folded in; 0 = nothing.
  int64_t record = 0;
  int64_t wall_ms = 0;
  /// When it was made: tells it from one of the same name before or after it. 0 = before this was
  /// written down.
  int64_t created_ms = 0;
  TopicOptions options;
  std::vector<SchemaPtr> schemas;  // version 1 first
  std::vector<PartitionState> partitions;
  /// Those that own a partition.
  std::map<int64_t, WriterState> writers;
  /// Per writer identity, the last epoch that was committed or aborted.
  std::map<WriterIdentity, int64_t> settled;
  /// Per job and generation, the highest attempt seen.
  std::map<WriterIdentity, int64_t> attempts;
  int64_t last_commit = 0;

  const SchemaPtr& schema() const { return schemas.back(); }
  int64_t settled_epoch(const WriterIdentity& identity) const;
  int64_t attempt_of(const WriterIdentity& identity) const;
};

/// Whether `created_ms` of a topic, seen earlier, is that of another one of the same name.
inline bool made_again(int64_t created_ms, const TopicState& now) {
  return created_ms != 0 && now.created_ms != 0 && created_ms != now.created_ms;
}

/// Everything but the schemas compared by value too.
bool operator==(const TopicState& a, const TopicState& b);

std::string encode_state(const TopicState& state);
/// Fails (kDamaged) on anything that encode_state() would not have written.
Result<TopicState> decode_state(std::string_view bytes);

}  // namespace hw
