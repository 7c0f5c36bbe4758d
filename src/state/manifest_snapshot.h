// SPDX-License-Identifier: Apache-2.0
//
// The snapshot of an operator instance, read from the files that a manifest names. Whoever knows
// where these lie says how one is opened.

#pragma once

#include <functional>
#include <memory>
#include <string>

#include <arrow/io/type_fwd.h>

#include "base/status.h"
#include "state/manifest.h"
#include "state/snapshot.h"

namespace hw {

/// Where the files of a manifest are. May be used by any thread.
struct ManifestFiles {
  std::function<Result<std::shared_ptr<arrow::io::RandomAccessFile>>(const std::string& name)> open;
  /// The name for messages.
  std::function<std::string(const std::string& name)> shown;
};

/// Streams of an instance of `manifest`. The blocks that are read are checked.
std::shared_ptr<SnapshotSource> open_manifest_snapshot(ManifestFiles files,
                                                       std::shared_ptr<const Manifest> manifest,
                                                       const ManifestInstance& instance);

}  // namespace hw
