// SPDX-License-Identifier: Apache-2.0
//
// Date and time patterns as Java writes them (`yyyy-MM-dd HH:mm:ss`), in its two readings:
// DateTimeFormatter (strict widths, the whole text must match) and the lenient SimpleDateFormat
// (any width, values roll over, what follows is ignored). Letters: y u M L d D E a H k h K m s S
// w z X x, quotes. Compiled once, then used per value. Immutable, so shared between threads.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace hw {

/// A wall-clock time taken apart. Fields may be out of range after a lenient parse; days_of and
/// the like normalise them.
struct PatternFields {
  int64_t year = 1970;
  int64_t month = 1;
  int64_t day = 1;
  int64_t hour = 0;
  int64_t minute = 0;
  int64_t second = 0;
  int64_t nanos = 0;
  /// Offset east of UTC in seconds, if the text named one.
  std::optional<int32_t> offset_seconds;

  static PatternFields from_ticks(int64_t ticks, int64_t ticks_per_second);
  /// Ticks since 1970-01-01; out-of-range fields roll over.
  int64_t to_ticks(int64_t ticks_per_second) const;
};

enum class PatternStyle : uint8_t { kStrict, kLenient };

class TimePattern {
 public:
  /// Fails (Invalid) for an unknown letter or an open quote.
  static Result<TimePattern> compile(std::string_view pattern, PatternStyle style);

  /// `zone` is printed by z and X; offset_seconds of `fields` counts, none = UTC.
  void format(const PatternFields& fields, std::string_view zone, std::string& out) const;
  /// Nothing when the text does not fit.
  std::optional<PatternFields> parse(std::string_view text) const;
  /// Number of S in a row at the end of the seconds: the precision of the result.
  int fraction_digits() const;

 private:
  struct Part {
    char letter = 0;  // 0 = literal text
    int count = 0;
    std::string literal;
    bool adjacent = false;  // a numeric field follows at once
  };
  struct ParseState;

  static bool is_numeric(const Part& part);
  void format_part(const Part& part, const PatternFields& fields, std::string_view zone,
                   std::string& out) const;
  bool parse_part(const Part& part, std::string_view& rest, ParseState& state) const;
  bool parse_number(const Part& part, std::string_view& rest, ParseState& state) const;
  std::optional<PatternFields> resolve(const ParseState& state) const;

  std::vector<Part> parts_;
  PatternStyle style_ = PatternStyle::kStrict;
};

}  // namespace hw
