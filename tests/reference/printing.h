// SPDX-License-Identifier: Apache-2.0
//
// Values as CAST to STRING prints them, written anew for the reference: everything but FLOAT,
// DOUBLE and constructed values. The calendar is the C++ library's.

#pragma once

#include <optional>
#include <string>

#include "reference/value.h"

namespace hw::reference {

/// Requires: not NULL; BOOLEAN, an integer, DECIMAL, text, DATE, TIME or TIMESTAMP (an LTZ in UTC).
std::string print(const Value& value, const SqlType& type);

/// `-12.340` for -12340 and scale 3.
std::string print_decimal(Unscaled value, int scale);

/// What CAST of text to an integer reads: blanks around it, a sign, digits, perhaps a point and
/// more digits, which are cut. No value where it is none, or beyond 64 bits.
std::optional<int64_t> read_integer(const std::string& text);

}  // namespace hw::reference
