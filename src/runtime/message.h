// SPDX-License-Identifier: Apache-2.0
//
// The four things that flow along an edge.

#pragma once

#include <cstdint>
#include <limits>
#include <variant>

#include "columnar/batch.h"

namespace hw {

/// No row with an event time at or below `ms` is expected any more. `idle`: the sender does not
/// take part in the receiver's minimum until its next message (ms then repeats the last one).
struct Watermark {
  static constexpr int64_t kNone = std::numeric_limits<int64_t>::min();
  static constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  int64_t ms = kNone;
  bool idle = false;
  bool operator==(const Watermark&) const = default;
};

enum class BarrierKind : uint8_t { kCheckpoint, kSavepoint, kStopWithSavepoint };

/// Everything before it belongs to checkpoint `id`.
struct Barrier {
  int64_t id = 0;
  BarrierKind kind = BarrierKind::kCheckpoint;
  /// The newest checkpoint that was published when this one was let in; 0 = none. Nobody reads
  /// snapshots of it, or of those before it, any more: what changed since is all that has to be
  /// written.
  int64_t published = 0;
  bool operator==(const Barrier&) const = default;
};

/// The input is finished for good.
struct End {
  bool operator==(const End&) const = default;
};

using Message = std::variant<Batch, Watermark, Barrier, End>;

}  // namespace hw
