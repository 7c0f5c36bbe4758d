// SPDX-License-Identifier: Apache-2.0

#include "sim/file_op.h"

#include <algorithm>
#include <array>

namespace hw::sim {
namespace {

constexpr std::array<std::string_view, kNumFileOps> kOps = {
    "open",  "append", "sync", "truncate", "sync-directory", "publish", "lock",
    "touch", "list",   "stat", "read",     "make-directory", "remove",  "move"};

}  // namespace

std::string_view to_text(FileOp op) { return kOps[static_cast<size_t>(op)]; }

std::optional<FileOp> file_op(std::string_view text) {
  const auto found = std::find(kOps.begin(), kOps.end(), text);
  if (found == kOps.end()) return std::nullopt;
  return static_cast<FileOp>(found - kOps.begin());
}

}  // namespace hw::sim
