// SPDX-License-Identifier: Apache-2.0
//
// Where the statements end in text that is still being typed.

#pragma once

#include <cstddef>
#include <string_view>

namespace hw {

/// Bytes up to and with the last semicolon that ends a statement; 0 = none is complete. Quotes,
/// comments and the inside of a statement set hold no end.
size_t statements_end(std::string_view text);

/// The text holds no token: blanks, comments, lone semicolons.
bool is_blank_sql(std::string_view text);

}  // namespace hw
