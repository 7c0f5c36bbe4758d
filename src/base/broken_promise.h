// SPDX-License-Identifier: Apache-2.0
//
// What a simulated run finds broken inside the engine while it runs: kept until somebody looks, so
// that the run fails and can be replayed, rather than the process end. In builds with debug checks;
// elsewhere, and outside of simulations, nothing is looked at.

#pragma once

#include <string>

#include "base/env/thread_turn.h"

namespace hw {

#ifdef HW_DEBUG_CHECKS
/// The first one that was broken; empty = none. Only where threads take turns.
inline std::string broken_promise;
#define HW_PROMISE(condition, words)                                                  \
  do {                                                                                \
    if (::hw::thread_turn != nullptr && !(condition) && ::hw::broken_promise.empty()) \
      ::hw::broken_promise = (words);                                                 \
  } while (false)
#else
#define HW_PROMISE(condition, words) \
  do {                               \
    if (false) (void)(condition);    \
  } while (false)
#endif

}  // namespace hw
