// SPDX-License-Identifier: Apache-2.0
//
// `execution.trigger`: when a streaming job shows its results.

#pragma once

#include <cstdint>
#include <string_view>

#include "base/status.h"

namespace hw {

struct Trigger {
  enum class Kind : uint8_t {
    kContinuous,    // as they come
    kInterval,      // at each multiple of an interval of processing time
    kOnce,          // what there is now is read, its result is shown, and the job ends
    kAvailableNow,  // what there is now is read, results come as they do, and the job ends
  };
  Kind kind = Kind::kContinuous;
  /// kInterval: ms.
  int64_t interval_ms = 0;

  bool ends() const { return kind == Kind::kOnce || kind == Kind::kAvailableNow; }
};

/// `continuous`, `once`, `available-now` or a duration, whatever their case.
/// Fails (Invalid) naming what is allowed.
Result<Trigger> parse_trigger(std::string_view text);

}  // namespace hw
