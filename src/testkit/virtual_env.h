// SPDX-License-Identifier: Apache-2.0
//
// An Env whose clock moves only when a test moves it, whose random streams are the same in every
// run, and which keeps what is written to stdout and stderr. Files and sockets are real; threads
// are refused.

#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/env/env.h"

namespace hw {

class VirtualEnv final : public Env {
 public:
  explicit VirtualEnv(int64_t wall_ms = 0, uint64_t seed = 1);

  void advance_ms(int64_t ms) { wall_ms_ += ms; }
  const std::string& stdout_text() const { return stdout_text_; }
  const std::string& stderr_text() const { return stderr_text_; }

  int64_t wall_ms() override { return wall_ms_; }
  int64_t monotonic_ns() override { return (wall_ms_ - start_ms_) * 1'000'000; }
  int64_t thread_cpu_ns() override { return real_->thread_cpu_ns(); }
  Result<Location> locate(std::string_view path_or_uri) override {
    return real_->locate(path_or_uri);
  }
  Status sync(const std::string& path) override { return real_->sync(path); }
  Status publish(const std::string& from, const std::string& to) override {
    return real_->publish(from, to);
  }
  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override {
    return real_->open_append(path);
  }
  Result<std::unique_ptr<FileLock>> try_lock(const std::string& path) override {
    return real_->try_lock(path);
  }
  Status touch(const std::string& path) override { return real_->touch(path); }
  Result<std::shared_ptr<ObjectStore>> object_store() override { return real_->object_store(); }
  void set_object_store(ObjectStoreMaker make) override {
    real_->set_object_store(std::move(make));
  }
  Result<std::unique_ptr<Socket>> connect(const std::string& host, int port) override {
    return real_->connect(host, port);
  }
  Result<std::unique_ptr<ListeningSocket>> listen(const std::string& host, int port) override {
    return real_->listen(host, port);
  }
  Random random(std::string_view name) override { return real_->random(name); }
  std::optional<std::string> variable(const std::string&) override { return std::nullopt; }
  std::unique_ptr<Thread> start_thread(std::string name, std::function<void()> body) override;
  /// Moves the clock instead of waiting.
  void sleep_ns(int64_t ns) override { wall_ms_ += (ns + 999'999) / 1'000'000; }
  Status write_stdout(std::string_view text) override;
  Status write_stderr(std::string_view text) override;
  int num_cores() override { return 1; }
  arrow::MemoryPool* memory_pool() override { return real_->memory_pool(); }

 private:
  const std::unique_ptr<Env> real_;
  const int64_t start_ms_;
  int64_t wall_ms_;
  std::string stdout_text_;
  std::string stderr_text_;
};

}  // namespace hw
