// SPDX-License-Identifier: Apache-2.0

#include "job/object_checkpoint_files.h"

#include <algorithm>
#include <functional>
#include <utility>

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>

#include "base/env/env.h"
#include "state/manifest.h"

namespace hw {
namespace {

// Looking costs requests, which somebody pays for.
constexpr int64_t kLookMs = 1'000;
constexpr int64_t kSecondNs = 1'000'000'000;

class NewObject final : public NewFile {
 public:
  explicit NewObject(std::unique_ptr<ObjectUpload> upload) : upload_(std::move(upload)) {}
  Status append(std::string_view bytes) override { return upload_->append(bytes); }
  Status finish() override { return upload_->finish(); }

 private:
  const std::unique_ptr<ObjectUpload> upload_;
};

/// Its object is removed with it; a holder who is killed leaves it behind.
class ObjectLock final : public FileLock {
 public:
  ObjectLock(std::shared_ptr<ObjectStore> store, ObjectName name)
      : store_(std::move(store)), name_(std::move(name)) {}
  // If it stays, the next attempt waits for the lease's timeout.
  ~ObjectLock() override { (void)store_->remove(name_); }

 private:
  const std::shared_ptr<ObjectStore> store_;
  const ObjectName name_;
};

class ObjectCheckpointFiles final : public CheckpointFiles {
 public:
  ObjectCheckpointFiles(Env& env, std::shared_ptr<ObjectStore> store, ObjectName root)
      : env_(env),
        store_(std::move(store)),
        root_(std::move(root)),
        files_(make_object_file_system(store_)) {}

  Status put_new(const std::string& name, std::string_view bytes) override {
    return store_->put(object(name), bytes, ObjectStore::Put::kNew);
  }
  Result<std::unique_ptr<NewFile>> create(const std::string& name) override {
    HW_ASSIGN_OR_RETURN(std::unique_ptr<ObjectUpload> upload, store_->upload(object(name)));
    return std::make_unique<NewObject>(std::move(upload));
  }
  // A name is durable with its bytes, and there are no directories.
  Status sync_directory(const std::string&) override { return Status::OK(); }
  Status make_directory(const std::string&) override { return Status::OK(); }

  Result<std::shared_ptr<arrow::io::RandomAccessFile>> open(
      const std::string& name) const override {
    return files_->OpenInputFile(object(name).uri());
  }

  Result<std::string> read(const std::string& name, int64_t bytes_max) const override {
    HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Buffer> bytes,
                        store_->read(object(name), {.length = bytes_max + 1}));
    if (bytes->size() > bytes_max) {
      return Status::SerializationError("'", shown(name), "' may have ", bytes_max,
                                        " bytes, but has more");
    }
    return bytes->ToString();
  }

  Result<std::vector<StoredFile>> list(const std::string& directory) const override {
    const ObjectName folder = inside(directory);
    HW_ASSIGN_OR_RETURN(const ObjectListing found, store_->list(folder, {.by_folder = true}));
    std::vector<StoredFile> files;
    for (const StoredObject& each : found.objects) {
      if (each.key.ends_with('/')) continue;  // what some programs put for a folder
      files.push_back({.name = relative(each.key),
                       .num_bytes = each.num_bytes,
                       .modified_ns = each.modified_ns});
    }
    std::sort(files.begin(), files.end(),
              [](const StoredFile& a, const StoredFile& b) { return a.name < b.name; });
    return files;
  }

  // Copied and removed: whoever is killed between the two finds the copy, which is the same.
  Status rename(const std::string& from, const std::string& to) override {
    HW_ASSIGN_OR_RETURN(const std::string bytes, read(from, kManifestBytesMax));
    const Status put = put_new(to, bytes);
    if (put.IsAlreadyExists()) {
      HW_ASSIGN_OR_RETURN(const std::string there, read(to, kManifestBytesMax));
      if (there != bytes) return put;
    } else {
      HW_TRY(put);
    }
    return remove(from);
  }
  Status remove(const std::string& name) override { return store_->remove(object(name)); }

  Result<std::unique_ptr<FileLock>> try_lock(const std::string& name) override {
    // A look is cheaper than a put that fails.
    HW_ASSIGN_OR_RETURN(const std::optional<StoredObject> there, store_->find(object(name)));
    if (there) return nullptr;
    const Status put = put_new(name, different_text());
    if (put.IsAlreadyExists()) return nullptr;
    HW_TRY(put);
    return std::make_unique<ObjectLock>(store_, object(name));
  }
  Status touch(const std::string& name) override {
    return store_->put(object(name), different_text(), ObjectStore::Put::kReplace);
  }
  Status create_empty(const std::string& name) override { return touch(name); }

  Result<int64_t> modified_ns(const std::string& name) const override {
    HW_ASSIGN_OR_RETURN(const std::optional<StoredObject> found, store_->find(object(name)));
    if (!found) return Status::IOError("there is no object '", shown(name), "'");
    // Such times have whole seconds; below them, other bytes are another time.
    const auto other = static_cast<int64_t>(std::hash<std::string>()(found->etag) %
                                            static_cast<uint64_t>(kSecondNs));
    return found->modified_ns - found->modified_ns % kSecondNs + other;
  }

  std::string shown(const std::string& name) const override {
    return name.empty() ? root_.uri() : object(name).uri();
  }
  int64_t look_interval_ms() const override { return kLookMs; }
  bool may_write_late() const override { return true; }

  Result<std::vector<std::string>> unfinished(const std::string& directory) const override {
    HW_ASSIGN_OR_RETURN(const std::vector<std::string> keys, store_->unfinished(inside(directory)));
    std::vector<std::string> names;
    for (const std::string& key : keys) names.push_back(relative(key));
    return names;
  }
  Status abandon(const std::string& name) override { return store_->abandon(object(name)); }

 private:
  ObjectName object(const std::string& name) const {
    return {.bucket = root_.bucket, .key = root_.key.empty() ? name : root_.key + "/" + name};
  }
  ObjectName inside(const std::string& directory) const {
    ObjectName folder = directory.empty() ? root_ : object(directory);
    if (!folder.key.empty()) folder.key += '/';
    return folder;
  }
  std::string relative(const std::string& key) const {
    return root_.key.empty() ? key : key.substr(root_.key.size() + 1);
  }
  // No two calls, of whatever process, have the same: the random number is the process's.
  std::string different_text() {
    return env_.host_name() + " " + std::to_string(env_.process_id()) + " " +
           std::to_string(env_.wall_ms()) + " " + std::to_string(env_.monotonic_ns()) + " " +
           std::to_string(env_.random("lock of " + root_.uri()).next());
  }

  Env& env_;
  const std::shared_ptr<ObjectStore> store_;
  const ObjectName root_;
  const std::shared_ptr<arrow::fs::FileSystem> files_;
};

}  // namespace

std::shared_ptr<CheckpointFiles> make_object_checkpoint_files(Env& env,
                                                              std::shared_ptr<ObjectStore> store,
                                                              ObjectName root) {
  while (root.key.ends_with('/')) root.key.pop_back();
  return std::make_shared<ObjectCheckpointFiles>(env, std::move(store), std::move(root));
}

}  // namespace hw
