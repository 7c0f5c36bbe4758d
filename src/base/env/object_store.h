// SPDX-License-Identifier: Apache-2.0
//
// Storage that knows whole objects by name instead of files: what Env hands out for s3:// URIs.
// Nothing is renamed or appended to; an object appears whole, and of several writers who put one
// under the same new name exactly one wins. Implementations are thread-safe, and retry what may
// pass, a bounded number of times.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/status.h"

namespace arrow::fs {
class FileSystem;
}

namespace hw {

struct ObjectName {
  std::string bucket;
  std::string key;
  /// `s3://bucket/key`.
  std::string uri() const;
  bool operator==(const ObjectName&) const = default;
};

/// Takes `s3://bucket/key` apart; the key may be empty, and nothing in it is decoded.
/// Fails (Invalid) when there is no bucket, or when the URI carries keys or options.
Result<ObjectName> parse_object_uri(std::string_view uri);
inline bool is_object_uri(std::string_view uri) { return uri.starts_with("s3://"); }

struct StoredObject {
  std::string key;
  int64_t num_bytes = 0;
  int64_t modified_ns = 0;  // since 1970, by the store's clock
  std::string etag;         // another one for other contents
};

/// What lies below a prefix, sorted.
struct ObjectListing {
  std::vector<StoredObject> objects;
  /// If asked: what keys have in common up to the next '/', that included.
  std::vector<std::string> folders;
};

/// An object that is written from front to back. It appears whole with finish(), replacing one of
/// the same name, or not at all. One thread at a time.
class ObjectUpload {
 public:
  virtual ~ObjectUpload() = default;
  virtual Status append(std::string_view bytes) = 0;
  /// After a failure of either the object is dead: never try again.
  virtual Status finish() = 0;
};

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  enum class Put : uint8_t { kReplace, kNew };
  /// Returns when the object is durable. kNew fails with AlreadyExists when the name is taken by
  /// other bytes; after any other failure nobody knows whether the object is there, or will be.
  virtual Status put(const ObjectName& name, std::string_view bytes, Put how) = 0;
  virtual Result<std::unique_ptr<ObjectUpload>> upload(const ObjectName& name) = 0;
  /// Keys at or below the prefix `name` whose upload somebody began and did not finish.
  virtual Result<std::vector<std::string>> unfinished(const ObjectName& name) = 0;
  /// Gives up all unfinished uploads of exactly this name.
  virtual Status abandon(const ObjectName& name) = 0;

  /// Nothing when there is no such object.
  virtual Result<std::optional<StoredObject>> find(const ObjectName& name) = 0;
  struct Range {
    int64_t offset = 0;
    int64_t length = 0;
    /// If not empty: fails (IOError) when the object has become another one.
    std::string etag;
  };
  /// Fewer bytes where the object ends earlier. Fails (IOError) when it is missing.
  virtual Result<std::shared_ptr<arrow::Buffer>> read(const ObjectName& name,
                                                      const Range& range) = 0;
  struct ListOptions {
    bool by_folder = false;  // folders instead of what lies in them
    int64_t objects_max = INT64_MAX;
  };
  /// Objects whose keys begin with that of `prefix`. Fails (IOError) when there is no such bucket.
  virtual Result<ObjectListing> list(const ObjectName& prefix, const ListOptions& options) = 0;
  /// Nothing happens when it is missing.
  virtual Status remove(const ObjectName& name) = 0;
};

/// Objects as Arrow sees files. Its paths are whole URIs, `s3://bucket/key`, so that a path alone
/// says where it leads. Reads, lists and deletes; does not write.
std::shared_ptr<arrow::fs::FileSystem> make_object_file_system(std::shared_ptr<ObjectStore> store);

}  // namespace hw
