// SPDX-License-Identifier: Apache-2.0

#include "connectors/log/log_options.h"

#include <string>

#include "runtime/message_formats.h"

namespace hw::log_options {

OptionSpec format() {
  return {
      .name = "format",
      .default_value = "arrow",
      .sentence =
          "arrow: rows as columns, with the schema kept and checked by the topic; json, csv, "
          "raw, changelog-json: each row as a message, the bytes in the topic's column `value`."};
}

OptionSpec topic() {
  return {.name = "topic", .sentence = "The topic; a source may have `topic-pattern` instead."};
}

OptionSpec topic_pattern() {
  return {.name = "topic-pattern",
          .sentence =
              "Source: reads all topics whose whole name matches this regular expression, also "
              "those that are made while the job runs."};
}

OptionSpec topic_on_missing() {
  return {.name = "topic.on-missing",
          .type = OptionType::kEnum,
          .default_value = "fail",
          .values = {"fail", "ignore"},
          .sentence =
              "Source: what happens when a topic is not there, or goes away while it is read; "
              "ignore waits for it."};
}

OptionSpec path() {
  return {.name = "path",
          .sentence = "The log's directory; without it the configuration key `log.dir` says it."};
}

OptionSpec partitions() {
  return {.name = "partitions",
          .type = OptionType::kInteger,
          .default_value = "1",
          .sentence = "Sink: partitions of a topic that is made."};
}

OptionSpec topic_create() {
  return {.name = "topic.create",
          .type = OptionType::kBoolean,
          .default_value = "true",
          .sentence = "Sink: whether a topic that is missing is made."};
}

OptionSpec group_id() {
  return {.name = "group.id",
          .sentence =
              "Source: the name under which the topic keeps how far this table is read, with every "
              "checkpoint, or at the end of a job without any; for `headwater log describe` and "
              "for group-offsets."};
}

OptionSpec isolation_level() {
  return {.name = "isolation-level",
          .type = OptionType::kEnum,
          .default_value = "read_committed",
          .values = {"read_committed", "read_uncommitted"},
          .sentence =
              "read_committed: only rows of commits; read_uncommitted: rows as soon as they are in "
              "the files, also those that no commit ever shows."};
}

OptionSpec changelog_mode() {
  return {.name = "changelog-mode",
          .type = OptionType::kEnum,
          .values = {"append", "upsert", "all"},
          .sentence =
              "append (without PRIMARY KEY the default): inserts only; upsert (with one the "
              "default): rows replace by key, -D deletes; all: the four row kinds."};
}

OptionSpec startup_mode() {
  return {.name = "scan.startup.mode",
          .type = OptionType::kEnum,
          .default_value = "earliest-offset",
          .values = {"earliest-offset", "latest-offset", "timestamp", "specific-offsets", "commit",
                     "group-offsets"},
          .sentence = "Where reading begins."};
}

OptionSpec startup_timestamp() {
  return {
      .name = "scan.startup.timestamp-millis",
      .type = OptionType::kInteger,
      .sentence =
          "For timestamp: begins with the first rows that have this time or a later one; by the "
          "written `timestamp` metadata, else by the time of the commit."};
}

OptionSpec startup_offsets() {
  return {.name = "scan.startup.specific-offsets",
          .sentence = "For specific-offsets: `partition:0,offset:42;partition:1,offset:300`."};
}

OptionSpec startup_commit() {
  return {.name = "scan.startup.commit-id",
          .type = OptionType::kInteger,
          .sentence = "For commit: begins with the rows of this commit."};
}

OptionSpec bounded_mode() {
  return {
      .name = "scan.bounded.mode",
      .type = OptionType::kEnum,
      .default_value = "unbounded",
      .values = {"unbounded", "latest-offset", "timestamp", "specific-offsets", "group-offsets"},
      .sentence = "Where reading ends. A batch reads at most what is there at its start."};
}

OptionSpec bounded_timestamp() {
  return {.name = "scan.bounded.timestamp-millis",
          .type = OptionType::kInteger,
          .sentence = "For timestamp: ends before the first rows of this time or a later one."};
}

OptionSpec bounded_offsets() {
  return {.name = "scan.bounded.specific-offsets",
          .sentence = "For specific-offsets: the first offset of each partition that is not read."};
}

OptionSpec retention_time() {
  return {.name = "retention.time",
          .type = OptionType::kDuration,
          .sentence = "Closed segments older than this are removed; without it they stay."};
}

OptionSpec retention_bytes() {
  return {.name = "retention.bytes",
          .type = OptionType::kSize,
          .sentence =
              "Oldest closed segments are removed while a partition is larger; without it they "
              "stay."};
}

OptionSpec cleanup_policy() {
  return {
      .name = "cleanup.policy",
      .type = OptionType::kEnum,
      .values = {"delete", "compact", "compact,delete"},
      .sentence =
          "delete (without PRIMARY KEY the default): by retention.time and retention.bytes; "
          "compact (with one the default; compact,delete if a retention is given): closed segments "
          "keep the newest row of each key."};
}

OptionSpec min_dirty_ratio() {
  return {.name = "compaction.min-dirty-ratio",
          .type = OptionType::kDouble,
          .default_value = "0.5",
          .sentence =
              "A partition is compacted when this share of the bytes of its closed segments is not "
              "compacted yet."};
}

OptionSpec delete_retention() {
  return {.name = "compaction.delete-retention",
          .type = OptionType::kDuration,
          .default_value = "24 h",
          .sentence = "How long compaction keeps deletes for readers that lag."};
}

OptionSpec offload_path() {
  return {.name = "offload.path",
          .sentence =
              "A local folder or an s3:// URI that closed segments older than `offload.after` are "
              "moved to; they are read there as before. Without it they stay."};
}

OptionSpec offload_after() {
  return {.name = "offload.after",
          .type = OptionType::kDuration,
          .sentence = "For offload.path: by the time of a segment's last commit."};
}

OptionSpec segment_bytes() {
  return {.name = "segment.bytes",
          .type = OptionType::kSize,
          .default_value = "128mb",
          .sentence = "A segment that has reached this size is closed and a new one begun."};
}

OptionSpec segment_time() {
  return {.name = "segment.time",
          .type = OptionType::kDuration,
          .default_value = "1 h",
          .sentence = "A segment that was begun this long ago is closed."};
}

OptionSpec flush() {
  return {.name = "flush",
          .type = OptionType::kEnum,
          .default_value = "commit",
          .values = {"commit", "interval", "none"},
          .sentence =
              "commit: what is committed is on disk; interval: a crash of the machine may lose the "
              "commits of the last flush.interval; none: any of the newest."};
}

OptionSpec flush_interval() {
  return {.name = "flush.interval",
          .type = OptionType::kDuration,
          .default_value = "1 s",
          .sentence =
              "For flush = interval: how often. Without checkpoints also the longest time until "
              "rows are shown."};
}

OptionSpec delivery_guarantee() {
  return {.name = "sink.delivery-guarantee",
          .type = OptionType::kEnum,
          .default_value = "exactly-once",
          .values = {"exactly-once", "at-least-once", "none"},
          .sentence =
              "exactly-once: rows appear with the checkpoint, once; needs checkpoints in "
              "exactly-once mode, and is at-least-once without them unless it is written out."};
}

OptionSpec partitioner() {
  return {.name = "sink.partitioner",
          .type = OptionType::kEnum,
          .default_value = "default",
          .values = {"default", "fixed", "round-robin"},
          .sentence =
              "default: by the hash of the PRIMARY KEY (changelog-mode all without one: of the "
              "row), else round-robin; fixed: all that one writer gets into one partition; "
              "round-robin: batch by batch."};
}

std::vector<OptionSpec> all() {
  return {
      topic(),
      topic_pattern(),
      topic_on_missing(),
      path(),
      format(),
      message_options::value_format(),
      message_options::value_fields_include(),
      message_options::key_format(),
      message_options::key_fields(),
      message_options::key_fields_prefix(),
      partitions(),
      topic_create(),
      startup_mode(),
      startup_timestamp(),
      startup_offsets(),
      startup_commit(),
      bounded_mode(),
      bounded_timestamp(),
      bounded_offsets(),
      group_id(),
      isolation_level(),
      changelog_mode(),
      retention_time(),
      retention_bytes(),
      cleanup_policy(),
      min_dirty_ratio(),
      delete_retention(),
      offload_path(),
      offload_after(),
      segment_bytes(),
      segment_time(),
      delivery_guarantee(),
      partitioner(),
      flush(),
      flush_interval(),
  };
}

}  // namespace hw::log_options
