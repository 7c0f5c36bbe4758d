// SPDX-License-Identifier: Apache-2.0
//
// TIMESTAMPADD and TIMESTAMPDIFF: calendar arithmetic in a named unit.

#include <string>

#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"
#include "expr/time_unit.h"

namespace hw {
namespace {

Result<TimeUnit> unit_of(const CallBinding& binding, std::string_view function) {
  const std::string name(binding.literals[0]->value<std::string_view>(0));
  const std::optional<TimeUnit> unit = parse_time_unit(name);
  if (!unit || *unit > TimeUnit::kMillennium) {
    return Status::Invalid(function, " has no unit '", name,
                           "'; use SECOND, MINUTE, HOUR, DAY, "
                           "WEEK, MONTH, QUARTER or YEAR");
  }
  return *unit;
}

// Adding less than a day to a DATE makes it a TIMESTAMP.
Result<SqlType> add_type(const CallBinding& binding) {
  HW_ASSIGN_OR_RETURN(const TimeUnit unit, unit_of(binding, "TIMESTAMPADD"));
  const SqlType& time = binding.arg_types[2];
  const bool nullable = time.nullable() || binding.arg_types[1].nullable();
  if (time.is(TypeKind::kDate) && unit < TimeUnit::kDay) {
    return SqlType::timestamp(3).with_nullable(nullable);
  }
  if (time.is(TypeKind::kTime) && unit >= TimeUnit::kDay) {
    return Status::TypeError("TIMESTAMPADD adds units below a day to a TIME");
  }
  return time.with_nullable(nullable);
}

template <typename Stored, typename Count, typename Out>
Result<std::unique_ptr<ScalarKernel>> make_add(TimeUnit unit, WallTimeReader read,
                                               WallTimeReader write, const CallBinding& binding) {
  return make_row_kernel(
      [unit, read, write](std::string_view, Count count, Stored value) mutable -> Result<Out> {
        HW_ASSIGN_OR_RETURN(const int64_t moved, write.store(add_units(unit, count, read(value))));
        return static_cast<Out>(moved);
      },
      binding);
}

template <typename Count>
Result<std::unique_ptr<ScalarKernel>> bind_add_count(TimeUnit unit, const CallBinding& binding) {
  HW_ASSIGN_OR_RETURN(const TimeZone zone, TimeZone::find(binding.session->time_zone));
  const WallTimeReader read(binding.arg_types[2], zone);
  const WallTimeReader write(binding.result_type, zone);
  const bool narrow = binding.arg_types[2].physical() == PhysicalType::kInt32;
  if (!narrow) return make_add<int64_t, Count, int64_t>(unit, read, write, binding);
  if (binding.result_type.physical() == PhysicalType::kInt32) {
    return make_add<int32_t, Count, int32_t>(unit, read, write, binding);
  }
  return make_add<int32_t, Count, int64_t>(unit, read, write, binding);
}

Result<std::unique_ptr<ScalarKernel>> bind_add(const CallBinding& binding) {
  HW_ASSIGN_OR_RETURN(const TimeUnit unit, unit_of(binding, "TIMESTAMPADD"));
  if (binding.arg_types[1].is(TypeKind::kBigint)) return bind_add_count<int64_t>(unit, binding);
  return bind_add_count<int32_t>(unit, binding);
}

template <typename From, typename To>
Result<std::unique_ptr<ScalarKernel>> make_diff(TimeUnit unit, WallTimeReader from,
                                                WallTimeReader to, const CallBinding& binding) {
  return make_row_kernel(
      [unit, from, to](std::string_view, From a, To b) mutable -> int32_t {
        return static_cast<int32_t>(units_between(unit, from(a), to(b)));
      },
      binding);
}

Result<std::unique_ptr<ScalarKernel>> bind_diff(const CallBinding& binding) {
  HW_ASSIGN_OR_RETURN(const TimeUnit unit, unit_of(binding, "TIMESTAMPDIFF"));
  HW_ASSIGN_OR_RETURN(const TimeZone zone, TimeZone::find(binding.session->time_zone));
  const WallTimeReader from(binding.arg_types[1], zone);
  const WallTimeReader to(binding.arg_types[2], zone);
  const bool narrow_from = binding.arg_types[1].physical() == PhysicalType::kInt32;
  const bool narrow_to = binding.arg_types[2].physical() == PhysicalType::kInt32;
  if (narrow_from && narrow_to) return make_diff<int32_t, int32_t>(unit, from, to, binding);
  if (narrow_from) return make_diff<int32_t, int64_t>(unit, from, to, binding);
  if (narrow_to) return make_diff<int64_t, int32_t>(unit, from, to, binding);
  return make_diff<int64_t, int64_t>(unit, from, to, binding);
}

}  // namespace

void register_timestampadd(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "TIMESTAMPADD",
      .family = "temporal",
      .signatures = {"(unit SYMBOL, n INT, time TEMPORAL) -> ANY",
                     "(unit SYMBOL, n BIGINT, time TEMPORAL) -> ANY"},
      .sentence = "Adds `n` units to `time`; months, quarters and years clamp to the last day of "
                  "the month. Fails when the result lies beyond the type's range.",
      .examples = {{"TIMESTAMPADD(WEEK, 1, DATE '2018-02-07')", "2018-02-14"},
                   {"TIMESTAMPADD(MONTH, 1, DATE '2018-01-31')", "2018-02-28"}},
      .can_fail = true,
      .infer = add_type,
      .kernel = bind_add,
  });
  catalogue.add(ScalarFunction{
      .name = "TIMESTAMPDIFF",
      .family = "temporal",
      .signatures = {"(unit SYMBOL, from TEMPORAL, to TEMPORAL) -> INT"},
      .sentence = "Returns `to` - `from` in whole units, toward zero.",
      .examples = {{"TIMESTAMPDIFF(DAY, DATE '2018-02-01', DATE '2018-02-07')", "6"},
                   {"TIMESTAMPDIFF(MONTH, DATE '2018-01-31', DATE '2018-02-28')", "1"},
                   {"TIMESTAMPDIFF(HOUR, TIMESTAMP '2018-02-07 03:30:00', "
                    "TIMESTAMP '2018-02-07 01:00:00')",
                    "-2"}},
      .kernel = bind_diff,
  });
}

}  // namespace hw
