// SPDX-License-Identifier: Apache-2.0
//
// Decides when a partition of a file sink is complete. Pure: times are handed in.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "columnar/text/time_zone.h"

namespace hw {

/// The options `sink.partition-commit.*` and `partition.time-extractor.*`.
struct PartitionCommitPolicy {
  bool success_file = false;  // else nothing is ever said about partitions
  std::string success_name;
  bool by_partition_time = false;  // else by processing time
  int64_t delay_ms = 0;
  TimeZone zone;
  std::string pattern;  // `$dt $hour:00:00`; empty = the first partition column's value
  std::string format;   // `yyyy-MM-dd HH:mm:ss`
};

/// The time in a partition's values (texts, in order of `keys`): milliseconds since 1970-01-01 UTC.
/// Fails (Invalid) when they do not read as one.
Result<int64_t> partition_time_ms(const PartitionCommitPolicy& policy,
                                  const std::vector<std::string>& keys,
                                  const std::vector<std::string>& values);

/// Fails (Invalid) when `format` has letters other than y M d H m s S.
Status check_time_format(std::string_view format);

/// The partitions of one writer that have not been said to be complete.
class OpenPartitions {
 public:
  explicit OpenPartitions(const PartitionCommitPolicy& policy) : policy_(policy) {}

  bool has(const std::string& folder) const { return open_.count(folder) > 0; }
  /// Rows came for a partition. `time_ms`: of the partition, when the policy goes by it.
  void add(const std::string& folder, int64_t since_ms, int64_t time_ms);
  void on_watermark(int64_t watermark_ms) { watermark_ms_ = watermark_ms; }

  /// Takes out those that are complete.
  std::vector<std::string> take_complete(int64_t now_ms);
  /// Folder and since when.
  std::map<std::string, int64_t> rest() const;

 private:
  struct Partition {
    int64_t since_ms = 0;
    int64_t time_ms = 0;
  };
  bool complete(const Partition& partition, int64_t now_ms) const;

  const PartitionCommitPolicy& policy_;
  std::map<std::string, Partition> open_;
  int64_t watermark_ms_ = INT64_MIN;
};

}  // namespace hw
