// SPDX-License-Identifier: Apache-2.0
//
// CRC32C per 64 KiB block, taken while a stream is written and checked on every read.

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <arrow/io/interfaces.h>

#include "base/status.h"

namespace hw {

constexpr int64_t kChecksumBlockBytes = 64 << 10;

/// Length of a stream and the CRC of each of its blocks, the last one shorter.
struct StreamChecksums {
  int64_t length = 0;
  std::vector<uint32_t> blocks;
};

/// Writes through to another stream.
class ChecksummingStream final : public arrow::io::OutputStream {
 public:
  explicit ChecksummingStream(std::shared_ptr<arrow::io::OutputStream> to);
  Status Write(const void* bytes, int64_t length) override;
  using arrow::io::OutputStream::Write;
  Status Close() override;
  bool closed() const override { return closed_; }
  Result<int64_t> Tell() const override { return checksums_.length; }
  /// Complete once closed.
  const StreamChecksums& checksums() const { return checksums_; }

 private:
  const std::shared_ptr<arrow::io::OutputStream> to_;
  StreamChecksums checksums_;
  uint32_t crc_ = 0;
  int64_t in_block_ = 0;
  bool closed_ = false;
};

/// Reads another file and fails (SerializationError) where a block's CRC differs.
class ChecksummedFile final : public arrow::io::RandomAccessFile {
 public:
  /// Fails when the length is not what the checksums say. `name` is for messages.
  static Result<std::shared_ptr<ChecksummedFile>> open(
      std::shared_ptr<arrow::io::RandomAccessFile> file, StreamChecksums checksums,
      std::string name);

  Status Close() override;
  bool closed() const override { return closed_; }
  Result<int64_t> Tell() const override { return position_; }
  Status Seek(int64_t position) override;
  Result<int64_t> GetSize() override { return checksums_.length; }
  Result<int64_t> Read(int64_t length, void* out) override;
  Result<std::shared_ptr<arrow::Buffer>> Read(int64_t length) override;
  Result<int64_t> ReadAt(int64_t position, int64_t length, void* out) override;
  Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t length) override;
  /// At once, on the thread that asks: who opens a table waits for it, and no other thread touches
  /// what belongs to a tasklet.
  arrow::Future<std::shared_ptr<arrow::Buffer>> ReadAsync(const arrow::io::IOContext& context,
                                                          int64_t position, int64_t length,
                                                          bool allow_short_read) override;

 private:
  ChecksummedFile(std::shared_ptr<arrow::io::RandomAccessFile> file, StreamChecksums checksums,
                  std::string name);

  const std::shared_ptr<arrow::io::RandomAccessFile> file_;
  const StreamChecksums checksums_;
  const std::string name_;
  int64_t position_ = 0;
  bool closed_ = false;
};

}  // namespace hw
