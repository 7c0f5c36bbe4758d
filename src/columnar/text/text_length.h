// SPDX-License-Identifier: Apache-2.0
//
// UTF-8: lengths of text in code points, validity, and fitting text and bytes into a type's length
// as CAST does: what is too long is cut, CHAR is padded with blanks, BINARY with zero bytes.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "columnar/sql_type.h"

namespace hw {

/// A byte that does not continue a character counts as one.
int64_t count_code_points(std::string_view text);

/// The first `n` code points.
std::string_view cut_to_code_points(std::string_view text, int64_t n);

/// False also for overlong forms, surrogates and what lies above U+10FFFF.
bool is_valid_utf8(std::string_view text);

/// `value` as a value of CHAR, VARCHAR, BINARY or VARBINARY. May use `scratch` for the result.
std::string_view fit_to_type(std::string_view value, const SqlType& type, std::string& scratch);

}  // namespace hw
