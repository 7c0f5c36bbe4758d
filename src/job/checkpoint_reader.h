// SPDX-License-Identifier: Apache-2.0
//
// Reads a checkpoint or savepoint: its manifest, its files checked byte by byte, the snapshots of
// its instances. Needs no lease and changes nothing.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "job/checkpoint_files.h"
#include "state/manifest.h"
#include "state/snapshot.h"

namespace hw {

/// Reads and decodes. A mismatch is read once more, never again.
Result<Manifest> read_manifest(const CheckpointFiles& files, const std::string& name);

/// What is wrong with a file: missing, wrong length, a block's checksum, the digest. Names the file
/// and the place. A mismatch is read once more, never again.
Status verify_file(const CheckpointFiles& files, const ManifestFile& file);
/// The first damage among all files of the manifest.
Status verify_files(const CheckpointFiles& files, const Manifest& manifest);

/// Streams of an instance. The blocks that are read are checked again.
std::shared_ptr<SnapshotSource> open_snapshot(std::shared_ptr<const CheckpointFiles> files,
                                              std::shared_ptr<const Manifest> manifest,
                                              const ManifestInstance& instance);

}  // namespace hw
