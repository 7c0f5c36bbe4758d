// SPDX-License-Identifier: Apache-2.0
//
// The operations on files that are told apart.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace hw::sim {

enum class FileOp : uint8_t {
  kOpen,
  kAppend,
  kSync,
  kTruncate,
  kSyncDirectory,
  kPublish,
  kLock,
  kTouch,
  kList,
  kStat,
  kRead,
  kMakeDirectory,
  kRemove,
  kMove,
};
constexpr int kNumFileOps = 14;
std::string_view to_text(FileOp op);
std::optional<FileOp> file_op(std::string_view text);

}  // namespace hw::sim
