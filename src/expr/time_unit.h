// SPDX-License-Identifier: Apache-2.0
//
// Calendar fields and units of temporal functions (EXTRACT, FLOOR .. TO, TIMESTAMPADD, …) on a
// wall-clock time that is split into days and nanoseconds of the day.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/status.h"
#include "columnar/sql_type.h"
#include "columnar/text/time_zone.h"

namespace hw {

enum class TimeUnit : uint8_t {
  kNanosecond,
  kMicrosecond,
  kMillisecond,
  kSecond,
  kMinute,
  kHour,
  kDay,
  kWeek,
  kMonth,
  kQuarter,
  kYear,
  kDecade,
  kCentury,
  kMillennium,
  // Only to be extracted:
  kDayOfWeek,
  kIsoDayOfWeek,
  kDayOfYear,
  kIsoYear,
  kEpoch,
};

/// Case-insensitive; plurals and the SQL_TSI_ spellings are taken, too.
std::optional<TimeUnit> parse_time_unit(std::string_view name);

struct WallTime {
  int64_t days = 0;
  int64_t nanos = 0;  // of the day
};

/// Reads stored values of one temporal type as wall-clock times, and back.
class WallTimeReader {
 public:
  /// TIMESTAMP_LTZ is read in `zone`. Requires: a DATE, TIME or TIMESTAMP*.
  WallTimeReader(const SqlType& type, TimeZone zone);
  WallTime operator()(int64_t stored);
  /// Fails (Invalid) when the type does not reach so far.
  Result<int64_t> store(WallTime time);

 private:
  SqlType type_;
  int64_t ticks_per_second_;
  TimeZone zone_;
};

int64_t extract_unit(TimeUnit unit, WallTime time);
/// Start of the unit that holds `time`; a week begins on Sunday.
WallTime floor_to(TimeUnit unit, WallTime time);
/// The first start of a unit at or after `time`; for WEEK and above only the date counts.
WallTime ceil_to(TimeUnit unit, WallTime time);
/// Adds whole units; months clamp to the last day. More of them than any type reaches over count
/// as so many that no type does. Requires: not an extract-only unit.
WallTime add_units(TimeUnit unit, int64_t count, WallTime time);
/// to - from in whole units, toward zero.
int64_t units_between(TimeUnit unit, WallTime from, WallTime to);

}  // namespace hw
