// SPDX-License-Identifier: Apache-2.0
//
// Bugs that the simulator must find. In builds with debug checks a simulated run may choose one of
// them by its number (tests/sim/planted.csv says what each is); elsewhere the question is the
// constant false. Only the simulator sets the number, before any of a job's threads runs.

#pragma once

namespace hw {

#ifdef HW_DEBUG_CHECKS
inline int planted_bug = 0;  // none
#define HW_PLANTED_BUG(number) (::hw::planted_bug == (number))
#else
#define HW_PLANTED_BUG(number) false
#endif

}  // namespace hw
