// SPDX-License-Identifier: Apache-2.0
//
// Text of integers and BOOLEAN, and what every parser here shares.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hw {

/// How reading a text as a value went.
enum class ParseOutcome : uint8_t { kOk, kMalformed, kOutOfRange };

/// Without blanks (and control characters) at both ends, as CAST from STRING reads its input.
std::string_view trimmed(std::string_view text);

/// Cuts the digits at the front of `text` off and adds them up. False if there is none or more
/// than `digits_max`.
bool take_number(std::string_view& text, int digits_max, int64_t& value);

void append_integer(int64_t value, std::string& out);
/// `value` with at least `width` digits.
void append_padded(uint64_t value, int width, std::string& out);

/// Blanks around it, a sign and a fraction (which is cut) are allowed.
ParseOutcome parse_integer(std::string_view text, int64_t& value);

/// t, true, y, yes, 1 and f, false, n, no, 0 in any case.
ParseOutcome parse_boolean(std::string_view text, bool& value);

}  // namespace hw
