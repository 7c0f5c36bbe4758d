// SPDX-License-Identifier: Apache-2.0
//
// Lengths of text in code points, and fitting text and bytes into a type's length as CAST does:
// what is too long is cut, CHAR is padded with blanks, BINARY with zero bytes.

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

/// `value` as a value of CHAR, VARCHAR, BINARY or VARBINARY. May use `scratch` for the result.
std::string_view fit_to_type(std::string_view value, const SqlType& type, std::string& scratch);

}  // namespace hw
