// SPDX-License-Identifier: Apache-2.0
//
// A world whose local files fail on request: a process that is killed, a full disk, a sync that
// fails. For tests of what is written durably.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "testkit/virtual_env.h"

namespace hw {

/// Counts what changes files, and lets one such step fail: from then on all of them (a kill), or
/// only that one.
struct Faults {
  enum class Kind { kKill, kDiskFull, kSyncFails };
  int64_t fail_at = -1;
  Kind kind = Kind::kKill;
  int64_t step = 0;
  bool fired = false;

  bool hits(bool is_sync, bool is_append) {
    const int64_t now = step++;
    if (kind == Kind::kKill) fired = fired || (fail_at >= 0 && now >= fail_at);
    const bool fits = kind == Kind::kKill || (kind == Kind::kSyncFails ? is_sync : is_append);
    if (kind != Kind::kKill && (now < fail_at || fired || !fits || fail_at < 0)) return false;
    if (kind != Kind::kKill) fired = true;
    return kind == Kind::kKill ? fired : true;
  }
  Status error() const {
    return kind == Kind::kDiskFull ? Status::CapacityError("the disk is full")
                                   : Status::IOError("injected");
  }
};

class FaultyFile final : public AppendFile {
 public:
  FaultyFile(std::unique_ptr<AppendFile> file, Faults& faults)
      : file_(std::move(file)), faults_(faults) {}
  Status append(std::string_view bytes) override {
    const bool dead = faults_.fired && faults_.kind == Faults::Kind::kKill;
    if (!faults_.hits(false, true)) return file_->append(bytes);
    if (!dead) HW_TRY(file_->append(bytes.substr(0, bytes.size() / 2)));  // torn
    return faults_.error();
  }
  Status sync() override { return faults_.hits(true, false) ? faults_.error() : file_->sync(); }
  Status truncate(int64_t size) override {
    if (faults_.fired && faults_.kind == Faults::Kind::kKill) return faults_.error();
    return file_->truncate(size);
  }
  int64_t size() const override { return file_->size(); }

 private:
  const std::unique_ptr<AppendFile> file_;
  Faults& faults_;
};

class FaultyEnv final : public Env {
 public:
  int64_t wall_ms() override { return world_.wall_ms(); }
  int64_t monotonic_ns() override { return world_.monotonic_ns(); }
  int64_t thread_cpu_ns() override { return world_.thread_cpu_ns(); }
  Result<Location> locate(std::string_view path) override { return world_.locate(path); }
  Status sync(const std::string& path) override {
    if (faults.hits(true, false)) return faults.error();
    HW_TRY(world_.sync(path));
    synced.insert(path);
    return Status::OK();
  }
  Status publish(const std::string& from, const std::string& to) override {
    return faults.hits(false, false) ? faults.error() : world_.publish(from, to);
  }
  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override {
    ++num_opened;
    if (faults.hits(false, false)) return faults.error();
    HW_ASSIGN_OR_RETURN(std::unique_ptr<AppendFile> file, world_.open_append(path));
    return std::make_unique<FaultyFile>(std::move(file), faults);
  }
  Result<std::unique_ptr<FileLock>> try_lock(const std::string& path) override {
    return world_.try_lock(path);
  }
  Result<std::unique_ptr<Socket>> connect(const std::string& host, int port) override {
    return world_.connect(host, port);
  }
  Result<std::unique_ptr<ListeningSocket>> listen(const std::string& host, int port) override {
    return world_.listen(host, port);
  }
  Random random(std::string_view name) override { return world_.random(name); }
  std::optional<std::string> variable(const std::string&) override { return std::nullopt; }
  std::unique_ptr<Thread> start_thread(std::string, std::function<void()>) override {
    return nullptr;
  }
  void sleep_ns(int64_t ns) override {
    world_.sleep_ns(ns);
    if (while_asleep) while_asleep();
  }
  Status write_stdout(std::string_view text) override { return world_.write_stdout(text); }
  Status write_stderr(std::string_view text) override { return world_.write_stderr(text); }
  int num_cores() override { return 1; }
  arrow::MemoryPool* memory_pool() override { return world_.memory_pool(); }

  Faults faults;
  int num_opened = 0;
  /// Paths of directories and files whose sync succeeded.
  std::set<std::string> synced;
  /// What others do whenever somebody waits.
  std::function<void()> while_asleep;

 private:
  VirtualEnv world_{1'000'000};
};

}  // namespace hw
