// SPDX-License-Identifier: Apache-2.0

#include "columnar/text/integer.h"

#include <algorithm>
#include <charconv>

namespace hw {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + 32) : text[i];
    if (c != lower[i]) return false;
  }
  return true;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool take_number(std::string_view& text, int digits_max, int64_t& value) {
  size_t length = 0;
  value = 0;
  while (length < text.size() && is_digit(text[length])) {
    if (static_cast<int>(length) == digits_max) return false;
    value = value * 10 + (text[length] - '0');
    ++length;
  }
  text.remove_prefix(length);
  return length > 0;
}

void append_integer(int64_t value, std::string& out) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  out.append(buffer, end);
}

void append_padded(uint64_t value, int width, std::string& out) {
  char buffer[24];
  char* place = buffer + sizeof(buffer);
  int digits = 0;
  while (value > 0 || digits < width) {
    *--place = static_cast<char>('0' + value % 10);
    value /= 10;
    ++digits;
  }
  out.append(place, static_cast<size_t>(digits));
}

ParseOutcome parse_integer(std::string_view text, int64_t& value) {
  text = trimmed(text);
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  const size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  if (whole.empty() && fraction.empty()) return ParseOutcome::kMalformed;
  if (!std::all_of(fraction.begin(), fraction.end(), is_digit)) return ParseOutcome::kMalformed;
  // Adds up below zero, where there is one number more.
  int64_t sum = 0;
  bool overflow = false;
  for (const char c : whole) {
    if (!is_digit(c)) return ParseOutcome::kMalformed;
    overflow = overflow || __builtin_mul_overflow(sum, 10, &sum) ||
               __builtin_sub_overflow(sum, c - '0', &sum);
  }
  if (overflow || (!negative && sum == INT64_MIN)) return ParseOutcome::kOutOfRange;
  value = negative ? sum : -sum;
  return ParseOutcome::kOk;
}

ParseOutcome parse_boolean(std::string_view text, bool& value) {
  text = trimmed(text);
  for (const std::string_view word : {"t", "true", "y", "yes", "1"}) {
    if (equals_ignoring_case(text, word)) {
      value = true;
      return ParseOutcome::kOk;
    }
  }
  for (const std::string_view word : {"f", "false", "n", "no", "0"}) {
    if (equals_ignoring_case(text, word)) {
      value = false;
      return ParseOutcome::kOk;
    }
  }
  return ParseOutcome::kMalformed;
}

}  // namespace hw
