// SPDX-License-Identifier: Apache-2.0
//
// Text of FLOAT and DOUBLE as Java prints them (`1.0`, `1.0E10`, `NaN`), with the fewest digits
// that read back as the same number.

#pragma once

#include <string>
#include <string_view>

#include "columnar/text/integer.h"

namespace hw {

void append_double(double value, std::string& out);
void append_float(float value, std::string& out);

/// What Java's parseDouble takes: blanks around it, `NaN`, `Infinity`, exponents, a trailing d or
/// f. Too large a number is Infinity, too small a one 0, as there.
ParseOutcome parse_double(std::string_view text, double& value);
ParseOutcome parse_float(std::string_view text, float& value);

}  // namespace hw
