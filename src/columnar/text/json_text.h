// SPDX-License-Identifier: Apache-2.0
//
// The encodings that values need inside JSON, and JSON's grammar of numbers.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hw {

/// In double quotes, with `"`, `\` and control characters escaped; other bytes as they are.
void append_json_string(std::string_view text, std::string& out);

/// Standard alphabet, padded.
void append_base64(std::string_view bytes, std::string& out);

/// How many bytes of `text` from its begin are a number by JSON's grammar (RFC 8259: no leading
/// zeros or plus sign, digits around the point); 0 when it begins with none.
size_t json_number_length(std::string_view text);

}  // namespace hw
