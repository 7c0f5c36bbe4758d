// SPDX-License-Identifier: Apache-2.0

#include "columnar/text/variant.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "columnar/text/float.h"
#include "columnar/text/json_text.h"
#include "columnar/text/parse_error.h"

namespace hw {
namespace {

constexpr size_t kDigitsMax = 38;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view without_leading_zeros(std::string_view digits) {
  while (!digits.empty() && digits.front() == '0') digits.remove_prefix(1);
  return digits;
}

/// A number of JSON's grammar. False when it is too large.
bool append_number(std::string_view text, std::string& out) {
  const bool negative = text.front() == '-';
  const std::string_view plain = negative ? text.substr(1) : text;
  const size_t point = plain.find('.');
  const std::string_view whole = plain.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view() : plain.substr(point + 1);
  if (text.find_first_of("eE") == std::string_view::npos && fraction.size() <= kDigitsMax) {
    const std::string_view before = without_leading_zeros(whole);
    const std::string_view after = before.empty() ? without_leading_zeros(fraction) : fraction;
    if (before.size() + after.size() <= kDigitsMax) {
      // There is no zero below zero.
      const bool zero = before.empty() && after.empty();
      out += negative && zero ? plain : text;
      return true;
    }
  }
  double value = 0;
  if (parse_double(text, value) != ParseOutcome::kOk || !std::isfinite(value)) return false;
  append_double(value == 0 ? 0.0 : value, out);
  return true;
}

/// Behind the string that begins at `at`.
size_t end_of_string(std::string_view text, size_t at) {
  for (++at; text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at + 1;
}

/// Behind the value that begins at `at`.
size_t end_of_value(std::string_view text, size_t at) {
  if (text[at] == '"') return end_of_string(text, at);
  if (text[at] != '{' && text[at] != '[') {
    const size_t end = text.find_first_of(",]}", at);
    return end == std::string_view::npos ? text.size() : end;
  }
  int depth = 0;
  while (true) {
    const char c = text[at];
    if (c == '"') {
      at = end_of_string(text, at);
      continue;
    }
    ++at;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return at;
  }
}

}  // namespace

Status VariantReader::read(std::string_view json, DuplicateNames duplicates, std::string& out) {
  if (!document_.parse(json)) {
    return Status::Invalid(quoted_for_message(json), " is no JSON value");
  }
  duplicates_ = duplicates;
  const size_t before = out.size();
  Status status = append(document_.root(), out);
  if (!status.ok()) out.resize(before);
  return status;
}

Status VariantReader::append(JsonDocument::Id node, std::string& out) {
  switch (document_.kind(node)) {
    case JsonValueKind::kString:
      append_json_string(document_.text(node), out);
      return Status::OK();
    case JsonValueKind::kNumber:
      if (append_number(document_.text(node), out)) return Status::OK();
      return Status::Invalid("the number ", quoted_for_message(document_.text(node)),
                             " is out of the range of DOUBLE");
    case JsonValueKind::kArray: {
      char separator = '[';
      for (auto child = document_.first_child(node); child != JsonDocument::kNone;
           child = document_.next(child)) {
        out += separator;
        separator = ',';
        HW_TRY(append(child, out));
      }
      out += separator == '[' ? "[]" : "]";
      return Status::OK();
    }
    case JsonValueKind::kObject:
      return append_object(node, out);
    default:
      out += document_.text(node);
      return Status::OK();
  }
}

Status VariantReader::append_object(JsonDocument::Id node, std::string& out) {
  std::vector<JsonDocument::Id> members;
  for (auto child = document_.first_child(node); child != JsonDocument::kNone;
       child = document_.next(child)) {
    members.push_back(child);
  }
  std::stable_sort(members.begin(), members.end(),
                   [&](auto a, auto b) { return document_.key(a) < document_.key(b); });
  char separator = '{';
  for (size_t i = 0; i < members.size(); ++i) {
    const std::string_view name = document_.key(members[i]);
    if (i + 1 < members.size() && name == document_.key(members[i + 1])) {
      if (duplicates_ == DuplicateNames::kLastCounts) continue;
      return Status::Invalid("an object has the name ", quoted_for_message(name), " twice");
    }
    out += separator;
    separator = ',';
    append_json_string(name, out);
    out += ':';
    HW_TRY(append(members[i], out));
  }
  out += separator == '{' ? "{}" : "}";
  return Status::OK();
}

VariantKind variant_kind(std::string_view value) {
  HW_CHECK(!value.empty());
  switch (value.front()) {
    case 'n':
      return VariantKind::kNull;
    case 't':
    case 'f':
      return VariantKind::kBoolean;
    case '"':
      return VariantKind::kString;
    case '[':
      return VariantKind::kArray;
    case '{':
      return VariantKind::kObject;
    default:
      return VariantKind::kNumber;
  }
}

std::string_view name_of(VariantKind kind) {
  switch (kind) {
    case VariantKind::kNull:
      return "null";
    case VariantKind::kBoolean:
      return "a boolean";
    case VariantKind::kNumber:
      return "a number";
    case VariantKind::kString:
      return "a string";
    case VariantKind::kArray:
      return "an array";
    case VariantKind::kObject:
      return "an object";
  }
  HW_CHECK(false);
}

std::optional<std::string_view> variant_element(std::string_view array, int64_t position) {
  if (position < 1 || array == "[]") return std::nullopt;
  size_t at = 1;
  while (true) {
    const size_t end = end_of_value(array, at);
    if (--position == 0) return array.substr(at, end - at);
    if (array[end] == ']') return std::nullopt;
    at = end + 1;
  }
}

std::optional<std::string_view> variant_member(std::string_view object, std::string_view name) {
  if (object == "{}") return std::nullopt;
  std::string wanted;
  append_json_string(name, wanted);
  size_t at = 1;
  while (true) {
    const size_t end_of_name = end_of_string(object, at);
    const size_t begin = end_of_name + 1;
    const size_t end = end_of_value(object, begin);
    if (object.substr(at, end_of_name - at) == wanted) return object.substr(begin, end - begin);
    if (object[end] == '}') return std::nullopt;
    at = end + 1;
  }
}

std::vector<std::string_view> variant_elements(std::string_view array) {
  std::vector<std::string_view> elements;
  if (array == "[]") return elements;
  for (size_t at = 1; at < array.size();) {
    const size_t end = end_of_value(array, at);
    elements.push_back(array.substr(at, end - at));
    at = end + 1;
  }
  return elements;
}

std::vector<VariantMember> variant_members(std::string_view object) {
  std::vector<VariantMember> members;
  if (object == "{}") return members;
  JsonDocument name;
  for (size_t at = 1; at < object.size();) {
    const size_t end_of_name = end_of_string(object, at);
    const size_t begin = end_of_name + 1;
    const size_t end = end_of_value(object, begin);
    HW_CHECK(name.parse(object.substr(at, end_of_name - at)));
    members.push_back({std::string(name.text(name.root())), object.substr(begin, end - begin)});
    at = end + 1;
  }
  return members;
}

VariantNumber variant_number(std::string_view number) {
  VariantNumber result;
  if (number.front() == '-') {
    result.negative = true;
    number.remove_prefix(1);
  }
  bool behind_point = false;
  for (size_t i = 0; i < number.size(); ++i) {
    const char c = number[i];
    if (is_digit(c)) {
      if (behind_point) --result.exponent;
      if (c != '0' || !result.digits.empty()) result.digits += c;
    } else if (c == '.') {
      behind_point = true;
    } else {
      result.exponent += std::strtoll(std::string(number.substr(i + 1)).c_str(), nullptr, 10);
      break;
    }
  }
  while (!result.digits.empty() && result.digits.back() == '0') {
    result.digits.pop_back();
    ++result.exponent;
  }
  if (result.digits.empty()) result = VariantNumber{};
  return result;
}

}  // namespace hw
