// SPDX-License-Identifier: Apache-2.0

#include "connectors/files/file_options.h"

#include <string>
#include <utility>

namespace hw::file_options {

OptionSpec path() {
  return {.name = "path",
          .required = true,
          .sentence = "The file or directory; relative paths begin at the working directory."};
}

OptionSpec pattern() {
  return {.name = "source.path.regex-pattern",
          .sentence =
              "Reads folders in folders too, and of all files those whose absolute path "
              "matches this regular expression."};
}

OptionSpec default_partition() {
  return {.name = "partition.default-name",
          .default_value = "__DEFAULT_PARTITION__",
          .sentence = "The folder name that stands for a NULL partition value."};
}

OptionSpec rolling_size() {
  return {.name = "sink.rolling-policy.file-size",
          .type = OptionType::kSize,
          .default_value = "128mb",
          .sentence = "A file that has reached this size is closed and a new one begun."};
}

OptionSpec monitor_interval() {
  return {.name = "source.monitor-interval",
          .type = OptionType::kDuration,
          .sentence = "Looks for new files this often; without it the table is bounded."};
}

OptionSpec rollover_interval() {
  return {.name = "sink.rolling-policy.rollover-interval",
          .type = OptionType::kDuration,
          .default_value = "30 min",
          .sentence = "A file that is open this long is closed."};
}

OptionSpec inactivity_interval() {
  return {.name = "sink.rolling-policy.inactivity-interval",
          .type = OptionType::kDuration,
          .default_value = "30 min",
          .sentence = "A file without new rows for this long is closed."};
}

OptionSpec check_interval() {
  return {
      .name = "sink.rolling-policy.check-interval",
      .type = OptionType::kDuration,
      .default_value = "1 min",
      .sentence = "How often the two intervals are looked at: when rows come, and at checkpoints."};
}

OptionSpec compaction() {
  return {.name = "auto-compaction",
          .type = OptionType::kBoolean,
          .default_value = "false",
          .sentence =
              "Small files become one before they are visible: they wait for that until they have "
              "the size together, or for the rollover interval."};
}

OptionSpec compaction_size() {
  return {.name = "compaction.file-size",
          .type = OptionType::kSize,
          .sentence = "The size that merging aims at; by default that at which files roll."};
}

OptionSpec shuffle_by_partition() {
  return {.name = "sink.shuffle-by-partition.enable",
          .type = OptionType::kBoolean,
          .default_value = "false",
          .sentence =
              "Sends all rows of a partition to one writer: fewer files. Always so with a "
              "partition commit policy."};
}

OptionSpec commit_trigger() {
  return {.name = "sink.partition-commit.trigger",
          .type = OptionType::kEnum,
          .default_value = "process-time",
          .values = {"process-time", "partition-time"},
          .sentence =
              "When a partition is complete: the delay after its first row, or when the watermark "
              "has passed the partition's own time and the delay."};
}

OptionSpec commit_delay() {
  return {.name = "sink.partition-commit.delay",
          .type = OptionType::kDuration,
          .default_value = "0 s",
          .sentence = "How long to wait for further rows of a partition."};
}

OptionSpec watermark_time_zone() {
  return {.name = "sink.partition-commit.watermark-time-zone",
          .default_value = "UTC",
          .sentence = "The zone in which a partition's time is written."};
}

OptionSpec commit_policy() {
  return {.name = "sink.partition-commit.policy.kind",
          .sentence =
              "What is done when a partition is complete: success-file writes an empty file into "
              "its folder (metastore and custom are not built)."};
}

OptionSpec success_name() {
  return {.name = "sink.partition-commit.success-file.name",
          .default_value = "_SUCCESS",
          .sentence = "The file that says a partition is complete."};
}

OptionSpec time_pattern() {
  return {.name = "partition.time-extractor.timestamp-pattern",
          .sentence =
              "The partition's time, made of its values: '$dt $hour:00:00'; by default the value "
              "of the first partition column."};
}

OptionSpec time_format() {
  return {.name = "partition.time-extractor.timestamp-formatter",
          .default_value = "yyyy-MM-dd HH:mm:ss",
          .sentence =
              "How that text reads as a time (letters y M d H m s S). A date alone is its "
              "midnight."};
}

OptionSpec lookup_cache() {
  return {.name = "lookup.cache",
          .type = OptionType::kEnum,
          .default_value = "FULL",
          .values = {"FULL", "NONE", "PARTIAL"},
          .sentence =
              "What a lookup join keeps of the table: FULL = a copy in memory, read with the "
              "first row that is looked up; PARTIAL = what was found for single keys, for a "
              "while; NONE = nothing. Without a copy the files are read for each batch of rows."};
}

OptionSpec cache_rows() {
  return {.name = "lookup.partial-cache.max-rows",
          .type = OptionType::kInteger,
          .sentence =
              "How many rows are kept; keys without a row count as one. Those used "
              "longest ago go first."};
}

OptionSpec cache_after_write() {
  return {.name = "lookup.partial-cache.expire-after-write",
          .type = OptionType::kDuration,
          .sentence = "How long a key's rows are kept after they were read."};
}

OptionSpec cache_after_access() {
  return {.name = "lookup.partial-cache.expire-after-access",
          .type = OptionType::kDuration,
          .sentence = "How long a key's rows are kept after they were last asked for."};
}

OptionSpec cache_misses() {
  return {.name = "lookup.partial-cache.cache-missing-key",
          .type = OptionType::kBoolean,
          .default_value = "true",
          .sentence = "Whether it is kept that a key has no row."};
}

OptionSpec reload_strategy() {
  return {.name = "lookup.full-cache.reload-strategy",
          .type = OptionType::kEnum,
          .default_value = "PERIODIC",
          .values = {"PERIODIC", "TIMED"},
          .sentence = "When the copy is made again: after an interval, or at a time of the day."};
}

OptionSpec reload_time() {
  return {.name = "lookup.full-cache.timed-reload.iso-time",
          .sentence =
              "The time of day at which the copy is made again, `10:15` in the session's "
              "time zone, or with an offset, `10:15:00+02:00`, `10:15Z`. It is made with "
              "the first row that is looked up after it."};
}

OptionSpec reload_days() {
  return {.name = "lookup.full-cache.timed-reload.interval-in-days",
          .type = OptionType::kInteger,
          .default_value = "1",
          .sentence =
              "Every how many days the copy is made again; the first time on the first "
              "day."};
}

OptionSpec reload_interval() {
  return {.name = "lookup.full-cache.periodic-reload.interval",
          .type = OptionType::kDuration,
          .sentence =
              "The copy is made again with the first row that is looked up so long after "
              "it was made; without it there is one copy for the whole job."};
}

OptionSpec reload_schedule() {
  return {.name = "lookup.full-cache.periodic-reload.schedule-mode",
          .type = OptionType::kEnum,
          .default_value = "FIXED_DELAY",
          .values = {"FIXED_DELAY", "FIXED_RATE"},
          .sentence =
              "Whether the interval begins when the reading has ended (FIXED_DELAY) or "
              "when it began (FIXED_RATE)."};
}

std::vector<OptionSpec> all() {
  return {
      path(),
      monitor_interval(),
      pattern(),
      {.name = "source.report-statistics",
       .type = OptionType::kEnum,
       .default_value = "all",
       .values = {"all", "none"},
       .sentence = "Accepted for compatibility: plans do not depend on file statistics yet."},
      default_partition(),
      rolling_size(),
      rollover_interval(),
      inactivity_interval(),
      check_interval(),
      compaction(),
      compaction_size(),
      {.name = "compaction.parallelism",
       .type = OptionType::kInteger,
       .sentence = "Accepted for compatibility: each writer merges its own files."},
      shuffle_by_partition(),
      commit_trigger(),
      commit_delay(),
      watermark_time_zone(),
      commit_policy(),
      success_name(),
      {.name = "partition.time-extractor.kind",
       .type = OptionType::kEnum,
       .default_value = "default",
       .values = {"default", "custom"},
       .sentence = "How a partition's time is found.",
       .not_built_values = {"custom"}},
      time_pattern(),
      time_format(),
      lookup_cache(),
      reload_strategy(),
      reload_interval(),
      reload_schedule(),
      reload_time(),
      reload_days(),
      cache_rows(),
      cache_after_write(),
      cache_after_access(),
      cache_misses(),
  };
}

}  // namespace hw::file_options
