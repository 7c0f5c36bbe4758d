// SPDX-License-Identifier: Apache-2.0
//
// Makes the watermarks of one split. Logically the watermark follows every row (the maximum of the
// rows' watermarks so far); sent it is only where somebody could tell the difference: a batch is
// cut, and the watermark sent, before a row whose time is at or below it while it is above the one
// sent last. So whether a row is late never depends on how its input was cut into batches. At the
// end of a batch it is sent too, since nothing can come between.

#pragma once

#include <cstdint>
#include <vector>

#include "runtime/message.h"
#include "runtime/split_transform.h"

namespace hw {

class WatermarkCutter {
 public:
  /// `sent_ms`: where a restored split goes on.
  explicit WatermarkCutter(int64_t sent_ms = Watermark::kNone)
      : running_ms_(sent_ms), sent_ms_(sent_ms) {}

  /// Appends the rows and the watermarks between them. A -U is not cut from the +U behind it; the
  /// two are judged by the earlier of their times.
  void cut(const TimedBatch& rows, std::vector<Message>& out);
  int64_t sent_ms() const { return sent_ms_; }

 private:
  void send(std::vector<Message>& out);

  int64_t running_ms_;
  int64_t sent_ms_;
};

}  // namespace hw
