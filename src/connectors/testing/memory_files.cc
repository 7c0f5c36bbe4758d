// SPDX-License-Identifier: Apache-2.0

#include "connectors/testing/memory_files.h"

#include <chrono>

#include <arrow/buffer.h>
#include <arrow/filesystem/mockfs.h>
#include <arrow/io/interfaces.h>

#include "base/assert.h"
#include "base/memory.h"

namespace hw::testing {
namespace {

using arrow::fs::internal::MockFileSystem;

/// The file system in memory knows no root: its paths have no slash in front.
std::string inner(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  return std::string(path);
}

}  // namespace

MemoryFiles::MemoryFiles(int64_t wall_ms)
    : files_(std::make_shared<MockFileSystem>(arrow::fs::TimePoint(std::chrono::seconds(1)))),
      wall_ms_(wall_ms) {}
MemoryFiles::~MemoryFiles() = default;

void MemoryFiles::write(const std::string& path, std::string_view content) {
  const Status written =
      static_cast<MockFileSystem&>(*files_).CreateFile(inner(path), content, true);
  HW_CHECK(written.ok());
}

std::map<std::string, std::string> MemoryFiles::files() const {
  std::map<std::string, std::string> found;
  for (const auto& file : static_cast<MockFileSystem&>(*files_).AllFiles()) {
    found.emplace(file.full_path, std::string(file.data));
  }
  return found;
}

// Writes the file as a whole each time: tests are small.
class MemoryFiles::Appending final : public AppendFile {
 public:
  Appending(MemoryFiles& env, std::string path, std::string content)
      : env_(env), path_(std::move(path)), content_(std::move(content)) {}

  Status append(std::string_view bytes) override {
    if (env_.free_bytes_ >= 0) {
      const auto room = static_cast<size_t>(env_.free_bytes_);
      if (bytes.size() > room) {
        content_ += bytes.substr(0, room);
        env_.free_bytes_ = 0;
        env_.write(path_, content_);
        return Status::CapacityError("no space left on the device");
      }
      env_.free_bytes_ -= static_cast<int64_t>(bytes.size());
    }
    content_ += bytes;
    env_.write(path_, content_);
    return Status::OK();
  }
  Status sync() override {
    if (env_.sync_broken_) return Status::IOError("cannot sync '", path_, "'");
    env_.synced_[path_] = size();
    return Status::OK();
  }
  Status truncate(int64_t size) override {
    content_.resize(static_cast<size_t>(size));
    env_.write(path_, content_);
    return Status::OK();
  }
  int64_t size() const override { return static_cast<int64_t>(content_.size()); }

 private:
  MemoryFiles& env_;
  const std::string path_;
  std::string content_;
};

Result<std::unique_ptr<AppendFile>> MemoryFiles::open_append(const std::string& path) {
  const std::map<std::string, std::string> there = files();
  const auto found = there.find(inner(path));
  std::string content = found == there.end() ? "" : found->second;
  if (found == there.end()) {
    HW_TRY(static_cast<MockFileSystem&>(*files_).CreateFile(inner(path), "", false));
    synced_[inner(path)] = 0;
  }
  return std::make_unique<Appending>(*this, inner(path), std::move(content));
}

void MemoryFiles::lose_unsynced(double keep) {
  for (const auto& [path, content] : files()) {
    const auto found = synced_.find(path);
    if (found == synced_.end()) continue;
    const int64_t beyond = static_cast<int64_t>(content.size()) - found->second;
    const int64_t kept = found->second + static_cast<int64_t>(static_cast<double>(beyond) * keep);
    write(path, content.substr(0, static_cast<size_t>(kept)));
  }
}

Result<Env::Location> MemoryFiles::locate(std::string_view path_or_uri) {
  return Location{files_, inner(path_or_uri)};
}

Status MemoryFiles::publish(const std::string& from, const std::string& to) {
  HW_ASSIGN_OR_RETURN(const auto target, files_->GetFileInfo(inner(to)));
  if (target.type() != arrow::fs::FileType::NotFound) {
    return Status::AlreadyExists("'", to, "' is there");
  }
  synced_.erase(inner(from));
  return files_->Move(inner(from), inner(to));
}

Result<std::unique_ptr<Socket>> MemoryFiles::connect(const std::string& host, int port) {
  return Status::NotImplemented("no sockets in memory");
}
Result<std::unique_ptr<ListeningSocket>> MemoryFiles::listen(const std::string& host, int port) {
  return Status::NotImplemented("no sockets in memory");
}
std::optional<std::string> MemoryFiles::variable(const std::string& name) { return std::nullopt; }
std::unique_ptr<Thread> MemoryFiles::start_thread(std::string name, std::function<void()> body) {
  HW_CHECK(false && "no threads in unit tests");
}

Status MemoryFiles::write_stdout(std::string_view text) {
  stdout_text_ += text;
  return Status::OK();
}
Status MemoryFiles::write_stderr(std::string_view text) {
  stderr_text_ += text;
  return Status::OK();
}
arrow::MemoryPool* MemoryFiles::memory_pool() { return recycling_pool(); }

}  // namespace hw::testing
