// SPDX-License-Identifier: Apache-2.0
//
// DATE_FORMAT, FROM_UNIXTIME, UNIX_TIMESTAMP and CONVERT_TZ: times as text by Java's patterns.

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "columnar/constant.h"
#include "columnar/text/time_zone.h"
#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"
#include "expr/time_pattern.h"

namespace hw {
namespace {

constexpr std::string_view kDefaultPattern = "yyyy-MM-dd HH:mm:ss";

/// A pattern that is compiled again only when its text changes.
class PatternCache {
 public:
  explicit PatternCache(PatternStyle style) : style_(style) {}
  /// Null when the pattern is broken.
  const TimePattern* get(std::string_view text) {
    if (!compiled_ || text != text_) {
      text_ = text;
      Result<TimePattern> made = TimePattern::compile(text, style_);
      compiled_ = made.ok() ? std::optional(std::move(made).ValueUnsafe()) : std::nullopt;
      broken_ = !compiled_;
      if (broken_) compiled_.emplace();
    }
    return broken_ ? nullptr : &*compiled_;
  }

 private:
  PatternStyle style_;
  std::string text_;
  std::optional<TimePattern> compiled_;
  bool broken_ = false;
};

/// Ticks within which the text of a pattern stays what it is; 1 when that is not plain to see.
int64_t unit_of(std::string_view pattern, int64_t ticks_per_second) {
  int64_t seconds = 86'400;
  bool quoted = false;
  for (const char c : pattern) {
    if (c == '\'') quoted = !quoted;
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (quoted || !letter) continue;
    constexpr std::string_view kOfDays = "yMdDE";
    if (kOfDays.find(c) != kOfDays.npos) continue;
    if (c != 'H' && c != 'h' && c != 'a' && c != 'm' && c != 's') return 1;
    seconds = std::min<int64_t>(seconds, c == 's' ? 1 : c == 'm' ? 60 : 3'600);
  }
  return seconds * ticks_per_second;
}

int64_t begin_of_unit(int64_t value, int64_t unit) { return value - (value % unit + unit) % unit; }

/// Prints local times. Those of one day (hour, minute, second: whatever the pattern goes down to)
/// are printed once as long as they come one after the other.
class TimePrinter {
 public:
  TimePrinter(std::string zone, int64_t ticks_per_second)
      : zone_(std::move(zone)), ticks_(ticks_per_second) {}

  /// Null when the pattern is broken. Valid until the next call.
  const std::string* print(int64_t value, std::string_view pattern) {
    if (pattern != pattern_) {
      pattern_ = pattern;
      unit_ = unit_of(pattern, ticks_);
      fresh_ = true;
    }
    const int64_t begin = begin_of_unit(value, unit_);
    if (!fresh_ && begin == begin_) return &text_;
    const TimePattern* compiled = cache_.get(pattern);
    if (compiled == nullptr) return nullptr;
    text_.clear();
    compiled->format(PatternFields::from_ticks(value, ticks_), zone_, text_);
    begin_ = begin;
    fresh_ = false;
    return &text_;
  }

 private:
  const std::string zone_;
  const int64_t ticks_;
  PatternCache cache_{PatternStyle::kStrict};
  std::string pattern_;
  int64_t unit_ = 1;
  bool fresh_ = true;
  int64_t begin_ = 0;
  std::string text_;
};

// A literal pattern that is broken is an error at planning.
Status check_literal(const ColumnPtr& literal, PatternStyle style) {
  if (literal == nullptr || literal->is_null(0)) return Status::OK();
  return TimePattern::compile(literal->value<std::string_view>(0), style).status();
}

Result<TimeZone> session_zone(const CallBinding& binding) {
  return TimeZone::find(binding.session->time_zone);
}

/// Times of a batch are often all of one day (hour, minute): then their text is a constant, which
/// whatever groups by it hashes and compares once.
class TimesKernel final : public EncodedKernel {
 public:
  /// `rows` prints row by row.
  TimesKernel(const CallBinding& binding, TimeZone zone, std::unique_ptr<ScalarKernel> rows)
      : EncodedKernel(binding.result_type, /*sees_nulls=*/0),
        local_(binding.arg_types[0].is(TypeKind::kTimestampLtz)),
        ticks_(binding.arg_types[0].ticks_per_second()),
        zone_(std::move(zone)),
        rows_(std::move(rows)) {}

 protected:
  Result<ColumnPtr> compute(int64_t num_rows, std::span<const ColumnPtr> args) override {
    if (!all_alike(num_rows, *args[0], *args[1])) {
      return rows_->evaluate({.num_rows = num_rows}, args);
    }
    const ColumnPtr first[] = {args[0]->slice(0, 1), args[1]->slice(0, 1)};
    HW_ASSIGN_OR_RETURN(const ColumnPtr one, rows_->evaluate({.num_rows = 1}, first));
    return Column::constant(one->type(), one->values_ptr(), num_rows);
  }

 private:
  bool all_alike(int64_t num_rows, const Column& times, const Column& patterns) {
    if (!times.is_plain() || !patterns.is_constant() || times.null_count() > 0) return false;
    const int64_t unit = unit_of(patterns.value<std::string_view>(0), ticks_);
    if (unit == 1) return false;
    const int64_t* values = times.data<int64_t>();
    int64_t least = wall_clock(values[0]);
    int64_t greatest = least;
    for (int64_t i = 1; i < num_rows; ++i) {
      const int64_t time = wall_clock(values[i]);
      least = std::min(least, time);
      greatest = std::max(greatest, time);
    }
    return begin_of_unit(least, unit) == begin_of_unit(greatest, unit);
  }
  int64_t wall_clock(int64_t time) { return local_ ? zone_.to_local(time, ticks_) : time; }

  const bool local_;
  const int64_t ticks_;
  TimeZone zone_;
  const std::unique_ptr<ScalarKernel> rows_;
};

Result<std::unique_ptr<ScalarKernel>> bind_date_format(const CallBinding& binding) {
  const SqlType& type = binding.arg_types[0];
  if (type.is_text()) {
    HW_TRY(check_literal(binding.literals[1], PatternStyle::kLenient));
    HW_ASSIGN_OR_RETURN(const TimePattern read,
                        TimePattern::compile(kDefaultPattern, PatternStyle::kLenient));
    return make_row_kernel(
        [read, cache = PatternCache(PatternStyle::kLenient)](TextWriter& out, std::string_view text,
                                                             std::string_view pattern) mutable {
          const TimePattern* print = cache.get(pattern);
          const auto fields = read.parse(text);
          if (print == nullptr || !fields) return false;
          std::string formatted;
          print->format(PatternFields::from_ticks(fields->to_ticks(1000), 1000), "UTC", formatted);
          out.append(formatted);
          return true;
        },
        binding);
  }
  HW_TRY(check_literal(binding.literals[1], PatternStyle::kStrict));
  HW_ASSIGN_OR_RETURN(TimeZone zone, session_zone(binding));
  HW_ASSIGN_OR_RETURN(
      std::unique_ptr<ScalarKernel> rows,
      make_row_kernel(
          [zone, local = type.is(TypeKind::kTimestampLtz), ticks = type.ticks_per_second(),
           printer = TimePrinter(std::string(zone.name()), type.ticks_per_second())](
              TextWriter& out, int64_t value, std::string_view pattern) mutable {
            if (local) value = zone.to_local(value, ticks);
            const std::string* text = printer.print(value, pattern);
            if (text == nullptr) return false;
            out.append(*text);
            return true;
          },
          binding));
  return std::make_unique<TimesKernel>(binding, std::move(zone), std::move(rows));
}

Result<std::unique_ptr<ScalarKernel>> bind_from_unixtime(const CallBinding& binding) {
  HW_ASSIGN_OR_RETURN(TimeZone zone, session_zone(binding));
  auto format = [zone, cache = PatternCache(PatternStyle::kLenient)](
                    TextWriter& out, int64_t seconds, std::string_view pattern) mutable {
    const TimePattern* print = cache.get(pattern);
    if (print == nullptr) return false;
    std::string formatted;
    print->format(PatternFields::from_ticks(zone.to_local(seconds, 1), 1), zone.name(), formatted);
    out.append(formatted);
    return true;
  };
  if (binding.arg_types.size() == 1) {
    return make_row_kernel(
        [format](TextWriter& out, int64_t seconds) mutable {
          return format(out, seconds, kDefaultPattern);
        },
        binding);
  }
  HW_TRY(check_literal(binding.literals[1], PatternStyle::kLenient));
  return make_row_kernel(format, binding);
}

class UnixTimestampNow final : public ScalarKernel {
 public:
  Result<ColumnPtr> evaluate(const KernelContext& context, std::span<const ColumnPtr>) override;
};

Result<std::unique_ptr<ScalarKernel>> bind_unix_timestamp(const CallBinding& binding) {
  if (binding.arg_types.empty()) return std::make_unique<UnixTimestampNow>();
  HW_ASSIGN_OR_RETURN(TimeZone zone, session_zone(binding));
  auto parse = [zone, cache = PatternCache(PatternStyle::kLenient)](
                   std::string_view text, std::string_view pattern) mutable -> int64_t {
    const TimePattern* read = cache.get(pattern);
    const auto fields = read == nullptr ? std::nullopt : read->parse(text);
    if (!fields) return std::numeric_limits<int64_t>::min();
    const int64_t local = fields->to_ticks(1);
    return fields->offset_seconds ? local - *fields->offset_seconds : zone.to_instant(local, 1);
  };
  if (binding.arg_types.size() == 1) {
    return make_row_kernel(
        [parse](std::string_view text) mutable { return parse(text, kDefaultPattern); }, binding);
  }
  HW_TRY(check_literal(binding.literals[1], PatternStyle::kLenient));
  return make_row_kernel(parse, binding);
}

bool convert_tz(TextWriter& out, std::string_view text, std::string_view from,
                std::string_view to) {
  static const TimePattern pattern =
      TimePattern::compile(kDefaultPattern, PatternStyle::kLenient).ValueOrDie();
  Result<TimeZone> from_zone = TimeZone::find(from);
  Result<TimeZone> to_zone = TimeZone::find(to);
  const auto fields = pattern.parse(text);
  if (!from_zone.ok() || !to_zone.ok() || !fields) return false;
  const int64_t instant = from_zone->to_instant(fields->to_ticks(1), 1);
  std::string formatted;
  pattern.format(PatternFields::from_ticks(to_zone->to_local(instant, 1), 1), to, formatted);
  out.append(formatted);
  return true;
}

}  // namespace

Result<ColumnPtr> UnixTimestampNow::evaluate(const KernelContext& context,
                                             std::span<const ColumnPtr>) {
  return constant_int(SqlType::bigint().not_null(), context.now_ms / 1000, context.num_rows);
}

void register_date_format(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "DATE_FORMAT",
      .family = "temporal",
      .signatures = {"(time TIMESTAMP, pattern VARCHAR) -> VARCHAR",
                     "(time TIMESTAMP_LTZ, pattern VARCHAR) -> VARCHAR",
                     "(text VARCHAR, pattern VARCHAR) -> VARCHAR"},
      .sentence = "Prints a time by a Java pattern. A text is read as 'yyyy-MM-dd HH:mm:ss' first; "
                  "NULL if it is none.",
      .examples = {{"DATE_FORMAT(TIMESTAMP '2018-02-07 21:05:09', 'yyyy/MM/dd HH')",
                    "2018/02/07 21"},
                   {"DATE_FORMAT('2018-02-07 21:05:09', 'yyyyMMdd')", "20180207"},
                   {"DATE_FORMAT('soon', 'yyyy')", "NULL"}},
      .nulls = Nulls::kNullable,
      .kernel = bind_date_format,
  });
  catalogue.add(ScalarFunction{
      .name = "FROM_UNIXTIME",
      .family = "temporal",
      .signatures = {"(seconds BIGINT, [pattern VARCHAR]) -> VARCHAR"},
      .sentence = "Prints seconds since 1970-01-01 in the session's time zone, by default as "
                  "'yyyy-MM-dd HH:mm:ss'.",
      .examples = {{"FROM_UNIXTIME(44)", "1970-01-01 00:00:44"},
                   {"FROM_UNIXTIME(86400, 'yyyy-MM-dd')", "1970-01-02"}},
      .nulls = Nulls::kNullable,
      .kernel = bind_from_unixtime,
  });
  catalogue.add(ScalarFunction{
      .name = "UNIX_TIMESTAMP",
      .family = "temporal",
      .signatures = {"() -> BIGINT NOT NULL", "(text VARCHAR, [pattern VARCHAR]) -> BIGINT"},
      .sentence = "Returns seconds since 1970-01-01: of now, or of a text that is read in the "
                  "session's time zone; -9223372036854775808 if it cannot be read.",
      .examples = {{"UNIX_TIMESTAMP('1970-01-01 00:00:44')", "44"},
                   {"UNIX_TIMESTAMP('07.02.2018', 'dd.MM.yyyy')", "1517961600"}},
      .determinism_without_arguments = Determinism::kPerQuery,
      .kernel = bind_unix_timestamp,
  });
  catalogue.add(ScalarFunction{
      .name = "CONVERT_TZ",
      .family = "temporal",
      .signatures = {"(text VARCHAR, from_zone VARCHAR, to_zone VARCHAR) -> VARCHAR"},
      .sentence = "Moves a 'yyyy-MM-dd HH:mm:ss' text from one time zone to another; NULL if one "
                  "of them cannot be read.",
      .examples = {{"CONVERT_TZ('1970-01-01 00:00:00', 'UTC', 'America/Los_Angeles')",
                    "1969-12-31 16:00:00"}},
      .nulls = Nulls::kNullable,
      .kernel = row_kernel<convert_tz>(),
  });
}

}  // namespace hw
