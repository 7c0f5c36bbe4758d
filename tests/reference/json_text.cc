// SPDX-License-Identifier: Apache-2.0

#include "reference/json_text.h"

namespace hw::reference {
namespace {

size_t end_of_string(const std::string& text, size_t at) {
  for (++at; text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at + 1;
}

/// Behind the value that begins there.
size_t end_of_value(const std::string& text, size_t at) {
  int open = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (open == 0 && (c == ',' || c == '}' || c == ']' || c == ':')) return at;
    if (c == '{' || c == '[') ++open;
    if (c == '}' || c == ']') --open;
    at = c == '"' ? end_of_string(text, at) : at + 1;
  }
  return at;
}

}  // namespace

std::optional<std::string> json_member(const std::string& object, const std::string& name) {
  for (size_t at = 1; object[at] != '}';) {
    const size_t name_end = end_of_value(object, at);
    const size_t end = end_of_value(object, name_end + 1);
    if (object.substr(at, name_end - at) == "\"" + name + "\"") {
      return object.substr(name_end + 1, end - name_end - 1);
    }
    at = object[end] == ',' ? end + 1 : end;
  }
  return std::nullopt;
}

std::optional<std::string> json_element(const std::string& array, int64_t place) {
  for (size_t at = 1; array[at] != ']'; --place) {
    const size_t end = end_of_value(array, at);
    if (place == 1) return array.substr(at, end - at);
    at = array[end] == ',' ? end + 1 : end;
  }
  return std::nullopt;
}

}  // namespace hw::reference
