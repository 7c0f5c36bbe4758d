// SPDX-License-Identifier: Apache-2.0
//
// A savepoint: a checkpoint copied into a directory of its own, with everything that it needs and
// only relative names. It belongs to the user: it may be moved, and Headwater never deletes it.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "job/checkpoint_files.h"
#include "state/manifest.h"

namespace hw {

class Env;

/// Name of the manifest in a savepoint's directory.
constexpr std::string_view kSavepointManifest = "manifest";

/// Copies a published checkpoint to `<directory>/savepoint-<job>-<generation>-<attempt>-<number>`
/// and returns that path. The manifest comes last: a half-written savepoint is none. Every byte is
/// checked while it is copied.
Result<std::string> write_savepoint(Env& env, const CheckpointFiles& from, const Manifest& manifest,
                                    std::string_view directory);

/// A checkpoint or savepoint that a user named: a savepoint's directory, or a manifest's path.
struct OpenedCheckpoint {
  std::shared_ptr<const CheckpointFiles> files;
  std::string manifest_name;
  std::shared_ptr<const Manifest> manifest;
  ContentDigest digest{};
};
/// Fails when there is none, or its manifest cannot be read. Its files are not checked yet.
Result<OpenedCheckpoint> open_checkpoint(Env& env, std::string_view path);

}  // namespace hw
