// SPDX-License-Identifier: Apache-2.0

#include "sim/sim_env.h"

#include <utility>

#include <arrow/filesystem/filesystem.h>

#include "base/env/random_seed.h"
#include "sim/sim_files.h"

namespace hw::sim {
namespace {

class SimFileLock final : public FileLock {
 public:
  SimFileLock(World& world, SimProcess& process, DiskFilePtr file)
      : world_(world), process_(process), file_(std::move(file)) {}
  ~SimFileLock() override {
    const auto held = world_.locks.find(file_->id);
    if (held != world_.locks.end() && held->second == &process_) world_.locks.erase(held);
  }

 private:
  World& world_;
  SimProcess& process_;
  const DiskFilePtr file_;
};

}  // namespace

SimEnv::SimEnv(World& world, SimProcess& process, const SimEnvOptions& options)
    : world_(world),
      process_(process),
      options_(options),
      files_(make_sim_file_system(world, process)),
      objects_(make_sim_object_store(world, process)) {}

Result<Env::Location> SimEnv::locate(std::string_view path_or_uri) {
  constexpr std::string_view kScheme = "file://";
  if (path_or_uri.starts_with(kScheme)) path_or_uri.remove_prefix(kScheme.size());
  if (is_object_uri(path_or_uri)) {
    HW_ASSIGN_OR_RETURN(ObjectName name, parse_object_uri(path_or_uri));
    while (name.key.ends_with('/')) name.key.pop_back();
    return Location{make_object_file_system(objects_), name.uri()};
  }
  if (path_or_uri.find("://") != std::string_view::npos)
    return not_supported_yet("simulated files at " + std::string(path_or_uri));
  if (path_or_uri.starts_with('/')) return Location{files_, std::string(path_or_uri)};
  return Location{files_, options_.working_directory + "/" + std::string(path_or_uri)};
}

Status SimEnv::sync(const std::string& path) { return sync_sim(world_, process_, path); }

Status SimEnv::publish(const std::string& from, const std::string& to) {
  return publish_sim(world_, process_, from, to);
}

Result<std::unique_ptr<AppendFile>> SimEnv::open_append(const std::string& path) {
  return open_sim_append(world_, process_, path);
}

// A lock of a file belongs to whoever has it open, whatever its name.
Result<std::unique_ptr<FileLock>> SimEnv::try_lock(const std::string& raw) {
  const std::string path = normal_path(raw);
  HW_ASSIGN_OR_RETURN(const Fault* fault, world_.on_op(process_, FileOp::kLock, path));
  if (fault != nullptr) return io_error("cannot lock", path);
  DiskFilePtr file = world_.disk.find(path);
  if (file == nullptr) {
    HW_ASSIGN_OR_RETURN(file, world_.disk.create(path, false, world_.scheduler.now_ns()));
  }
  if (!world_.locks.emplace(file->id, &process_).second) return nullptr;
  return std::make_unique<SimFileLock>(world_, process_, std::move(file));
}

Status SimEnv::touch(const std::string& raw) {
  const std::string path = normal_path(raw);
  HW_ASSIGN_OR_RETURN(const Fault* fault, world_.on_op(process_, FileOp::kTouch, path));
  if (fault != nullptr) return io_error("cannot touch", path);
  const DiskFilePtr file = world_.disk.find(path);
  if (file == nullptr) return Status::IOError("cannot touch '", path, "': no such file");
  file->modified_ns = world_.scheduler.now_ns();
  return Status::OK();
}

Result<std::unique_ptr<Socket>> SimEnv::connect(const std::string& host, int port) {
  return not_supported_yet("simulated sockets");
}
Result<std::unique_ptr<ListeningSocket>> SimEnv::listen(const std::string& host, int port) {
  return not_supported_yet("simulated sockets");
}

// Another process draws other numbers, as in the real world.
Random SimEnv::random(std::string_view name) {
  const uint64_t own = world_.seed() * 1'000'003 + static_cast<uint64_t>(process_.id);
  return Random(seed_of_stream(own, name));
}

std::optional<std::string> SimEnv::variable(const std::string& name) {
  if (name == "TZ") return "UTC";
  if (name == "PWD") return options_.working_directory;
  return std::nullopt;
}

std::unique_ptr<Thread> SimEnv::start_thread(std::string name, std::function<void()> body) {
  return world_.scheduler.start_thread(process_, std::move(name), std::move(body));
}

void SimEnv::sleep_ns(int64_t ns) {
  const std::function<bool()> never = [] { return false; };
  world_.scheduler.wait(never, ns);
}

Status SimEnv::write_stderr(std::string_view text) {
  stderr_text_ += text;
  return Status::OK();
}

arrow::MemoryPool* SimEnv::memory_pool() { return process_.memory.get(); }

}  // namespace hw::sim
