// SPDX-License-Identifier: Apache-2.0
//
// How far dates, timestamps and intervals reach. What is moved beyond is an error, never another
// time: DATE holds the years 0 to 9999, timestamps and intervals what their 32 or 64 bits hold.

#pragma once

#include <cstdint>

#include "base/status.h"
#include "columnar/sql_type.h"

namespace hw {

/// Returns a day since 1970-01-01 as it is stored. Fails (Invalid) outside of 0000-01-01 to
/// 9999-12-31.
Result<int32_t> checked_date(int64_t days);

/// The error (Invalid) for a result that the type cannot hold. Requires: a timestamp or interval.
Status beyond_range(const SqlType& type);

}  // namespace hw
