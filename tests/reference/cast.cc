// SPDX-License-Identifier: Apache-2.0
//
// CAST between scalars and from VARIANT. Known: numbers and BOOLEAN among each other, everything
// but FLOAT and DOUBLE to text, text to integers and text, DATE and timestamps among each other;
// TIMESTAMP_LTZ only to others, as the clocks of the session's zone show it.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "reference/calendar.h"
#include "reference/decimal.h"
#include "reference/functions.h"
#include "reference/printing.h"
#include "reference/scalar.h"
#include "reference/wall_clock.h"

namespace hw::reference {
namespace {

constexpr int64_t kSecondsPerDay = 86'400;

Status unknown(const SqlType& from, const SqlType& to) {
  return Status::NotImplemented("the reference does not cast ", from.to_sql(), " to ", to.to_sql());
}

/// Toward zero, saturating at INT or BIGINT, NaN to 0; smaller types wrap by way of INT.
int64_t narrow(double value, const SqlType& to) {
  if (std::isnan(value)) return 0;
  if (to.is(TypeKind::kBigint)) {
    if (value >= 0x1p63) return std::numeric_limits<int64_t>::max();
    if (value < -0x1p63) return std::numeric_limits<int64_t>::min();
    return static_cast<int64_t>(value);
  }
  if (value >= 0x1p31) value = 0x1p31 - 1;
  if (value < -0x1p31) value = -0x1p31;
  return wrap(static_cast<int64_t>(value), to);
}

Result<Value> to_integer(const Value& value, const SqlType& from, const SqlType& to, bool lenient) {
  if (from.is(TypeKind::kBoolean)) return Value::integer(value.as<bool>() ? 1 : 0);
  if (from.is_integer()) return Value::integer(wrap(value.as<int64_t>(), to));
  if (from.is_approximate()) return Value::integer(narrow(value.as<double>(), to));
  if (from.is(TypeKind::kDecimal)) {
    Unscaled whole = value.as<Unscaled>();
    for (int i = 0; i < from.scale(); ++i) whole /= 10;
    return Value::integer(wrap(whole, to));
  }
  if (!from.is_text()) return unknown(from, to);
  const std::optional<int64_t> number = read_integer(value.as<std::string>());
  if (number && wrap(*number, to) == *number) return Value::integer(*number);
  if (lenient) return Value::null();
  return Status::Invalid("CAST of '", value.as<std::string>(), "' failed");
}

Result<Value> to_real(const Value& value, const SqlType& from, const SqlType& to) {
  double number = 0;
  if (from.is(TypeKind::kBoolean)) {
    number = value.as<bool>() ? 1 : 0;
  } else if (from.is_integer()) {
    // One rounding: by way of double a BIGINT could be rounded twice.
    if (to.is(TypeKind::kFloat)) {
      return Value::real(static_cast<double>(static_cast<float>(value.as<int64_t>())));
    }
    number = static_cast<double>(value.as<int64_t>());
  } else if (from.is_approximate()) {
    number = value.as<double>();
  } else if (from.is(TypeKind::kDecimal)) {
    const std::string text = print_decimal(value.as<Unscaled>(), from.scale());
    if (to.is(TypeKind::kFloat)) {
      return Value::real(static_cast<double>(std::strtof(text.c_str(), nullptr)));
    }
    number = std::strtod(text.c_str(), nullptr);
  } else {
    return unknown(from, to);
  }
  if (to.is(TypeKind::kFloat)) number = static_cast<double>(static_cast<float>(number));
  return Value::real(number);
}

Result<Value> to_boolean(const Value& value, const SqlType& from, const SqlType& to) {
  if (from.is(TypeKind::kBoolean)) return value;
  if (from.is_integer()) return Value::boolean(value.as<int64_t>() != 0);
  if (from.is_approximate()) return Value::boolean(value.as<double>() != 0);
  return unknown(from, to);
}

/// Cut or, for CHAR, padded to its length in code points.
std::string fitted(const std::string& text, const SqlType& to) {
  std::string out;
  int64_t length = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80 && ++length > to.length()) break;
    out += c;
  }
  if (to.is(TypeKind::kChar)) {
    for (; length < to.length(); ++length) out += ' ';
  }
  return out;
}

Result<Value> to_text_type(const Value& value, const SqlType& from, const SqlType& to) {
  const bool known = from.is(TypeKind::kBoolean) || from.is_integer() || from.is_text() ||
                     from.is(TypeKind::kDecimal) || from.is(TypeKind::kDate) || from.is_timestamp();
  if (!known) return unknown(from, to);
  return Value::text(fitted(print(value, from), to));
}

/// DATE and TIMESTAMP; digits of a second that the target has not are cut toward the past.
Result<Value> to_point(const Value& value, const SqlType& from, const SqlType& to) {
  const int64_t given = value.as<int64_t>();
  if (from.is(TypeKind::kDate) && to.is(TypeKind::kDate)) return value;
  if (from.is(TypeKind::kDate)) {
    return Value::integer(given * kSecondsPerDay * to.ticks_per_second());
  }
  const int64_t from_second = from.ticks_per_second();
  if (to.is(TypeKind::kDate)) {
    return Value::integer(floor_divide(given, from_second * kSecondsPerDay));
  }
  // Ticks of 10^-9 s, cut to the digits of the target, then to its ticks.
  const Unscaled nanos = static_cast<Unscaled>(given) * (1'000'000'000 / from_second);
  Unscaled step = 1;
  for (int i = to.precision(); i < 9; ++i) step *= 10;
  Unscaled whole = nanos / step;
  if (nanos % step < 0) --whole;
  return Value::integer(
      static_cast<int64_t>(whole * step / (1'000'000'000 / to.ticks_per_second())));
}

Result<Value> to_decimal(const Value& value, const SqlType& from, const SqlType& to) {
  if (from.is_integer() || from.is(TypeKind::kDecimal)) {
    return decimal_of(exact_of(value, from), to);
  }
  if (from.is(TypeKind::kBoolean)) return decimal_of({value.as<bool>() ? 1 : 0, 0}, to);
  return unknown(from, to);
}

bool is_point(const SqlType& type) { return type.is(TypeKind::kDate) || type.is_timestamp(); }

/// An instant as a TIMESTAMP: what the clocks show.
Value shown_on_clocks(const Value& value, const SqlType& from) {
  const int64_t per_ms = from.ticks_per_second() / 1000;
  const int64_t ms = floor_divide(value.as<int64_t>(), per_ms);
  return Value::integer(wall_clock_ms(ms) * per_ms + (value.as<int64_t>() - ms * per_ms));
}

/// A number only where it is the same one; JSON's null is NULL.
Result<Value> from_variant(const std::string& json, const SqlType& from, const SqlType& to,
                           bool lenient) {
  if (to.is_text()) return Value::text(fitted(json, to));
  if (json == "null") return Value::null();
  if (to.is(TypeKind::kBoolean) && (json == "true" || json == "false")) {
    return Value::boolean(json == "true");
  }
  const bool is_number = json.find_first_not_of("-0123456789.") == std::string::npos;
  if (to.is(TypeKind::kDouble) && is_number) {
    return Value::real(std::strtod(json.c_str(), nullptr));
  }
  if (to.is_integer() && is_number) {
    const size_t point = std::min(json.find('.'), json.size());
    const bool whole = json.find_first_not_of("0", point + 1) == std::string::npos;
    const std::optional<int64_t> number = read_integer(json.substr(0, point));
    if (whole && number && wrap(*number, to) == *number) return Value::integer(*number);
  }
  const bool known = to.is(TypeKind::kBoolean) || to.is(TypeKind::kDouble) || to.is_integer();
  if (!known || !lenient) return unknown(from, to);
  return Value::null();
}

}  // namespace

Result<Value> cast(const Value& value, const SqlType& from, const SqlType& to, bool lenient) {
  if (value.is_null() || from.equals_ignoring_null(to)) return value;
  if (from.is_variant()) return from_variant(value.as<std::string>(), from, to, lenient);
  if (from.is(TypeKind::kTimestampLtz) && !to.is(TypeKind::kTimestampLtz)) {
    if (from.precision() < 3) return unknown(from, to);
    return cast(shown_on_clocks(value, from), SqlType::timestamp(from.precision()), to, lenient);
  }
  if (to.is(TypeKind::kTimestampLtz) && !from.is(TypeKind::kTimestampLtz)) return unknown(from, to);
  if (to.is_integer()) return to_integer(value, from, to, lenient);
  if (to.is_approximate()) return to_real(value, from, to);
  if (to.is(TypeKind::kDecimal)) return to_decimal(value, from, to);
  if (to.is(TypeKind::kBoolean)) return to_boolean(value, from, to);
  if (to.is_text()) return to_text_type(value, from, to);
  if (is_point(from) && is_point(to)) return to_point(value, from, to);
  return unknown(from, to);
}

}  // namespace hw::reference
