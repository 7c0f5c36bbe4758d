// SPDX-License-Identifier: Apache-2.0
//
// The little of UTF-8 that the lexer needs: one code point in, one code point out, and which code
// points may stand in an identifier.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hw {

struct CodePoint {
  char32_t value = 0;
  /// Bytes it takes; 0 where the text is not valid UTF-8 or empty.
  size_t size = 0;
};

/// Returns the code point that `text` begins with.
CodePoint decode_utf8(std::string_view text);

/// Appends `value`. Returns false for surrogates and values above U+10FFFF, which do not exist.
bool append_utf8(std::string& out, char32_t value);

/// Whether a code point above U+007F counts as a letter in identifiers: everything but white space,
/// controls, punctuation and symbols of the usual blocks.
bool is_wide_letter(char32_t value);

}  // namespace hw
