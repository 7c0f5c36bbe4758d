// SPDX-License-Identifier: Apache-2.0

#include "base/env/object_number.h"

#include <atomic>

namespace hw {

int64_t next_object_number() {
  if (simulated_object_number != nullptr) return ++*simulated_object_number;
  static std::atomic<int64_t> newest = 0;
  return ++newest;
}

}  // namespace hw
