// SPDX-License-Identifier: Apache-2.0
//
// EXTRACT and its short forms YEAR, MONTH, …: one calendar field as BIGINT. TIMESTAMP_LTZ is read
// in the session's time zone.

#include <cstdint>
#include <optional>
#include <string>

#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"
#include "expr/time_unit.h"

namespace hw {
namespace {

Result<std::unique_ptr<ScalarKernel>> bind_field(TimeUnit unit, const SqlType& type,
                                                 const CallBinding& binding, bool symbol_first) {
  HW_ASSIGN_OR_RETURN(TimeZone zone, TimeZone::find(binding.session->time_zone));
  WallTimeReader read(type, std::move(zone));
  const bool narrow = type.physical() == PhysicalType::kInt32;
  if (symbol_first) {
    if (narrow) {
      return make_row_kernel(
          [unit, read](std::string_view, int32_t value) mutable -> int64_t {
            return extract_unit(unit, read(value));
          },
          binding);
    }
    return make_row_kernel(
        [unit, read](std::string_view, int64_t value) mutable -> int64_t {
          return extract_unit(unit, read(value));
        },
        binding);
  }
  if (narrow) {
    return make_row_kernel(
        [unit, read](int32_t value) mutable -> int64_t { return extract_unit(unit, read(value)); },
        binding);
  }
  return make_row_kernel(
      [unit, read](int64_t value) mutable -> int64_t { return extract_unit(unit, read(value)); },
      binding);
}

/// A field of an interval is `length / divisor % modulus`, with the sign of the interval.
struct IntervalField {
  int64_t divisor;
  int64_t modulus;
};

std::optional<IntervalField> interval_field(TimeUnit unit, const SqlType& type) {
  constexpr int64_t kAll = INT64_MAX;
  if (type.is(TypeKind::kIntervalMonth)) {
    if (unit == TimeUnit::kYear) return IntervalField{12, kAll};
    if (unit == TimeUnit::kMonth) return IntervalField{1, 12};
    return std::nullopt;
  }
  switch (unit) {
    case TimeUnit::kDay:
      return IntervalField{86'400'000, kAll};
    case TimeUnit::kHour:
      return IntervalField{3'600'000, 24};
    case TimeUnit::kMinute:
      return IntervalField{60'000, 60};
    case TimeUnit::kSecond:
      return IntervalField{1'000, 60};
    case TimeUnit::kMillisecond:
      return IntervalField{1, 60'000};
    case TimeUnit::kEpoch:
      return IntervalField{1'000, kAll};
    default:
      return std::nullopt;
  }
}

Result<std::unique_ptr<ScalarKernel>> bind_interval_field(TimeUnit unit,
                                                          const CallBinding& binding) {
  const SqlType& type = binding.arg_types[1];
  const std::optional<IntervalField> field = interval_field(unit, type);
  if (!field) {
    return Status::Invalid("EXTRACT finds ",
                           type.is(TypeKind::kIntervalMonth)
                               ? "YEAR and MONTH"
                               : "DAY, HOUR, MINUTE, SECOND, MILLISECOND and EPOCH",
                           " in ", type.to_sql_without_null());
  }
  const auto extract = [field = *field](int64_t length) {
    return length / field.divisor % field.modulus;
  };
  if (type.is(TypeKind::kIntervalMonth)) {
    return make_row_kernel(
        [extract](std::string_view, int32_t length) -> int64_t { return extract(length); },
        binding);
  }
  return make_row_kernel(
      [extract](std::string_view, int64_t length) -> int64_t { return extract(length); }, binding);
}

Result<std::unique_ptr<ScalarKernel>> bind_extract(const CallBinding& binding) {
  const std::string name(binding.literals[0]->value<std::string_view>(0));
  const std::optional<TimeUnit> unit = parse_time_unit(name);
  if (!unit) return Status::Invalid("EXTRACT has no field '", name, "'; use YEAR, MONTH, DAY, …");
  if (binding.arg_types[1].is_interval()) return bind_interval_field(*unit, binding);
  return bind_field(*unit, binding.arg_types[1], binding, true);
}

struct ShortForm {
  const char* name;
  TimeUnit unit;
  const char* sentence;
  const char* example;
  const char* result;
};

constexpr ShortForm kShortForms[] = {
    {"YEAR", TimeUnit::kYear, "The year.", "YEAR(DATE '2018-02-07')", "2018"},
    {"QUARTER", TimeUnit::kQuarter, "The quarter of the year, 1 to 4.",
     "QUARTER(DATE '2018-11-07')", "4"},
    {"MONTH", TimeUnit::kMonth, "The month of the year, 1 to 12.", "MONTH(DATE '2018-02-07')", "2"},
    {"WEEK", TimeUnit::kWeek, "The ISO week of the year, 1 to 53.", "WEEK(DATE '2018-02-07')", "6"},
    {"DAYOFYEAR", TimeUnit::kDayOfYear, "The day of the year, 1 to 366.",
     "DAYOFYEAR(DATE '2018-02-07')", "38"},
    {"DAYOFMONTH", TimeUnit::kDay, "The day of the month, 1 to 31.",
     "DAYOFMONTH(DATE '2018-02-07')", "7"},
    {"DAYOFWEEK", TimeUnit::kDayOfWeek, "The day of the week, 1 = Sunday to 7 = Saturday.",
     "DAYOFWEEK(DATE '2018-02-07')", "4"},
    {"HOUR", TimeUnit::kHour, "The hour of the day, 0 to 23.",
     "HOUR(TIMESTAMP '2018-02-07 21:05:09')", "21"},
    {"MINUTE", TimeUnit::kMinute, "The minute of the hour, 0 to 59.",
     "MINUTE(TIMESTAMP '2018-02-07 21:05:09')", "5"},
    {"SECOND", TimeUnit::kSecond, "The second of the minute, 0 to 59.",
     "SECOND(TIMESTAMP '2018-02-07 21:05:09')", "9"}};

}  // namespace

void register_extract(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "EXTRACT",
      .family = "temporal",
      .signatures = {"(field SYMBOL, time TEMPORAL) -> BIGINT",
                     "(field SYMBOL, length INTERVAL) -> BIGINT"},
      .sentence = "EXTRACT(field FROM time): one calendar field as a number. WEEK is the ISO week, "
                  "DOW counts from 1 = Sunday, ISODOW from 1 = Monday, EPOCH is in seconds, SECOND "
                  "is whole. Of an interval its part in that unit.",
      .examples = {{"EXTRACT(DAY FROM DATE '2018-02-07')", "7"},
                   {"EXTRACT(EPOCH FROM TIMESTAMP '1970-01-02 00:00:01')", "86401"},
                   {"EXTRACT(ISODOW FROM DATE '2018-02-07')", "3"},
                   {"EXTRACT(HOUR FROM INTERVAL '3 04:05:06' DAY TO SECOND)", "4"}},
      .kernel = bind_extract,
  });
  for (const ShortForm& form : kShortForms) {
    catalogue.add(ScalarFunction{
        .name = form.name,
        .family = "temporal",
        .signatures = {"(time TEMPORAL) -> BIGINT"},
        .sentence = form.sentence,
        .examples = {{form.example, form.result}},
        .kernel =
            [unit = form.unit](const CallBinding& binding) {
              return bind_field(unit, binding.arg_types[0], binding, false);
            },
    });
  }
}

}  // namespace hw
