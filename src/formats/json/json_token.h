// SPDX-License-Identifier: Apache-2.0
//
// Single JSON tokens: checks, escapes, and storing a scalar's text as a column's type.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hw {
struct JsonNode;
}

namespace hw::json_token {

inline bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/// A number by JSON's grammar: no leading zeros or plus sign, digits around the point.
bool is_number(std::string_view text);

/// Writes the text of a string without its escapes; at most raw.size() bytes and 4 beyond. Returns
/// the size, or -1 when an escape is none of JSON's or half a surrogate pair.
int64_t unescape(std::string_view raw, char* to);

/// Appends a value without blanks between its tokens.
void minify(std::string_view json, std::string* out);

/// Reads `:ss"` or `:ss.fff"` (at `text`) as ticks; false for anything else. At least 16 bytes are
/// readable.
bool parse_second(const char* text, int64_t ticks_per_second, int precision, int64_t* ticks);

enum class Stored : uint8_t { kYes, kNo, kNoRoom };
/// Stores a scalar's text (a string's content, or a number or word as written) into the node's
/// slot. kNo: the text is no value of the type.
Stored store(JsonNode& node, int64_t row, std::string_view text, bool is_string,
             std::string* scratch);

/// What a value of the node's type looks like, for messages: "write a whole number in its range".
std::string hint(const JsonNode& node, std::string_view format);

}  // namespace hw::json_token
