// SPDX-License-Identifier: Apache-2.0

#include "connectors/files/part_file.h"

#include <utility>

#include <arrow/io/interfaces.h>

#include "base/env/env.h"

namespace hw {
namespace {

// Bytes are handed on in pieces of this size: a system call each.
constexpr size_t kFlushBytes = 256 << 10;

}  // namespace

/// The bytes of the file on their way to disk: keeps their digest, and keeps them in memory while
/// the disk is full.
class PartFile::Stream final : public arrow::io::OutputStream {
 public:
  explicit Stream(std::unique_ptr<AppendFile> file) : file_(std::move(file)) {}

  /// Never fails for a full disk: the bytes wait. Bounded by what one call of a writer brings.
  arrow::Status Write(const void* data, int64_t nbytes) override;
  using arrow::io::OutputStream::Write;
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return length_; }

  /// Hands everything to the operating system. CapacityError: the disk is full, try again later.
  Status flush_waiting();
  /// True after a CapacityError, until a flush succeeds.
  bool full() const { return full_; }
  /// Everything is on disk. Fails for good: the file is dead then.
  Status sync();
  /// Bytes written, those that wait included, and their digest.
  int64_t length() const { return length_; }
  ContentDigest digest() const { return digest_.digest(); }

 private:
  const std::unique_ptr<AppendFile> file_;
  DigestStream digest_;
  std::string waiting_;
  int64_t length_ = 0;
  bool full_ = false;
  bool closed_ = false;
};

arrow::Status PartFile::Stream::Write(const void* data, int64_t nbytes) {
  digest_.update(data, nbytes);
  waiting_.append(static_cast<const char*>(data), static_cast<size_t>(nbytes));
  length_ += nbytes;
  if (waiting_.size() < kFlushBytes || full_) return arrow::Status::OK();
  const Status flushed = flush_waiting();
  return flushed.IsCapacityError() ? arrow::Status::OK() : flushed;
}

Status PartFile::Stream::flush_waiting() {
  if (waiting_.empty()) return Status::OK();
  const int64_t before = file_->size();
  const Status written = file_->append(waiting_);
  if (!written.ok()) {
    full_ = written.IsCapacityError();
    // A part of it may be there.
    if (full_ && file_->size() != before) HW_TRY(file_->truncate(before));
    return written;
  }
  full_ = false;
  waiting_.clear();
  return Status::OK();
}

Status PartFile::Stream::sync() {
  HW_TRY(flush_waiting());
  return file_->sync();
}

Result<std::unique_ptr<PartFile>> PartFile::open(const FileTarget& target, Env& env,
                                                 const std::string& hidden_path) {
  std::unique_ptr<PartFile> part(new PartFile());
  HW_ASSIGN_OR_RETURN(std::unique_ptr<AppendFile> file, env.open_append(hidden_path));
  if (file->size() != 0) {
    return Status::IOError("a file in the making is a new one, but '", hidden_path,
                           "' is there already");
  }
  part->stream_ = std::make_shared<Stream>(std::move(file));
  if (target.bulk()) {
    HW_ASSIGN_OR_RETURN(part->bulk_, target.format->bulk_writer(part->stream_, target.file_schema,
                                                                target.format_options));
  } else {
    HW_ASSIGN_OR_RETURN(part->encoder_,
                        target.format->encoder(target.file_schema, target.format_options));
    part->encoder_->begin_file(part->buffer_);
  }
  return part;
}

PartFile::~PartFile() = default;

Status PartFile::write(const Batch& batch) {
  if (bulk_ != nullptr) return bulk_->write(batch);
  HW_TRY(encoder_->encode(batch, buffer_));
  HW_TRY(stream_->Write(buffer_.data(), static_cast<int64_t>(buffer_.size())));
  buffer_.clear();
  return Status::OK();
}

int64_t PartFile::bytes_written() const {
  return bulk_ != nullptr ? bulk_->bytes_written() : stream_->length();
}
bool PartFile::full() const { return stream_->full(); }
Status PartFile::flush() { return stream_->flush_waiting(); }
Status PartFile::sync() { return stream_->sync(); }

Status PartFile::close() {
  if (bulk_ != nullptr && !stream_->closed()) {
    HW_TRY(bulk_->close());
    HW_TRY(stream_->Close());
  }
  return stream_->sync();
}

int64_t PartFile::length() const { return stream_->length(); }
ContentDigest PartFile::digest() const { return stream_->digest(); }

}  // namespace hw
