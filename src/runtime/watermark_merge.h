// SPDX-License-Identifier: Apache-2.0
//
// The watermark of several members (splits of a source, channels of an inbox): the minimum over
// those that are neither idle nor ended. Never falls; stands still when all are idle.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/message.h"

namespace hw {

class WatermarkMerge {
 public:
  /// `told_ms`: what the receiver knows already, after a restore.
  explicit WatermarkMerge(int num_members, int64_t told_ms = Watermark::kNone);
  /// Returns the new member's number. It is active and has no watermark yet.
  int add_member();

  // Each returns what the receiver is to be told now, if anything.
  std::optional<Watermark> on_watermark(int member, Watermark watermark);
  /// A row came: the member is not idle any more. Tell before the row.
  std::optional<Watermark> on_row(int member);
  std::optional<Watermark> on_end(int member);
  /// Looks whether there is anything to tell, e.g. that there are no active members at all.
  std::optional<Watermark> tell();

  int64_t told_ms() const { return told_.ms; }

 private:
  struct Member {
    int64_t ms = Watermark::kNone;
    bool idle = false;
    bool ended = false;
  };
  std::vector<Member> members_;
  Watermark told_;
};

}  // namespace hw
