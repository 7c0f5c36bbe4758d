// SPDX-License-Identifier: Apache-2.0

#include "connectors/files/part_file.h"

#include <utility>

#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>

namespace hw {
namespace {

// Text is handed on in pieces of this size: a system call each.
constexpr size_t kFlushBytes = 256 << 10;

}  // namespace

Result<std::unique_ptr<PartFile>> PartFile::open(const FileTarget& target,
                                                 std::shared_ptr<arrow::fs::FileSystem> files,
                                                 std::string hidden_path) {
  std::unique_ptr<PartFile> part(new PartFile());
  auto stream = files->OpenOutputStream(hidden_path);
  if (!stream.ok()) {
    return Status::IOError("cannot write '", hidden_path, "': ", stream.status().message());
  }
  part->stream_ = *std::move(stream);
  if (target.format->bulk_writer) {
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
  return buffer_.size() >= kFlushBytes ? flush() : Status::OK();
}

Status PartFile::flush() {
  HW_TRY(stream_->Write(buffer_.data(), static_cast<int64_t>(buffer_.size())));
  flushed_ += static_cast<int64_t>(buffer_.size());
  buffer_.clear();
  return Status::OK();
}

int64_t PartFile::bytes_written() const {
  return bulk_ != nullptr ? bulk_->bytes_written()
                          : flushed_ + static_cast<int64_t>(buffer_.size());
}

Status PartFile::close() {
  if (bulk_ != nullptr) {
    HW_TRY(bulk_->close());
  } else {
    HW_TRY(flush());
  }
  return stream_->Close();
}

}  // namespace hw
