// SPDX-License-Identifier: Apache-2.0

#include "base/env/text_file.h"

#include <algorithm>

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>

namespace hw {

Result<std::string> read_text_file(Env& env, std::string_view path) {
  HW_ASSIGN_OR_RETURN(const Env::Location location, env.locate(path));
  HW_ASSIGN_OR_RETURN(const arrow::fs::FileInfo info, location.files->GetFileInfo(location.path));
  if (info.type() == arrow::fs::FileType::NotFound) {
    return Status::IOError("no such file: ", path);
  }
  if (info.type() == arrow::fs::FileType::Directory) {
    return Status::IOError("a file is needed, but this is a directory: ", path);
  }
  HW_ASSIGN_OR_RETURN(const auto stream, location.files->OpenInputStream(location.path));
  std::string text;
  while (true) {
    HW_ASSIGN_OR_RETURN(const auto buffer, stream->Read(1 << 20));
    if (buffer->size() == 0) return text;
    text.append(reinterpret_cast<const char*>(buffer->data()), static_cast<size_t>(buffer->size()));
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
