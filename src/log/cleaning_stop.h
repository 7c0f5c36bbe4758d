// SPDX-License-Identifier: Apache-2.0
//
// How a cleaning that takes long is given up: asked between two blocks of its work. What it leaves
// is what a kill leaves.

#pragma once

#include <functional>
#include <utility>

#include "base/status.h"

namespace hw {

class CleaningStop {
 public:
  CleaningStop() = default;
  explicit CleaningStop(std::function<bool()> wanted) : wanted_(std::move(wanted)) {}

  /// Fails with Cancelled when it is wanted.
  Status check() const {
    if (!wanted_ || !wanted_()) return Status::OK();
    return Status::Cancelled("the cleaning was given up");
  }

 private:
  std::function<bool()> wanted_;  // may be empty: never
};

}  // namespace hw
