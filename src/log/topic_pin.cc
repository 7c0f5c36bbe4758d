// SPDX-License-Identifier: Apache-2.0

#include "log/topic_pin.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <arrow/filesystem/filesystem.h>

#include "base/env/env.h"
#include "log/log_error.h"
#include "log/record_bytes.h"
#include "log/small_file.h"
#include "log/topic.h"

namespace hw {
namespace {

constexpr std::string_view kPinMagic{"HWLPIN\0\1", 8};

std::string pins_folder(const Topic& topic) { return topic.path() + "/pins"; }

Result<std::vector<int64_t>> decode_pin(std::string_view bytes) {
  HW_ASSIGN_OR_RETURN(const std::string_view body, unsealed(bytes, kPinMagic, "a pin"));
  RecordFields in(body);
  const size_t count = in.get_count(sizeof(int64_t));
  std::vector<int64_t> offsets;
  for (size_t i = 0; i < count; ++i) offsets.push_back(in.get_count64());
  if (!in.complete()) return log_error(LogErrorKind::kDamaged, "a pin has impossible contents");
  return offsets;
}

}  // namespace

TopicPin::TopicPin(std::unique_ptr<FileLock> lock, std::unique_ptr<AppendFile> file)
    : lock_(std::move(lock)), file_(std::move(file)) {}

TopicPin::~TopicPin() = default;

Result<std::unique_ptr<TopicPin>> TopicPin::open(Topic& topic, const std::string& name,
                                                 const std::vector<int64_t>& offsets) {
  HW_TRY(check_topic_name(name));
  const std::string folder = pins_folder(topic);
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::fs::FileSystem> files,
                      files_of(topic.env(), folder));
  HW_TRY(files->CreateDir(folder, true));
  const std::string path = folder + "/" + name;
  HW_ASSIGN_OR_RETURN(std::unique_ptr<FileLock> lock, topic.env().try_lock(path));
  if (lock == nullptr) {
    return log_error(LogErrorKind::kHeld, "'" + name + "' reads topic '" + topic.name() +
                                              "' already: give each reader a name of its own");
  }
  HW_ASSIGN_OR_RETURN(std::unique_ptr<AppendFile> file, topic.env().open_append(path));
  auto pin = std::unique_ptr<TopicPin>(new TopicPin(std::move(lock), std::move(file)));
  HW_TRY(pin->move(offsets));
  return pin;
}

Status TopicPin::move(const std::vector<int64_t>& offsets) {
  RecordBytes out(kPinMagic);
  out.put_count(offsets.size());
  for (const int64_t offset : offsets) out.put(offset);
  // Between the two the file is no pin that can be read, and so pins everything.
  HW_TRY(file_->truncate(0));
  return file_->append(std::move(out).sealed());
}

Result<std::vector<int64_t>> pinned_offsets(Topic& topic) {
  std::vector<int64_t> pinned(topic.state().partitions.size(), std::numeric_limits<int64_t>::max());
  const std::string folder = pins_folder(topic);
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::fs::FileSystem> files,
                      files_of(topic.env(), folder));
  HW_ASSIGN_OR_RETURN(const std::vector<std::string> names, names_in(*files, folder));
  for (const std::string& name : names) {
    const std::string path = folder + "/" + name;
    HW_ASSIGN_OR_RETURN(const std::unique_ptr<FileLock> lock, topic.env().try_lock(path));
    // Its holder is gone. The file stays: a new one of that name may be about to lock it.
    if (lock != nullptr) continue;
    HW_ASSIGN_OR_RETURN(const std::optional<std::string> bytes, read_small_file(*files, path));
    const auto offsets = decode_pin(bytes.value_or(std::string()));
    for (size_t p = 0; p < pinned.size(); ++p) {
      const bool known = offsets.ok() && p < offsets->size();
      pinned[p] = std::min(pinned[p], known ? (*offsets)[p] : 0);
    }
  }
  return pinned;
}

}  // namespace hw
