// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_literal.h"

#include <charconv>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include <arrow/util/decimal.h>

#include "columnar/column_builder.h"
#include "columnar/text/type_text.h"
#include "expr/literal.h"

namespace hw {
namespace {

constexpr int kDecimalDigitsMax = 38;

Result<BoundExprPtr> bind_decimal(std::string_view digits, int precision, int scale) {
  std::string_view significant = digits;
  while (significant.size() > 1 && significant[0] == '0') significant.remove_prefix(1);
  if (scale > kDecimalDigitsMax || static_cast<int>(significant.size()) > kDecimalDigitsMax) {
    return Status::Invalid("a number has at most ", kDecimalDigitsMax, " digits; write it with an ",
                           "exponent to make it a DOUBLE");
  }
  const Result<arrow::Decimal128> value = arrow::Decimal128::FromString(significant);
  if (!value.ok()) return Status::Invalid("'", digits, "' is no number");
  const int digits_kept = std::max(std::min(precision, kDecimalDigitsMax), std::max(scale, 1));
  return decimal_literal(*value, SqlType::decimal(digits_kept, scale));
}

/// INT, else BIGINT, else DECIMAL(p, 0).
Result<BoundExprPtr> bind_integer(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) {
    return integer_literal(value, value <= INT32_MAX ? SqlType::integer() : SqlType::bigint());
  }
  return bind_decimal(text, static_cast<int>(text.size()), 0);
}

/// Digits with a point: as many digits as are written.
Result<BoundExprPtr> bind_point_number(std::string_view text) {
  const size_t point = text.find('.');
  if (point == text.size() - 1) return bind_integer(text.substr(0, point));
  std::string digits(text.substr(0, point));
  digits += text.substr(point + 1);
  const int scale = static_cast<int>(text.size() - point - 1);
  return bind_decimal(digits, static_cast<int>(digits.size()), scale);
}

Result<BoundExprPtr> bind_double(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // Out of range: as Java reads it, to infinity or zero.
  if (error == std::errc::result_out_of_range) value = std::strtod(text.c_str(), nullptr);
  if (error != std::errc() && error != std::errc::result_out_of_range) {
    return Status::Invalid("'", text, "' is no number");
  }
  return double_literal(value);
}

/// Digits behind the point of a time.
int fraction_digits(std::string_view text) {
  const size_t point = text.rfind('.');
  return point == std::string_view::npos ? 0 : static_cast<int>(text.size() - point - 1);
}

/// The forms of literals are stricter than those of CAST: every field is there.
bool has_form(std::string_view text, bool date, bool time) {
  std::string shape;
  for (const char c : text) {
    const char kind = c >= '0' && c <= '9' ? '9' : c;
    if (kind != '9' || shape.empty() || shape.back() != '9') shape += kind;
  }
  const std::string wanted =
      std::string(date ? "9-9-9" : "") + (date && time ? " " : "") + (time ? "9:9:9" : "");
  return shape == wanted || (time && shape == wanted + ".9");
}

Result<BoundExprPtr> bind_temporal(const std::string& text, const SqlType& type,
                                   std::string_view form) {
  const bool date = !type.is(TypeKind::kTime);
  const bool time = !type.is(TypeKind::kDate);
  const auto wrong = [&]() {
    return Status::Invalid("a literal of type ", type.to_sql_without_null(), " has the form '",
                           form, "', but is '", text, "'");
  };
  if (!has_form(text, date, time)) return wrong();
  HW_ASSIGN_OR_RETURN(auto parser, ValueParser::make(type, "UTC"));
  HW_ASSIGN_OR_RETURN(auto builder, ColumnBuilder::make(type));
  if (!parser->parse(text, *builder).ok()) {
    return Status::Invalid("a literal of type ", type.to_sql_without_null(), " names ",
                           date ? "a day of the calendar" : "a time of day",
                           date && time ? " and a time of day" : "",
                           type.is(TypeKind::kTimestamp) && type.precision() > 6
                               ? " of the years 1677 to 2262 (because of its nanoseconds)"
                               : "",
                           ", but '", text, "' is none");
  }
  HW_ASSIGN_OR_RETURN(ColumnPtr column, builder->finish());
  if (column->num_rows() != 1 || column->is_null(0)) return wrong();
  return BoundExpr::literal(Column::constant(type, column->values_ptr(), 1));
}

Result<BoundExprPtr> bind_any_literal(const ast::Literal& literal) {
  const std::string& text = literal.text;
  switch (literal.type) {
    case ast::LiteralKind::kNull:
    case ast::LiteralKind::kUnknown:
      return null_literal(literal.type == ast::LiteralKind::kNull ? SqlType::null()
                                                                  : SqlType::boolean());
    case ast::LiteralKind::kTrue:
    case ast::LiteralKind::kFalse:
      return boolean_literal(literal.type == ast::LiteralKind::kTrue);
    case ast::LiteralKind::kInteger:
      return bind_integer(text);
    case ast::LiteralKind::kDecimal:
      return bind_point_number(text);
    case ast::LiteralKind::kDouble:
      return bind_double(text);
    case ast::LiteralKind::kString:
      return text_literal(text);
    case ast::LiteralKind::kBinary:
      return bytes_literal(text, SqlType::binary(static_cast<int>(text.size())));
    case ast::LiteralKind::kDate:
      return bind_temporal(text, SqlType::date().not_null(), "yyyy-MM-dd");
    case ast::LiteralKind::kTime:
      return bind_temporal(text, SqlType::time(std::min(9, fraction_digits(text))).not_null(),
                           "HH:mm:ss[.f]");
    case ast::LiteralKind::kTimestamp:
      return bind_temporal(text, SqlType::timestamp(std::min(9, fraction_digits(text))).not_null(),
                           "yyyy-MM-dd HH:mm:ss[.f]");
  }
  return Status::UnknownError("a literal of unknown kind");
}

// ---- intervals ----------------------------------------------------------------------------------

using ast::TimeUnit;

int64_t unit_size(TimeUnit unit) {
  constexpr int64_t kSecond = 1000, kMinute = 60 * kSecond, kHour = 60 * kMinute;
  switch (unit) {
    case TimeUnit::kYear:
      return 12;
    case TimeUnit::kQuarter:
      return 3;
    case TimeUnit::kMonth:
      return 1;
    case TimeUnit::kWeek:
      return 7 * 24 * kHour;
    case TimeUnit::kDay:
      return 24 * kHour;
    case TimeUnit::kHour:
      return kHour;
    case TimeUnit::kMinute:
      return kMinute;
    case TimeUnit::kSecond:
      return kSecond;
  }
  return 1;
}

/// What stands between a unit and the next smaller one: `1 02:03:04.005`, `2-10`.
char separator_behind(TimeUnit unit) {
  if (unit == TimeUnit::kYear) return '-';
  return unit == TimeUnit::kDay ? ' ' : ':';
}

TimeUnit next_smaller(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kYear:
      return TimeUnit::kMonth;
    case TimeUnit::kDay:
      return TimeUnit::kHour;
    case TimeUnit::kHour:
      return TimeUnit::kMinute;
    default:
      return TimeUnit::kSecond;
  }
}

/// How many of a unit a field may hold when a larger one stands before it.
int64_t field_limit(TimeUnit unit) {
  if (unit == TimeUnit::kMonth) return 12;
  return unit == TimeUnit::kHour ? 24 : 60;
}

std::optional<int64_t> take_digits(std::string_view& text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || text.empty() || text[0] == '-' || text[0] == '+') return {};
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value;
}

/// Milliseconds of `.005`; digits beyond the third are cut.
std::optional<int64_t> take_fraction(std::string_view& text) {
  if (text.empty() || text[0] != '.') return 0;
  text.remove_prefix(1);
  int64_t ms = 0, weight = 100;
  size_t n = 0;
  for (; n < text.size() && text[n] >= '0' && text[n] <= '9'; ++n) {
    ms += (text[n] - '0') * weight;
    weight /= 10;
  }
  text.remove_prefix(n);
  if (n == 0) return {};
  return ms;
}

std::optional<int64_t> parse_interval(std::string_view text,
                                      const ast::IntervalQualifier& qualifier) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  int64_t total = 0;
  for (TimeUnit unit = qualifier.from;; unit = next_smaller(unit)) {
    const std::optional<int64_t> field = take_digits(text);
    if (!field || (unit != qualifier.from && *field >= field_limit(unit))) return {};
    int64_t part = 0;
    if (__builtin_mul_overflow(*field, unit_size(unit), &part) ||
        __builtin_add_overflow(total, part, &total)) {
      return {};
    }
    if (unit == TimeUnit::kSecond) {
      const std::optional<int64_t> fraction = take_fraction(text);
      if (!fraction || __builtin_add_overflow(total, *fraction, &total)) return {};
    }
    if (unit == qualifier.to) break;
    if (text.empty() || text[0] != separator_behind(unit)) return {};
    text.remove_prefix(1);
  }
  if (!text.empty()) return {};
  return negative ? -total : total;
}

std::string_view interval_form(const ast::IntervalQualifier& qualifier) {
  if (qualifier.from == qualifier.to) return qualifier.to == TimeUnit::kSecond ? "5.005" : "5";
  if (qualifier.from == TimeUnit::kYear) return "2-10";
  if (qualifier.from == TimeUnit::kDay) return "1 02:03:04.005, as far as the range goes";
  return "02:03:04.005, as far as the range goes";
}

}  // namespace

Result<BoundExprPtr> bind_literal(const ast::Literal& literal) {
  Result<BoundExprPtr> bound = bind_any_literal(literal);
  if (!bound.ok()) return at(literal.position, bound.status());
  return (*bound)->with_position(literal.position);
}

Result<BoundExprPtr> bind_interval(const ast::IntervalLiteral& literal) {
  std::optional<int64_t> value = parse_interval(literal.text, literal.qualifier);
  const bool months = literal.qualifier.is_months();
  if (!value || (months && (*value > INT32_MAX || *value < -INT32_MAX))) {
    return at(literal.position,
              Status::Invalid("the text of this interval has the form '",
                              interval_form(literal.qualifier), "', but is '", literal.text, "'"));
  }
  const SqlType type = months ? SqlType::interval_month() : SqlType::interval_day();
  return integer_literal(literal.negative ? -*value : *value, type)
      ->with_position(literal.position);
}

}  // namespace hw
