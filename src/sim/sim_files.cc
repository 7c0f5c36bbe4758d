// SPDX-License-Identifier: Apache-2.0

#include "sim/sim_files.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>
#include <arrow/util/future.h>

namespace hw::sim {
namespace {

class SimAppendFile final : public AppendFile {
 public:
  SimAppendFile(World& world, SimProcess& process, std::string path, DiskFilePtr file)
      : world_(world), process_(process), path_(std::move(path)), file_(std::move(file)) {}

  Status append(std::string_view bytes) override {
    HW_ASSIGN_OR_RETURN(const Fault* fault, world_.on_op(process_, FileOp::kAppend, path_));
    Status status;
    if (fault != nullptr) {
      switch (fault->kind) {
        case FaultKind::kError:
          return io_error("cannot write", path_);
        case FaultKind::kErrorAfter:
          status = io_error("cannot write", path_);
          break;
        case FaultKind::kTorn:
          bytes = bytes.substr(0, bytes.size() / 2);
          status = io_error("cannot write", path_);
          break;
        case FaultKind::kNoSpace:
          bytes = bytes.substr(0, fault->amount % (bytes.size() + 1));
          status = no_space("cannot write", path_);
          break;
        case FaultKind::kMisdirected:
          return put(static_cast<int64_t>(fault->amount % (file_->bytes.size() + 1)), bytes);
        default:
          break;
      }
    }
    if (world_.disk.free_bytes >= 0) {
      const auto room = static_cast<size_t>(world_.disk.free_bytes);
      if (bytes.size() > room) {
        bytes = bytes.substr(0, room);
        status = no_space("cannot write", path_);
      }
      world_.disk.free_bytes -= static_cast<int64_t>(bytes.size());
    }
    HW_TRY(put(size(), bytes));
    return status;
  }

  Status sync() override {
    HW_ASSIGN_OR_RETURN(const Fault* fault, world_.on_op(process_, FileOp::kSync, path_));
    if (fault == nullptr) {
      Disk::sync(*file_);
      return Status::OK();
    }
    if (fault->kind == FaultKind::kSyncLost) Disk::forget_unsynced(*file_);
    return io_error("cannot sync", path_);
  }

  Status truncate(int64_t size) override {
    HW_ASSIGN_OR_RETURN(const Fault* fault, world_.on_op(process_, FileOp::kTruncate, path_));
    if (fault != nullptr) return io_error("cannot truncate", path_);
    world_.disk.truncate(*file_, size, world_.scheduler.now_ns());
    return Status::OK();
  }

  int64_t size() const override { return static_cast<int64_t>(file_->bytes.size()); }

 private:
  Status put(int64_t offset, std::string_view bytes) {
    world_.disk.write(*file_, offset, bytes, world_.scheduler.now_ns());
    return Status::OK();
  }

  World& world_;
  SimProcess& process_;
  const std::string path_;
  const DiskFilePtr file_;
};

class SimInputFile final : public arrow::io::RandomAccessFile {
 public:
  SimInputFile(World& world, SimProcess& process, std::string path, DiskFilePtr file)
      : world_(world), process_(process), path_(std::move(path)), file_(std::move(file)) {}

  Status Close() override {
    closed_ = true;
    return Status::OK();
  }
  bool closed() const override { return closed_; }
  Result<int64_t> Tell() const override { return position_; }
  Status Seek(int64_t position) override {
    position_ = position;
    return Status::OK();
  }
  Result<int64_t> GetSize() override { return static_cast<int64_t>(file_->bytes.size()); }

  Result<int64_t> ReadAt(int64_t position, int64_t count, void* out) override {
    HW_ASSIGN_OR_RETURN(const Fault* fault, world_.on_op(process_, FileOp::kRead, path_));
    const std::string* bytes = &file_->bytes;
    if (fault != nullptr) {
      if (fault->kind == FaultKind::kError || fault->kind == FaultKind::kVanished)
        return io_error("cannot read", path_);
      if (fault->kind == FaultKind::kStaleRead) bytes = &file_->durable;
      if (fault->kind == FaultKind::kFlippedBit) damage(fault->amount);
    }
    const auto size = static_cast<int64_t>(bytes->size());
    const int64_t copied = std::clamp<int64_t>(size - position, 0, count);
    if (copied > 0) std::memcpy(out, bytes->data() + position, static_cast<size_t>(copied));
    if (fault != nullptr && fault->kind == FaultKind::kFlippedRead)
      flip_bits(static_cast<char*>(out), copied, fault->amount);
    return copied;
  }
  Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t count) override {
    const int64_t left =
        std::clamp<int64_t>(static_cast<int64_t>(file_->bytes.size()) - position, 0, count);
    std::string bytes(static_cast<size_t>(left), '\0');
    HW_ASSIGN_OR_RETURN(const int64_t copied, ReadAt(position, left, bytes.data()));
    bytes.resize(static_cast<size_t>(copied));
    return arrow::Buffer::FromString(std::move(bytes));
  }
  // Nothing of a simulation happens on another thread.
  arrow::Future<std::shared_ptr<arrow::Buffer>> ReadAsync(const arrow::io::IOContext& context,
                                                          int64_t position, int64_t count,
                                                          bool allow_short_read) override {
    return arrow::Future<std::shared_ptr<arrow::Buffer>>::MakeFinished(ReadAt(position, count));
  }
  Result<int64_t> Read(int64_t count, void* out) override {
    HW_ASSIGN_OR_RETURN(const int64_t copied, ReadAt(position_, count, out));
    position_ += copied;
    return copied;
  }
  Result<std::shared_ptr<arrow::Buffer>> Read(int64_t count) override {
    HW_ASSIGN_OR_RETURN(auto bytes, ReadAt(position_, count));
    position_ += bytes->size();
    return bytes;
  }

 private:
  void damage(uint64_t amount) {
    flip_bits(file_->bytes.data(), static_cast<int64_t>(file_->bytes.size()), amount);
    if (file_->durable.size() == file_->bytes.size()) file_->durable = file_->bytes;
  }

  World& world_;
  SimProcess& process_;
  const std::string path_;
  const DiskFilePtr file_;
  int64_t position_ = 0;
  bool closed_ = false;
};

class SimFileSystem final : public arrow::fs::FileSystem {
 public:
  SimFileSystem(World& world, SimProcess& process) : world_(world), process_(process) {}

  std::string type_name() const override { return "simulated"; }
  bool Equals(const FileSystem& other) const override { return this == &other; }

  Result<arrow::fs::FileInfo> GetFileInfo(const std::string& raw) override {
    const std::string path = normal_path(raw);
    HW_ASSIGN_OR_RETURN(const Fault* fault, world_.on_op(process_, FileOp::kStat, path));
    if (fault != nullptr && fault->kind == FaultKind::kError)
      return io_error("cannot look at", path);
    if (fault != nullptr && fault->kind == FaultKind::kVanished) vanish(path);
    world_.look_for(path);
    return info_of(path, raw);
  }

  Result<arrow::fs::FileInfoVector> GetFileInfo(const arrow::fs::FileSelector& select) override {
    const std::string path = normal_path(select.base_dir);
    HW_ASSIGN_OR_RETURN(const Fault* fault, world_.on_op(process_, FileOp::kList, path));
    if (fault != nullptr) return io_error("cannot list", path);
    world_.look_for(path, /*contents=*/true);
    const DiskFilePtr directory = world_.disk.find(path);
    if (directory == nullptr) {
      if (select.allow_not_found) return arrow::fs::FileInfoVector();
      return io_error("cannot list", path);
    }
    arrow::fs::FileInfoVector found;
    for (const std::string& name : world_.disk.list(path, select.recursive))
      found.push_back(info_of(name, name));
    return found;
  }

  Status CreateDir(const std::string& raw, bool recursive) override {
    const std::string path = normal_path(raw);
    HW_ASSIGN_OR_RETURN(const Fault* fault, world_.on_op(process_, FileOp::kMakeDirectory, path));
    if (fault != nullptr && fault->kind == FaultKind::kNoSpace)
      return no_space("cannot make directory", path);
    if (fault == nullptr || fault->kind == FaultKind::kErrorAfter) HW_TRY(make(path, recursive));
    return fault == nullptr ? Status::OK() : io_error("cannot make directory", path);
  }

  Status DeleteDir(const std::string& raw) override {
    const std::string path = normal_path(raw);
    HW_TRY(remove_below(path));
    return remove(path);
  }
  Status DeleteDirContents(const std::string& raw, bool missing_dir_ok) override {
    const std::string path = normal_path(raw);
    if (world_.disk.find(path) == nullptr)
      return missing_dir_ok ? Status::OK() : io_error("cannot empty", path);
    return remove_below(path);
  }
  Status DeleteRootDirContents() override { return remove_below("/"); }
  Status DeleteFile(const std::string& path) override { return remove(normal_path(path)); }

  Status Move(const std::string& raw_from, const std::string& raw_to) override {
    const std::string from = normal_path(raw_from), to = normal_path(raw_to);
    HW_ASSIGN_OR_RETURN(const Fault* fault, world_.on_op(process_, FileOp::kMove, to));
    if (fault != nullptr && fault->kind == FaultKind::kError) return io_error("cannot move to", to);
    HW_TRY(world_.disk.rename(from, to, /*replace=*/true));
    changed(to);
    return fault == nullptr ? Status::OK() : io_error("cannot move to", to);
  }

  Status CopyFile(const std::string& from, const std::string& to) override {
    HW_ASSIGN_OR_RETURN(const auto source, OpenInputFile(from));
    HW_ASSIGN_OR_RETURN(const int64_t size, source->GetSize());
    HW_ASSIGN_OR_RETURN(const auto bytes, source->Read(size));
    HW_ASSIGN_OR_RETURN(const auto target, open_sim_append(world_, process_, to));
    return target->append(bytes->ToString());
  }

  Result<std::shared_ptr<arrow::io::InputStream>> OpenInputStream(
      const std::string& path) override {
    return OpenInputFile(path);
  }
  Result<std::shared_ptr<arrow::io::RandomAccessFile>> OpenInputFile(
      const std::string& raw) override {
    const std::string path = normal_path(raw);
    HW_ASSIGN_OR_RETURN(const Fault* fault, world_.on_op(process_, FileOp::kOpen, path));
    if (fault != nullptr) return io_error("cannot open", path);
    world_.look_for(path);
    const DiskFilePtr file = world_.disk.find(path);
    if (file == nullptr || file->is_directory) return io_error("no such file:", path);
    return std::make_shared<SimInputFile>(world_, process_, path, file);
  }
  Result<std::shared_ptr<arrow::io::OutputStream>> OpenOutputStream(
      const std::string& path,
      const std::shared_ptr<const arrow::KeyValueMetadata>& metadata) override {
    return Status::NotImplemented("simulated files are written through open_append(): ", path);
  }
  Result<std::shared_ptr<arrow::io::OutputStream>> OpenAppendStream(
      const std::string& path,
      const std::shared_ptr<const arrow::KeyValueMetadata>& metadata) override {
    return OpenOutputStream(path, metadata);
  }

 private:
  arrow::fs::FileInfo info_of(const std::string& path, const std::string& shown) const {
    arrow::fs::FileInfo info(shown, arrow::fs::FileType::NotFound);
    const DiskFilePtr file = world_.disk.find(path);
    if (file == nullptr) return info;
    info.set_type(file->is_directory ? arrow::fs::FileType::Directory : arrow::fs::FileType::File);
    if (!file->is_directory) info.set_size(static_cast<int64_t>(file->bytes.size()));
    info.set_mtime(arrow::fs::TimePoint(std::chrono::nanoseconds(file->modified_ns)));
    return info;
  }

  void vanish(const std::string& path) {
    const DiskFilePtr file = world_.disk.find(path);
    if (file == nullptr || file->is_directory) return;
    (void)world_.disk.remove(path);
    world_.disk.sync_directory(directory_of(path));
  }

  Status make(const std::string& path, bool recursive) {
    if (world_.disk.find(path) != nullptr) return Status::OK();
    if (recursive && path != "/") HW_TRY(make(directory_of(path), true));
    return world_.disk.create(path, /*is_directory=*/true, world_.scheduler.now_ns()).status();
  }

  Status remove(const std::string& path) {
    HW_ASSIGN_OR_RETURN(const Fault* fault, world_.on_op(process_, FileOp::kRemove, path));
    if (fault != nullptr && fault->kind == FaultKind::kError)
      return io_error("cannot remove", path);
    HW_TRY(world_.disk.remove(path));
    changed(path);
    return fault == nullptr ? Status::OK() : io_error("cannot remove", path);
  }
  Status remove_below(const std::string& path) {
    std::vector<std::string> names = world_.disk.list(path, true);
    std::reverse(names.begin(), names.end());
    for (const std::string& name : names) HW_TRY(remove(name));
    return Status::OK();
  }
  void changed(const std::string& path) {
    if (world_.on_visible) world_.on_visible(path);
  }

  World& world_;
  SimProcess& process_;
};

}  // namespace

// A bad cell of memory is one bit; a bad line of a bus is the same bit of many bytes.
void flip_bits(char* bytes, int64_t count, uint64_t amount) {
  constexpr int64_t kLine = 128;
  if (count <= 0) return;
  const auto bit = static_cast<int64_t>(amount / 2 % (static_cast<uint64_t>(count) * 8));
  const int64_t end = amount % 2 == 0 ? bit / 8 + 1 : std::min(count, bit / 8 + kLine);
  for (int64_t at = bit / 8; at < end; at += 8)
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (bit % 8)));
}

Status io_error(std::string_view what, const std::string& path) {
  return Status::IOError(what, " '", path, "': Input/output error");
}
Status no_space(std::string_view what, const std::string& path) {
  return Status::CapacityError(what, " '", path, "': No space left on device");
}

std::shared_ptr<arrow::fs::FileSystem> make_sim_file_system(World& world, SimProcess& process) {
  return std::make_shared<SimFileSystem>(world, process);
}

Result<std::unique_ptr<AppendFile>> open_sim_append(World& world, SimProcess& process,
                                                    const std::string& raw) {
  const std::string path = normal_path(raw);
  HW_ASSIGN_OR_RETURN(const Fault* fault, world.on_op(process, FileOp::kOpen, path));
  if (fault != nullptr) return io_error("cannot open", path);
  DiskFilePtr file = world.disk.find(path);
  if (file == nullptr) {
    HW_ASSIGN_OR_RETURN(file, world.disk.create(path, false, world.scheduler.now_ns()));
    if (world.on_visible) world.on_visible(path);
  }
  return std::make_unique<SimAppendFile>(world, process, path, std::move(file));
}

Status sync_sim(World& world, SimProcess& process, const std::string& raw) {
  const std::string path = normal_path(raw);
  const DiskFilePtr file = world.disk.find(path);
  const bool directory = file == nullptr || file->is_directory;
  HW_ASSIGN_OR_RETURN(
      const Fault* fault,
      world.on_op(process, directory ? FileOp::kSyncDirectory : FileOp::kSync, path));
  if (fault != nullptr && fault->kind != FaultKind::kErrorAfter) {
    if (fault->kind == FaultKind::kSyncLost && !directory) Disk::forget_unsynced(*file);
    return io_error("cannot sync", path);
  }
  if (world.disk.find(path) == nullptr) return io_error("cannot open to sync", path);
  if (directory) {
    world.disk.sync_directory(path);
  } else {
    Disk::sync(*file);
  }
  return fault == nullptr ? Status::OK() : io_error("cannot sync", path);
}

Status publish_sim(World& world, SimProcess& process, const std::string& raw_from,
                   const std::string& raw_to) {
  const std::string from = normal_path(raw_from), to = normal_path(raw_to);
  HW_ASSIGN_OR_RETURN(const Fault* fault, world.on_op(process, FileOp::kPublish, to));
  if (fault != nullptr && fault->kind == FaultKind::kError) return io_error("cannot publish", to);
  HW_TRY(world.disk.rename(from, to, /*replace=*/false));
  if (world.on_visible) world.on_visible(to);
  return fault == nullptr ? Status::OK() : io_error("cannot publish", to);
}

}  // namespace hw::sim
