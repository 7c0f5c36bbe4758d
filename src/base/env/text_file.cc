// SPDX-License-Identifier: Apache-2.0

#include "base/env/text_file.h"

#include <algorithm>
#include <cstdio>
#include <memory>

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>

namespace hw {
namespace {

Status cannot_read(std::string_view path, const Status& status) {
  return Status::IOError("cannot read '", path, "': ", status.message());
}

/// What comes out of a pipe (`<(…)`, /dev/stdin), which has no size and no places to seek.
Result<std::string> read_pipe(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(std::fopen(path.c_str(), "rb"),
                                                             std::fclose);
  if (pipe == nullptr) return Status::IOError("cannot open '", path, "'");
  std::string text;
  std::vector<char> block(64 << 10);
  while (const size_t read = std::fread(block.data(), 1, block.size(), pipe.get())) {
    text.append(block.data(), read);
  }
  if (std::ferror(pipe.get()) != 0) return Status::IOError("cannot read '", path, "'");
  return text;
}

}  // namespace

Result<std::string> read_text_file(Env& env, std::string_view path) {
  HW_ASSIGN_OR_RETURN(const Env::Location location, env.locate(path));
  HW_ASSIGN_OR_RETURN(const arrow::fs::FileInfo info, location.files->GetFileInfo(location.path));
  if (info.type() == arrow::fs::FileType::NotFound) {
    return Status::IOError("no such file: ", path);
  }
  if (info.type() == arrow::fs::FileType::Directory) {
    return Status::IOError("a file is needed, but this is a directory: ", path);
  }
  if (info.type() == arrow::fs::FileType::Unknown && location.files->type_name() == "local") {
    return read_pipe(location.path);
  }
  const auto stream = location.files->OpenInputStream(location.path);
  if (!stream.ok()) return cannot_read(path, stream.status());
  std::string text;
  while (true) {
    const auto buffer = (*stream)->Read(1 << 20);
    if (!buffer.ok()) return cannot_read(path, buffer.status());
    const std::string_view read(**buffer);
    if (read.empty()) return text;
    text.append(read);
  }
}

Status write_text_file(Env& env, std::string_view path, std::string_view text) {
  HW_ASSIGN_OR_RETURN(const Env::Location location, env.locate(path));
  HW_ASSIGN_OR_RETURN(const auto stream, location.files->OpenOutputStream(location.path));
  HW_TRY(stream->Write(text.data(), static_cast<int64_t>(text.size())));
  return stream->Close();
}

Result<std::vector<std::string>> list_files(Env& env, std::string_view path,
                                            std::string_view suffix) {
  HW_ASSIGN_OR_RETURN(const Env::Location location, env.locate(path));
  HW_ASSIGN_OR_RETURN(const arrow::fs::FileInfo info, location.files->GetFileInfo(location.path));
  if (info.type() == arrow::fs::FileType::NotFound) {
    return Status::IOError("no such file or directory: ", path);
  }
  std::vector<std::string> files;
  if (info.type() == arrow::fs::FileType::File) {
    files.emplace_back(path);
    return files;
  }
  arrow::fs::FileSelector below;
  below.base_dir = location.path;
  below.recursive = true;
  HW_ASSIGN_OR_RETURN(const auto found, location.files->GetFileInfo(below));
  for (const arrow::fs::FileInfo& file : found) {
    if (file.type() == arrow::fs::FileType::File && file.path().ends_with(suffix)) {
      files.push_back(file.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace hw
