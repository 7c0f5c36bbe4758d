// SPDX-License-Identifier: Apache-2.0

#include "job/checkpoint_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>

#include "base/crc32c.h"
#include "state/checksummed_file.h"

namespace hw {
namespace {

constexpr int64_t kReadBytes = 64 * kChecksumBlockBytes;

Result<Manifest> read_manifest_once(const CheckpointFiles& files, const std::string& name) {
  HW_ASSIGN_OR_RETURN(const std::string bytes, files.read(name, kManifestBytesMax));
  Result<Manifest> manifest = decode_manifest(bytes);
  if (manifest.ok()) return manifest;
  return manifest.status().WithMessage(files.shown(name), ": ", manifest.status().message());
}

Status verify_blocks(arrow::io::RandomAccessFile& in, const ManifestFile& file,
                     const std::string& shown) {
  DigestStream digest;
  for (int64_t at = 0; at < file.checksums.length;) {
    const int64_t wanted = std::min(kReadBytes, file.checksums.length - at);
    HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Buffer> bytes, in.ReadAt(at, wanted));
    if (bytes->size() != wanted) {
      return Status::SerializationError("'", shown, "' ends early: ", wanted, " bytes wanted at ",
                                        at, ", ", bytes->size(), " read");
    }
    digest.update(bytes->data(), wanted);
    for (int64_t block = 0; block < wanted; block += kChecksumBlockBytes) {
      const int64_t length = std::min(kChecksumBlockBytes, wanted - block);
      const uint32_t crc = crc32c(0, bytes->data() + block, static_cast<size_t>(length));
      if (crc != file.checksums.blocks[static_cast<size_t>((at + block) / kChecksumBlockBytes)]) {
        return Status::SerializationError(
            "'", shown, "' is damaged: wrong checksum of the block at ", at + block);
      }
    }
    at += wanted;
  }
  if (digest.digest() != file.digest) {
    return Status::SerializationError("'", shown, "' is damaged: its digest is ",
                                      to_text(digest.digest()), ", but must be ",
                                      to_text(file.digest));
  }
  return Status::OK();
}

Status verify_file_once(const CheckpointFiles& files, const ManifestFile& file) {
  HW_ASSIGN_OR_RETURN(const auto in, files.open(file.name));
  HW_ASSIGN_OR_RETURN(const int64_t size, in->GetSize());
  const std::string shown = files.shown(file.name);
  if (size != file.checksums.length) {
    return Status::SerializationError("'", shown, "' must have ", file.checksums.length,
                                      " bytes, but has ", size);
  }
  return verify_blocks(*in, file, shown);
}

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
    std::memcpy(out, bytes->data(), static_cast<size_t>(bytes->size()));
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

class CheckpointSnapshot final : public SnapshotSource {
 public:
  CheckpointSnapshot(std::shared_ptr<const CheckpointFiles> files,
                     std::shared_ptr<const Manifest> manifest, std::vector<ManifestStream> streams)
      : files_(std::move(files)), manifest_(std::move(manifest)), streams_(std::move(streams)) {}

  Result<std::shared_ptr<arrow::io::RandomAccessFile>> open(std::string_view name) const override {
    const auto stream =
        std::find_if(streams_.begin(), streams_.end(),
                     [&](const ManifestStream& candidate) { return candidate.name == name; });
    if (stream == streams_.end()) {
      return Status::IOError("the snapshot has no stream '", name, "'");
    }
    const ManifestFile* file = manifest_->find_file(stream->file);
    HW_ASSIGN_OR_RETURN(auto bytes, files_->open(file->name));
    HW_ASSIGN_OR_RETURN(auto checked, ChecksummedFile::open(std::move(bytes), file->checksums,
                                                            files_->shown(file->name)));
    return std::make_shared<FilePiece>(std::move(checked), stream->offset, stream->length);
  }

 private:
  const std::shared_ptr<const CheckpointFiles> files_;
  const std::shared_ptr<const Manifest> manifest_;
  const std::vector<ManifestStream> streams_;
};

}  // namespace

Result<Manifest> read_manifest(const CheckpointFiles& files, const std::string& name) {
  Result<Manifest> manifest = read_manifest_once(files, name);
  return manifest.ok() ? manifest : read_manifest_once(files, name);
}

Status verify_file(const CheckpointFiles& files, const ManifestFile& file) {
  const Status status = verify_file_once(files, file);
  return status.ok() ? status : verify_file_once(files, file);
}

Status verify_files(const CheckpointFiles& files, const Manifest& manifest) {
  for (const ManifestFile& file : manifest.files) HW_TRY(verify_file(files, file));
  return Status::OK();
}

std::shared_ptr<SnapshotSource> open_snapshot(std::shared_ptr<const CheckpointFiles> files,
                                              std::shared_ptr<const Manifest> manifest,
                                              const ManifestInstance& instance) {
  return std::make_shared<CheckpointSnapshot>(std::move(files), std::move(manifest),
                                              instance.streams);
}

}  // namespace hw
