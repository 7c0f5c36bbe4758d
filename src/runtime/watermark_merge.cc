// SPDX-License-Identifier: Apache-2.0

#include "runtime/watermark_merge.h"

#include <algorithm>

#include "base/assert.h"
#include "base/planted.h"

namespace hw {

WatermarkMerge::WatermarkMerge(int num_members, int64_t told_ms)
    : members_(static_cast<size_t>(num_members)), told_{told_ms} {}

int WatermarkMerge::add_member() {
  members_.emplace_back();
  return static_cast<int>(members_.size()) - 1;
}

std::optional<Watermark> WatermarkMerge::on_watermark(int member, Watermark watermark) {
  Member& from = members_[static_cast<size_t>(member)];
  HW_DCHECK(!from.ended);
  from.ms = std::max(from.ms, watermark.ms);
  from.idle = watermark.idle || (HW_PLANTED_BUG(12) && from.idle);
  return tell();
}

std::optional<Watermark> WatermarkMerge::on_row(int member) {
  Member& from = members_[static_cast<size_t>(member)];
  if (!from.idle || HW_PLANTED_BUG(12)) return std::nullopt;
  from.idle = false;
  return tell();
}

std::optional<Watermark> WatermarkMerge::on_end(int member) {
  members_[static_cast<size_t>(member)].ended = true;
  return tell();
}

std::optional<Watermark> WatermarkMerge::tell() {
  bool any_active = false, any_idle = false;
  int64_t least = Watermark::kMax;
  for (const Member& member : members_) {
    if (member.ended) continue;
    (member.idle ? any_idle : any_active) = true;
    if (!member.idle) least = std::min(least, member.ms);
  }
  Watermark now = told_;
  if (any_active) {
    now = {std::max(told_.ms, least), false};
  } else if (any_idle) {
    now.idle = true;
  }
  if (now == told_) return std::nullopt;
  told_ = now;
  return now;
}

}  // namespace hw
