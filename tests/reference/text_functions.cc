// SPDX-License-Identifier: Apache-2.0
//
// Text, taken apart into code points first. Requires valid UTF-8; UPPER and LOWER know ASCII only.

#include <array>
#include <vector>

#include "reference/functions.h"

namespace hw::reference {
namespace {

/// One string a code point.
using Points = std::vector<std::string>;

Points points_of(const std::string& text) {
  Points points;
  for (const char c : text) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (continues && !points.empty()) {
      points.back() += c;
    } else {
      points.emplace_back(1, c);
    }
  }
  return points;
}

std::string joined(const Points& points, size_t begin, size_t end) {
  std::string text;
  for (size_t i = begin; i < end; ++i) text += points[i];
  return text;
}

Result<Value> char_length(const Call& call) {
  return Value::integer(static_cast<int64_t>(points_of(call.text(0)).size()));
}

Result<Value> concat(const Call& call) {
  std::string text;
  for (size_t i = 0; i < call.args.size(); ++i) text += call.text(i);
  return Value::text(std::move(text));
}

Result<Value> mapped(const Call& call, char first, char last, int step) {
  std::string text = call.text(0);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) {
      return Status::NotImplemented("the reference knows the cases of ASCII only");
    }
    if (c >= first && c <= last) c = static_cast<char>(c + step);
  }
  return Value::text(std::move(text));
}
Result<Value> upper(const Call& call) { return mapped(call, 'a', 'z', 'A' - 'a'); }
Result<Value> lower(const Call& call) { return mapped(call, 'A', 'Z', 'a' - 'A'); }

/// From position 1; 0 counts as 1; a negative one counts from the end, before the text: nothing.
Result<Value> substring(const Call& call) {
  const Points points = points_of(call.text(0));
  const auto size = static_cast<int64_t>(points.size());
  int64_t begin = call.integer(1);
  if (begin > 0)
    --begin;
  else if (begin < 0)
    begin += size;
  int64_t length = size;
  if (call.args.size() == 3) {
    length = call.integer(2);
    if (length < 0) return Value::null();
  }
  if (begin < 0 || begin >= size) return Value::text("");
  const int64_t end = std::min(size, begin + length);
  return Value::text(joined(points, static_cast<size_t>(begin), static_cast<size_t>(end)));
}

Result<Value> position(const Call& call) {
  const Points wanted = points_of(call.text(0));
  const Points text = points_of(call.text(1));
  for (size_t i = 0; i + wanted.size() <= text.size(); ++i) {
    if (joined(text, i, i + wanted.size()) == call.text(0)) {
      return Value::integer(static_cast<int64_t>(i) + 1);
    }
  }
  return Value::integer(0);
}

/// Spaces off both ends; other characters are not known here.
Result<Value> trim(const Call& call) {
  if (call.args.size() != 1) return Status::NotImplemented("the reference trims spaces only");
  const std::string& text = call.text(0);
  size_t begin = 0;
  size_t end = text.size();
  while (begin < end && text[begin] == ' ') ++begin;
  while (end > begin && text[end - 1] == ' ') --end;
  return Value::text(text.substr(begin, end - begin));
}

bool matches(const Points& text, size_t i, const Points& pattern, size_t j) {
  if (j == pattern.size()) return i == text.size();
  if (pattern[j] == "%") {
    for (size_t k = i; k <= text.size(); ++k) {
      if (matches(text, k, pattern, j + 1)) return true;
    }
    return false;
  }
  if (i == text.size()) return false;
  return (pattern[j] == "_" || pattern[j] == text[i]) && matches(text, i + 1, pattern, j + 1);
}

Result<Value> like(const Call& call) {
  if (call.args.size() != 2) return Status::NotImplemented("the reference knows no LIKE ESCAPE");
  return Value::boolean(matches(points_of(call.text(0)), 0, points_of(call.text(1)), 0));
}

constexpr std::array kFunctions = {
    Function{"CHAR_LENGTH", char_length},
    Function{"||", concat},
    Function{"CONCAT", concat},
    Function{"UPPER", upper},
    Function{"LOWER", lower},
    Function{"SUBSTRING", substring},
    Function{"POSITION", position},
    Function{"TRIM", trim},
    Function{"BTRIM", trim},
    Function{"LIKE", like},
};

}  // namespace

std::span<const Function> text_functions() { return kFunctions; }

}  // namespace hw::reference
