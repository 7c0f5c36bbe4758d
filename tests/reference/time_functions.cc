// SPDX-License-Identifier: Apache-2.0
//
// Dates and timestamps: moving, rounding, taking apart. Of TIMESTAMP_LTZ the parts that the clocks
// show are known, and moving by an interval of days and times, which counts them through.

#include <algorithm>
#include <array>
#include <string>

#include "expr/scalar_function.h"
#include "reference/calendar.h"
#include "reference/columns.h"
#include "reference/time_arithmetic.h"
#include "reference/wall_clock.h"

namespace hw::reference {
namespace {

constexpr int64_t kSecondsPerDay = 86'400;

/// A point in time as day, second of the day and nanosecond.
struct Point {
  int64_t days = 0;
  int64_t second = 0;
  int64_t nano = 0;
};

Result<Point> point_of(const Value& value, const SqlType& type) {
  if (type.is(TypeKind::kDate)) return Point{value.as<int64_t>(), 0, 0};
  if (type.is(TypeKind::kTimestampLtz) && type.precision() == 3) {
    return point_of(Value::integer(wall_clock_ms(value.as<int64_t>())), SqlType::timestamp(3));
  }
  if (!type.is(TypeKind::kTimestamp)) {
    return Status::NotImplemented("the reference does not calculate with ", type.to_sql());
  }
  const int64_t per_second = type.ticks_per_second();
  const int64_t seconds = floor_divide(value.as<int64_t>(), per_second);
  const int64_t days = floor_divide(seconds, kSecondsPerDay);
  const int64_t ticks = value.as<int64_t>() - seconds * per_second;
  return Point{days, seconds - days * kSecondsPerDay, ticks * (1'000'000'000 / per_second)};
}

Value value_of(const Point& point, const SqlType& type) {
  if (type.is(TypeKind::kDate)) return Value::integer(point.days);
  const int64_t per_second = type.ticks_per_second();
  return Value::integer((point.days * kSecondsPerDay + point.second) * per_second +
                        point.nano / (1'000'000'000 / per_second));
}

/// The same day so many months later, or the last one of that month.
int64_t add_months(int64_t days, int64_t months) {
  Date date = date_of(days);
  const int64_t count = date.year * 12 + (date.month - 1) + months;
  date.year = floor_divide(count, 12);
  date.month = count - date.year * 12 + 1;
  date.day = std::min(date.day, last_day(date));
  return days_of(date);
}

std::string unit_name(const Call& call, size_t i) {
  return hw::reference::value_of(*call.call.args()[i]->literal_value(), 0).as<std::string>();
}

/// The start of the unit that holds the point.
Result<Point> start_of(const std::string& unit, const Point& point) {
  const Date date = date_of(point.days);
  if (unit == "YEAR") return Point{days_of({date.year, 1, 1}), 0, 0};
  if (unit == "MONTH") return Point{days_of({date.year, date.month, 1}), 0, 0};
  if (unit == "DAY") return Point{point.days, 0, 0};
  if (unit == "HOUR") return Point{point.days, point.second / 3600 * 3600, 0};
  if (unit == "MINUTE") return Point{point.days, point.second / 60 * 60, 0};
  if (unit == "SECOND") return Point{point.days, point.second, 0};
  return Status::NotImplemented("the reference does not round to ", unit);
}

Result<Value> field(const std::string& unit, const Value& value, const SqlType& type) {
  HW_ASSIGN_OR_RETURN(const Point point, point_of(value, type));
  const Date date = date_of(point.days);
  if (unit == "YEAR") return Value::integer(date.year);
  if (unit == "QUARTER") return Value::integer((date.month + 2) / 3);
  if (unit == "MONTH") return Value::integer(date.month);
  if (unit == "DAY" || unit == "DAYOFMONTH") return Value::integer(date.day);
  if (unit == "DOY" || unit == "DAYOFYEAR") {
    return Value::integer(point.days - days_of({date.year, 1, 1}) + 1);
  }
  if (unit == "DOW" || unit == "DAYOFWEEK") {
    return Value::integer(point.days + 4 - floor_divide(point.days + 4, 7) * 7 + 1);
  }
  if (unit == "HOUR") return Value::integer(point.second / 3600);
  if (unit == "MINUTE") return Value::integer(point.second / 60 % 60);
  if (unit == "SECOND") return Value::integer(point.second % 60);
  return Status::NotImplemented("the reference does not extract ", unit);
}

Result<Value> extract(const Call& call) {
  return field(unit_name(call, 0), call.args[1], call.type(1));
}
/// YEAR(t) and its kin are called like their units.
Result<Value> short_form(const Call& call) {
  return field(call.call.function()->name, call.args[0], call.type(0));
}

/// What the clock shows nobody asks here: rows are only looked up as of now.
Result<Value> now(const Call&) { return Value::null(); }

constexpr std::array kFunctions = {
    Function{"EXTRACT", extract},       Function{"YEAR", short_form},
    Function{"QUARTER", short_form},    Function{"MONTH", short_form},
    Function{"DAYOFMONTH", short_form}, Function{"DAYOFYEAR", short_form},
    Function{"DAYOFWEEK", short_form},  Function{"HOUR", short_form},
    Function{"MINUTE", short_form},     Function{"SECOND", short_form},
    Function{"PROCTIME", now},
};

}  // namespace

Result<Value> move_in_time(const Call& call, int sign) {
  const bool interval_first = call.type(0).is_interval();
  if (interval_first && call.type(1).is_interval()) {
    return Value::integer(call.integer(0) + sign * call.integer(1));
  }
  const size_t time = interval_first ? 1 : 0;
  const SqlType& interval = call.type(1 - time);
  const int64_t count = sign * call.integer(1 - time);
  if (call.type(time).is(TypeKind::kTimestampLtz)) {
    const bool known = call.type(time).precision() == 3 && !interval.is(TypeKind::kIntervalMonth);
    if (!known) return Status::NotImplemented("the reference moves no instants by months");
    return Value::integer(call.integer(time) + count);
  }
  HW_ASSIGN_OR_RETURN(Point point, point_of(call.args[time], call.type(time)));
  if (interval.is(TypeKind::kIntervalMonth)) {
    point.days = add_months(point.days, count);
    return value_of(point, call.type());
  }
  if (call.type().is(TypeKind::kDate)) {
    point.days += count / (kSecondsPerDay * 1000);
    return value_of(point, call.type());
  }
  if (call.type().precision() < 3) {
    return Status::NotImplemented("the reference moves no timestamps below milliseconds");
  }
  const Value start = value_of(point, call.type());
  return Value::integer(start.as<int64_t>() + count * (call.type().ticks_per_second() / 1000));
}

Result<Value> round_to_unit(const Call& call, bool up) {
  if (call.type().is(TypeKind::kTimestampLtz)) {
    return Status::NotImplemented("the reference does not round instants");
  }
  const std::string unit = unit_name(call, 1);
  HW_ASSIGN_OR_RETURN(const Point point, point_of(call.args[0], call.type(0)));
  HW_ASSIGN_OR_RETURN(const Point start, start_of(unit, point));
  if (up) return Status::NotImplemented("the reference does not round time up");
  return value_of(start, call.type());
}

std::span<const Function> time_functions() { return kFunctions; }

}  // namespace hw::reference
