// SPDX-License-Identifier: Apache-2.0
//
// The few things that checkpoints ask of a storage, so that their protocol is written once: for a
// local disk here, for an object store (job/object_checkpoint_files.h) there. Names are relative to
// one directory, parts joined by '/'.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/io/type_fwd.h>

#include "base/status.h"

namespace hw {

class Env;
class FileLock;

struct StoredFile {
  std::string name;
  int64_t num_bytes = 0;
  int64_t modified_ns = 0;  // since 1970, by the storage's clock
};

/// A file that is written once, from front to back. One thread at a time.
class NewFile {
 public:
  virtual ~NewFile() = default;
  virtual Status append(std::string_view bytes) = 0;
  /// Returns when the bytes are durable; the name is only after sync_directory(). After a failure
  /// of either the file is dead: never try again.
  virtual Status finish() = 0;
};

class CheckpointFiles {
 public:
  virtual ~CheckpointFiles() = default;

  /// Creates a file durably, whole or not at all. Fails with AlreadyExists when the name is taken;
  /// with CapacityError when the disk is full; after any other failure nobody knows whether it is
  /// there: read it back.
  virtual Status put_new(const std::string& name, std::string_view bytes) = 0;
  virtual Result<std::unique_ptr<NewFile>> create(const std::string& name) = 0;
  /// Makes the names in a directory durable.
  virtual Status sync_directory(const std::string& name) = 0;
  virtual Status make_directory(const std::string& name) = 0;

  /// Fails (IOError) when the file is missing.
  virtual Result<std::shared_ptr<arrow::io::RandomAccessFile>> open(
      const std::string& name) const = 0;
  /// Whole files up to `bytes_max`.
  virtual Result<std::string> read(const std::string& name, int64_t bytes_max) const = 0;
  /// Files directly in a directory, sorted by name; none when it is missing.
  virtual Result<std::vector<StoredFile>> list(const std::string& directory) const = 0;

  /// Without replacing.
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  virtual Status remove(const std::string& name) = 0;

  /// Null when somebody else holds it. On an object store also when its holder was killed.
  virtual Result<std::unique_ptr<FileLock>> try_lock(const std::string& name) = 0;
  /// Renews the time of modification of a file that create_empty() made.
  virtual Status touch(const std::string& name) = 0;
  virtual Status create_empty(const std::string& name) = 0;
  /// Fails (IOError) when it is missing.
  virtual Result<int64_t> modified_ns(const std::string& name) const = 0;

  /// For messages: `dir/name`.
  virtual std::string shown(const std::string& name) const = 0;

  /// How often somebody who waits looks.
  virtual int64_t look_interval_ms() const { return 200; }
  /// True when a put that failed may still be carried out later, on its way as it was.
  virtual bool may_write_late() const { return false; }
  /// Names in a directory that somebody began to create and did not finish; they take up room, and
  /// nobody sees them as files.
  virtual Result<std::vector<std::string>> unfinished(const std::string& directory) const;
  /// Gives up what is unfinished under this name.
  virtual Status abandon(const std::string& name);
};

/// Files below a directory, a local one or an s3:// URI, which is made if it is missing. `env`
/// outlives it.
Result<std::shared_ptr<CheckpointFiles>> open_checkpoint_files(Env& env,
                                                               std::string_view directory);
/// The same for reading: fails (IOError) when the directory is missing.
Result<std::shared_ptr<const CheckpointFiles>> read_checkpoint_files(Env& env,
                                                                     std::string_view directory);

/// The folder of a job's name: letters, digits, '_', '-' and '.' stay, other bytes become %XX.
std::string job_folder(std::string_view job);

}  // namespace hw
