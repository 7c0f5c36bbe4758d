// SPDX-License-Identifier: Apache-2.0

#include "log/topic_options.h"

#include <algorithm>

#include "base/env/object_store.h"

namespace hw {
namespace {

constexpr size_t kNameBytesMax = 249;
constexpr int64_t kSegmentBytesMin = 4 << 10;
constexpr int64_t kSegmentBytesMax = int64_t{1} << 40;

bool is_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

}  // namespace

Status check(const TopicOptions& options) {
  if (options.retention_ms < 0 || options.retention_bytes < 0) {
    return Status::Invalid("retention.time and retention.bytes must not be negative, but are ",
                           options.retention_ms, " ms and ", options.retention_bytes, " bytes");
  }
  if (options.segment_bytes < kSegmentBytesMin || options.segment_bytes > kSegmentBytesMax) {
    return Status::Invalid("segment.bytes must be between ", kSegmentBytesMin, " and ",
                           kSegmentBytesMax, ", but is ", options.segment_bytes);
  }
  if (options.segment_ms <= 0) {
    return Status::Invalid("segment.time must be positive, but is ", options.segment_ms, " ms");
  }
  if (!(options.min_dirty_ratio >= 0 && options.min_dirty_ratio <= 1)) {
    return Status::Invalid("compaction.min-dirty-ratio must be between 0 and 1, but is ",
                           options.min_dirty_ratio);
  }
  if (options.delete_retention_ms < 0) {
    return Status::Invalid("compaction.delete-retention must not be negative, but is ",
                           options.delete_retention_ms, " ms");
  }
  if (options.flush == FlushPolicy::kInterval && options.flush_interval_ms <= 0) {
    return Status::Invalid("flush.interval must be positive, but is ", options.flush_interval_ms,
                           " ms");
  }
  if (options.offload_after_ms < 0 ||
      (options.offload_after_ms > 0) == options.offload_path.empty()) {
    return Status::Invalid(
        "offload.path and a positive offload.after say together where closed segments go and when, "
        "but they are '",
        options.offload_path, "' and ", options.offload_after_ms, " ms");
  }
  if (is_object_uri(options.offload_path)) {
    HW_TRY(parse_object_uri(options.offload_path).status());
  } else if (options.offload_path.find("://") != std::string::npos) {
    return not_supported_yet("offload.path on '" + options.offload_path +
                             "', only local folders and s3://");
  }
  if (options.cleanup_compact && options.key.empty()) {
    return Status::Invalid(
        "cleanup.policy 'compact' keeps the newest row of each key, so the topic needs a PRIMARY "
        "KEY; without one use 'delete'");
  }
  if (!options.cleanup_delete && (options.retention_ms > 0 || options.retention_bytes > 0)) {
    return Status::Invalid(
        "retention.time and retention.bytes remove rows, which cleanup.policy 'compact' does not; "
        "use 'compact,delete'");
  }
  return Status::OK();
}

Status check_topic_name(std::string_view name) {
  const bool fits = !name.empty() && name.size() <= kNameBytesMax && name.front() != '.' &&
                    std::all_of(name.begin(), name.end(), is_name_letter);
  if (fits) return Status::OK();
  return Status::Invalid("a topic's name has 1 to ", kNameBytesMax,
                         " letters, digits, '.', '_' or '-' and begins with no dot, but is '", name,
                         "'");
}

}  // namespace hw
