// SPDX-License-Identifier: Apache-2.0

#include "job/checkpoint_files.h"

#include <algorithm>
#include <utility>

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>

#include "base/env/durable_directory.h"
#include "base/env/env.h"
#include "base/env/object_store.h"
#include "base/planted.h"
#include "job/object_checkpoint_files.h"
#include "state/manifest_digest.h"

namespace hw {
namespace {

// Arrow writes tables in many small pieces.
constexpr size_t kBufferBytesMax = 256 << 10;

class LocalNewFile final : public NewFile {
 public:
  explicit LocalNewFile(std::unique_ptr<AppendFile> file) : file_(std::move(file)) {}

  Status append(std::string_view bytes) override {
    if (buffer_.size() + bytes.size() > kBufferBytesMax) {
      HW_TRY(flush());
      if (bytes.size() >= kBufferBytesMax) return file_->append(bytes);
    }
    buffer_.append(bytes);
    return Status::OK();
  }

  Status finish() override {
    HW_TRY(flush());
    if (HW_PLANTED_BUG(24)) return Status::OK();
    const Status synced = file_->sync();
    return HW_PLANTED_BUG(3) && !synced.ok() ? file_->sync() : synced;
  }

 private:
  Status flush() {
    const std::string bytes = std::exchange(buffer_, {});
    return bytes.empty() ? Status::OK() : file_->append(bytes);
  }

  const std::unique_ptr<AppendFile> file_;
  std::string buffer_;
};

class LocalCheckpointFiles final : public CheckpointFiles {
 public:
  LocalCheckpointFiles(Env& env, Env::Location root)
      : env_(env),
        root_(std::move(root)),
        temporary_("tmp-" + std::to_string(env.process_id()) + "-" +
                   std::to_string(env.monotonic_ns()) + "-") {}

  Status put_new(const std::string& name, std::string_view bytes) override {
    HW_ASSIGN_OR_RETURN(const std::string temporary, write_temporary(directory_of(name), bytes));
    const Status renamed = env_.publish(path(temporary), path(name));
    if (!renamed.ok()) {
      // Left behind at worst: a name that nobody reads and a sweep removes.
      (void)remove(temporary);
      return renamed;
    }
    return sync_directory(directory_of(name));
  }

  Result<std::unique_ptr<NewFile>> create(const std::string& name) override {
    HW_ASSIGN_OR_RETURN(std::unique_ptr<AppendFile> file, env_.open_append(path(name)));
    if (file->size() > 0) return Status::AlreadyExists("'", path(name), "' exists already");
    return std::make_unique<LocalNewFile>(std::move(file));
  }

  Status sync_directory(const std::string& name) override {
    return HW_PLANTED_BUG(2) ? Status::OK() : env_.sync(path(name));
  }

  Status make_directory(const std::string& name) override {
    HW_TRY(root_.files->CreateDir(path(name)));
    return env_.sync(path(directory_of(name)));
  }

  Result<std::shared_ptr<arrow::io::RandomAccessFile>> open(
      const std::string& name) const override {
    auto file = root_.files->OpenInputFile(path(name));
    if (file.ok()) return file;
    const auto found = root_.files->GetFileInfo(path(name));
    if (found.ok() && found->type() == arrow::fs::FileType::NotFound) {
      return Status::IOError("'", path(name), "' is missing");
    }
    return file.status();
  }

  Result<std::string> read(const std::string& name, int64_t bytes_max) const override {
    HW_ASSIGN_OR_RETURN(const auto file, open(name));
    HW_ASSIGN_OR_RETURN(const int64_t size, file->GetSize());
    if (size > bytes_max) {
      return Status::SerializationError("'", path(name), "' may have ", bytes_max,
                                        " bytes, but has ", size);
    }
    HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Buffer> bytes, file->ReadAt(0, size));
    return bytes->ToString();
  }

  Result<std::vector<StoredFile>> list(const std::string& directory) const override {
    arrow::fs::FileSelector selector;
    selector.base_dir = path(directory);
    selector.allow_not_found = true;
    HW_ASSIGN_OR_RETURN(const auto found, root_.files->GetFileInfo(selector));
    std::vector<StoredFile> files;
    for (const arrow::fs::FileInfo& file : found) {
      if (file.type() != arrow::fs::FileType::File) continue;
      files.push_back({.name = (directory.empty() ? "" : directory + "/") + file.base_name(),
                       .num_bytes = file.size(),
                       .modified_ns = file.mtime().time_since_epoch().count()});
    }
    std::sort(files.begin(), files.end(),
              [](const StoredFile& a, const StoredFile& b) { return a.name < b.name; });
    return files;
  }

  Status rename(const std::string& from, const std::string& to) override {
    HW_TRY(env_.publish(path(from), path(to)));
    return sync_directory(directory_of(to));
  }

  Status remove(const std::string& name) override { return root_.files->DeleteFile(path(name)); }

  Result<std::unique_ptr<FileLock>> try_lock(const std::string& name) override {
    return env_.try_lock(path(name));
  }

  Status touch(const std::string& name) override { return env_.touch(path(name)); }

  Status create_empty(const std::string& name) override {
    return env_.open_append(path(name)).status();
  }

  Result<int64_t> modified_ns(const std::string& name) const override {
    HW_ASSIGN_OR_RETURN(const arrow::fs::FileInfo file, root_.files->GetFileInfo(path(name)));
    if (file.type() != arrow::fs::FileType::File) {
      return Status::IOError("no such file: ", path(name));
    }
    return file.mtime().time_since_epoch().count();
  }

  std::string shown(const std::string& name) const override { return path(name); }

 private:
  static std::string directory_of(const std::string& name) {
    const size_t end = name.rfind('/');
    return end == std::string::npos ? "" : name.substr(0, end);
  }

  std::string path(const std::string& name) const {
    return name.empty() ? root_.path : root_.path + "/" + name;
  }

  // Durable under a name that nobody reads.
  Result<std::string> write_temporary(const std::string& directory, std::string_view bytes) {
    while (true) {
      std::string name = (directory.empty() ? "" : directory + "/") + temporary_ +
                         std::to_string(num_temporary_++);
      HW_ASSIGN_OR_RETURN(const auto file, env_.open_append(path(name)));
      if (file->size() > 0) continue;  // a killed process of our id left it
      Status status = file->append(bytes);
      if (status.ok()) status = file->sync();
      if (status.ok()) return name;
      (void)remove(name);
      return status;
    }
  }

  Env& env_;
  const Env::Location root_;
  const std::string temporary_;
  int64_t num_temporary_ = 0;
};

Result<bool> exists(const Env::Location& location) {
  HW_ASSIGN_OR_RETURN(const arrow::fs::FileInfo found, location.files->GetFileInfo(location.path));
  if (found.type() == arrow::fs::FileType::File) {
    return Status::IOError("a directory is needed, but '", location.path, "' is a file");
  }
  return found.type() == arrow::fs::FileType::Directory;
}

Result<Env::Location> locate_directory(Env& env, std::string_view directory) {
  HW_ASSIGN_OR_RETURN(Env::Location location, env.locate(directory));
  while (location.path.size() > 1 && location.path.ends_with('/')) location.path.pop_back();
  return location;
}

Result<std::shared_ptr<CheckpointFiles>> open_objects(Env& env, const Env::Location& location) {
  HW_ASSIGN_OR_RETURN(const ObjectName root, parse_object_uri(location.path));
  HW_ASSIGN_OR_RETURN(std::shared_ptr<ObjectStore> store, env.object_store());
  return make_object_checkpoint_files(env, std::move(store), root);
}

}  // namespace

Result<std::vector<std::string>> CheckpointFiles::unfinished(const std::string&) const {
  return std::vector<std::string>{};
}

Status CheckpointFiles::abandon(const std::string&) { return Status::OK(); }

Result<std::shared_ptr<CheckpointFiles>> open_checkpoint_files(Env& env,
                                                               std::string_view directory) {
  HW_ASSIGN_OR_RETURN(Env::Location location, locate_directory(env, directory));
  if (is_object_uri(location.path)) {
    HW_TRY(exists(location).status());
    return open_objects(env, location);
  }
  HW_TRY(make_durable_directory(env, location));
  return std::make_shared<LocalCheckpointFiles>(env, std::move(location));
}

Result<std::shared_ptr<const CheckpointFiles>> read_checkpoint_files(Env& env,
                                                                     std::string_view directory) {
  HW_ASSIGN_OR_RETURN(Env::Location location, locate_directory(env, directory));
  HW_ASSIGN_OR_RETURN(const bool there, exists(location));
  if (!there) return Status::IOError("no such directory: ", directory);
  if (is_object_uri(location.path)) return open_objects(env, location);
  return std::make_shared<const LocalCheckpointFiles>(env, std::move(location));
}

std::string job_folder(std::string_view job) {
  // Together with "%XX" a file system's limit of 255 bytes a name.
  constexpr size_t kBytesMax = 200;
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string folder;
  for (const char c : job) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= '0' && byte <= '9') || byte == '_' || byte == '-' ||
                       (byte == '.' && !folder.empty());
    if (plain) {
      folder += c;
    } else {
      folder += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  if (folder.size() <= kBytesMax) return folder;
  return folder.substr(0, kBytesMax) + "-" + to_text(digest_of(job));
}

}  // namespace hw
