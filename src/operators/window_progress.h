// SPDX-License-Identifier: Apache-2.0
//
// How far time had come for an operator that closes windows, in its snapshot: the watermark comes
// again only after the next rows of the sources, but which windows are closed must be known before.

#pragma once

#include <cstdint>
#include <optional>

#include "base/status.h"

namespace hw {

class SnapshotReader;
class SnapshotWriter;

void save_progress(int64_t progress_ms, SnapshotWriter& writer);
/// The least of those that earlier instances had. Fails (SerializationError) on damage.
Result<std::optional<int64_t>> restored_progress(const SnapshotReader& reader);

}  // namespace hw
