// SPDX-License-Identifier: Apache-2.0
//
// One file in the making: hidden under a name that begins with a dot until it is published.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "connectors/files/partition_commit.h"
#include "runtime/format.h"
#include "runtime/sink.h"
#include "state/manifest_digest.h"

namespace hw {

class Env;

/// When a file is closed and a new one begun.
struct RollingPolicy {
  int64_t bytes = 0;
  int64_t rollover_ms = 0;
  int64_t inactivity_ms = 0;
  int64_t check_ms = 0;
};

/// What a file sink's writers share. Constant after construction; outlives them.
struct FileTarget {
  std::string path;  // the table's directory
  SinkRequest request;
  SchemaPtr file_schema;  // without partition columns
  std::string default_partition;
  RollingPolicy rolling;
  PartitionCommitPolicy commit;
  bool shuffle_by_partition = false;
  /// Of bulk formats: small files wait, hidden, until they make up one of this size; 0 = they do
  /// not.
  int64_t merge_bytes = 0;
  Options format_options;
  const FormatRecord* format = nullptr;

  /// Files become visible by checkpoints; else as soon as they are closed.
  bool by_checkpoints() const { return request.job_guarantee != Guarantee::kNone; }
  /// A bulk file has no valid beginning: it ends with its epoch.
  bool bulk() const { return static_cast<bool>(format->bulk_writer); }
};

class PartFile {
 public:
  /// Creates the hidden file. Fails (IOError) when it cannot.
  static Result<std::unique_ptr<PartFile>> open(const FileTarget& target, Env& env,
                                                const std::string& hidden_path);
  ~PartFile();

  Status write(const Batch& batch);
  int64_t bytes_written() const;
  /// True while the disk has no room for what was written.
  bool full() const;
  /// CapacityError: the disk is full, try again later.
  Status flush();
  /// Everything written so far is on disk; rows may follow. Only of row formats.
  Status sync();
  /// The file is whole and on disk. Nothing else may follow.
  Status close();
  /// After sync() or close().
  int64_t length() const;
  ContentDigest digest() const;

 private:
  class Stream;
  PartFile() = default;

  std::shared_ptr<Stream> stream_;
  std::unique_ptr<Encoder> encoder_;
  std::unique_ptr<BulkWriter> bulk_;
  std::string buffer_;
};

}  // namespace hw
