// SPDX-License-Identifier: Apache-2.0
//
// TO_DATE, TO_TIMESTAMP and TO_TIMESTAMP_LTZ: texts and numbers to times.

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "columnar/text/calendar.h"
#include "columnar/text/time_zone.h"
#include "expr/function_catalogue.h"
#include "expr/literal.h"
#include "expr/row_kernel.h"
#include "expr/time_pattern.h"

namespace hw {
namespace {

constexpr std::string_view kDefaultPattern = "yyyy-MM-dd HH:mm:ss";
// Milliseconds of the years 0000 to 9999.
constexpr int64_t kMillisMin = days_from_civil(0, 1, 1) * kMillisPerDay;
constexpr int64_t kMillisMax = days_from_civil(10000, 1, 1) * kMillisPerDay - 1;

/// Reads numbers parted by single characters, as in `2020-1-2 3:04:05.678`.
class LooseReader {
 public:
  explicit LooseReader(std::string_view text) : rest_(text) {}
  bool number(int64_t& out, int digits_max) {
    size_t i = 0;
    out = 0;
    while (i < rest_.size() && static_cast<int>(i) < digits_max && rest_[i] >= '0' &&
           rest_[i] <= '9') {
      out = out * 10 + (rest_[i++] - '0');
    }
    rest_.remove_prefix(i);
    return i > 0;
  }
  bool skip(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Digits after the point as nanoseconds.
  bool fraction(int64_t& nanos) {
    nanos = 0;
    int digits = 0;
    while (!rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9') {
      if (digits < 9) nanos = nanos * 10 + (rest_[0] - '0');
      if (digits < 9) ++digits;
      rest_.remove_prefix(1);
    }
    for (int i = digits; i < 9; ++i) nanos *= 10;
    return digits > 0;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// The form that is taken when the pattern does not fit: `yyyy-M-d[ H:m:s[.f]]`.
std::optional<PatternFields> read_plain(std::string_view text) {
  LooseReader reader(text);
  PatternFields fields;
  if (!reader.number(fields.year, 4) || !reader.skip('-') || !reader.number(fields.month, 2) ||
      !reader.skip('-') || !reader.number(fields.day, 2)) {
    return std::nullopt;
  }
  if (!reader.at_end()) {
    if (!reader.skip(' ') || !reader.number(fields.hour, 2) || !reader.skip(':') ||
        !reader.number(fields.minute, 2) || !reader.skip(':') || !reader.number(fields.second, 2)) {
      return std::nullopt;
    }
    if (reader.skip('.') && !reader.fraction(fields.nanos)) return std::nullopt;
    if (!reader.at_end()) return std::nullopt;
  }
  if (!is_valid_date(fields.year, fields.month, fields.day) || fields.hour > 23 ||
      fields.minute > 59 || fields.second > 59) {
    return std::nullopt;
  }
  return fields;
}

/// Compiles again only when the pattern's text changes; remembers a broken one.
class PatternReader {
 public:
  std::optional<PatternFields> parse(std::string_view text, std::string_view pattern) {
    if (!known_ || pattern != text_) {
      text_ = pattern;
      known_ = true;
      Result<TimePattern> made = TimePattern::compile(pattern, PatternStyle::kStrict);
      compiled_.reset();
      if (made.ok()) compiled_ = std::move(made).ValueUnsafe();
    }
    std::optional<PatternFields> fields;
    if (compiled_) fields = compiled_->parse(text);
    return fields ? fields : read_plain(text);
  }

 private:
  bool known_ = false;
  std::string text_;
  std::optional<TimePattern> compiled_;
};

Status check_literal(const CallBinding& binding, size_t arg) {
  if (arg >= binding.literals.size()) return Status::OK();
  const ColumnPtr& literal = binding.literals[arg];
  if (literal == nullptr || literal->is_null(0)) return Status::OK();
  return TimePattern::compile(literal->value<std::string_view>(0), PatternStyle::kStrict).status();
}

std::optional<int64_t> to_timestamp_ms(PatternReader& reader, std::string_view text,
                                       std::string_view pattern) {
  const std::optional<PatternFields> fields = reader.parse(text, pattern);
  if (!fields) return std::nullopt;
  return fields->to_ticks(1000);
}

Result<std::unique_ptr<ScalarKernel>> bind_to_timestamp(const CallBinding& binding) {
  if (binding.arg_types.size() == 1) {
    return make_row_kernel(
        [reader = PatternReader()](std::string_view text) mutable {
          return to_timestamp_ms(reader, text, kDefaultPattern);
        },
        binding);
  }
  HW_TRY(check_literal(binding, 1));
  return make_row_kernel(
      [reader = PatternReader()](std::string_view text, std::string_view pattern) mutable {
        return to_timestamp_ms(reader, text, pattern);
      },
      binding);
}

std::optional<int32_t> to_days(const std::optional<TimePattern>& pattern, std::string_view text) {
  std::optional<PatternFields> fields;
  if (pattern) fields = pattern->parse(text);
  if (!fields) return std::nullopt;
  return static_cast<int32_t>(floor_div(fields->to_ticks(1), kSecondsPerDay));
}

std::optional<int32_t> to_date(std::string_view text) {
  static const TimePattern pattern =
      TimePattern::compile("yyyy-MM-dd", PatternStyle::kLenient).ValueOrDie();
  return to_days(pattern, text);
}

std::optional<int32_t> to_date_by(std::string_view text, std::string_view pattern) {
  Result<TimePattern> compiled = TimePattern::compile(pattern, PatternStyle::kLenient);
  if (!compiled.ok()) return std::nullopt;
  return to_days(std::move(compiled).ValueUnsafe(), text);
}

// --- TO_TIMESTAMP_LTZ -------------------------------------------------------------------------

bool from_number(const CallBinding& binding) { return binding.arg_types[0].is_numeric(); }

Result<int> number_precision(const CallBinding& binding) {
  if (binding.arg_types.size() < 2) return 3;
  if (binding.literals[1] == nullptr || literal_is_null(binding.literals[1])) {
    return Status::Invalid("the precision of TO_TIMESTAMP_LTZ must be a literal");
  }
  const int64_t precision = literal_integer(*binding.literals[1]);
  if (precision < 0 || precision > 9) {
    return Status::Invalid("the precision of TO_TIMESTAMP_LTZ is 0 to 9, found ", precision);
  }
  return static_cast<int>(precision);
}

Result<SqlType> ltz_type(const CallBinding& binding) {
  if (from_number(binding)) {
    HW_ASSIGN_OR_RETURN(const int precision, number_precision(binding));
    return SqlType::timestamp_ltz(std::max(precision, 3));
  }
  int digits = 3;
  if (binding.literals.size() >= 2 && binding.literals[1] != nullptr &&
      !binding.literals[1]->is_null(0)) {
    const auto text = binding.literals[1]->value<std::string_view>(0);
    HW_ASSIGN_OR_RETURN(const TimePattern pattern,
                        TimePattern::compile(text, PatternStyle::kStrict));
    digits = std::clamp(pattern.fraction_digits(), 3, 9);
  }
  return SqlType::timestamp_ltz(digits);
}

std::optional<int64_t> in_range(int64_t ticks, int64_t ticks_per_second) {
  const int64_t ms = floor_div(ticks, ticks_per_second / 1000);
  if (ms < kMillisMin || ms > kMillisMax) return std::nullopt;
  return ticks;
}

// Units of 10^-precision seconds to ticks of the result.
std::optional<int64_t> scale_number(int64_t value, int precision, int64_t ticks_per_second) {
  int64_t unit = 1;
  for (int i = 0; i < precision; ++i) unit *= 10;
  if (unit >= ticks_per_second) {
    return in_range(floor_div(value, unit / ticks_per_second), ticks_per_second);
  }
  int64_t scaled = 0;
  if (__builtin_mul_overflow(value, ticks_per_second / unit, &scaled)) return std::nullopt;
  return in_range(scaled, ticks_per_second);
}

template <typename Number>
Result<std::unique_ptr<ScalarKernel>> bind_number(const CallBinding& binding) {
  HW_ASSIGN_OR_RETURN(const int precision, number_precision(binding));
  const int64_t ticks = binding.result_type.ticks_per_second();
  const auto convert = [precision, ticks](Number value) -> std::optional<int64_t> {
    if constexpr (std::is_same_v<Number, double>) {
      if (!std::isfinite(value) || std::fabs(value) > 9e18) return std::nullopt;
    }
    return scale_number(static_cast<int64_t>(value), precision, ticks);
  };
  if (binding.arg_types.size() == 1) return make_row_kernel(convert, binding);
  return make_row_kernel([convert](Number value, int32_t) { return convert(value); }, binding);
}

Result<std::unique_ptr<ScalarKernel>> bind_text(const CallBinding& binding) {
  const int64_t ticks = binding.result_type.ticks_per_second();
  auto convert = [ticks, reader = PatternReader()](
                     std::string_view text, std::string_view pattern,
                     TimeZone& zone) mutable -> std::optional<int64_t> {
    const std::optional<PatternFields> fields = reader.parse(text, pattern);
    if (!fields) return std::nullopt;
    const int64_t local = fields->to_ticks(ticks);
    if (fields->offset_seconds) return in_range(local - *fields->offset_seconds * ticks, ticks);
    return in_range(zone.to_instant(local, ticks), ticks);
  };
  if (binding.arg_types.size() == 1) {
    return make_row_kernel(
        [convert, utc = TimeZone()](std::string_view text) mutable {
          return convert(text, kDefaultPattern, utc);
        },
        binding);
  }
  HW_TRY(check_literal(binding, 1));
  if (binding.arg_types.size() == 2) {
    return make_row_kernel(
        [convert, utc = TimeZone()](std::string_view text, std::string_view pattern) mutable {
          return convert(text, pattern, utc);
        },
        binding);
  }
  return make_row_kernel(
      [convert, zone = TimeZone(), name = std::string("UTC"), found = true](
          std::string_view text, std::string_view pattern,
          std::string_view zone_name) mutable -> std::optional<int64_t> {
        if (zone_name != name) {
          Result<TimeZone> made = TimeZone::find(zone_name);
          name = zone_name;
          found = made.ok();
          if (found) zone = std::move(made).ValueUnsafe();
        }
        if (!found) return std::nullopt;
        return convert(text, pattern, zone);
      },
      binding);
}

Result<std::unique_ptr<ScalarKernel>> bind_to_timestamp_ltz(const CallBinding& binding) {
  if (!from_number(binding)) return bind_text(binding);
  return binding.arg_types[0].is(TypeKind::kDouble) ? bind_number<double>(binding)
                                                    : bind_number<int64_t>(binding);
}

}  // namespace

void register_to_timestamp(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "TO_DATE",
      .family = "temporal",
      .signatures = {"(text VARCHAR, [pattern VARCHAR]) -> DATE"},
      .sentence = "Reads a date by a Java pattern, by default 'yyyy-MM-dd'; NULL if it does not "
                  "fit.",
      .examples = {{"TO_DATE('2018-02-07')", "2018-02-07"},
                   {"TO_DATE('07.02.2018', 'dd.MM.yyyy')", "2018-02-07"},
                   {"TO_DATE('soon')", "NULL"}},
      .nulls = Nulls::kNullable,
      .kernel = row_kernel<to_date, to_date_by>(),
  });
  catalogue.add(ScalarFunction{
      .name = "TO_TIMESTAMP",
      .family = "temporal",
      .signatures = {"(text VARCHAR, [pattern VARCHAR]) -> TIMESTAMP(3)"},
      .sentence = "Reads a TIMESTAMP(3) by a Java pattern, by default 'yyyy-MM-dd HH:mm:ss'; NULL "
                  "if it does not fit.",
      .examples = {{"TO_TIMESTAMP('2018-02-07 21:05:09')", "2018-02-07 21:05:09.000"},
                   {"TO_TIMESTAMP('2018-02-07 21:05:09.25')", "2018-02-07 21:05:09.250"},
                   {"TO_TIMESTAMP('07/02/2018 21:05', 'dd/MM/yyyy HH:mm')",
                    "2018-02-07 21:05:00.000"},
                   {"TO_TIMESTAMP('2018-13-01 00:00:00')", "NULL"}},
      .nulls = Nulls::kNullable,
      .kernel = bind_to_timestamp,
  });
  catalogue.add(ScalarFunction{
      .name = "TO_TIMESTAMP_LTZ",
      .family = "temporal",
      .signatures = {"(n BIGINT, [precision INT]) -> TIMESTAMP_LTZ(3)",
                     "(n DOUBLE, [precision INT]) -> TIMESTAMP_LTZ(3)",
                     "(text VARCHAR, [pattern VARCHAR]) -> TIMESTAMP_LTZ(3)",
                     "(text VARCHAR, pattern VARCHAR, zone VARCHAR) -> TIMESTAMP_LTZ(3)"},
      .sentence = "Makes an instant from a number of 10^-precision seconds since 1970-01-01 (by "
                  "default milliseconds) or from a text, read in UTC or in `zone`; NULL outside of "
                  "the years 0 to 9999 or if the text does not fit.",
      .examples = {{"TO_TIMESTAMP_LTZ(1517951109, 0)", "2018-02-06 21:05:09.000"},
                   {"TO_TIMESTAMP_LTZ(1517951109123)", "2018-02-06 21:05:09.123"},
                   {"TO_TIMESTAMP_LTZ('2018-02-06 21:05:09')", "2018-02-06 21:05:09.000"},
                   {"TO_TIMESTAMP_LTZ('2018-02-06 21:05', 'yyyy-MM-dd HH:mm', 'Asia/Tokyo')",
                    "2018-02-06 12:05:00.000"}},
      .nulls = Nulls::kNullable,
      .infer = ltz_type,
      .kernel = bind_to_timestamp_ltz,
  });
}

}  // namespace hw
