// SPDX-License-Identifier: Apache-2.0
//
// What + - FLOOR and CEIL do to dates and timestamps.

#pragma once

#include "reference/functions.h"

namespace hw::reference {

/// A date or timestamp moved by an interval, forward or back (sign), or two intervals.
Result<Value> move_in_time(const Call& call, int sign);
/// FLOOR(t TO unit), CEIL(t TO unit).
Result<Value> round_to_unit(const Call& call, bool up);

}  // namespace hw::reference
