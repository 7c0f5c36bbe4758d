// SPDX-License-Identifier: Apache-2.0
//
// The two encodings that values need inside JSON.

#pragma once

#include <string>
#include <string_view>

namespace hw {

/// In double quotes, with `"`, `\` and control characters escaped; other bytes as they are.
void append_json_string(std::string_view text, std::string& out);

/// Standard alphabet, padded.
void append_base64(std::string_view bytes, std::string& out);

}  // namespace hw
