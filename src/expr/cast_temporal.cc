// SPDX-License-Identifier: Apache-2.0

#include <optional>
#include <string>
#include <utility>

#include "columnar/text/calendar.h"
#include "columnar/text/time_zone.h"
#include "columnar/text/timestamp.h"
#include "expr/cast_family.h"

namespace hw {
namespace {

/// Any of the four types on the way: a wall clock in days and nanoseconds of the day, so that
/// nothing overflows before the result is made.
struct WallClock {
  int64_t days = 0;
  int64_t nanos_of_day = 0;
};

constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr int64_t kNanosPerMilli = 1'000'000;

WallClock from_ticks(int64_t ticks, int64_t per_second) {
  const int64_t seconds = floor_div(ticks, per_second);
  const int64_t part = floor_mod(ticks, per_second) * (kNanosPerSecond / per_second);
  return {floor_div(seconds, kSecondsPerDay),
          floor_mod(seconds, kSecondsPerDay) * kNanosPerSecond + part};
}

/// False when the ticks do not fit 64 bits.
bool to_ticks(const WallClock& clock, int precision, int64_t& ticks) {
  const int64_t per_second = ticks_per_second_of(precision);
  const int64_t part = clock.nanos_of_day / (kNanosPerSecond / per_second);
  int64_t value = 0;
  if (__builtin_mul_overflow(clock.days, kSecondsPerDay * per_second, &value) ||
      __builtin_add_overflow(value, part, &value)) {
    return false;
  }
  // Digits below the precision are cut, toward the past.
  const int whole_precision = per_second == 1'000 ? 3 : (per_second == 1'000'000 ? 6 : 9);
  return change_precision(value, whole_precision, precision, ticks);
}

int32_t cut_millis(int64_t millis, int precision) {
  int64_t unit = 1;
  for (int digits = precision; digits < 3; ++digits) unit *= 10;
  return static_cast<int32_t>(millis - millis % unit);
}

/// One conversion of a column: in by `from`, out by `to`, zones between where LTZ takes part.
class TemporalConversion {
 public:
  TemporalConversion(CastRequest request, TimeZone zone)
      : request_(std::move(request)),
        zone_(std::move(zone)),
        from_local_(request_.from.is(TypeKind::kTimestampLtz)),
        to_local_(request_.to.is(TypeKind::kTimestampLtz)) {}

  WallClock read(int64_t value) {
    switch (request_.from.kind()) {
      case TypeKind::kDate:
        return {value, 0};
      case TypeKind::kTime:
        return {0, floor_mod(value, kMillisPerDay) * kNanosPerMilli};
      default: {
        const int64_t per_second = request_.from.ticks_per_second();
        const bool to_wall = from_local_ && !to_local_;
        return from_ticks(to_wall ? zone_.to_local(value, per_second) : value, per_second);
      }
    }
  }

  int32_t to_date(const WallClock& clock) const { return static_cast<int32_t>(clock.days); }
  int32_t to_time(const WallClock& clock) const {
    return cut_millis(clock.nanos_of_day / kNanosPerMilli, request_.to.precision());
  }
  /// Nothing when lenient and out of range.
  Result<std::optional<int64_t>> to_timestamp(const WallClock& clock) {
    const int precision = request_.to.precision();
    int64_t ticks = 0;
    if (!to_ticks(clock, precision, ticks)) {
      if (request_.lenient) return std::optional<int64_t>();
      std::string text;
      append_date(clock.days, text);
      return cast_failure(text, request_, "nanoseconds reach from the year 1677 to the year 2262");
    }
    if (to_local_ && !from_local_) ticks = zone_.to_instant(ticks, ticks_per_second_of(precision));
    return std::optional<int64_t>(ticks);
  }

 private:
  CastRequest request_;
  TimeZone zone_;
  bool from_local_;
  bool to_local_;
};

template <typename From>
struct ToDate {
  TemporalConversion conversion;
  int32_t operator()(From value) { return conversion.to_date(conversion.read(value)); }
};
template <typename From>
struct ToTime {
  TemporalConversion conversion;
  int32_t operator()(From value) { return conversion.to_time(conversion.read(value)); }
};
template <typename From>
struct ToTimestamp {
  TemporalConversion conversion;
  Result<std::optional<int64_t>> operator()(From value) {
    return conversion.to_timestamp(conversion.read(value));
  }
};

template <typename From>
Result<CastKernel> convert_from(const CastRequest& request, TemporalConversion conversion) {
  switch (request.to.kind()) {
    case TypeKind::kDate:
      return make_cast_kernel(request, ToDate<From>{std::move(conversion)});
    case TypeKind::kTime:
      return make_cast_kernel(request, ToTime<From>{std::move(conversion)});
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return make_cast_kernel(request, ToTimestamp<From>{std::move(conversion)});
    default:
      return no_such_cast(request.from, request.to);
  }
}

}  // namespace

Result<CastKernel> make_temporal_cast(const CastRequest& request) {
  HW_ASSIGN_OR_RETURN(TimeZone zone, TimeZone::find(request.session->time_zone));
  TemporalConversion conversion(request, std::move(zone));
  if (request.from.physical() == PhysicalType::kInt32) {
    return convert_from<int32_t>(request, std::move(conversion));
  }
  return convert_from<int64_t>(request, std::move(conversion));
}

}  // namespace hw
