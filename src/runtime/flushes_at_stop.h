// SPDX-License-Identifier: Apache-2.0
//
// Optional ability of an operator, found once by dynamic_cast: it holds results back for a moment
// that a stop may come before, and puts them out in front of the barrier behind which the job
// stops, so that they are within the last checkpoint and not only in its state.

#pragma once

#include "base/status.h"
#include "runtime/operator.h"

namespace hw {

class FlushesAtStop {
 public:
  virtual ~FlushesAtStop() = default;
  /// Before the snapshot of the last barrier; again while it returns kMoreOutput.
  virtual Result<Flow> before_stop(Output& output) = 0;
};

}  // namespace hw
