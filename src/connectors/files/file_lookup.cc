// SPDX-License-Identifier: Apache-2.0

#include "connectors/files/file_lookup.h"

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

#include "columnar/text/time_zone.h"
#include "columnar/text/timestamp.h"
#include "connectors/files/file_options.h"

namespace hw {
namespace {

constexpr int64_t kDayMs = 86'400'000;

/// Options that are for another way are not given.
Status check_none_of(const Options& options, std::initializer_list<OptionSpec> specs,
                     std::string_view wants) {
  for (const OptionSpec& spec : specs) {
    if (options.has(spec.name)) {
      return Status::Invalid("option '", spec.name, "' is for tables with ", wants);
    }
  }
  return Status::OK();
}

Result<int64_t> above_zero(const OptionSpec& spec, const Options& options) {
  if (!options.has(spec.name)) return 0;
  const int64_t value =
      spec.type == OptionType::kDuration ? options.duration_ms(spec) : options.integer(spec);
  if (value > 0) return value;
  return Status::Invalid("option '", spec.name, "' is above 0, but is '", options.text(spec), "'");
}

Result<ReloadRule> periodic(const Options& options) {
  HW_TRY(check_none_of(options, {file_options::reload_time(), file_options::reload_days()},
                       "'lookup.full-cache.reload-strategy' = 'TIMED'"));
  ReloadRule reload;
  HW_ASSIGN_OR_RETURN(reload.interval_ms, above_zero(file_options::reload_interval(), options));
  reload.fixed_rate = options.text(file_options::reload_schedule()) == "FIXED_RATE";
  return reload;
}

/// A time of day in a zone.
struct DayTime {
  int64_t ms = 0;
  TimeZone zone;
};

Result<DayTime> day_time(const std::string& text, const std::string& zone) {
  const size_t offset = text.find_first_of("Zz+-");
  DayTime time;
  int32_t ms = 0;
  if (parse_time(text.substr(0, offset), 3, ms) != ParseOutcome::kOk) {
    return Status::Invalid("option '", file_options::reload_time().name,
                           "' is a time of day such as '10:15' or '10:15:00+02:00', but is '", text,
                           "'");
  }
  time.ms = ms;
  HW_ASSIGN_OR_RETURN(time.zone,
                      TimeZone::find(offset == std::string::npos ? zone : text.substr(offset)));
  return time;
}

/// The first such time after `now_ms`; every so many days where there was one before.
int64_t next_time(DayTime time, int64_t days, std::optional<int64_t> before_ms, int64_t now_ms) {
  const auto on_day = [&](int64_t day) {
    return time.zone.to_instant(day * kDayMs + time.ms, 1000);
  };
  const auto day_of = [&](int64_t at_ms) {
    const int64_t local = time.zone.to_local(at_ms, 1000);
    return (local - ((local % kDayMs) + kDayMs) % kDayMs) / kDayMs;
  };
  int64_t day = day_of(before_ms.value_or(now_ms));
  if (before_ms) day += days;
  // What was slept through is made up for once.
  if (on_day(day) <= now_ms) day += (day_of(now_ms) - day) / days * days;
  while (on_day(day) <= now_ms) day += before_ms ? days : 1;
  return on_day(day);
}

Result<ReloadRule> timed(const Options& options, const std::string& zone) {
  HW_TRY(check_none_of(options, {file_options::reload_interval(), file_options::reload_schedule()},
                       "'lookup.full-cache.reload-strategy' = 'PERIODIC'"));
  if (!options.has(file_options::reload_time().name)) {
    return Status::Invalid("'lookup.full-cache.reload-strategy' = 'TIMED' says when: '",
                           file_options::reload_time().name, "' = '10:15'");
  }
  HW_ASSIGN_OR_RETURN(const DayTime time,
                      day_time(options.text(file_options::reload_time()), zone));
  int64_t days = 1;
  if (options.has(file_options::reload_days().name)) {
    HW_ASSIGN_OR_RETURN(days, above_zero(file_options::reload_days(), options));
  }
  ReloadRule reload;
  reload.timetable = [time, days](std::optional<int64_t> before_ms, int64_t now_ms) {
    return next_time(time, days, before_ms, now_ms);
  };
  return reload;
}

Result<LookupCacheRule> partial(const Options& options) {
  LookupCacheRule rule;
  HW_ASSIGN_OR_RETURN(rule.rows_max, above_zero(file_options::cache_rows(), options));
  HW_ASSIGN_OR_RETURN(rule.after_write_ms, above_zero(file_options::cache_after_write(), options));
  HW_ASSIGN_OR_RETURN(rule.after_access_ms,
                      above_zero(file_options::cache_after_access(), options));
  rule.misses = options.boolean(file_options::cache_misses());
  if (rule.rows_max == 0 && rule.after_write_ms == 0 && rule.after_access_ms == 0) {
    return Status::Invalid("'lookup.cache' = 'PARTIAL' has a bound: '",
                           file_options::cache_rows().name, "', '",
                           file_options::cache_after_write().name, "' or '",
                           file_options::cache_after_access().name, "'");
  }
  return rule;
}

}  // namespace

Result<LookupWay> make_file_lookup(const LookupRequest& request, const ConnectorContext& context) {
  const Options& options = context.options;
  const std::string cache = options.text(file_options::lookup_cache());
  LookupWay way;
  if (cache != "PARTIAL") {
    HW_TRY(check_none_of(options,
                         {file_options::cache_rows(), file_options::cache_after_write(),
                          file_options::cache_after_access(), file_options::cache_misses()},
                         "'lookup.cache' = 'PARTIAL'"));
  }
  if (cache == "FULL") {
    const bool by_clock = options.text(file_options::reload_strategy()) == "TIMED";
    HW_ASSIGN_OR_RETURN(way.copy,
                        by_clock ? timed(options, request.scan.time_zone) : periodic(options));
    return way;
  }
  HW_TRY(check_none_of(
      options,
      {file_options::reload_strategy(), file_options::reload_interval(),
       file_options::reload_schedule(), file_options::reload_time(), file_options::reload_days()},
      "'lookup.cache' = 'FULL'"));
  way.copy = ReloadRule{.each_time = true};
  if (cache == "PARTIAL") {
    HW_ASSIGN_OR_RETURN(way.cache, partial(options));
  }
  return way;
}

}  // namespace hw
