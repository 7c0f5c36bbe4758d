// SPDX-License-Identifier: Apache-2.0
//
// Writes one instance's snapshot into one file of a checkpoint: streams one behind the other, with
// checksums taken as the bytes pass. A writer belongs to one thread; several may write side by
// side.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "job/checkpoint_files.h"
#include "state/manifest.h"
#include "state/snapshot.h"

namespace hw {

/// What an instance hands over for the manifest.
struct InstanceFiles {
  /// What was written (none if no stream was) and what was kept, each once.
  std::vector<ManifestFile> files;
  std::vector<ManifestStream> streams;
};

class CheckpointWriter final : public SnapshotSink {
 public:
  /// `file`: its name below `files`; made with the first stream.
  CheckpointWriter(std::shared_ptr<CheckpointFiles> files, std::string file);
  /// Removes the file unless finish() has returned OK.
  ~CheckpointWriter() override;

  /// Requires: the stream before is closed.
  Result<std::shared_ptr<arrow::io::OutputStream>> create(std::string_view name) override;
  /// Uses a stream of an earlier checkpoint again. Requires: that checkpoint was published, and was
  /// the newest published one or among what it kept when this one was triggered.
  Status keep(const ManifestStream& stream, const ManifestFile& file);
  /// Returns when all bytes are durable (the name is when the manifest is). After a failure the
  /// checkpoint is dead: nothing is synced twice.
  Result<InstanceFiles> finish();

 private:
  class Stream;
  Status write(std::string_view bytes);

  const std::shared_ptr<CheckpointFiles> files_;
  const std::string name_;
  std::unique_ptr<NewFile> file_;  // null before the first stream
  StreamChecksums checksums_;
  uint32_t block_crc_ = 0;
  DigestStream digest_;
  InstanceFiles written_;
  std::shared_ptr<Stream> open_;  // the last stream, perhaps closed
  bool finished_ = false;
};

}  // namespace hw
