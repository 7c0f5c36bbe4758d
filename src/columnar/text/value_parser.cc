// SPDX-License-Identifier: Apache-2.0

#include <limits>
#include <utility>

#include <arrow/util/decimal.h>

#include "base/assert.h"
#include "columnar/bitmap_value.h"
#include "columnar/sql_type.h"
#include "columnar/text/constructed.h"
#include "columnar/text/decimal.h"
#include "columnar/text/float.h"
#include "columnar/text/interval.h"
#include "columnar/text/parse_error.h"
#include "columnar/text/text_length.h"
#include "columnar/text/time_zone.h"
#include "columnar/text/timestamp.h"
#include "columnar/text/type_text.h"
#include "columnar/text/variant.h"

namespace hw {
namespace {

using ParserPtr = std::unique_ptr<ValueParser>;

/// `Read` is read(text, value) -> ParseOutcome, `Append` append(builder, value) -> Status.
template <typename T, typename Read, typename Append>
class ScalarParser final : public ValueParser {
 public:
  ScalarParser(SqlType type, Read read, Append append)
      : type_(std::move(type)), read_(std::move(read)), append_(std::move(append)) {}

  Status parse(std::string_view text, ColumnBuilder& out) const override {
    T value{};
    const ParseOutcome outcome = read_(text, value);
    if (outcome != ParseOutcome::kOk) return parse_error(text, type_, outcome);
    return append_(out, value);
  }

 private:
  const SqlType type_;
  // A time zone remembers where it looked last.
  mutable Read read_;
  const Append append_;
};

template <typename T, typename Read, typename Append>
ParserPtr scalar(const SqlType& type, Read read, Append append) {
  return std::make_unique<ScalarParser<T, Read, Append>>(type, std::move(read), std::move(append));
}

Status append_int(ColumnBuilder& out, int64_t value) { return out.append_int(value); }
Status append_floating(ColumnBuilder& out, double value) { return out.append_double(value); }

template <typename T>
ParserPtr integer_parser(const SqlType& type) {
  const auto read = [](std::string_view text, int64_t& value) {
    const ParseOutcome outcome = parse_integer(text, value);
    const bool fits =
        value >= std::numeric_limits<T>::min() && value <= std::numeric_limits<T>::max();
    return outcome == ParseOutcome::kOk && !fits ? ParseOutcome::kOutOfRange : outcome;
  };
  return scalar<int64_t>(type, read, append_int);
}

ParserPtr decimal_parser(const SqlType& type) {
  const int precision = type.precision();
  const int scale = type.scale();
  const auto read = [precision, scale](std::string_view text, arrow::Decimal128& value) {
    return parse_decimal(text, precision, scale, value);
  };
  return scalar<arrow::Decimal128>(
      type, read,
      [](ColumnBuilder& out, const arrow::Decimal128& value) { return out.append_decimal(value); });
}

class TextParser final : public ValueParser {
 public:
  explicit TextParser(SqlType type) : type_(std::move(type)) {}
  Status parse(std::string_view text, ColumnBuilder& out) const override {
    std::string scratch;
    return out.append_bytes(fit_to_type(text, type_, scratch));
  }

 private:
  const SqlType type_;
};

/// JSON text.
class VariantParser final : public ValueParser {
 public:
  Status parse(std::string_view text, ColumnBuilder& out) const override {
    std::string value;
    HW_TRY(VariantReader().read(text, DuplicateNames::kRefused, value));
    return out.append_bytes(value);
  }
};

/// `{1,2,3}`. There is no CAST from STRING.
class BitmapParser final : public ValueParser {
 public:
  Status parse(std::string_view text, ColumnBuilder& out) const override {
    HW_ASSIGN_OR_RETURN(BitmapValue value, BitmapValue::parse(text));
    std::string bytes;
    value.append_bytes(bytes);
    return out.append_bytes(bytes);
  }
};

ParserPtr time_parser(const SqlType& type) {
  const int precision = type.precision();
  return scalar<int32_t>(
      type,
      [precision](std::string_view text, int32_t& value) {
        return parse_time(text, precision, value);
      },
      append_int);
}

ParserPtr timestamp_parser(const SqlType& type) {
  const int precision = type.precision();
  return scalar<int64_t>(
      type,
      [precision](std::string_view text, int64_t& value) {
        return parse_timestamp(text, precision, value);
      },
      append_int);
}

Result<ParserPtr> timestamp_ltz_parser(const SqlType& type, std::string_view time_zone) {
  HW_ASSIGN_OR_RETURN(TimeZone zone, TimeZone::find(time_zone));
  const int precision = type.precision();
  const auto read = [precision, zone](std::string_view text, int64_t& value) mutable {
    int64_t local = 0;
    const ParseOutcome outcome = parse_timestamp(text, precision, local);
    if (outcome == ParseOutcome::kOk)
      value = zone.to_instant(local, ticks_per_second_of(precision));
    return outcome;
  };
  return scalar<int64_t>(type, read, append_int);
}

Status append_bool(ColumnBuilder& out, bool value) { return out.append_bool(value); }

}  // namespace

Result<ParserPtr> ValueParser::make(const SqlType& type, std::string_view time_zone) {
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return scalar<bool>(type, parse_boolean, append_bool);
    case TypeKind::kTinyint:
      return integer_parser<int8_t>(type);
    case TypeKind::kSmallint:
      return integer_parser<int16_t>(type);
    case TypeKind::kInt:
      return integer_parser<int32_t>(type);
    case TypeKind::kBigint:
      return integer_parser<int64_t>(type);
    case TypeKind::kFloat:
      return scalar<float>(type, parse_float, append_floating);
    case TypeKind::kDouble:
      return scalar<double>(type, parse_double, append_floating);
    case TypeKind::kDecimal:
      return decimal_parser(type);
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      return std::make_unique<TextParser>(type);
    case TypeKind::kDate:
      return scalar<int32_t>(type, parse_date, append_int);
    case TypeKind::kTime:
      return time_parser(type);
    case TypeKind::kTimestamp:
      return timestamp_parser(type);
    case TypeKind::kTimestampLtz:
      return timestamp_ltz_parser(type, time_zone);
    case TypeKind::kIntervalMonth:
      return scalar<int32_t>(type, parse_month_interval, append_int);
    case TypeKind::kIntervalDay:
      return scalar<int64_t>(type, parse_day_interval, append_int);
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kMultiset:
    case TypeKind::kRow:
      return make_constructed_parser(type, time_zone);
    case TypeKind::kVariant:
      return std::make_unique<VariantParser>();
    case TypeKind::kBitmap:
      return std::make_unique<BitmapParser>();
    case TypeKind::kNull:
    case TypeKind::kSymbol:
    case TypeKind::kDescriptor:
      break;
  }
  return Status::TypeError("no text is a value of type ", type.to_sql_without_null());
}

}  // namespace hw
