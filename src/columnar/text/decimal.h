// SPDX-License-Identifier: Apache-2.0
//
// Text and rounding of DECIMAL, exact to 38 digits.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "columnar/text/integer.h"

namespace arrow {
class Decimal128;
}

namespace hw {

/// Plain notation with all `scale` digits: `1.50`, `-0.001`.
void append_decimal(const arrow::Decimal128& unscaled, int scale, std::string& out);

/// As Flink's csv format writes DECIMAL: trailing zeros cut, an exponent where Java's BigDecimal
/// has one: `1.5`, `1E+5`, `1E-7`.
void append_decimal_scientific(const arrow::Decimal128& unscaled, int scale, std::string& out);

/// Number text (blanks around it, sign, exponent allowed) as an unscaled value, rounded HALF_UP to
/// `scale` digits. kOutOfRange when it has more than `precision` digits then.
ParseOutcome parse_decimal(std::string_view text, int precision, int scale,
                           arrow::Decimal128& unscaled);

/// Brings a value from one scale to another, rounding HALF_UP; false when it needs more than
/// `precision` digits.
bool rescale_decimal(const arrow::Decimal128& from, int from_scale, int precision, int to_scale,
                     arrow::Decimal128& to);

}  // namespace hw
