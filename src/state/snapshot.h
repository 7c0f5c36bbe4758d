// SPDX-License-Identifier: Apache-2.0
//
// Where one operator instance's snapshot is written to and read from: named streams of bytes, in
// memory or in files. What the streams hold is docs/formats/state_snapshot.md.

#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/io/type_fwd.h>
#include <arrow/type_fwd.h>

#include "base/status.h"

namespace arrow::fs {
class FileSystem;
}

namespace hw {

class SnapshotSink {
 public:
  virtual ~SnapshotSink() = default;
  /// A new stream. The writer closes it. Fails when the name is taken or cannot be written.
  virtual Result<std::shared_ptr<arrow::io::OutputStream>> create(std::string_view name) = 0;
};

class SnapshotSource {
 public:
  virtual ~SnapshotSource() = default;
  /// Fails (IOError) when there is no such stream.
  virtual Result<std::shared_ptr<arrow::io::RandomAccessFile>> open(
      std::string_view name) const = 0;
};

/// Keeps the streams in memory: tests, and small snapshots on their way to a coordinator.
class MemorySnapshot final : public SnapshotSink, public SnapshotSource {
 public:
  Result<std::shared_ptr<arrow::io::OutputStream>> create(std::string_view name) override;
  Result<std::shared_ptr<arrow::io::RandomAccessFile>> open(std::string_view name) const override;
  /// The streams by name. A test may damage them.
  std::map<std::string, std::shared_ptr<arrow::Buffer>>& streams() { return streams_; }

 private:
  std::map<std::string, std::shared_ptr<arrow::Buffer>> streams_;
};

/// Streams are files in one directory of a file system.
class DirectorySnapshot final : public SnapshotSink, public SnapshotSource {
 public:
  DirectorySnapshot(std::shared_ptr<arrow::fs::FileSystem> files, std::string directory);
  Result<std::shared_ptr<arrow::io::OutputStream>> create(std::string_view name) override;
  Result<std::shared_ptr<arrow::io::RandomAccessFile>> open(std::string_view name) const override;

 private:
  const std::shared_ptr<arrow::fs::FileSystem> files_;
  const std::string directory_;
};

}  // namespace hw
