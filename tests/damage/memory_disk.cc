// SPDX-License-Identifier: Apache-2.0

#include "memory_disk.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/memory.h>

#include "base/assert.h"

namespace hw {
namespace {

using arrow::fs::FileInfo;
using arrow::fs::FileType;

std::string parent_of(const std::string& path) {
  const size_t end = path.rfind('/');
  return end == 0 || end == std::string::npos ? "/" : path.substr(0, end);
}

Status missing(const std::string& path) { return Status::IOError("no such file: '", path, "'"); }

// Writes into a file from its beginning.
class Writing final : public arrow::io::OutputStream {
 public:
  explicit Writing(std::shared_ptr<MemoryDisk::File> file) : file_(std::move(file)) {}
  ~Writing() override = default;
  Status Write(const void* bytes, int64_t count) override {
    file_->bytes.append(static_cast<const char*>(bytes), static_cast<size_t>(count));
    return Status::OK();
  }
  using arrow::io::OutputStream::Write;
  Status Close() override {
    closed_ = true;
    return Status::OK();
  }
  Result<int64_t> Tell() const override { return static_cast<int64_t>(file_->bytes.size()); }
  bool closed() const override { return closed_; }

 private:
  const std::shared_ptr<MemoryDisk::File> file_;
  bool closed_ = false;
};

}  // namespace

MemoryDisk::MemoryDisk(const MemoryDisk& other) : directories_(other.directories_) {
  for (const auto& [path, file] : other.files_) files_[path] = std::make_shared<File>(*file);
}

MemoryDisk& MemoryDisk::operator=(const MemoryDisk& other) {
  if (this == &other) return *this;
  MemoryDisk copy(other);
  std::swap(files_, copy.files_);
  std::swap(directories_, copy.directories_);
  return *this;
}

std::shared_ptr<MemoryDisk::File> MemoryDisk::find(const std::string& path) const {
  const auto found = files_.find(path);
  return found == files_.end() ? nullptr : found->second;
}

MemoryDisk::File& MemoryDisk::write(const std::string& path, std::string_view bytes) {
  make_directory(parent_of(path));
  std::shared_ptr<File>& file = files_[path];
  if (file == nullptr) file = std::make_shared<File>();
  file->bytes = bytes;
  return *file;
}

bool MemoryDisk::remove(const std::string& path) { return files_.erase(path) > 0; }

void MemoryDisk::remove_directory(const std::string& path) {
  for (const std::string& file : below(path + "/")) files_.erase(file);
  std::erase_if(directories_, [&](const std::string& directory) {
    return directory == path || directory.starts_with(path + "/");
  });
}

void MemoryDisk::make_directory(const std::string& path) {
  for (std::string at = path; directories_.insert(at).second; at = parent_of(at)) {
  }
}

void MemoryDisk::rename(const std::string& from, const std::string& to) {
  auto file = files_.extract(from);
  if (file.empty()) return;
  file.key() = to;
  files_.erase(to);
  files_.insert(std::move(file));
}

std::vector<std::string> MemoryDisk::below(std::string_view prefix) const {
  std::vector<std::string> paths;
  for (auto it = files_.lower_bound(std::string(prefix)); it != files_.end(); ++it) {
    if (!it->first.starts_with(prefix)) break;
    paths.push_back(it->first);
  }
  return paths;
}

// Arrow's view of the disk.
class MemoryDiskEnv::Files final : public arrow::fs::FileSystem {
 public:
  Files(MemoryDisk& disk, VirtualEnv& world) : disk_(disk), world_(world) {}

  std::string type_name() const override { return "memory"; }
  bool Equals(const arrow::fs::FileSystem& other) const override { return this == &other; }
  using FileSystem::CreateDir;
  using FileSystem::DeleteDirContents;
  using FileSystem::Equals;
  using FileSystem::GetFileInfo;
  using FileSystem::OpenAppendStream;
  using FileSystem::OpenInputFile;
  using FileSystem::OpenInputStream;
  using FileSystem::OpenOutputStream;

  Result<FileInfo> GetFileInfo(const std::string& path) override {
    if (disk_.is_directory(path)) return FileInfo(path, FileType::Directory);
    const std::shared_ptr<MemoryDisk::File> file = disk_.find(path);
    if (file == nullptr) return FileInfo(path, FileType::NotFound);
    FileInfo info(path, FileType::File);
    info.set_size(static_cast<int64_t>(file->bytes.size()));
    info.set_mtime(arrow::fs::TimePoint(std::chrono::nanoseconds(file->modified_ns)));
    return info;
  }
  Result<std::vector<FileInfo>> GetFileInfo(const arrow::fs::FileSelector& select) override {
    std::vector<FileInfo> found;
    if (!disk_.is_directory(select.base_dir)) {
      if (select.allow_not_found) return found;
      return missing(select.base_dir);
    }
    const std::string prefix = select.base_dir == "/" ? "/" : select.base_dir + "/";
    const auto belongs = [&](const std::string& path) {
      return path.starts_with(prefix) && path.size() > prefix.size() &&
             (select.recursive || path.find('/', prefix.size()) == std::string::npos);
    };
    for (const std::string& path : disk_.directories()) {
      if (belongs(path)) found.emplace_back(path, FileType::Directory);
    }
    for (const std::string& path : disk_.below(prefix)) {
      if (!belongs(path)) continue;
      HW_ASSIGN_OR_RETURN(FileInfo info, GetFileInfo(path));
      found.push_back(std::move(info));
    }
    return found;
  }
  Status CreateDir(const std::string& path, bool) override {
    disk_.make_directory(path);
    return Status::OK();
  }
  Status DeleteDir(const std::string& path) override {
    if (!disk_.is_directory(path)) return missing(path);
    disk_.remove_directory(path);
    return Status::OK();
  }
  Status DeleteDirContents(const std::string& path, bool) override {
    disk_.remove_directory(path);
    disk_.make_directory(path);
    return Status::OK();
  }
  Status DeleteRootDirContents() override { return Status::NotImplemented("the root stays"); }
  Status DeleteFile(const std::string& path) override {
    return disk_.remove(path) ? Status::OK() : missing(path);
  }
  Status Move(const std::string& from, const std::string& to) override {
    if (disk_.find(from) == nullptr) return missing(from);
    disk_.rename(from, to);
    return Status::OK();
  }
  Status CopyFile(const std::string& from, const std::string& to) override {
    const std::shared_ptr<MemoryDisk::File> file = disk_.find(from);
    if (file == nullptr) return missing(from);
    disk_.write(to, file->bytes);
    return Status::OK();
  }
  Result<std::shared_ptr<arrow::io::InputStream>> OpenInputStream(
      const std::string& path) override {
    HW_ASSIGN_OR_RETURN(auto file, open(path));
    return file;
  }
  Result<std::shared_ptr<arrow::io::RandomAccessFile>> OpenInputFile(
      const std::string& path) override {
    HW_ASSIGN_OR_RETURN(auto file, open(path));
    return file;
  }
  Result<std::shared_ptr<arrow::io::OutputStream>> OpenOutputStream(
      const std::string& path, const std::shared_ptr<const arrow::KeyValueMetadata>&) override {
    disk_.write(path, "").modified_ns = now_ns();
    return std::make_shared<Writing>(disk_.find(path));
  }
  Result<std::shared_ptr<arrow::io::OutputStream>> OpenAppendStream(
      const std::string&, const std::shared_ptr<const arrow::KeyValueMetadata>&) override {
    return Status::NotImplemented("Env::open_append() appends");
  }

  int64_t now_ns() { return world_.wall_ms() * 1'000'000; }

 private:
  Result<std::shared_ptr<arrow::io::BufferReader>> open(const std::string& path) {
    const std::shared_ptr<MemoryDisk::File> file = disk_.find(path);
    if (file == nullptr) return missing(path);
    return std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(file->bytes));
  }

  MemoryDisk& disk_;
  VirtualEnv& world_;
};

class MemoryDiskEnv::Appending final : public AppendFile {
 public:
  Appending(std::shared_ptr<MemoryDisk::File> file, Files& files)
      : file_(std::move(file)), files_(files) {}
  Status append(std::string_view bytes) override {
    file_->bytes += bytes;
    file_->modified_ns = files_.now_ns();
    return Status::OK();
  }
  Status sync() override { return Status::OK(); }
  Status truncate(int64_t size) override {
    file_->bytes.resize(static_cast<size_t>(size));
    return Status::OK();
  }
  int64_t size() const override { return static_cast<int64_t>(file_->bytes.size()); }

 private:
  const std::shared_ptr<MemoryDisk::File> file_;
  Files& files_;
};

class MemoryDiskEnv::Lock final : public FileLock {
 public:
  Lock(MemoryDiskEnv& env, std::shared_ptr<MemoryDisk::File> file)
      : env_(env), file_(std::move(file)) {}
  ~Lock() override { env_.locked_.erase(file_.get()); }

 private:
  MemoryDiskEnv& env_;
  const std::shared_ptr<MemoryDisk::File> file_;
};

MemoryDiskEnv::MemoryDiskEnv(MemoryDisk& disk, int64_t wall_ms)
    : disk_(disk), world_(wall_ms), files_(std::make_shared<Files>(disk, world_)) {}
MemoryDiskEnv::~MemoryDiskEnv() = default;

Result<Env::Location> MemoryDiskEnv::locate(std::string_view path) {
  if (!path.starts_with('/')) return Status::Invalid("not an absolute path: '", path, "'");
  return Location{.files = files_, .path = std::string(path)};
}

Status MemoryDiskEnv::sync(const std::string& path) {
  return disk_.is_directory(path) || disk_.find(path) != nullptr ? Status::OK() : missing(path);
}

Status MemoryDiskEnv::publish(const std::string& from, const std::string& to) {
  if (disk_.find(from) == nullptr) return missing(from);
  if (disk_.find(to) != nullptr) return Status::AlreadyExists("'", to, "' exists already");
  if (!disk_.is_directory(parent_of(to))) return missing(parent_of(to));
  disk_.rename(from, to);
  if (on_publish) on_publish(to);
  return Status::OK();
}

Result<std::unique_ptr<AppendFile>> MemoryDiskEnv::open_append(const std::string& path) {
  if (disk_.is_directory(path)) return Status::IOError("a directory: '", path, "'");
  if (!disk_.is_directory(parent_of(path))) return missing(parent_of(path));
  if (disk_.find(path) == nullptr) disk_.write(path, "").modified_ns = files_->now_ns();
  return std::make_unique<Appending>(disk_.find(path), *files_);
}

Result<std::unique_ptr<FileLock>> MemoryDiskEnv::try_lock(const std::string& path) {
  HW_TRY(open_append(path).status());
  std::shared_ptr<MemoryDisk::File> file = disk_.find(path);
  if (!locked_.insert(file.get()).second) return nullptr;
  return std::make_unique<Lock>(*this, std::move(file));
}

Status MemoryDiskEnv::touch(const std::string& path) {
  const std::shared_ptr<MemoryDisk::File> file = disk_.find(path);
  if (file == nullptr) return missing(path);
  file->modified_ns = files_->now_ns();
  return Status::OK();
}

Result<std::unique_ptr<Socket>> MemoryDiskEnv::connect(const std::string&, int) {
  return Status::NotImplemented("no sockets");
}
Result<std::unique_ptr<ListeningSocket>> MemoryDiskEnv::listen(const std::string&, int) {
  return Status::NotImplemented("no sockets");
}
std::unique_ptr<Thread> MemoryDiskEnv::start_thread(std::string, std::function<void()>) {
  check_failed("a disk in memory belongs to one thread", __FILE__, __LINE__);
}

}  // namespace hw
