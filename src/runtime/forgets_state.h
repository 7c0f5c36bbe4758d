// SPDX-License-Identifier: Apache-2.0
//
// Optional ability of an operator, found once by dynamic_cast when its driver is built: it forgets
// what nobody has touched for a time, without a word to those below. It may take back a row that it
// has never shown, since what would have told it is gone; nobody holds it to that.

#pragma once

namespace hw {

class ForgetsState {
 public:
  virtual ~ForgetsState() = default;
  /// Constant.
  virtual bool forgets_state() const = 0;
};

}  // namespace hw
