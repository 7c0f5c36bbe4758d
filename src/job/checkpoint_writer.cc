// SPDX-License-Identifier: Apache-2.0

#include "job/checkpoint_writer.h"

#include <algorithm>
#include <utility>

#include <arrow/io/interfaces.h>

#include "base/crc32c.h"

namespace hw {

/// The piece of the file that is being written.
class CheckpointWriter::Stream final : public arrow::io::OutputStream {
 public:
  explicit Stream(CheckpointWriter* writer) : writer_(writer) {}

  Status Write(const void* bytes, int64_t length) override {
    if (writer_ == nullptr) return Status::IOError("the checkpoint's file is closed");
    HW_TRY(writer_->write({static_cast<const char*>(bytes), static_cast<size_t>(length)}));
    length_ += length;
    return Status::OK();
  }
  using arrow::io::OutputStream::Write;
  Status Close() override {
    if (writer_ != nullptr) writer_->written_.streams.back().length = length_;
    writer_ = nullptr;
    return Status::OK();
  }
  bool closed() const override { return writer_ == nullptr; }
  Result<int64_t> Tell() const override { return length_; }

 private:
  CheckpointWriter* writer_;  // null once closed
  int64_t length_ = 0;
};

CheckpointWriter::CheckpointWriter(std::shared_ptr<CheckpointFiles> files, std::string file)
    : files_(std::move(files)), name_(std::move(file)) {}

CheckpointWriter::~CheckpointWriter() {
  if (open_ != nullptr) (void)open_->Close();
  if (file_ == nullptr || finished_) return;
  file_.reset();
  // If it stays, no manifest names it: the next attempt sweeps it away.
  (void)files_->remove(name_);
}

Result<std::shared_ptr<arrow::io::OutputStream>> CheckpointWriter::create(std::string_view name) {
  if (open_ != nullptr && !open_->closed()) {
    return Status::UnknownError("stream '", name, "' begins before the one before it has ended");
  }
  const bool taken = std::any_of(written_.streams.begin(), written_.streams.end(),
                                 [&](const ManifestStream& stream) { return stream.name == name; });
  if (taken) return Status::IOError("snapshot stream '", name, "' is written twice");
  if (file_ == nullptr) {
    HW_ASSIGN_OR_RETURN(file_, files_->create(name_));
  }
  written_.streams.push_back(
      {.name = std::string(name), .file = name_, .offset = checksums_.length});
  open_ = std::make_shared<Stream>(this);
  return open_;
}

Status CheckpointWriter::write(std::string_view bytes) {
  digest_.update(bytes.data(), static_cast<int64_t>(bytes.size()));
  for (std::string_view left = bytes; !left.empty();) {
    const int64_t in_block = checksums_.length % kChecksumBlockBytes;
    const auto part = std::min(left.size(), static_cast<size_t>(kChecksumBlockBytes - in_block));
    block_crc_ = crc32c(in_block == 0 ? 0 : block_crc_, left.data(), part);
    if (in_block == 0) {
      checksums_.blocks.push_back(block_crc_);
    } else {
      checksums_.blocks.back() = block_crc_;
    }
    checksums_.length += static_cast<int64_t>(part);
    left.remove_prefix(part);
  }
  return file_->append(bytes);
}

Status CheckpointWriter::keep(const ManifestStream& stream, const ManifestFile& file) {
  if (stream.file != file.name || file.name == name_) {
    return Status::UnknownError("stream '", stream.name, "' is kept from '", stream.file,
                                "', which is not '", file.name, "' of an earlier checkpoint");
  }
  written_.streams.push_back(stream);
  const bool known =
      std::any_of(written_.files.begin(), written_.files.end(),
                  [&](const ManifestFile& other) { return other.name == file.name; });
  if (!known) written_.files.push_back(file);
  // The stream that is being written is the last one.
  if (open_ != nullptr && !open_->closed()) {
    std::swap(written_.streams.back(), written_.streams[written_.streams.size() - 2]);
  }
  return Status::OK();
}

Result<InstanceFiles> CheckpointWriter::finish() {
  if (open_ != nullptr && !open_->closed()) {
    return Status::UnknownError("a snapshot ends before its stream '", written_.streams.back().name,
                                "'");
  }
  if (file_ != nullptr) {
    HW_TRY(file_->finish());
    written_.files.push_back(
        {.name = name_, .checksums = std::move(checksums_), .digest = digest_.digest()});
  }
  finished_ = true;
  return std::move(written_);
}

}  // namespace hw
