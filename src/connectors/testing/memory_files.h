// SPDX-License-Identifier: Apache-2.0
//
// An Env whose files lie in memory, for tests. Clock, randomness and output are those of a virtual
// one.

#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/env/env.h"

namespace hw::testing {

class MemoryFiles final : public Env {
 public:
  explicit MemoryFiles(int64_t wall_ms = 0);
  ~MemoryFiles() override;

  void write(const std::string& path, std::string_view content);
  /// Every file with its content.
  std::map<std::string, std::string> files() const;
  const std::string& stdout_text() const { return stdout_text_; }
  const std::string& stderr_text() const { return stderr_text_; }
  /// What a crash of the machine leaves: of each file that is open for appending, what was synced,
  /// and of the rest a part that is as long as `keep` says (0 … 1). Its writers are dead then.
  void lose_unsynced(double keep);
  /// So many bytes may be appended until the disk is full; negative = as many as one likes.
  void set_free_bytes(int64_t bytes) { free_bytes_ = bytes; }
  /// From now on sync() of files fails.
  void break_sync() { sync_broken_ = true; }
  void advance_ms(int64_t ms) { wall_ms_ += ms; }
  /// Lets this much time go by at each look at monotonic_ns(), for what waits until it may go on.
  void set_tick_ns(int64_t ns) { tick_ns_ = ns; }

  int64_t wall_ms() override { return wall_ms_; }
  int64_t monotonic_ns() override { return wall_ms_ * 1'000'000 + (ticked_ns_ += tick_ns_); }
  int64_t thread_cpu_ns() override { return 0; }
  Result<Location> locate(std::string_view path_or_uri) override;
  Status sync(const std::string& path) override { return Status::OK(); }
  Status publish(const std::string& from, const std::string& to) override;
  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override;
  Result<std::unique_ptr<Socket>> connect(const std::string& host, int port) override;
  Result<std::unique_ptr<ListeningSocket>> listen(const std::string& host, int port) override;
  Random random(std::string_view name) override { return Random(name.size()); }
  std::optional<std::string> variable(const std::string& name) override;
  std::unique_ptr<Thread> start_thread(std::string name, std::function<void()> body) override;
  void sleep_ns(int64_t ns) override { wall_ms_ += ns / 1'000'000; }
  Status write_stdout(std::string_view text) override;
  Status write_stderr(std::string_view text) override;
  int num_cores() override { return 1; }
  arrow::MemoryPool* memory_pool() override;

 private:
  class Appending;

  std::shared_ptr<arrow::fs::FileSystem> files_;
  std::map<std::string, int64_t> synced_;  // length, by path
  int64_t free_bytes_ = -1;
  bool sync_broken_ = false;
  int64_t wall_ms_;
  int64_t tick_ns_ = 0;
  int64_t ticked_ns_ = 0;
  std::string stdout_text_;
  std::string stderr_text_;
};

}  // namespace hw::testing
