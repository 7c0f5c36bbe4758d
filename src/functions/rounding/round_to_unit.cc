// SPDX-License-Identifier: Apache-2.0

#include "functions/rounding/round_to_unit.h"

#include <cstdint>
#include <string>
#include <utility>

#include "expr/row_kernel.h"
#include "expr/time_unit.h"

namespace hw {
namespace {

Result<TimeUnit> unit_of(const CallBinding& binding) {
  if (binding.literals.size() < 2 || binding.literals[1] == nullptr) {
    return Status::TypeError("the unit of FLOOR and CEIL must be a keyword such as HOUR");
  }
  const std::string_view name = binding.literals[1]->value<std::string_view>(0);
  const std::optional<TimeUnit> unit = parse_time_unit(name);
  if (!unit || *unit > TimeUnit::kMillennium) {
    return Status::TypeError("FLOOR and CEIL know no unit ", std::string(name),
                             "; write MILLISECOND, SECOND, MINUTE, HOUR, DAY, WEEK, MONTH, "
                             "QUARTER, YEAR, DECADE, CENTURY or MILLENNIUM");
  }
  return *unit;
}

template <typename T>
struct RoundToUnit {
  // The start of a century or the end of a day may lie beyond what the type holds.
  Result<T> operator()(T stored) {
    const WallTime time = reader(stored);
    HW_ASSIGN_OR_RETURN(const int64_t rounded,
                        reader.store(up ? ceil_to(unit, time) : floor_to(unit, time)));
    return static_cast<T>(rounded);
  }
  WallTimeReader reader;
  TimeUnit unit;
  bool up;
};

}  // namespace

Result<SqlType> round_to_unit_type(const CallBinding& binding) {
  const SqlType& type = binding.arg_types[0];
  HW_ASSIGN_OR_RETURN(const TimeUnit unit, unit_of(binding));
  if (type.is(TypeKind::kTime) && unit >= TimeUnit::kDay) {
    return Status::TypeError("a TIME has no unit of a day or more");
  }
  return type;
}

Result<std::unique_ptr<ScalarKernel>> make_round_to_unit(bool up, const CallBinding& binding) {
  HW_ASSIGN_OR_RETURN(const TimeUnit unit, unit_of(binding));
  HW_ASSIGN_OR_RETURN(TimeZone zone, TimeZone::find(binding.session->time_zone));
  WallTimeReader reader(binding.arg_types[0], std::move(zone));
  if (binding.arg_types[0].physical() == PhysicalType::kInt32) {
    return make_first_argument_kernel(RoundToUnit<int32_t>{std::move(reader), unit, up}, binding);
  }
  return make_first_argument_kernel(RoundToUnit<int64_t>{std::move(reader), unit, up}, binding);
}

}  // namespace hw
