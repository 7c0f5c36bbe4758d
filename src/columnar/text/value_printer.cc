// SPDX-License-Identifier: Apache-2.0

#include <cmath>
#include <utility>

#include <arrow/util/decimal.h>

#include "base/assert.h"
#include "columnar/bitmap_value.h"
#include "columnar/sql_type.h"
#include "columnar/text/constructed.h"
#include "columnar/text/decimal.h"
#include "columnar/text/float.h"
#include "columnar/text/integer.h"
#include "columnar/text/interval.h"
#include "columnar/text/json_text.h"
#include "columnar/text/time_zone.h"
#include "columnar/text/timestamp.h"
#include "columnar/text/type_text.h"

namespace hw {
namespace {

using PrinterPtr = std::unique_ptr<ValuePrinter>;

std::string_view null_text(TextStyle style) {
  switch (style) {
    case TextStyle::kSql:
      return "NULL";
    case TextStyle::kJson:
      return "null";
    case TextStyle::kCsv:
      return "";
  }
  HW_CHECK(false);
}

/// `Print` is called as print(value, out) for what is not NULL.
template <typename T, typename Print>
class ScalarPrinter final : public ValuePrinter {
 public:
  ScalarPrinter(TextStyle style, bool quoted, Print print)
      : null_text_(null_text(style)), quoted_(quoted), print_(std::move(print)) {}

  void print(const Column& column, int64_t row, std::string& out) const override {
    const int64_t slot = column.slot(row);
    if (column.slot_is_null(slot)) {
      out += null_text_;
      return;
    }
    if (quoted_) out += '"';
    print_(column.slot_value<T>(slot), out);
    if (quoted_) out += '"';
  }

 private:
  const std::string_view null_text_;
  const bool quoted_;
  // A time zone remembers where it looked last.
  mutable Print print_;
};

template <typename T, typename Print>
PrinterPtr scalar(TextStyle style, Print print) {
  return std::make_unique<ScalarPrinter<T, Print>>(style, false, std::move(print));
}

/// In double quotes in JSON.
template <typename T, typename Print>
PrinterPtr quoted_scalar(TextStyle style, Print print) {
  return std::make_unique<ScalarPrinter<T, Print>>(style, style == TextStyle::kJson,
                                                   std::move(print));
}

class NullPrinter final : public ValuePrinter {
 public:
  explicit NullPrinter(TextStyle style) : text_(null_text(style)) {}
  void print(const Column&, int64_t, std::string& out) const override { out += text_; }

 private:
  const std::string_view text_;
};

template <typename T>
PrinterPtr integer_printer(TextStyle style) {
  return scalar<T>(style, [](T value, std::string& out) { append_integer(value, out); });
}

template <typename T>
PrinterPtr float_printer(TextStyle style) {
  const bool json = style == TextStyle::kJson;
  return scalar<T>(style, [json](T value, std::string& out) {
    const bool quoted = json && !std::isfinite(value);
    if (quoted) out += '"';
    if constexpr (sizeof(T) == sizeof(float)) {
      append_float(value, out);
    } else {
      append_double(value, out);
    }
    if (quoted) out += '"';
  });
}

PrinterPtr boolean_printer(TextStyle style) {
  const bool upper = style == TextStyle::kSql;
  return scalar<bool>(style, [upper](bool value, std::string& out) {
    out += upper ? (value ? "TRUE" : "FALSE") : (value ? "true" : "false");
  });
}

PrinterPtr decimal_printer(const SqlType& type, TextStyle style) {
  const int scale = type.scale();
  const bool scientific = style == TextStyle::kCsv;
  return scalar<arrow::Decimal128>(style, [scale, scientific](const arrow::Decimal128& value,
                                                              std::string& out) {
    scientific ? append_decimal_scientific(value, scale, out) : append_decimal(value, scale, out);
  });
}

PrinterPtr text_printer(TextStyle style) {
  if (style == TextStyle::kJson) {
    return scalar<std::string_view>(style, append_json_string);
  }
  return scalar<std::string_view>(style,
                                  [](std::string_view value, std::string& out) { out += value; });
}

/// JSON text in every style.
PrinterPtr variant_printer(TextStyle style) {
  return scalar<std::string_view>(style,
                                  [](std::string_view value, std::string& out) { out += value; });
}

PrinterPtr bytes_printer(TextStyle style) {
  if (style != TextStyle::kSql) return quoted_scalar<std::string_view>(style, append_base64);
  return text_printer(style);
}

/// A text for people, bytes for machines.
PrinterPtr bitmap_printer(TextStyle style) {
  if (style != TextStyle::kSql) return bytes_printer(style);
  return scalar<std::string_view>(style, [](std::string_view bytes, std::string& out) {
    const Result<BitmapValue> value = BitmapValue::read(bytes);
    if (value.ok()) {
      value->append_text(out);
    } else {
      out += "{damaged}";
    }
  });
}

PrinterPtr date_printer(TextStyle style) {
  return quoted_scalar<int32_t>(style,
                                [](int32_t days, std::string& out) { append_date(days, out); });
}

PrinterPtr time_printer(const SqlType& type, TextStyle style) {
  const int precision = type.precision();
  const Fraction fraction = style == TextStyle::kSql ? Fraction::kAtLeast1 : Fraction::kCut;
  return quoted_scalar<int32_t>(style, [precision, fraction](int32_t millis, std::string& out) {
    append_time(millis, precision, fraction, out);
  });
}

PrinterPtr timestamp_printer(const SqlType& type, TextStyle style) {
  const int precision = type.precision();
  const Fraction fraction = style == TextStyle::kSql ? Fraction::kExact : Fraction::kCut;
  return quoted_scalar<int64_t>(style, [precision, fraction](int64_t ticks, std::string& out) {
    append_timestamp(ticks, precision, fraction, out);
  });
}

Result<PrinterPtr> timestamp_ltz_printer(const SqlType& type, TextStyle style,
                                         std::string_view time_zone) {
  const int precision = type.precision();
  if (style != TextStyle::kSql) {
    return quoted_scalar<int64_t>(style, [precision](int64_t ticks, std::string& out) {
      append_timestamp(ticks, precision, Fraction::kCut, out);
      out += 'Z';
    });
  }
  HW_ASSIGN_OR_RETURN(TimeZone zone, TimeZone::find(time_zone));
  const int64_t per_second = type.ticks_per_second();
  return scalar<int64_t>(
      style, [precision, per_second, zone](int64_t ticks, std::string& out) mutable {
        append_timestamp(zone.to_local(ticks, per_second), precision, Fraction::kExact, out);
      });
}

PrinterPtr month_interval_printer(TextStyle style) {
  if (style != TextStyle::kSql) return integer_printer<int32_t>(style);
  return scalar<int32_t>(style, append_month_interval);
}

PrinterPtr day_interval_printer(TextStyle style) {
  if (style != TextStyle::kSql) return integer_printer<int64_t>(style);
  return scalar<int64_t>(style, append_day_interval);
}

}  // namespace

Result<PrinterPtr> ValuePrinter::make(const SqlType& type, TextStyle style,
                                      std::string_view time_zone) {
  switch (type.kind()) {
    case TypeKind::kNull:
    case TypeKind::kDescriptor:
      return std::make_unique<NullPrinter>(style);
    case TypeKind::kBoolean:
      return boolean_printer(style);
    case TypeKind::kTinyint:
      return integer_printer<int8_t>(style);
    case TypeKind::kSmallint:
      return integer_printer<int16_t>(style);
    case TypeKind::kInt:
      return integer_printer<int32_t>(style);
    case TypeKind::kBigint:
      return integer_printer<int64_t>(style);
    case TypeKind::kFloat:
      return float_printer<float>(style);
    case TypeKind::kDouble:
      return float_printer<double>(style);
    case TypeKind::kDecimal:
      return decimal_printer(type, style);
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kSymbol:
      return text_printer(style);
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      return bytes_printer(style);
    case TypeKind::kDate:
      return date_printer(style);
    case TypeKind::kTime:
      return time_printer(type, style);
    case TypeKind::kTimestamp:
      return timestamp_printer(type, style);
    case TypeKind::kTimestampLtz:
      return timestamp_ltz_printer(type, style, time_zone);
    case TypeKind::kIntervalMonth:
      return month_interval_printer(style);
    case TypeKind::kIntervalDay:
      return day_interval_printer(style);
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kMultiset:
    case TypeKind::kRow:
      return make_constructed_printer(type, style, time_zone);
    case TypeKind::kVariant:
      return variant_printer(style);
    case TypeKind::kBitmap:
      return bitmap_printer(style);
  }
  HW_CHECK(false);
}

std::string value_text(const Column& column, int64_t row) {
  Result<PrinterPtr> printer = ValuePrinter::make(column.type(), TextStyle::kSql, "UTC");
  HW_CHECK(printer.ok());
  std::string text;
  (*printer)->print(column, row, text);
  return text;
}

}  // namespace hw
