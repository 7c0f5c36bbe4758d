// SPDX-License-Identifier: Apache-2.0
//
// Optional ability of an operator, found once by dynamic_cast when its driver is built: its rows
// may be older than the watermark that it was told. It says which watermark is true of them, and
// the driver sends that one on. An interval join keeps rows for later partners; a session over
// changes may fall apart into sessions that end earlier.

#pragma once

#include <cstdint>

namespace hw {

class WatermarkHold {
 public:
  virtual ~WatermarkHold() = default;
  /// What the operator's rows are above from now on, when it was told `told_ms` and has said
  /// kNeedInput; at most that, and never less than before. The greatest watermark, which says that
  /// nothing comes any more, is not asked for.
  virtual int64_t watermark_below_ms(int64_t told_ms) const = 0;
};

}  // namespace hw
