// SPDX-License-Identifier: Apache-2.0

#include "connectors/files/file_options.h"

#include <string>
#include <utility>

namespace hw::file_options {
namespace {

OptionSpec not_built(std::string name, OptionType type, std::string default_value,
                     std::string sentence) {
  return {.name = std::move(name),
          .type = type,
          .default_value = std::move(default_value),
          .sentence = std::move(sentence),
          .not_built = true};
}

}  // namespace

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

std::vector<OptionSpec> all() {
  return {
      path(),
      not_built("source.monitor-interval", OptionType::kDuration, "",
                "Looks for new files this often; without it the table is bounded."),
      pattern(),
      {.name = "source.report-statistics",
       .type = OptionType::kEnum,
       .default_value = "all",
       .values = {"all", "none"},
       .sentence = "Accepted for compatibility: plans do not depend on file statistics yet."},
      default_partition(),
      rolling_size(),
      not_built("sink.rolling-policy.rollover-interval", OptionType::kDuration, "30 min",
                "A file that is open this long is closed."),
      not_built("sink.rolling-policy.inactivity-interval", OptionType::kDuration, "30 min",
                "A file without new rows for this long is closed."),
      not_built("sink.rolling-policy.check-interval", OptionType::kDuration, "1 min",
                "How often the intervals are looked at."),
      not_built("auto-compaction", OptionType::kBoolean, "false",
                "Merges small files before they become visible."),
      not_built("compaction.file-size", OptionType::kSize, "", "The size that merging aims at."),
      not_built("compaction.parallelism", OptionType::kInteger, "", "How many tasks merge."),
      not_built("sink.shuffle-by-partition.enable", OptionType::kBoolean, "false",
                "Sends rows of one partition to one writer."),
      not_built("sink.partition-commit.trigger", OptionType::kEnum, "process-time",
                "When a partition is complete."),
      not_built("sink.partition-commit.delay", OptionType::kDuration, "0 s",
                "How long to wait for late rows of a partition."),
      not_built("sink.partition-commit.watermark-time-zone", OptionType::kString, "UTC",
                "The zone of the partition's time."),
      not_built("sink.partition-commit.policy.kind", OptionType::kString, "",
                "What is done when a partition is complete."),
      not_built("sink.partition-commit.success-file.name", OptionType::kString, "_SUCCESS",
                "The file that says a partition is complete."),
      not_built("partition.time-extractor.kind", OptionType::kString, "default",
                "How a partition's time is found."),
      not_built("partition.time-extractor.timestamp-pattern", OptionType::kString, "",
                "The partition's time, made of its values."),
      not_built("partition.time-extractor.timestamp-formatter", OptionType::kString,
                "yyyy-MM-dd HH:mm:ss", "How that text reads as a time."),
  };
}

}  // namespace hw::file_options
