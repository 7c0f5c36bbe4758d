// SPDX-License-Identifier: Apache-2.0
//
// What Env hands out on the local file system beside Arrow's streams: files whose bytes can be
// forced to disk, and locks that die with their holder.

#pragma once

#include <cstdint>
#include <string_view>

#include "base/status.h"

namespace hw {

/// A local file that only grows. One thread at a time; closed, not synced, by its destructor.
class AppendFile {
 public:
  virtual ~AppendFile() = default;
  /// Writes all bytes at the end. After a failure (disk full) part of them may be there: truncate()
  /// to the last known size before going on.
  virtual Status append(std::string_view bytes) = 0;
  /// Returns when all bytes are on disk (the directory entry: Env::sync of the directory). After a
  /// failure the kernel may have dropped them: never sync again, write them to another file.
  virtual Status sync() = 0;
  /// Cuts the file. Requires: 0 <= size <= size().
  virtual Status truncate(int64_t size) = 0;
  /// Bytes in the file, those not synced included.
  virtual int64_t size() const = 0;
};

/// Held until it is destroyed or the process dies, however it dies.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

}  // namespace hw
