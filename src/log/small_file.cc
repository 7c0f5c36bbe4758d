// SPDX-License-Identifier: Apache-2.0

#include "log/small_file.h"

#include <algorithm>
#include <utility>

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>

#include "base/env/env.h"
#include "base/env/object_number.h"
#include "log/log_error.h"

namespace hw {

Result<std::shared_ptr<arrow::fs::FileSystem>> files_of(Env& env, const std::string& path) {
  HW_ASSIGN_OR_RETURN(const Env::Location location, env.locate(path));
  return location.files;
}

Result<bool> file_exists(arrow::fs::FileSystem& files, const std::string& path) {
  HW_ASSIGN_OR_RETURN(const arrow::fs::FileInfo facts, files.GetFileInfo(path));
  return facts.type() != arrow::fs::FileType::NotFound;
}

Result<std::optional<std::string>> read_small_file(arrow::fs::FileSystem& files,
                                                   const std::string& path) {
  HW_ASSIGN_OR_RETURN(const bool exists, file_exists(files, path));
  if (!exists) return std::nullopt;
  auto file = files.OpenInputFile(path);
  if (!file.ok()) {
    // It may have been removed since.
    HW_ASSIGN_OR_RETURN(const bool still, file_exists(files, path));
    if (!still) return std::nullopt;
    return file.status();
  }
  HW_ASSIGN_OR_RETURN(const int64_t size, (*file)->GetSize());
  if (size > kSmallFileBytesMax) {
    return log_error(LogErrorKind::kDamaged, "'" + path + "' has " + std::to_string(size) +
                                                 " bytes, more than such a file can have");
  }
  std::string bytes(static_cast<size_t>(size), '\0');
  HW_ASSIGN_OR_RETURN(const int64_t count, (*file)->ReadAt(0, size, bytes.data()));
  bytes.resize(static_cast<size_t>(count));
  return bytes;
}

Result<std::vector<std::string>> names_in(arrow::fs::FileSystem& files, const std::string& folder) {
  arrow::fs::FileSelector selector;
  selector.base_dir = folder;
  selector.allow_not_found = true;
  auto listed = files.GetFileInfo(selector);
  // A folder that was not there, but is by the time that Arrow asks why it could not be listed, is
  // an error to it. Now it can be listed.
  if (!listed.ok()) listed = files.GetFileInfo(selector);
  HW_ASSIGN_OR_RETURN(const std::vector<arrow::fs::FileInfo> entries, std::move(listed));
  std::vector<std::string> names;
  for (const arrow::fs::FileInfo& entry : entries) {
    if (entry.IsFile()) names.push_back(entry.base_name());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string SmallFileWriter::passing_name() {
  // Unique among those that live: host, process, number in it.
  return folder_ + "/tmp-" + env_.host_name() + "-" + std::to_string(env_.process_id()) + "-" +
         std::to_string(next_object_number()) + "-" + std::to_string(num_written_++);
}

Status SmallFileWriter::write(const std::string& name, std::string_view bytes, Options options) {
  HW_TRY(dead_);
  const std::string passing = passing_name();
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::fs::FileSystem> files, files_of(env_, passing));
  const auto written = [&]() -> Status {
    HW_ASSIGN_OR_RETURN(const std::unique_ptr<AppendFile> file, env_.open_append(passing));
    if (file->size() > 0) HW_TRY(file->truncate(0));  // left by a process of the same number
    HW_TRY(file->append(bytes));
    return options.sync ? file->sync() : Status::OK();
  };
  Status status = written();
  if (status.ok()) status = env_.publish(passing, folder_ + "/" + name);
  if (!status.ok()) {
    // What cannot be removed is harmless: nobody reads such names.
    (void)files->DeleteFile(passing);
    return status;
  }
  if (!options.sync) return Status::OK();
  const Status synced = env_.sync(folder_);
  if (synced.ok()) return Status::OK();
  dead_ = log_error(
      LogErrorKind::kUnknownOutcome,
      "'" + folder_ + "/" + name + "' was written, but may not be on disk: " + synced.message());
  return dead_;
}

}  // namespace hw
