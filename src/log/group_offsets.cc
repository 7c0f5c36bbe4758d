// SPDX-License-Identifier: Apache-2.0

#include "log/group_offsets.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include <arrow/filesystem/filesystem.h>

#include "base/env/env.h"
#include "log/file_names.h"
#include "log/record_bytes.h"
#include "log/small_file.h"
#include "log/topic.h"

namespace hw {
namespace {

constexpr std::string_view kMagic{"HWLGRP\0\1", 8};
constexpr std::string_view kSuffix = ".offsets";
/// Somebody else may write for the same group; each finds the next number taken at most once.
constexpr int kTriesMax = 20;

std::string groups_folder(const Topic& topic) { return topic.path() + "/groups"; }
std::string group_folder(const Topic& topic, const std::string& group) {
  return groups_folder(topic) + "/" + group;
}
std::string file_name(int64_t number) { return numbered(number, 16) + std::string(kSuffix); }

std::string encode(const GroupOffsets& offsets) {
  RecordBytes out(kMagic);
  out.put(offsets.written_ms);
  out.put_count(offsets.next.size());
  for (const auto& [partition, next] : offsets.next) {
    out.put(static_cast<int64_t>(partition));
    out.put(next);
  }
  return std::move(out).sealed();
}

Result<GroupOffsets> decode(std::string_view bytes) {
  HW_ASSIGN_OR_RETURN(const std::string_view body, unsealed(bytes, kMagic, "a group's offsets"));
  RecordFields in(body);
  GroupOffsets offsets{.written_ms = in.get<int64_t>()};
  for (size_t left = in.get_count(2 * sizeof(int64_t)); left > 0; --left) {
    const int64_t partition = in.get_count64();
    if (partition >= kPartitionsMax) in.damaged(0);
    offsets.next[static_cast<int>(partition)] = in.get_count64();
  }
  if (!in.complete()) {
    return log_error(LogErrorKind::kDamaged, "a group's offsets have impossible contents");
  }
  return offsets;
}

/// Numbers of the group's files, the newest first.
Result<std::vector<int64_t>> numbers_in(arrow::fs::FileSystem& files, const std::string& folder) {
  HW_ASSIGN_OR_RETURN(const std::vector<std::string> names, names_in(files, folder));
  std::vector<int64_t> numbers;
  for (const std::string& name : names) {
    if (const auto number = number_of(name, kSuffix)) numbers.push_back(*number);
  }
  std::sort(numbers.rbegin(), numbers.rend());
  return numbers;
}

}  // namespace

Status check_group_name(const std::string& group) {
  const Status named = check_topic_name(group);
  return named.ok() ? named : while_doing(named, "naming group '" + group + "'");
}

Result<std::optional<GroupOffsets>> read_group_offsets(Topic& topic, const std::string& group) {
  HW_TRY(check_group_name(group));
  const std::string folder = group_folder(topic, group);
  HW_ASSIGN_OR_RETURN(const auto files, files_of(topic.env(), folder));
  HW_ASSIGN_OR_RETURN(const std::vector<int64_t> numbers, numbers_in(*files, folder));
  for (const int64_t number : numbers) {
    HW_ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                        read_small_file(*files, folder + "/" + file_name(number)));
    if (!bytes) continue;  // a newer one is there
    Result<GroupOffsets> offsets = decode(*bytes);
    if (offsets.ok()) return std::optional<GroupOffsets>(*std::move(offsets));
    if (log_error_of(offsets.status()) != LogErrorKind::kDamaged) return offsets.status();
  }
  return std::nullopt;
}

Status write_group_offsets(Topic& topic, const std::string& group,
                           const std::map<int, int64_t>& next) {
  HW_ASSIGN_OR_RETURN(std::optional<GroupOffsets> known, read_group_offsets(topic, group));
  GroupOffsets offsets = std::move(known).value_or(GroupOffsets{});
  for (const auto& [partition, offset] : next) offsets.next[partition] = offset;
  offsets.written_ms = topic.env().wall_ms();
  const std::string folder = group_folder(topic, group);
  HW_ASSIGN_OR_RETURN(const auto files, files_of(topic.env(), folder));
  HW_TRY(files->CreateDir(folder, true));
  HW_ASSIGN_OR_RETURN(std::vector<int64_t> numbers, numbers_in(*files, folder));
  int64_t number = numbers.empty() ? 1 : numbers.front() + 1;
  SmallFileWriter writer(topic.env(), folder);
  // Not synced: after a crash of the machine an older one is found.
  Status written = writer.write(file_name(number), encode(offsets), {.sync = false});
  for (int tries = 1; written.IsAlreadyExists() && tries < kTriesMax; ++tries) {
    written = writer.write(file_name(++number), encode(offsets), {.sync = false});
  }
  HW_TRY(written);
  // The one before it stays, for the case that the newest does not survive.
  for (size_t i = 1; i < numbers.size(); ++i) {
    (void)files->DeleteFile(folder + "/" + file_name(numbers[i])).ok();
  }
  return Status::OK();
}

Result<std::vector<std::string>> list_groups(Topic& topic) {
  HW_ASSIGN_OR_RETURN(const auto files, files_of(topic.env(), groups_folder(topic)));
  arrow::fs::FileSelector selector;
  selector.base_dir = groups_folder(topic);
  selector.allow_not_found = true;
  HW_ASSIGN_OR_RETURN(const std::vector<arrow::fs::FileInfo> entries, files->GetFileInfo(selector));
  std::vector<std::string> names;
  for (const arrow::fs::FileInfo& entry : entries) {
    const std::string name = entry.base_name();
    if (entry.IsDirectory() && check_topic_name(name).ok()) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace hw
