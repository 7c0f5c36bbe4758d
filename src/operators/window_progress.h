// SPDX-License-Identifier: Apache-2.0
//
// How far time had come for an operator that closes windows, in its snapshot: the watermark comes
// again only after the next rows of the sources, but which windows are closed must be known before.
// And which watermark it had passed on, where that is another one.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/status.h"

namespace hw {

class SnapshotReader;
class SnapshotWriter;

constexpr std::string_view kProgress = "progress_ms";
constexpr std::string_view kPassedOn = "passed_on_ms";

void save_progress(int64_t progress_ms, SnapshotWriter& writer, std::string_view name = kProgress);
/// The least of those that earlier instances had. Fails (SerializationError) on damage.
Result<std::optional<int64_t>> restored_progress(const SnapshotReader& reader,
                                                 std::string_view name = kProgress);

}  // namespace hw
