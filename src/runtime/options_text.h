// SPDX-License-Identifier: Apache-2.0
//
// Reads the text of single option values.

#pragma once

#include <cstdint>
#include <string_view>

#include "base/status.h"

namespace hw::option_text {

std::string_view trimmed(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);
Result<int64_t> parse_integer(std::string_view text);
Result<double> parse_real(std::string_view text);

}  // namespace hw::option_text
