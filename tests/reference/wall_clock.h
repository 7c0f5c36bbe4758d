// SPDX-License-Identifier: Apache-2.0
//
// What the clocks on the wall show, by the C library's time zones: the engine has its own. One zone
// at a time, which the process is in from then on.

#pragma once

#include <cstdint>
#include <string>

namespace hw::reference {

/// The zone of the session whose expressions are evaluated: `table.local-time-zone`.
void enter_zone(const std::string& zone);

/// An instant, ms since 1970 in UTC, as the clocks of the session's zone show it.
int64_t wall_clock_ms(int64_t instant_ms);

}  // namespace hw::reference
