// SPDX-License-Identifier: Apache-2.0

#include "operators/window_progress.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "runtime/operator.h"

namespace hw {

void save_progress(int64_t progress_ms, SnapshotWriter& writer, std::string_view name) {
  writer.put(name, std::string(reinterpret_cast<const char*>(&progress_ms), sizeof(progress_ms)));
}

Result<std::optional<int64_t>> restored_progress(const SnapshotReader& reader,
                                                 std::string_view name) {
  std::optional<int64_t> restored;
  for (const std::string& bytes : reader.get(name)) {
    int64_t progress_ms = 0;
    if (bytes.size() != sizeof(progress_ms)) {
      return Status::SerializationError("the progress of a window operator has ",
                                        sizeof(progress_ms), " bytes, not ", bytes.size());
    }
    std::memcpy(&progress_ms, bytes.data(), sizeof(progress_ms));
    restored = std::min(restored.value_or(progress_ms), progress_ms);
  }
  return restored;
}

}  // namespace hw
