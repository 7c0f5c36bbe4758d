// SPDX-License-Identifier: Apache-2.0
//
// Keywords, names and values of options are the same in any case. ASCII only, whatever the locale.

#pragma once

#include <string>
#include <string_view>

namespace hw {

inline std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

inline std::string upper_case(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return upper;
}

}  // namespace hw
