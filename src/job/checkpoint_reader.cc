// SPDX-License-Identifier: Apache-2.0

#include "job/checkpoint_reader.h"

#include <algorithm>
#include <utility>

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>

#include "base/crc32c.h"
#include "base/planted.h"
#include "state/checksummed_file.h"
#include "state/manifest_snapshot.h"

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
  if (HW_PLANTED_BUG(25)) return Status::OK();
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
  return open_manifest_snapshot(
      {.open = [files](const std::string& name) { return files->open(name); },
       .shown = [files](const std::string& name) { return files->shown(name); }},
      std::move(manifest), instance);
}

}  // namespace hw
