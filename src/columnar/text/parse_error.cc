// SPDX-License-Identifier: Apache-2.0

#include "columnar/text/parse_error.h"

#include "columnar/text/text_length.h"

namespace hw {

std::string quoted_for_message(std::string_view text) {
  constexpr int64_t kCharactersMax = 60;
  constexpr char kHex[] = "0123456789abcdef";
  const std::string_view shown =
      cut_to_code_points(text.substr(0, 4 * kCharactersMax), kCharactersMax);
  std::string quoted = "'";
  for (const char c : shown) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      quoted += c;
      continue;
    }
    quoted += "\\x";
    quoted += kHex[byte >> 4];
    quoted += kHex[byte & 15];
  }
  quoted += '\'';
  if (shown.size() < text.size()) quoted += "…";
  return quoted;
}

Status parse_error(std::string_view text, const SqlType& type, ParseOutcome outcome) {
  const std::string name = type.to_sql_without_null();
  if (outcome == ParseOutcome::kOutOfRange) {
    return Status::Invalid(quoted_for_message(text), " is out of the range of ", name);
  }
  return Status::Invalid(quoted_for_message(text), " is not a valid ", name);
}

}  // namespace hw
