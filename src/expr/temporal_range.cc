// SPDX-License-Identifier: Apache-2.0

#include "expr/temporal_range.h"

#include <string>

#include "columnar/text/timestamp.h"

namespace hw {
namespace {

constexpr int64_t kFirstDate = -719'528;  // 0000-01-01
constexpr int64_t kLastDate = 2'932'896;  // 9999-12-31

/// What the ticks of a type hold in 64 bits.
const char* reach_of(const SqlType& type) {
  if (type.is(TypeKind::kIntervalMonth)) return "holds 2147483647 months";
  if (type.is(TypeKind::kIntervalDay)) return "holds 9223372036854775807 milliseconds";
  switch (type.ticks_per_second()) {
    case 1'000:
      return "reaches from the year -292275055 to the year 292278994";
    case 1'000'000:
      return "reaches from the year -290308 to the year 294247";
    default:
      return "reaches from the year 1677 to the year 2262";
  }
}

}  // namespace

Result<int32_t> checked_date(int64_t days) {
  if (days >= kFirstDate && days <= kLastDate) return static_cast<int32_t>(days);
  std::string text;
  append_date(days, text);
  return Status::Invalid("DATE reaches from 0000-01-01 to 9999-12-31, but the result is ", text);
}

Status beyond_range(const SqlType& type) {
  return Status::Invalid(type.to_sql_without_null(), " ", reach_of(type),
                         ", but the result is out of range");
}

}  // namespace hw
