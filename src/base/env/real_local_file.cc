// SPDX-License-Identifier: Apache-2.0

#include "base/env/real_local_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace hw {
namespace {

constexpr mode_t kFileMode = 0644;

/// Closes what it holds.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

class RealAppendFile final : public AppendFile {
 public:
  RealAppendFile(std::string path, int fd, int64_t size)
      : path_(std::move(path)), fd_(fd), size_(size) {}

  Status append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t count = ::write(fd_.get(), bytes.data(), bytes.size());
      if (count < 0) {
        if (errno == EINTR) continue;
        return file_failure("cannot write", path_, errno);
      }
      size_ += count;
      bytes.remove_prefix(static_cast<size_t>(count));
    }
    return Status::OK();
  }

  Status sync() override {
    if (::fdatasync(fd_.get()) == 0) return Status::OK();
    return file_failure("cannot sync", path_, errno);
  }

  Status truncate(int64_t size) override {
    if (::ftruncate(fd_.get(), size) != 0) return file_failure("cannot truncate", path_, errno);
    size_ = size;
    return Status::OK();
  }

  int64_t size() const override { return size_; }

 private:
  const std::string path_;
  const Descriptor fd_;
  int64_t size_;
};

class RealFileLock final : public FileLock {
 public:
  explicit RealFileLock(int fd) : fd_(fd) {}

 private:
  const Descriptor fd_;  // closing it releases the lock
};

}  // namespace

Status file_failure(std::string_view what, const std::string& path, int error) {
  if (error == ENOSPC || error == EDQUOT) {
    return Status::CapacityError(what, " '", path, "': ", std::strerror(error));
  }
  return Status::IOError(what, " '", path, "': ", std::strerror(error));
}

Result<std::unique_ptr<AppendFile>> open_append_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kFileMode);
  if (fd < 0) return file_failure("cannot open", path, errno);
  struct stat facts{};
  if (::fstat(fd, &facts) != 0) {
    const int error = errno;
    ::close(fd);
    return file_failure("cannot open", path, error);
  }
  return std::make_unique<RealAppendFile>(path, fd, facts.st_size);
}

Result<std::unique_ptr<FileLock>> try_lock_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode);
  if (fd < 0) return file_failure("cannot open", path, errno);
  // Belongs to this open file, not to the process: a second open of ours does not get it either.
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    const int error = errno;
    ::close(fd);
    if (error == EWOULDBLOCK) return nullptr;
    return file_failure("cannot lock", path, error);
  }
  return std::make_unique<RealFileLock>(fd);
}

Status touch_file(const std::string& path) {
  if (::utimensat(AT_FDCWD, path.c_str(), nullptr, 0) == 0) return Status::OK();
  return file_failure("cannot touch", path, errno);
}

}  // namespace hw
