// SPDX-License-Identifier: Apache-2.0

#include "expr/time_unit.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "columnar/text/calendar.h"
#include "expr/temporal_range.h"

namespace hw {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr int64_t kNanosPerDay = kSecondsPerDay * kNanosPerSecond;
/// Days or months out of every type's range, yet small enough that calendar sums do not overflow.
constexpr int64_t kUnitsMax = int64_t{1} << 40;

struct UnitName {
  std::string_view name;
  TimeUnit unit;
};
constexpr std::array kUnitNames = {UnitName{"NANOSECOND", TimeUnit::kNanosecond},
                                   UnitName{"MICROSECOND", TimeUnit::kMicrosecond},
                                   UnitName{"MILLISECOND", TimeUnit::kMillisecond},
                                   UnitName{"SECOND", TimeUnit::kSecond},
                                   UnitName{"MINUTE", TimeUnit::kMinute},
                                   UnitName{"HOUR", TimeUnit::kHour},
                                   UnitName{"DAY", TimeUnit::kDay},
                                   UnitName{"WEEK", TimeUnit::kWeek},
                                   UnitName{"MONTH", TimeUnit::kMonth},
                                   UnitName{"QUARTER", TimeUnit::kQuarter},
                                   UnitName{"YEAR", TimeUnit::kYear},
                                   UnitName{"DECADE", TimeUnit::kDecade},
                                   UnitName{"CENTURY", TimeUnit::kCentury},
                                   UnitName{"MILLENNIUM", TimeUnit::kMillennium},
                                   UnitName{"DOW", TimeUnit::kDayOfWeek},
                                   UnitName{"DAYOFWEEK", TimeUnit::kDayOfWeek},
                                   UnitName{"ISODOW", TimeUnit::kIsoDayOfWeek},
                                   UnitName{"DOY", TimeUnit::kDayOfYear},
                                   UnitName{"DAYOFYEAR", TimeUnit::kDayOfYear},
                                   UnitName{"DAYOFMONTH", TimeUnit::kDay},
                                   UnitName{"ISOYEAR", TimeUnit::kIsoYear},
                                   UnitName{"EPOCH", TimeUnit::kEpoch}};

// Nanoseconds of a unit up to the day; 0 for longer ones.
constexpr int64_t nanos_of(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kNanosecond:
      return 1;
    case TimeUnit::kMicrosecond:
      return 1'000;
    case TimeUnit::kMillisecond:
      return 1'000'000;
    case TimeUnit::kSecond:
      return kNanosPerSecond;
    case TimeUnit::kMinute:
      return 60 * kNanosPerSecond;
    case TimeUnit::kHour:
      return 3600 * kNanosPerSecond;
    case TimeUnit::kDay:
      return kNanosPerDay;
    default:
      return 0;
  }
}

// Months of a unit from the month on; 0 for shorter ones.
constexpr int64_t months_of(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kMonth:
      return 1;
    case TimeUnit::kQuarter:
      return 3;
    case TimeUnit::kYear:
      return 12;
    case TimeUnit::kDecade:
      return 120;
    case TimeUnit::kCentury:
      return 1200;
    case TimeUnit::kMillennium:
      return 12000;
    default:
      return 0;
  }
}

// Centuries and millennia are counted from year 1: the 21st century began in 2001.
int64_t first_year(TimeUnit unit, int64_t year) {
  if (unit == TimeUnit::kCentury) return floor_div(year - 1, 100) * 100 + 1;
  if (unit == TimeUnit::kMillennium) return floor_div(year - 1, 1000) * 1000 + 1;
  return unit == TimeUnit::kDecade ? floor_div(year, 10) * 10 : year;
}

int64_t floor_days(TimeUnit unit, int64_t days) {
  if (unit == TimeUnit::kWeek) return days - (day_of_week(days) - 1);
  const CivilDate date = civil_from_days(days);
  if (unit == TimeUnit::kMonth) return days_from_civil(date.year, date.month, 1);
  if (unit == TimeUnit::kQuarter) {
    return days_from_civil(date.year, (date.month - 1) / 3 * 3 + 1, 1);
  }
  return days_from_civil(first_year(unit, date.year), 1, 1);
}

/// The months that can be added to the earlier time without passing the later one. Going back from
/// the later one would count less: 29 February is a month after 30 January and not the other way.
int64_t months_between(WallTime from, WallTime to) {
  const std::pair first(from.days, from.nanos), last(to.days, to.nanos);
  if (first > last) return -months_between(to, from);
  const CivilDate a = civil_from_days(from.days), b = civil_from_days(to.days);
  const int64_t months = (b.year - a.year) * 12 + (b.month - a.month);
  const bool passed = std::pair(add_months(from.days, months), from.nanos) > last;
  return passed ? months - 1 : months;
}

/// Of units that a day's date has nothing to do with.
int64_t unit_of_day(TimeUnit unit, int64_t nanos) {
  switch (unit) {
    case TimeUnit::kNanosecond:
      return nanos % (60 * kNanosPerSecond);
    case TimeUnit::kMicrosecond:
      return nanos % (60 * kNanosPerSecond) / 1'000;
    case TimeUnit::kMillisecond:
      return nanos % (60 * kNanosPerSecond) / 1'000'000;
    case TimeUnit::kSecond:
      return nanos / kNanosPerSecond % 60;
    case TimeUnit::kMinute:
      return nanos / (60 * kNanosPerSecond) % 60;
    default:
      return nanos / (3600 * kNanosPerSecond);
  }
}

}  // namespace

std::optional<TimeUnit> parse_time_unit(std::string_view name) {
  std::string upper;
  for (const char c : name) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  std::string_view text = upper;
  if (text.starts_with("SQL_TSI_")) text.remove_prefix(8);
  for (const bool plural : {false, true}) {
    if (plural && text.ends_with('S')) text.remove_suffix(1);
    for (const UnitName& unit : kUnitNames) {
      if (unit.name == text) return unit.unit;
    }
  }
  return std::nullopt;
}

WallTimeReader::WallTimeReader(const SqlType& type, TimeZone zone)
    : type_(type),
      ticks_per_second_(type.is_timestamp() ? type.ticks_per_second() : 1000),
      zone_(std::move(zone)) {}

WallTime WallTimeReader::operator()(int64_t stored) {
  if (type_.is(TypeKind::kDate)) return {.days = stored, .nanos = 0};
  if (type_.is(TypeKind::kTimestampLtz)) stored = zone_.to_local(stored, ticks_per_second_);
  const int64_t ticks_per_day = kSecondsPerDay * ticks_per_second_;
  return {.days = floor_div(stored, ticks_per_day),
          .nanos = floor_mod(stored, ticks_per_day) * (kNanosPerSecond / ticks_per_second_)};
}

Result<int64_t> WallTimeReader::store(WallTime time) {
  if (type_.is(TypeKind::kDate)) return checked_date(time.days);
  const int64_t of_day = time.nanos / (kNanosPerSecond / ticks_per_second_);
  if (type_.is(TypeKind::kTime)) return of_day;
  int64_t local = 0;
  // A negative day is counted from its end, so that the least time of all is not lost on the way.
  const int64_t ticks_per_day = kSecondsPerDay * ticks_per_second_;
  const bool back = time.days < 0;
  if (__builtin_mul_overflow(time.days + (back ? 1 : 0), ticks_per_day, &local) ||
      __builtin_add_overflow(local, of_day - (back ? ticks_per_day : 0), &local)) {
    return beyond_range(type_);
  }
  return type_.is(TypeKind::kTimestampLtz) ? zone_.to_instant(local, ticks_per_second_) : local;
}

int64_t extract_unit(TimeUnit unit, WallTime time) {
  if (unit <= TimeUnit::kHour) return unit_of_day(unit, time.nanos);
  const CivilDate date = civil_from_days(time.days);
  switch (unit) {
    case TimeUnit::kDay:
      return date.day;
    case TimeUnit::kWeek:
      return iso_week(time.days).week;
    case TimeUnit::kMonth:
      return date.month;
    case TimeUnit::kQuarter:
      return (date.month - 1) / 3 + 1;
    case TimeUnit::kYear:
      return date.year;
    case TimeUnit::kDecade:
      return floor_div(date.year, 10);
    case TimeUnit::kCentury:
      return date.year > 0 ? (date.year + 99) / 100 : -((99 - date.year) / 100);
    case TimeUnit::kMillennium:
      return date.year > 0 ? (date.year + 999) / 1000 : -((999 - date.year) / 1000);
    case TimeUnit::kDayOfWeek:
      return day_of_week(time.days);
    case TimeUnit::kIsoDayOfWeek:
      return iso_day_of_week(time.days);
    case TimeUnit::kDayOfYear:
      return day_of_year(time.days);
    case TimeUnit::kIsoYear:
      return iso_week(time.days).year;
    case TimeUnit::kEpoch:
      return time.days * kSecondsPerDay + time.nanos / kNanosPerSecond;
    default:
      return 0;
  }
}

WallTime floor_to(TimeUnit unit, WallTime time) {
  if (const int64_t nanos = nanos_of(unit); nanos > 0) {
    return {.days = time.days, .nanos = time.nanos - time.nanos % nanos};
  }
  return {.days = floor_days(unit, time.days), .nanos = 0};
}

WallTime ceil_to(TimeUnit unit, WallTime time) {
  const WallTime floor = floor_to(unit, time);
  if (nanos_of(unit) > 0) {
    return floor.nanos == time.nanos ? time : add_units(unit, 1, floor);
  }
  return floor.days == time.days ? floor : add_units(unit, 1, floor);
}

WallTime add_units(TimeUnit unit, int64_t count, WallTime time) {
  if (const int64_t months = months_of(unit); months > 0) {
    const int64_t within = std::clamp(count, -kUnitsMax, kUnitsMax);
    return {.days = add_months(time.days, within * months), .nanos = time.nanos};
  }
  if (unit == TimeUnit::kWeek || unit == TimeUnit::kDay) {
    const int64_t within = std::clamp(count, -kUnitsMax, kUnitsMax);
    return {.days = time.days + within * (unit == TimeUnit::kWeek ? 7 : 1), .nanos = time.nanos};
  }
  const int64_t per_day = kNanosPerDay / nanos_of(unit);
  const int64_t nanos = time.nanos + count % per_day * nanos_of(unit);
  return {.days = time.days + count / per_day + floor_div(nanos, kNanosPerDay),
          .nanos = floor_mod(nanos, kNanosPerDay)};
}

int64_t units_between(TimeUnit unit, WallTime from, WallTime to) {
  if (const int64_t months = months_of(unit); months > 0) return months_between(from, to) / months;
  int64_t days = to.days - from.days;
  int64_t nanos = to.nanos - from.nanos;
  // Both parts get the same sign, so that truncation is toward zero.
  if (days > 0 && nanos < 0) {
    --days;
    nanos += kNanosPerDay;
  } else if (days < 0 && nanos > 0) {
    ++days;
    nanos -= kNanosPerDay;
  }
  if (unit == TimeUnit::kWeek) return days / 7;
  const int64_t per_day = kNanosPerDay / nanos_of(unit);
  return days * per_day + nanos / nanos_of(unit);
}

}  // namespace hw
