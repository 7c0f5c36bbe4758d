// SPDX-License-Identifier: Apache-2.0

#include "runtime/options_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <span>
#include <string>

#include "runtime/options.h"

namespace hw {
namespace option_text {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

Result<int64_t> parse_integer(std::string_view text) {
  text = trimmed(text);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return Status::Invalid("a whole number such as '100'");
  }
  return value;
}

Result<double> parse_real(std::string_view text) {
  text = trimmed(text);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() ||
      !std::isfinite(value)) {
    return Status::Invalid("a number such as '0.5'");
  }
  return value;
}

}  // namespace option_text

namespace {

using option_text::equal_ignoring_case;
using option_text::trimmed;

struct Unit {
  std::string_view name;
  int64_t factor;
};

constexpr int64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;
constexpr std::array kDurationUnits = {
    Unit{"", 1},
    Unit{"ms", 1},
    Unit{"milli", 1},
    Unit{"millis", 1},
    Unit{"millisecond", 1},
    Unit{"milliseconds", 1},
    Unit{"s", kSecond},
    Unit{"sec", kSecond},
    Unit{"secs", kSecond},
    Unit{"second", kSecond},
    Unit{"seconds", kSecond},
    Unit{"m", kMinute},
    Unit{"min", kMinute},
    Unit{"minute", kMinute},
    Unit{"minutes", kMinute},
    Unit{"h", kHour},
    Unit{"hour", kHour},
    Unit{"hours", kHour},
    Unit{"d", kDay},
    Unit{"day", kDay},
    Unit{"days", kDay},
};

constexpr std::array kSizeUnits = {
    Unit{"", 1},          Unit{"b", 1},          Unit{"bytes", 1},
    Unit{"k", 1LL << 10}, Unit{"kb", 1LL << 10}, Unit{"kibibytes", 1LL << 10},
    Unit{"m", 1LL << 20}, Unit{"mb", 1LL << 20}, Unit{"mebibytes", 1LL << 20},
    Unit{"g", 1LL << 30}, Unit{"gb", 1LL << 30}, Unit{"gibibytes", 1LL << 30},
    Unit{"t", 1LL << 40}, Unit{"tb", 1LL << 40}, Unit{"tebibytes", 1LL << 40},
};

/// `<whole number> <unit>`; nothing negative.
Result<int64_t> parse_with_unit(std::string_view text, std::span<const Unit> units,
                                std::string_view rule) {
  text = trimmed(text);
  size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, number);
  if (digits == 0 || error != std::errc()) return Status::Invalid(rule);
  const std::string_view name = trimmed(text.substr(digits));
  for (const Unit& unit : units) {
    if (!equal_ignoring_case(unit.name, name)) continue;
    int64_t product = 0;
    if (__builtin_mul_overflow(number, unit.factor, &product)) return Status::Invalid(rule);
    return product;
  }
  return Status::Invalid(rule);
}

}  // namespace

Result<int64_t> parse_duration_ms(std::string_view text) {
  return parse_with_unit(text, kDurationUnits,
                         "a duration such as '10 s', '5 min', '1 h', '1 d' or '500 ms'");
}

Result<int64_t> parse_size_bytes(std::string_view text) {
  return parse_with_unit(text, kSizeUnits, "a size such as '128mb', '2 kb' or '1 gb'");
}

}  // namespace hw
