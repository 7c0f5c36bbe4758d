// SPDX-License-Identifier: Apache-2.0
//
// Optional ability of an operator, found once by dynamic_cast when its driver is built: its rows
// may be older than the watermark that it was told, by so much. The driver sends that much less
// on. An interval join keeps rows for later partners.

#pragma once

#include <cstdint>

namespace hw {

class WatermarkDelay {
 public:
  virtual ~WatermarkDelay() = default;
  /// Constant, >= 0. The greatest watermark, which says that nothing comes any more, is not
  /// delayed.
  virtual int64_t watermark_delay_ms() const = 0;
};

}  // namespace hw
