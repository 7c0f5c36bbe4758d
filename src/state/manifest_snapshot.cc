// SPDX-License-Identifier: Apache-2.0

#include "state/manifest_snapshot.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>

#include "state/checksummed_file.h"

namespace hw {
namespace {

/// [offset, offset + length) of another file.
class FilePiece final : public arrow::io::RandomAccessFile {
 public:
  FilePiece(std::shared_ptr<arrow::io::RandomAccessFile> file, int64_t offset, int64_t length)
      : file_(std::move(file)), offset_(offset), length_(length) {
    set_mode(arrow::io::FileMode::READ);
  }
  Status Close() override {
    closed_ = true;
    return file_->Close();
  }
  bool closed() const override { return closed_; }
  Result<int64_t> Tell() const override { return position_; }
  Status Seek(int64_t position) override {
    position_ = position;
    return Status::OK();
  }
  Result<int64_t> GetSize() override { return length_; }
  Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t length) override {
    position = std::clamp<int64_t>(position, 0, length_);
    return file_->ReadAt(offset_ + position, std::clamp<int64_t>(length, 0, length_ - position));
  }
  Result<int64_t> ReadAt(int64_t position, int64_t length, void* out) override {
    HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Buffer> bytes, ReadAt(position, length));
    if (bytes->size() > 0) std::memcpy(out, bytes->data(), static_cast<size_t>(bytes->size()));
    return bytes->size();
  }
  Result<std::shared_ptr<arrow::Buffer>> Read(int64_t length) override {
    HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> bytes, ReadAt(position_, length));
    position_ += bytes->size();
    return bytes;
  }
  Result<int64_t> Read(int64_t length, void* out) override {
    HW_ASSIGN_OR_RETURN(const int64_t read, ReadAt(position_, length, out));
    position_ += read;
    return read;
  }

 private:
  const std::shared_ptr<arrow::io::RandomAccessFile> file_;
  const int64_t offset_;
  const int64_t length_;
  int64_t position_ = 0;
  bool closed_ = false;
};

class InstanceSnapshot final : public SnapshotSource {
 public:
  InstanceSnapshot(ManifestFiles files, std::shared_ptr<const Manifest> manifest,
                   std::vector<ManifestStream> streams)
      : files_(std::move(files)), manifest_(std::move(manifest)), streams_(std::move(streams)) {}

  Result<std::shared_ptr<arrow::io::RandomAccessFile>> open(std::string_view name) const override {
    const auto stream =
        std::find_if(streams_.begin(), streams_.end(),
                     [&](const ManifestStream& candidate) { return candidate.name == name; });
    if (stream == streams_.end()) {
      return Status::IOError("the snapshot has no stream '", name, "'");
    }
    const ManifestFile* file = manifest_->find_file(stream->file);
    HW_ASSIGN_OR_RETURN(auto bytes, files_.open(file->name));
    HW_ASSIGN_OR_RETURN(auto checked, ChecksummedFile::open(std::move(bytes), file->checksums,
                                                            files_.shown(file->name)));
    return std::make_shared<FilePiece>(std::move(checked), stream->offset, stream->length);
  }

 private:
  const ManifestFiles files_;
  const std::shared_ptr<const Manifest> manifest_;
  const std::vector<ManifestStream> streams_;
};

}  // namespace

std::shared_ptr<SnapshotSource> open_manifest_snapshot(ManifestFiles files,
                                                       std::shared_ptr<const Manifest> manifest,
                                                       const ManifestInstance& instance) {
  return std::make_shared<InstanceSnapshot>(std::move(files), std::move(manifest),
                                            instance.streams);
}

}  // namespace hw
