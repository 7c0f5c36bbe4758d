// SPDX-License-Identifier: Apache-2.0

#include "base/env/durable_directory.h"

#include <arrow/filesystem/filesystem.h>

namespace hw {

Status make_durable_directory(Env& env, const Env::Location& directory) {
  const std::string& path = directory.path;
  HW_ASSIGN_OR_RETURN(const arrow::fs::FileInfo found, directory.files->GetFileInfo(path));
  if (found.type() == arrow::fs::FileType::File) {
    return Status::IOError("a directory is needed, but '", path, "' is a file");
  }
  const bool there = found.type() == arrow::fs::FileType::Directory;
  const size_t end = path.rfind('/');
  const std::string parent = end == std::string::npos ? "." : end == 0 ? "/" : path.substr(0, end);
  const bool top = parent == "." || parent == "/" || path == "/" || path == ".";
  if (there && top) return Status::OK();
  if (!top) {
    const Status above = make_durable_directory(env, {.files = directory.files, .path = parent});
    if (!there) HW_TRY(above);
  }
  if (!there) {
    const Status made = directory.files->CreateDir(path, /*recursive=*/false);
    if (!made.ok() && made.detail() != nullptr) {
      return made.WithMessage("cannot make the directory '", path,
                              "': ", made.detail()->ToString());
    }
    HW_TRY(made);
  }
  return env.sync(parent);
}

}  // namespace hw
