// SPDX-License-Identifier: Apache-2.0

#include "state/checksummed_file.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <arrow/buffer.h>
#include <arrow/util/future.h>

#include "base/crc32c.h"
#include "base/planted.h"

namespace hw {

ChecksummingStream::ChecksummingStream(std::shared_ptr<arrow::io::OutputStream> to)
    : to_(std::move(to)) {}

Status ChecksummingStream::Write(const void* bytes, int64_t length) {
  const auto* at = static_cast<const char*>(bytes);
  for (int64_t left = length; left > 0;) {
    const int64_t part = std::min(left, kChecksumBlockBytes - in_block_);
    crc_ = crc32c(crc_, at, static_cast<size_t>(part));
    in_block_ += part;
    at += part;
    left -= part;
    if (in_block_ == kChecksumBlockBytes) {
      checksums_.blocks.push_back(crc_);
      crc_ = 0;
      in_block_ = 0;
    }
  }
  checksums_.length += length;
  return to_->Write(bytes, length);
}

Status ChecksummingStream::Close() {
  if (closed_) return Status::OK();
  closed_ = true;
  if (in_block_ > 0) checksums_.blocks.push_back(crc_);
  return to_->Close();
}

Result<std::shared_ptr<ChecksummedFile>> ChecksummedFile::open(
    std::shared_ptr<arrow::io::RandomAccessFile> file, StreamChecksums checksums,
    std::string name) {
  HW_ASSIGN_OR_RETURN(const int64_t size, file->GetSize());
  const auto num_blocks = static_cast<int64_t>(checksums.blocks.size());
  if (size != checksums.length ||
      num_blocks != (size + kChecksumBlockBytes - 1) / kChecksumBlockBytes) {
    return Status::SerializationError("snapshot stream '", name, "' must have ", checksums.length,
                                      " bytes, but has ", size);
  }
  return std::shared_ptr<ChecksummedFile>(
      new ChecksummedFile(std::move(file), std::move(checksums), std::move(name)));
}

ChecksummedFile::ChecksummedFile(std::shared_ptr<arrow::io::RandomAccessFile> file,
                                 StreamChecksums checksums, std::string name)
    : file_(std::move(file)), checksums_(std::move(checksums)), name_(std::move(name)) {}

Status ChecksummedFile::Close() {
  closed_ = true;
  return file_->Close();
}

Status ChecksummedFile::Seek(int64_t position) {
  position_ = position;
  return Status::OK();
}

Result<std::shared_ptr<arrow::Buffer>> ChecksummedFile::ReadAt(int64_t position, int64_t length) {
  position = std::clamp<int64_t>(position, 0, checksums_.length);
  length = std::clamp<int64_t>(length, 0, checksums_.length - position);
  // Whole blocks are read, so that each can be checked.
  const int64_t first = position / kChecksumBlockBytes;
  const int64_t begin = first * kChecksumBlockBytes;
  const int64_t end = std::min(
      (position + length + kChecksumBlockBytes - 1) / kChecksumBlockBytes * kChecksumBlockBytes,
      checksums_.length);
  HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> blocks, file_->ReadAt(begin, end - begin));
  if (blocks->size() != end - begin) {
    return Status::SerializationError("snapshot stream '", name_, "' ends early: ", end - begin,
                                      " bytes wanted at ", begin, ", ", blocks->size(), " read");
  }
  for (int64_t at = begin; at < end; at += kChecksumBlockBytes) {
    const int64_t size = std::min(kChecksumBlockBytes, end - at);
    const uint32_t crc = crc32c(0, blocks->data() + (at - begin), static_cast<size_t>(size));
    if (HW_PLANTED_BUG(25)) continue;
    if (crc != checksums_.blocks[static_cast<size_t>(at / kChecksumBlockBytes)]) {
      return Status::SerializationError("snapshot stream '", name_,
                                        "' is damaged: wrong checksum of the block at ", at);
    }
  }
  return arrow::SliceBuffer(std::move(blocks), position - begin, length);
}

arrow::Future<std::shared_ptr<arrow::Buffer>> ChecksummedFile::ReadAsync(
    const arrow::io::IOContext& context, int64_t position, int64_t length, bool allow_short_read) {
  return arrow::Future<std::shared_ptr<arrow::Buffer>>::MakeFinished(ReadAt(position, length));
}

Result<int64_t> ChecksummedFile::ReadAt(int64_t position, int64_t length, void* out) {
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Buffer> bytes, ReadAt(position, length));
  if (bytes->size() > 0) std::memcpy(out, bytes->data(), static_cast<size_t>(bytes->size()));
  return bytes->size();
}

Result<int64_t> ChecksummedFile::Read(int64_t length, void* out) {
  HW_ASSIGN_OR_RETURN(const int64_t read, ReadAt(position_, length, out));
  position_ += read;
  return read;
}

Result<std::shared_ptr<arrow::Buffer>> ChecksummedFile::Read(int64_t length) {
  HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> bytes, ReadAt(position_, length));
  position_ += bytes->size();
  return bytes;
}

}  // namespace hw
