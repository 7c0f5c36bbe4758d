// SPDX-License-Identifier: Apache-2.0
//
// The Env of one simulated process: clocks, files and threads of the World, its own locks and its
// own streams of random numbers. What its process does when it is dead has no effect and fails.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/env/env.h"
#include "sim/world.h"

namespace hw::sim {

struct SimEnvOptions {
  int num_cores = 1;
  /// Wall clock at the beginning of the simulated time, and how wrong it is here.
  std::string working_directory = "/";
  int64_t wall_ms = 1'767'225'600'000;  // 2026-01-01
};

class SimEnv final : public Env {
 public:
  /// Both outlive it.
  SimEnv(World& world, SimProcess& process, const SimEnvOptions& options);

  World& world() { return world_; }
  SimProcess& process() { return process_; }
  const std::string& stderr_text() const { return stderr_text_; }

  int64_t wall_ms() override {
    return options_.wall_ms + world_.wall_offset_ms + world_.scheduler.now_ns() / 1'000'000;
  }
  int64_t monotonic_ns() override { return world_.scheduler.now_ns(); }
  int64_t thread_cpu_ns() override { return world_.scheduler.now_ns(); }
  Result<Location> locate(std::string_view path_or_uri) override;
  Status sync(const std::string& path) override;
  Status publish(const std::string& from, const std::string& to) override;
  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> try_lock(const std::string& path) override;
  Result<std::shared_ptr<ObjectStore>> object_store() override { return objects_; }
  Status touch(const std::string& path) override;
  std::string host_name() override { return "simulated"; }
  int64_t process_id() override { return process_.id; }
  Result<std::unique_ptr<Socket>> connect(const std::string& host, int port) override;
  Result<std::unique_ptr<ListeningSocket>> listen(const std::string& host, int port) override;
  Random random(std::string_view name) override;
  std::optional<std::string> variable(const std::string& name) override;
  std::unique_ptr<Thread> start_thread(std::string name, std::function<void()> body) override;
  void sleep_ns(int64_t ns) override;
  Status write_stdout(std::string_view text) override { return Status::OK(); }
  Status write_stderr(std::string_view text) override;
  int num_cores() override { return options_.num_cores; }
  arrow::MemoryPool* memory_pool() override;

 private:
  World& world_;
  SimProcess& process_;
  const SimEnvOptions options_;
  const std::shared_ptr<arrow::fs::FileSystem> files_;
  const std::shared_ptr<ObjectStore> objects_;
  std::string stderr_text_;
};

}  // namespace hw::sim
