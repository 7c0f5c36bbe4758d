// SPDX-License-Identifier: Apache-2.0
//
// Text of intervals: `+1-02` for months, `+1 02:03:04.005` for milliseconds.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "columnar/text/integer.h"

namespace hw {

void append_month_interval(int64_t months, std::string& out);
void append_day_interval(int64_t millis, std::string& out);

/// `[+-]y-m` or a number of months; `[+-]d HH:mm:ss[.f]`.
ParseOutcome parse_month_interval(std::string_view text, int32_t& months);
ParseOutcome parse_day_interval(std::string_view text, int64_t& millis);

}  // namespace hw
