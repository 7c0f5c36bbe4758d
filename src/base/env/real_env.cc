// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <linux/fs.h>
#include <mutex>
#include <poll.h>
#include <pthread.h>
#include <random>
#include <stdio.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include <arrow/filesystem/localfs.h>

#include "base/env/env.h"
#include "base/env/object_store.h"
#include "base/env/random_seed.h"
#include "base/env/real_local_file.h"
#include "base/env/real_socket.h"
#include "base/env/s3_options.h"
#include "base/memory.h"

namespace hw {
namespace {

class RealThread final : public Thread {
 public:
  RealThread(const std::string& name, std::function<void()> body) {
    // Signals belong to the main thread.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread(std::move(body));
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
  }
  ~RealThread() override { thread_.join(); }

 private:
  std::thread thread_;
};

int64_t clock_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

Status write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count >= 0) {
      text.remove_prefix(static_cast<size_t>(count));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      pollfd waiting{.fd = fd, .events = POLLOUT, .revents = 0};
      ::poll(&waiting, 1, -1);
    } else if (errno == EPIPE || errno == EBADF) {
      return Status::IOError("closed");
    } else if (errno != EINTR) {
      return Status::IOError("cannot write: ", std::strerror(errno));
    }
  }
  return Status::OK();
}

Result<std::string> read_all(int fd) {
  std::string text;
  char buffer[1 << 16];
  while (true) {
    const ssize_t count = ::read(fd, buffer, sizeof buffer);
    if (count == 0) return text;
    if (count > 0) {
      text.append(buffer, static_cast<size_t>(count));
    } else if (errno != EINTR) {
      return Status::IOError("standard input cannot be read: ", std::strerror(errno));
    }
  }
}

/// Zero or more letters, digits, '+', '-' or '.' before "://"; empty if there is none.
std::string_view scheme_of(std::string_view uri) {
  const size_t end = uri.find("://");
  return end == std::string_view::npos ? std::string_view() : uri.substr(0, end);
}

class RealEnv : public Env {
 public:
  explicit RealEnv(uint64_t seed) : seed_(seed) {
    arrow::fs::LocalFileSystemOptions options;
    local_files_ = std::make_shared<arrow::fs::LocalFileSystem>(options);
  }

  int64_t wall_ms() override { return clock_ns(CLOCK_REALTIME) / 1'000'000; }
  int64_t monotonic_ns() override { return clock_ns(CLOCK_MONOTONIC); }
  int64_t thread_cpu_ns() override { return clock_ns(CLOCK_THREAD_CPUTIME_ID); }

  Result<Location> locate(std::string_view path_or_uri) override {
    const std::string_view scheme = scheme_of(path_or_uri);
    if (scheme.empty()) return Location{local_files_, std::string(path_or_uri)};
    if (scheme == "file") {
      std::string_view path = path_or_uri.substr(std::string_view("file://").size());
      if (path.starts_with("localhost/")) path.remove_prefix(std::string_view("localhost").size());
      if (!path.starts_with('/'))
        return Status::Invalid("a file URI has the form file:///path, but is '", path_or_uri, "'");
      return Location{local_files_, std::string(path)};
    }
    if (is_object_uri(path_or_uri)) {
      HW_ASSIGN_OR_RETURN(ObjectName name, parse_object_uri(path_or_uri));
      while (name.key.ends_with('/')) name.key.pop_back();
      HW_ASSIGN_OR_RETURN(std::shared_ptr<ObjectStore> store, object_store());
      return Location{make_object_file_system(std::move(store)),
                      name.key.empty() ? "s3://" + name.bucket : name.uri()};
    }
    return not_supported_yet("files at " + std::string(scheme) + "://");
  }

  Result<std::shared_ptr<ObjectStore>> object_store() override {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (object_store_ == nullptr) {
      HW_ASSIGN_OR_RETURN(object_store_,
                          make_object_store_ ? make_object_store_() : make_s3_store({}, *this));
    }
    return object_store_;
  }
  void set_object_store(ObjectStoreMaker make) override {
    const std::lock_guard<std::mutex> guard(mutex_);
    make_object_store_ = std::move(make);
    object_store_ = nullptr;
  }

  Status sync(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return file_failure("cannot open to sync", path, errno);
    const int error = ::fsync(fd) == 0 ? 0 : errno;
    ::close(fd);
    return error == 0 ? Status::OK() : file_failure("cannot sync", path, error);
  }

  Status publish(const std::string& from, const std::string& to) override {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0)
      return Status::OK();
    if (errno == EINVAL || errno == ENOSYS) {
      // A file system without such a rename: a hard link does not replace either.
      if (::link(from.c_str(), to.c_str()) == 0) {
        ::unlink(from.c_str());
        return Status::OK();
      }
    }
    if (errno == EEXIST) return Status::AlreadyExists("'", to, "' exists already");
    return file_failure("cannot publish '" + from + "' as", to, errno);
  }

  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override {
    return open_append_file(path);
  }

  Result<std::unique_ptr<FileLock>> try_lock(const std::string& path) override {
    return try_lock_file(path);
  }

  Status touch(const std::string& path) override { return touch_file(path); }

  std::string host_name() override {
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
  }

  int64_t process_id() override { return ::getpid(); }

  Result<std::unique_ptr<Socket>> connect(const std::string& host, int port) override {
    return connect_socket(host, port);
  }
  Result<std::unique_ptr<ListeningSocket>> listen(const std::string& host, int port) override {
    return listen_socket(host, port);
  }
  Random random(std::string_view name) override { return Random(seed_of_stream(seed_, name)); }
  std::optional<std::string> variable(const std::string& name) override {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  }
  std::unique_ptr<Thread> start_thread(std::string name, std::function<void()> body) override {
    return std::make_unique<RealThread>(name, std::move(body));
  }
  void sleep_ns(int64_t ns) override { std::this_thread::sleep_for(std::chrono::nanoseconds(ns)); }
  Result<std::string> read_stdin() override { return read_all(STDIN_FILENO); }
  Status write_stdout(std::string_view text) override { return write_all(STDOUT_FILENO, text); }
  Status write_stderr(std::string_view text) override { return write_all(STDERR_FILENO, text); }
  int num_cores() override {
    cpu_set_t cores;
    if (sched_getaffinity(0, sizeof cores, &cores) == 0) return CPU_COUNT(&cores);
    return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  }
  arrow::MemoryPool* memory_pool() override { return recycling_pool(); }

 private:
  // Constant after construction; thread-safe by themselves.
  const uint64_t seed_;
  std::shared_ptr<arrow::fs::FileSystem> local_files_;
  std::mutex mutex_;
  ObjectStoreMaker make_object_store_;         // guarded by mutex_; empty = by the variables
  std::shared_ptr<ObjectStore> object_store_;  // guarded by mutex_; null = not asked for yet
};

class TestEnv final : public RealEnv {
 public:
  TestEnv(uint64_t seed, int64_t wall_ms) : RealEnv(seed), wall_ms_(wall_ms) {}
  int64_t wall_ms() override { return wall_ms_; }

 private:
  const int64_t wall_ms_;
};

uint64_t fresh_seed() {
  std::random_device device;
  return (static_cast<uint64_t>(device()) << 32) | device();
}

}  // namespace

Result<std::unique_ptr<AppendFile>> Env::open_append(const std::string&) {
  return Status::NotImplemented("this environment has no local files");
}

Result<std::unique_ptr<FileLock>> Env::try_lock(const std::string&) {
  return Status::NotImplemented("this environment has no local files");
}

Status Env::touch(const std::string&) {
  return Status::NotImplemented("this environment has no local files");
}

Result<std::shared_ptr<ObjectStore>> Env::object_store() {
  return Status::NotImplemented("this environment has no object store");
}

void Env::set_object_store(ObjectStoreMaker) {}

Result<std::string> Env::read_stdin() { return std::string(); }

Env& real_env() {
  static Env* const env = [] {
    // A closed pipe is an error value, not the end of the process.
    std::signal(SIGPIPE, SIG_IGN);
    return new RealEnv(fresh_seed());
  }();
  return *env;
}

std::unique_ptr<Env> make_test_env(uint64_t seed, int64_t wall_ms) {
  return std::make_unique<TestEnv>(seed, wall_ms);
}

}  // namespace hw
