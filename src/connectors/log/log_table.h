// SPDX-License-Identifier: Apache-2.0
//
// What the options of a log table say, parsed: where its topics are, which changes they hold, where
// reading begins and ends, and what a topic is told about keeping its rows.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "connectors/log/payload.h"
#include "log/topic_options.h"
#include "runtime/connector_catalogue.h"

namespace hw {

class Topic;

/// The row kinds that flow into such a table and out of it.
RowKindSet kinds_of(LogChangelog changelog);

/// A place in every partition of a topic.
struct LogPlace {
  enum class Mode : uint8_t {
    kEarliest,
    kLatest,
    kTimestamp,
    kOffsets,
    kCommit,
    kGroup,
    kUnbounded
  };
  Mode mode = Mode::kEarliest;
  int64_t value = 0;  // ms or the commit's number
  std::map<int, int64_t> offsets;
};

/// Constant after parsing.
struct LogTable {
  std::string directory;
  /// Exactly one of the two is set.
  std::string topic;
  std::string topic_pattern;
  bool ignore_missing = false;
  /// What the topic holds: appends where the format of messages knows what they mean.
  LogChangelog changelog = LogChangelog::kAppend;
  LogPayload payload;
  LogPlace begin;
  LogPlace end{.mode = LogPlace::Mode::kUnbounded};
  /// Whose offsets reading moves; empty = nobody's.
  std::string group;
  /// Rows are read before their commit.
  bool uncommitted = false;

  /// Kinds of rows that reading brings, and that writing takes.
  RowKindSet reads() const;
  RowKindSet accepts() const;
};

/// Parses what a source needs; a sink uses the first lines of it. Fails (Invalid) on what the
/// option specs cannot check.
Result<LogTable> parse_log_table(const ConnectorContext& context, const MessageColumns& columns);

/// Those that the table's options give replace what `out` holds.
void apply_topic_options(const Options& options, TopicOptions& out);
/// Of a topic that is made for the table: one of upserts is compacted, and loses old rows only if
/// the table says how old, unless it says otherwise.
TopicOptions new_topic_options(const Options& options, LogChangelog changelog,
                               std::vector<std::string> key);
/// Fails (Invalid) for options that a topic cannot have, or not with these changes.
Status check_topic_options(const TopicOptions& options, LogChangelog changelog);

/// A place that is the same for all jobs: of a group, its offsets now. Fails (Invalid) when it has
/// none of a partition.
Result<LogPlace> resolved(Topic& topic, const LogTable& table, const LogPlace& place);

/// The offset of the place as of the topic's last refresh. Requires: not kGroup.
Result<int64_t> offset_at(const Topic& topic, int partition, const LogPlace& place);

/// `partition:0,offset:42;partition:1,offset:300`.
Result<std::map<int, int64_t>> parse_specific_offsets(std::string_view text);

}  // namespace hw
