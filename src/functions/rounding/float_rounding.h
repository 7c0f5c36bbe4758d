// SPDX-License-Identifier: Apache-2.0
//
// Rounding floating-point numbers to decimal places by their shortest decimal text, so that
// ROUND(2.675, 2) is 2.68 although the number is a little below 2.675.

#pragma once

#include <cstdint>

namespace hw {

/// How many digits behind the point stay; negative: digits in front of it become 0.
double round_to_places(double value, int64_t places, bool half_up);
float round_to_places(float value, int64_t places, bool half_up);

}  // namespace hw
