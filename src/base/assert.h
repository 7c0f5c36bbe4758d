// SPDX-License-Identifier: Apache-2.0
//
// HW_CHECK stays in every build, HW_DCHECK only where HW_DEBUG_CHECKS is set. Both are for what
// must be true, never for what a user, a disk or a peer can cause.

#pragma once

namespace hw {

/// Prints the failed condition with its place and aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace hw

#define HW_CHECK(condition)                                             \
  do {                                                                  \
    if (!(condition)) [[unlikely]]                                      \
      ::hw::check_failed(#condition, __FILE__, __LINE__);               \
  } while (false)

#ifdef HW_DEBUG_CHECKS
#define HW_DCHECK(condition) HW_CHECK(condition)
#else
#define HW_DCHECK(condition) \
  do {                       \
    if (false) (void)(condition); \
  } while (false)
#endif
