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
  void advance_ms(int64_t ms) { wall_ms_ += ms; }
  /// Lets this much time go by at each look at monotonic_ns(), for what waits until it may go on.
  void set_tick_ns(int64_t ns) { tick_ns_ = ns; }

  int64_t wall_ms() override { return wall_ms_; }
  int64_t monotonic_ns() override { return wall_ms_ * 1'000'000 + (ticked_ns_ += tick_ns_); }
  int64_t thread_cpu_ns() override { return 0; }
  Result<Location> locate(std::string_view path_or_uri) override;
  Status sync(const std::string& path) override { return Status::OK(); }
  Status publish(const std::string& from, const std::string& to) override;
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
  std::shared_ptr<arrow::fs::FileSystem> files_;
  int64_t wall_ms_;
  int64_t tick_ns_ = 0;
  int64_t ticked_ns_ = 0;
  std::string stdout_text_;
  std::string stderr_text_;
};

}  // namespace hw::testing
