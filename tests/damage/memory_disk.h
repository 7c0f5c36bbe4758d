// SPDX-License-Identifier: Apache-2.0
//
// A disk in memory that is copied in microseconds: what a job leaves there is damaged in thousands
// of ways, each time on a copy. And an Env whose files lie on such a disk. One thread.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/env/env.h"
#include "testkit/virtual_env.h"

namespace hw {

/// Paths are absolute.
class MemoryDisk {
 public:
  struct File {
    std::string bytes;
    int64_t modified_ns = 0;
  };
  MemoryDisk() = default;
  MemoryDisk(const MemoryDisk& other);
  MemoryDisk& operator=(const MemoryDisk& other);

  /// Null = there is none.
  std::shared_ptr<File> find(const std::string& path) const;
  /// The file and every directory above it are made if they are missing.
  File& write(const std::string& path, std::string_view bytes);
  bool remove(const std::string& path);
  /// Files and directories below it, and itself.
  void remove_directory(const std::string& path);
  void make_directory(const std::string& path);
  bool is_directory(const std::string& path) const { return directories_.contains(path); }
  /// Keeps what is open under its old name open under the new one.
  void rename(const std::string& from, const std::string& to);
  void set_contents(const std::string& path, std::string bytes) { write(path, bytes); }

  const std::map<std::string, std::shared_ptr<File>>& files() const { return files_; }
  const std::set<std::string>& directories() const { return directories_; }
  /// Paths of the files that begin so.
  std::vector<std::string> below(std::string_view prefix) const;

 private:
  std::map<std::string, std::shared_ptr<File>> files_;
  std::set<std::string> directories_ = {"/"};
};

/// One life of a process on a disk: its locks end with it.
class MemoryDiskEnv final : public Env {
 public:
  /// `disk` outlives it. Two lives that follow each other must not begin at the same time.
  MemoryDiskEnv(MemoryDisk& disk, int64_t wall_ms);
  ~MemoryDiskEnv() override;

  /// Called behind each publish() that succeeded, with the new name; may be empty.
  std::function<void(const std::string& path)> on_publish;
  void advance_ms(int64_t ms) { world_.advance_ms(ms); }

  int64_t wall_ms() override { return world_.wall_ms(); }
  int64_t monotonic_ns() override { return world_.monotonic_ns(); }
  int64_t thread_cpu_ns() override { return 0; }
  Result<Location> locate(std::string_view path) override;
  Status sync(const std::string& path) override;
  Status publish(const std::string& from, const std::string& to) override;
  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> try_lock(const std::string& path) override;
  Status touch(const std::string& path) override;
  Result<std::unique_ptr<Socket>> connect(const std::string& host, int port) override;
  Result<std::unique_ptr<ListeningSocket>> listen(const std::string& host, int port) override;
  Random random(std::string_view name) override { return world_.random(name); }
  std::optional<std::string> variable(const std::string&) override { return std::nullopt; }
  std::unique_ptr<Thread> start_thread(std::string name, std::function<void()> body) override;
  void sleep_ns(int64_t ns) override { world_.sleep_ns(ns); }
  Status write_stdout(std::string_view text) override { return world_.write_stdout(text); }
  Status write_stderr(std::string_view text) override { return world_.write_stderr(text); }
  int num_cores() override { return 1; }
  arrow::MemoryPool* memory_pool() override { return world_.memory_pool(); }

 private:
  class Files;
  class Appending;
  class Lock;

  MemoryDisk& disk_;
  VirtualEnv world_;
  const std::shared_ptr<Files> files_;
  std::set<const MemoryDisk::File*> locked_;
};

}  // namespace hw
