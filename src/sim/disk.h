// SPDX-License-Identifier: Apache-2.0
//
// A modelled disk with its page cache: what programs see and what a loss of power would leave are
// kept apart. Bytes become durable by a sync of their file, names by a sync of their directory;
// what was not synced survives in any part. Pure: no clock, no faults of its own.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace hw {
class Random;
}

namespace hw::sim {

/// A file or directory, whatever its names.
struct DiskFile {
  int64_t id = 0;
  bool is_directory = false;
  int64_t modified_ns = 0;
  std::string bytes;    // as programs see them
  std::string durable;  // as they are on the platter
  /// Written since the last sync: [begin, end).
  std::vector<std::pair<int64_t, int64_t>> unsynced;
};
using DiskFilePtr = std::shared_ptr<DiskFile>;

/// What a loss of power leaves of all that was not synced.
enum class CrashRule : uint8_t {
  kNothing,
  kEverything,
  kInOrder,  // names up to some change; of each file's bytes a beginning
  kAny,      // any of the names; any of the sectors, zeros in the others
  kListed,   // those of the changes whose bit is set: names first, then sectors
};

class Disk {
 public:
  Disk();
  /// Another one that is like this one, with files of its own.
  Disk copy() const;

  /// Null when there is none. Paths are absolute, without a slash at the end.
  DiskFilePtr find(const std::string& path) const;
  /// Names directly in a directory, or anywhere below, sorted.
  std::vector<std::string> list(const std::string& directory, bool recursive) const;
  /// Every file that is visible, by path; no directories.
  std::map<std::string, DiskFilePtr> files_below(const std::string& directory) const;

  /// Fails when the directory is missing.
  Result<DiskFilePtr> create(const std::string& path, bool is_directory, int64_t now_ns);
  /// Durable directories, this one and all on its way that are missing.
  Status make_directories(const std::string& path);
  /// A durable file with all directories on its way.
  Status put(const std::string& path, std::string_view bytes);
  Status remove(const std::string& path);
  /// Fails with AlreadyExists when `to` is there and is not to be replaced.
  Status rename(const std::string& from, const std::string& to, bool replace);

  void write(DiskFile& file, int64_t offset, std::string_view bytes, int64_t now_ns);
  void truncate(DiskFile& file, int64_t size, int64_t now_ns);
  static void sync(DiskFile& file);
  /// A sync that failed: the cache keeps the bytes and takes them for written.
  static void forget_unsynced(DiskFile& file);
  void sync_directory(const std::string& path);

  /// Power is lost. `sector` = how much is written at once; `listed` is kListed's.
  void crash(CrashRule rule, int64_t sector, Random& random, uint64_t listed = 0);
  /// Changes that a loss of power may leave out or not, each on its own.
  size_t num_unsynced(int64_t sector) const;

  /// Bytes that may still be written; negative = any number.
  int64_t free_bytes = -1;

 private:
  /// Files with bytes that are not synced, by id.
  std::vector<DiskFilePtr> unsynced_files() const;
  struct NameChange {
    enum class Kind : uint8_t { kAdd, kRemove, kMove };
    Kind kind = Kind::kAdd;
    std::string path;
    std::string to;  // kMove
    DiskFilePtr file;
  };
  using Names = std::map<std::string, DiskFilePtr>;
  static void apply(const NameChange& change, Names& names);

  Names names_;
  Names durable_names_;
  std::vector<NameChange> unsynced_names_;
  int64_t next_id_ = 1;
};

/// `/a/b` of `/a/b/c`; `/` of `/a`.
std::string directory_of(const std::string& path);
/// Without slashes at its end and doubled ones.
std::string normal_path(std::string_view path);

}  // namespace hw::sim
