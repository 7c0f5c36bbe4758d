// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <mutex>
#include <utility>

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>

#include "base/env/object_store.h"

namespace hw {
namespace {

using arrow::fs::FileInfo;
using arrow::fs::FileSelector;
using arrow::fs::FileType;

// A request costs milliseconds, whatever it brings: a read of little brings what follows along, and
// more of it to whoever reads on.
constexpr int64_t kFirstBlockBytes = 1 << 20;
constexpr int64_t kNextBlockBytes = 8 << 20;

/// One object. Reads at a position may come from several threads, as Arrow wants it.
class ObjectFile final : public arrow::io::RandomAccessFile {
 public:
  ObjectFile(std::shared_ptr<ObjectStore> store, ObjectName name, const StoredObject& object)
      : store_(std::move(store)),
        name_(std::move(name)),
        num_bytes_(object.num_bytes),
        etag_(object.etag) {}

  Status Close() override {
    closed_ = true;
    return Status::OK();
  }
  bool closed() const override { return closed_; }
  Result<int64_t> GetSize() override { return num_bytes_; }
  Result<int64_t> Tell() const override { return position_; }
  Status Seek(int64_t position) override {
    if (position < 0 || position > num_bytes_) {
      return Status::IOError("'", name_.uri(), "' has no byte ", position);
    }
    position_ = position;
    return Status::OK();
  }

  Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t length) override {
    length = std::min(length, num_bytes_ - position);
    if (position < 0 || length <= 0) return std::make_shared<arrow::Buffer>(nullptr, 0);
    Block block = last();
    if (!block.holds(position, length)) {
      const bool goes_on = block.bytes != nullptr && position == block.end();
      const int64_t wanted = std::min(
          std::max(length, goes_on ? kNextBlockBytes : kFirstBlockBytes), num_bytes_ - position);
      HW_ASSIGN_OR_RETURN(
          block.bytes, store_->read(name_, {.offset = position, .length = wanted, .etag = etag_}));
      block.begin = position;
      if (block.bytes->size() < wanted) {
        return Status::IOError("'", name_.uri(), "' breaks off at byte ",
                               position + block.bytes->size(), " of ", num_bytes_);
      }
      keep(block);
    }
    return arrow::SliceBuffer(block.bytes, position - block.begin, length);
  }
  Result<int64_t> ReadAt(int64_t position, int64_t length, void* out) override {
    HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Buffer> bytes, ReadAt(position, length));
    if (bytes->size() > 0) std::memcpy(out, bytes->data(), static_cast<size_t>(bytes->size()));
    return bytes->size();
  }
  Result<std::shared_ptr<arrow::Buffer>> Read(int64_t length) override {
    HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> bytes, ReadAt(position_, length));
    position_ += bytes->size();
    return bytes;
  }
  Result<int64_t> Read(int64_t length, void* out) override {
    HW_ASSIGN_OR_RETURN(const int64_t count, ReadAt(position_, length, out));
    position_ += count;
    return count;
  }

 private:
  struct Block {
    std::shared_ptr<arrow::Buffer> bytes;
    int64_t begin = 0;
    int64_t end() const { return begin + bytes->size(); }
    bool holds(int64_t position, int64_t length) const {
      return bytes != nullptr && position >= begin && position + length <= end();
    }
  };
  Block last() {
    const std::lock_guard<std::mutex> guard(mutex_);
    return last_;
  }
  void keep(const Block& block) {
    const std::lock_guard<std::mutex> guard(mutex_);
    last_ = block;
  }

  // Constant after construction.
  const std::shared_ptr<ObjectStore> store_;
  const ObjectName name_;
  const int64_t num_bytes_;
  const std::string etag_;
  // Of the one thread that reads from front to back.
  int64_t position_ = 0;
  bool closed_ = false;
  std::mutex mutex_;
  Block last_;  // guarded by mutex_
};

FileInfo info_of(const std::string& bucket, const StoredObject& object) {
  FileInfo info(ObjectName{.bucket = bucket, .key = object.key}.uri(), FileType::File);
  info.set_size(object.num_bytes);
  info.set_mtime(arrow::fs::TimePoint(std::chrono::nanoseconds(object.modified_ns)));
  return info;
}

Result<ObjectName> name_of(std::string_view path) {
  HW_ASSIGN_OR_RETURN(ObjectName name, parse_object_uri(path));
  while (name.key.ends_with('/')) name.key.pop_back();
  return name;
}

/// The prefix of what lies in a folder.
ObjectName inside(ObjectName folder) {
  if (!folder.key.empty()) folder.key += '/';
  return folder;
}

class ObjectFileSystem final : public arrow::fs::FileSystem {
 public:
  explicit ObjectFileSystem(std::shared_ptr<ObjectStore> store) : store_(std::move(store)) {}

  std::string type_name() const override { return "s3"; }
  bool Equals(const arrow::fs::FileSystem& other) const override { return this == &other; }

  using arrow::fs::FileSystem::GetFileInfo;
  Result<FileInfo> GetFileInfo(const std::string& path) override {
    HW_ASSIGN_OR_RETURN(const ObjectName name, name_of(path));
    if (!name.key.empty()) {
      HW_ASSIGN_OR_RETURN(const std::optional<StoredObject> object, store_->find(name));
      if (object) return info_of(name.bucket, *object);
    }
    // A missing bucket shows here.
    HW_ASSIGN_OR_RETURN(const ObjectListing below, store_->list(inside(name), {.objects_max = 1}));
    const bool is_folder = name.key.empty() || !below.objects.empty();
    return FileInfo(name.uri(), is_folder ? FileType::Directory : FileType::NotFound);
  }

  Result<std::vector<FileInfo>> GetFileInfo(const FileSelector& selector) override {
    HW_ASSIGN_OR_RETURN(const ObjectName folder, name_of(selector.base_dir));
    HW_ASSIGN_OR_RETURN(const ObjectListing listing,
                        store_->list(inside(folder), {.by_folder = !selector.recursive}));
    std::vector<FileInfo> found;
    for (std::string key : listing.folders) {
      while (key.ends_with('/')) key.pop_back();
      found.emplace_back(ObjectName{.bucket = folder.bucket, .key = std::move(key)}.uri(),
                         FileType::Directory);
    }
    for (const StoredObject& object : listing.objects) {
      // Some programs put an empty object where they want to see a folder.
      if (!object.key.ends_with('/')) found.push_back(info_of(folder.bucket, object));
    }
    if (found.empty() && listing.objects.empty() && !selector.allow_not_found &&
        !folder.key.empty()) {
      return Status::IOError("there is nothing below '", folder.uri(), "'");
    }
    return found;
  }

  // There are no folders: a key may have any.
  Status CreateDir(const std::string&, bool) override { return Status::OK(); }
  Status DeleteDir(const std::string& path) override { return DeleteDirContents(path, true); }
  Status DeleteDirContents(const std::string& path, bool) override {
    HW_ASSIGN_OR_RETURN(const ObjectName folder, name_of(path));
    if (folder.key.empty()) return Status::Invalid("a whole bucket is not emptied");
    HW_ASSIGN_OR_RETURN(const ObjectListing listing, store_->list(inside(folder), {}));
    for (const StoredObject& object : listing.objects) {
      HW_TRY(store_->remove({.bucket = folder.bucket, .key = object.key}));
    }
    return Status::OK();
  }
  Status DeleteRootDirContents() override {
    return Status::Invalid("a whole object store is not emptied");
  }
  Status DeleteFile(const std::string& path) override {
    HW_ASSIGN_OR_RETURN(const ObjectName name, name_of(path));
    return store_->remove(name);
  }

  using arrow::fs::FileSystem::OpenInputFile;
  using arrow::fs::FileSystem::OpenInputStream;
  Result<std::shared_ptr<arrow::io::RandomAccessFile>> OpenInputFile(
      const std::string& path) override {
    HW_ASSIGN_OR_RETURN(const ObjectName name, name_of(path));
    HW_ASSIGN_OR_RETURN(const std::optional<StoredObject> object, store_->find(name));
    if (object) return std::make_shared<ObjectFile>(store_, name, *object);
    return Status::IOError("there is no object '", name.uri(), "'");
  }
  Result<std::shared_ptr<arrow::io::InputStream>> OpenInputStream(
      const std::string& path) override {
    return OpenInputFile(path);
  }

  Status Move(const std::string&, const std::string&) override { return cannot_write(); }
  Status CopyFile(const std::string&, const std::string&) override { return cannot_write(); }
  using arrow::fs::FileSystem::OpenAppendStream;
  using arrow::fs::FileSystem::OpenOutputStream;
  Result<std::shared_ptr<arrow::io::OutputStream>> OpenOutputStream(
      const std::string&, const std::shared_ptr<const arrow::KeyValueMetadata>&) override {
    return cannot_write();
  }
  Result<std::shared_ptr<arrow::io::OutputStream>> OpenAppendStream(
      const std::string&, const std::shared_ptr<const arrow::KeyValueMetadata>&) override {
    return cannot_write();
  }

 private:
  static Status cannot_write() { return not_supported_yet("writing files to s3://"); }

  const std::shared_ptr<ObjectStore> store_;
};

}  // namespace

std::shared_ptr<arrow::fs::FileSystem> make_object_file_system(std::shared_ptr<ObjectStore> store) {
  return std::make_shared<ObjectFileSystem>(std::move(store));
}

}  // namespace hw
