// SPDX-License-Identifier: Apache-2.0

#include "columnar/text/interval.h"

#include <limits>

#include "columnar/text/calendar.h"
#include "columnar/text/timestamp.h"

namespace hw {
namespace {

/// The sign is always printed; returns the magnitude.
uint64_t append_sign(int64_t value, std::string& out) {
  out += value < 0 ? '-' : '+';
  return value < 0 ? -static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
}

bool take_sign(std::string_view& text) {
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return negative;
}

}  // namespace

void append_month_interval(int64_t months, std::string& out) {
  const uint64_t size = append_sign(months, out);
  append_padded(size / 12, 1, out);
  out += '-';
  append_padded(size % 12, 2, out);
}

void append_day_interval(int64_t millis, std::string& out) {
  const uint64_t size = append_sign(millis, out);
  append_padded(size / kMillisPerDay, 1, out);
  out += ' ';
  append_time(static_cast<int64_t>(size % kMillisPerDay), 3, Fraction::kExact, out);
}

ParseOutcome parse_month_interval(std::string_view text, int32_t& months) {
  text = trimmed(text);
  const bool negative = take_sign(text);
  int64_t years = 0, rest = 0;
  if (!take_number(text, 10, years)) return ParseOutcome::kMalformed;
  if (!text.empty() && text[0] == '-') {
    text.remove_prefix(1);
    if (!take_number(text, 2, rest) || rest > 11) return ParseOutcome::kMalformed;
    years *= 12;
  }
  if (!text.empty()) return ParseOutcome::kMalformed;
  const int64_t total = negative ? -(years + rest) : years + rest;
  if (total < std::numeric_limits<int32_t>::min() || total > std::numeric_limits<int32_t>::max()) {
    return ParseOutcome::kOutOfRange;
  }
  months = static_cast<int32_t>(total);
  return ParseOutcome::kOk;
}

ParseOutcome parse_day_interval(std::string_view text, int64_t& millis) {
  text = trimmed(text);
  const bool negative = take_sign(text);
  int64_t days = 0;
  if (!take_number(text, 12, days)) return ParseOutcome::kMalformed;
  int32_t time = 0;
  if (!text.empty()) {
    if (text[0] != ' ') return ParseOutcome::kMalformed;
    const ParseOutcome outcome = parse_time(text, 3, time);
    if (outcome != ParseOutcome::kOk) return outcome;
  }
  int64_t total = 0;
  if (__builtin_mul_overflow(days, kMillisPerDay, &total) ||
      __builtin_add_overflow(total, int64_t{time}, &total)) {
    return ParseOutcome::kOutOfRange;
  }
  millis = negative ? -total : total;
  return ParseOutcome::kOk;
}

}  // namespace hw
