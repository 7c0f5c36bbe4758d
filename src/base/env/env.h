// SPDX-License-Identifier: Apache-2.0
//
// The outside world, handed in: time, files, sockets, randomness, threads, variables. Everything
// that touches it goes through one Env, so that the simulator is the same program with another.
// Thread-safe.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <arrow/type_fwd.h>

#include "base/env/local_file.h"
#include "base/status.h"

namespace arrow::fs {
class FileSystem;
}

namespace hw {

class ObjectStore;

/// A stream socket. Reads and writes never block: 0 bytes with `would_block` set means later.
class Socket {
 public:
  struct Transfer {
    int64_t bytes = 0;
    bool would_block = false;
    bool closed = false;
  };
  virtual ~Socket() = default;
  virtual Result<Transfer> read(char* buffer, int64_t capacity) = 0;
  virtual Result<Transfer> write(std::string_view bytes) = 0;
};
class ListeningSocket {
 public:
  virtual ~ListeningSocket() = default;
  virtual int port() const = 0;
  /// A waiting connection, or null.
  virtual Result<std::unique_ptr<Socket>> accept() = 0;
};

/// Joins in its destructor.
class Thread {
 public:
  virtual ~Thread() = default;
};

/// A deterministic stream of random numbers (splitmix/xoshiro).
class Random {
 public:
  explicit Random(uint64_t seed);
  uint64_t next();
  /// Uniform in [0, bound). Requires: bound > 0.
  uint64_t below(uint64_t bound);
  /// Uniform in [0, 1).
  double real();

 private:
  uint64_t state_[4];
};

class Env {
 public:
  virtual ~Env() = default;
  /// Milliseconds since 1970-01-01 UTC.
  virtual int64_t wall_ms() = 0;
  /// Never goes back; for durations.
  virtual int64_t monotonic_ns() = 0;
  /// CPU time of the calling thread.
  virtual int64_t thread_cpu_ns() = 0;
  /// The file system of a path or URI (`/a/b`, `file:///a`, `s3://…`) and the path in it.
  /// Relative paths are relative to the working directory.
  struct Location {
    std::shared_ptr<arrow::fs::FileSystem> files;
    std::string path;
  };
  virtual Result<Location> locate(std::string_view path_or_uri) = 0;
  /// Durable publication on the local file system. `sync` flushes a file or directory to disk;
  /// `publish` renames without replacing: AlreadyExists if the target is there.
  virtual Status sync(const std::string& path) = 0;
  virtual Status publish(const std::string& from, const std::string& to) = 0;

  /// What the local file system can do beyond Arrow's streams (base/env/local_file.h). An Env
  /// without local files answers NotImplemented.
  /// Opens a file to append to, made if missing.
  virtual Result<std::unique_ptr<AppendFile>> open_append(const std::string& path);
  /// Takes the operating system's lock on a file, made if missing; null when somebody else, in this
  /// process or another, holds it.
  virtual Result<std::unique_ptr<FileLock>> try_lock(const std::string& path);
  /// Sets the file's time of modification to now. Fails when it is missing.
  virtual Status touch(const std::string& path);
  /// What s3:// names (base/env/object_store.h): the one that was set, else one that is reached as
  /// environment variables say. NotImplemented in an Env without one.
  virtual Result<std::shared_ptr<ObjectStore>> object_store();
  /// From now on the one that `make` returns, which is asked when the store is first needed.
  using ObjectStoreMaker = std::function<Result<std::shared_ptr<ObjectStore>>()>;
  virtual void set_object_store(ObjectStoreMaker make);
  /// Where this process runs: for messages and records that others read.
  virtual std::string host_name() { return "localhost"; }
  virtual int64_t process_id() { return 0; }

  virtual Result<std::unique_ptr<Socket>> connect(const std::string& host, int port) = 0;
  virtual Result<std::unique_ptr<ListeningSocket>> listen(const std::string& host, int port) = 0;
  /// A stream named for its use: another component's draws do not shift it.
  virtual Random random(std::string_view name) = 0;
  virtual std::optional<std::string> variable(const std::string& name) = 0;
  virtual std::unique_ptr<Thread> start_thread(std::string name, std::function<void()> body) = 0;
  virtual void sleep_ns(int64_t ns) = 0;
  /// Data goes to stdout, messages to stderr. Writing to a closed stdout: IOError "closed".
  /// All of standard input until its end.
  virtual Result<std::string> read_stdin();
  virtual Status write_stdout(std::string_view text) = 0;
  virtual Status write_stderr(std::string_view text) = 0;
  virtual int num_cores() = 0;
  /// Where columns and state are allocated. Lives until the process ends, since rows of a result
  /// may outlive their job.
  virtual arrow::MemoryPool* memory_pool() = 0;
};

/// The real world. Lives until the process ends.
Env& real_env();
/// A real one whose wall clock is fixed or whose random seed is given, for tests.
std::unique_ptr<Env> make_test_env(uint64_t seed, int64_t wall_ms);

}  // namespace hw
