// SPDX-License-Identifier: Apache-2.0
//
// One file in the making: hidden under a name that begins with a dot until it is published.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "runtime/format.h"
#include "runtime/sink.h"

namespace arrow::fs {
class FileSystem;
}

namespace hw {

/// What a file sink's writers share. Constant after construction; outlives them.
struct FileTarget {
  std::string path;  // the table's directory
  SinkRequest request;
  SchemaPtr file_schema;  // without partition columns
  std::string default_partition;
  int64_t rolling_bytes = 0;
  Options format_options;
  const FormatRecord* format = nullptr;
};

class PartFile {
 public:
  /// Creates the folder and the hidden file. Fails (IOError) when it cannot.
  static Result<std::unique_ptr<PartFile>> open(const FileTarget& target,
                                                std::shared_ptr<arrow::fs::FileSystem> files,
                                                std::string hidden_path);
  ~PartFile();

  Status write(const Batch& batch);
  int64_t bytes_written() const;
  /// Everything is written and handed to the operating system. Nothing else may follow.
  Status close();

 private:
  PartFile() = default;
  Status flush();

  std::shared_ptr<arrow::io::OutputStream> stream_;
  std::unique_ptr<Encoder> encoder_;
  std::unique_ptr<BulkWriter> bulk_;
  std::string buffer_;
  int64_t flushed_ = 0;
};

}  // namespace hw
