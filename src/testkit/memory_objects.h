// SPDX-License-Identifier: Apache-2.0
//
// An object store in memory, with the promises of S3 and, on request, its bad days: answers that
// are lost before or behind the deed. For tests; one thread.

#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <arrow/buffer.h>

#include "base/env/object_store.h"

namespace hw {

class MemoryObjects final : public ObjectStore {
 public:
  enum class Fault { kNone, kLostRequest, kLostAnswer };
  /// Asked before each put, with its URI. May be empty.
  std::function<Fault(const std::string& uri)> on_put;
  /// Uploads that were begun and neither finished nor given up.
  std::vector<std::string> begun;

  Status put(const ObjectName& name, std::string_view bytes, Put how) override {
    const Fault fault = on_put ? on_put(name.uri()) : Fault::kNone;
    if (fault == Fault::kLostRequest) return Status::IOError("the request was lost");
    const bool taken = how == Put::kNew && objects_.contains(key_of(name));
    if (!taken) {
      objects_[key_of(name)] = {.bytes = std::string(bytes), .modified_ns = ++num_puts_};
    }
    if (fault == Fault::kLostAnswer) return Status::IOError("the answer was lost");
    if (taken) return Status::AlreadyExists("'", name.uri(), "' exists already");
    return Status::OK();
  }

  Result<std::unique_ptr<ObjectUpload>> upload(const ObjectName& name) override {
    begun.push_back(name.key);
    return std::make_unique<Upload>(*this, name);
  }
  Result<std::vector<std::string>> unfinished(const ObjectName& name) override {
    std::vector<std::string> keys;
    std::copy_if(begun.begin(), begun.end(), std::back_inserter(keys),
                 [&](const std::string& key) { return key.starts_with(name.key); });
    return keys;
  }
  Status abandon(const ObjectName& name) override {
    std::erase(begun, name.key);
    return Status::OK();
  }

  Result<std::optional<StoredObject>> find(const ObjectName& name) override {
    const auto found = objects_.find(key_of(name));
    if (found == objects_.end()) return std::nullopt;
    return stored(name.key, found->second);
  }
  Result<std::shared_ptr<arrow::Buffer>> read(const ObjectName& name, const Range& range) override {
    const auto found = objects_.find(key_of(name));
    if (found == objects_.end()) return Status::IOError("there is no object '", name.uri(), "'");
    const std::string& bytes = found->second.bytes;
    const auto begin = std::min(static_cast<size_t>(range.offset), bytes.size());
    return arrow::Buffer::FromString(bytes.substr(begin, static_cast<size_t>(range.length)));
  }
  Result<ObjectListing> list(const ObjectName& prefix, const ListOptions& options) override {
    ObjectListing listing;
    for (const auto& [key, object] : objects_) {
      if (key.first != prefix.bucket || !key.second.starts_with(prefix.key)) continue;
      const size_t slash = key.second.find('/', prefix.key.size());
      if (!options.by_folder || slash == std::string::npos) {
        listing.objects.push_back(stored(key.second, object));
      } else if (const std::string folder = key.second.substr(0, slash + 1);
                 listing.folders.empty() || listing.folders.back() != folder) {
        listing.folders.push_back(folder);
      }
    }
    return listing;
  }
  Status remove(const ObjectName& name) override {
    objects_.erase(key_of(name));
    return Status::OK();
  }

 private:
  using Key = std::pair<std::string, std::string>;
  struct Object {
    std::string bytes;
    int64_t modified_ns = 0;
  };
  class Upload final : public ObjectUpload {
   public:
    Upload(MemoryObjects& store, ObjectName name) : store_(store), name_(std::move(name)) {}
    Status append(std::string_view bytes) override {
      bytes_.append(bytes);
      return Status::OK();
    }
    Status finish() override {
      std::erase(store_.begun, name_.key);
      return store_.put(name_, bytes_, Put::kReplace);
    }

   private:
    MemoryObjects& store_;
    const ObjectName name_;
    std::string bytes_;
  };

  static Key key_of(const ObjectName& name) { return {name.bucket, name.key}; }
  static StoredObject stored(const std::string& key, const Object& object) {
    return {.key = key,
            .num_bytes = static_cast<int64_t>(object.bytes.size()),
            .modified_ns = object.modified_ns,
            .etag = object.bytes};
  }

  std::map<Key, Object> objects_;
  int64_t num_puts_ = 0;
};

}  // namespace hw
