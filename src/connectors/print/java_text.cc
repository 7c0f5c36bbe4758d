// SPDX-License-Identifier: Apache-2.0

#include "connectors/print/java_text.h"

#include <cstdlib>
#include <utility>

#include <arrow/util/decimal.h>

#include "columnar/text/calendar.h"
#include "columnar/text/decimal.h"
#include "columnar/text/float.h"
#include "columnar/text/integer.h"
#include "columnar/text/timestamp.h"
#include "columnar/text/type_text.h"

namespace hw {
namespace {

/// `HH:mm`, with seconds when there are any, and a fraction of 3, 6 or 9 digits.
void append_java_time(int64_t second_of_day, int64_t nanos, bool seconds_always, std::string& out) {
  const CivilTime time = civil_time(second_of_day);
  append_padded(static_cast<uint64_t>(time.hour), 2, out);
  out += ':';
  append_padded(static_cast<uint64_t>(time.minute), 2, out);
  if (time.second == 0 && nanos == 0 && !seconds_always) return;
  out += ':';
  append_padded(static_cast<uint64_t>(time.second), 2, out);
  if (nanos == 0) return;
  out += '.';
  if (nanos % 1'000'000 == 0) {
    append_padded(static_cast<uint64_t>(nanos / 1'000'000), 3, out);
  } else if (nanos % 1'000 == 0) {
    append_padded(static_cast<uint64_t>(nanos / 1'000), 6, out);
  } else {
    append_padded(static_cast<uint64_t>(nanos), 9, out);
  }
}

void append_java_timestamp(const SqlType& type, int64_t ticks, std::string& out) {
  const int64_t per_second = type.ticks_per_second();
  const int64_t seconds = floor_div(ticks, per_second);
  const int64_t nanos = floor_mod(ticks, per_second) * (1'000'000'000 / per_second);
  const bool instant = type.is(TypeKind::kTimestampLtz);
  append_date(floor_div(seconds, kSecondsPerDay), out);
  out += 'T';
  append_java_time(floor_mod(seconds, kSecondsPerDay), nanos, instant, out);
  if (instant) out += 'Z';
}

/// java.time.Period of months.
void append_period(int64_t months, std::string& out) {
  if (months == 0) {
    out += "P0D";
    return;
  }
  out += 'P';
  if (months / 12 != 0) {
    append_integer(months / 12, out);
    out += 'Y';
  }
  if (months % 12 != 0) {
    append_integer(months % 12, out);
    out += 'M';
  }
}

/// java.time.Duration of milliseconds.
void append_duration(int64_t millis, std::string& out) {
  if (millis == 0) {
    out += "PT0S";
    return;
  }
  out += "PT";
  const int64_t hours = millis / 3'600'000;
  const int64_t minutes = millis / 60'000 % 60;
  const int64_t rest = millis % 60'000;
  if (hours != 0) {
    append_integer(hours, out);
    out += 'H';
  }
  if (minutes != 0) {
    append_integer(minutes, out);
    out += 'M';
  }
  if (rest == 0) return;
  if (rest < 0 && rest > -1000) out += '-';
  append_integer(rest / 1000, out);
  if (rest % 1000 != 0) {
    out += '.';
    append_padded(static_cast<uint64_t>(std::abs(rest % 1000)), 3, out);
    while (out.back() == '0') out.pop_back();
  }
  out += 'S';
}

/// java.math.BigDecimal.toString.
void append_java_decimal(const arrow::Decimal128& value, int scale, std::string& out) {
  std::string digits = value.ToIntegerString();
  const bool negative = digits.front() == '-';
  if (negative) digits.erase(0, 1);
  const int adjusted = static_cast<int>(digits.size()) - 1 - scale;
  if (scale >= 0 && adjusted >= -6) {
    append_decimal(value, scale, out);
    return;
  }
  if (negative) out += '-';
  out += digits.front();
  if (digits.size() > 1) out.append(".").append(digits, 1);
  out += 'E';
  if (adjusted > 0) out += '+';
  append_integer(adjusted, out);
}

void append_java_bytes(std::string_view bytes, std::string& out) {
  out += '[';
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) out += ", ";
    append_integer(static_cast<int8_t>(bytes[i]), out);
  }
  out += ']';
}

}  // namespace

JavaPrinter::JavaPrinter(const SqlType& type) : type_(type) {
  if (type_.is(TypeKind::kMultiset)) {
    children_.emplace_back(type_.element());
    children_.emplace_back(SqlType::integer());
    return;
  }
  for (const SqlField& field : type_.fields()) children_.emplace_back(field.type);
}

void JavaPrinter::bind(const Column& column) {
  column_ = &column;
  bound_.clear();
  if (type_.is(TypeKind::kRow)) {
    for (int i = 0; i < static_cast<int>(children_.size()); ++i) {
      bound_.push_back(row_field(column, i));
    }
  } else if (type_.is_constructed()) {
    elements_ = std::make_unique<ElementsView>(column);
    bound_.push_back(elements_->elements());
    if (!type_.is(TypeKind::kArray)) bound_.push_back(elements_->values());
  }
  for (size_t i = 0; i < bound_.size(); ++i) children_[i].bind(*bound_[i]);
}

void JavaPrinter::print(int64_t row, std::string& out) const {
  if (column_->is_null(row)) {
    out += "null";
    return;
  }
  switch (type_.kind()) {
    case TypeKind::kRow:
      out += "+I[";
      for (size_t i = 0; i < children_.size(); ++i) {
        if (i > 0) out += ", ";
        children_[i].print(row, out);
      }
      out += ']';
      return;
    case TypeKind::kArray:
      return print_list(row, out);
    case TypeKind::kMap:
    case TypeKind::kMultiset:
      return print_entries(row, out);
    default:
      return print_scalar(row, out);
  }
}

void JavaPrinter::print_list(int64_t row, std::string& out) const {
  out += '[';
  for (int64_t i = elements_->begin(row); i < elements_->end(row); ++i) {
    if (i > elements_->begin(row)) out += ", ";
    children_[0].print(i, out);
  }
  out += ']';
}

void JavaPrinter::print_entries(int64_t row, std::string& out) const {
  out += '{';
  for (int64_t i = elements_->begin(row); i < elements_->end(row); ++i) {
    if (i > elements_->begin(row)) out += ", ";
    children_[0].print(i, out);
    out += '=';
    children_[1].print(i, out);
  }
  out += '}';
}

void JavaPrinter::print_scalar(int64_t row, std::string& out) const {
  switch (type_.physical()) {
    case PhysicalType::kBool:
      out += column_->value<bool>(row) ? "true" : "false";
      return;
    case PhysicalType::kInt8:
      return append_integer(column_->value<int8_t>(row), out);
    case PhysicalType::kInt16:
      return append_integer(column_->value<int16_t>(row), out);
    case PhysicalType::kInt32: {
      const auto value = column_->value<int32_t>(row);
      if (type_.is(TypeKind::kDate)) return append_date(value, out);
      if (type_.is(TypeKind::kTime)) {
        return append_java_time(value / 1000, value % 1000 * int64_t{1'000'000}, false, out);
      }
      if (type_.is(TypeKind::kIntervalMonth)) return append_period(value, out);
      return append_integer(value, out);
    }
    case PhysicalType::kInt64: {
      const auto value = column_->value<int64_t>(row);
      if (type_.is_timestamp()) return append_java_timestamp(type_, value, out);
      if (type_.is(TypeKind::kIntervalDay)) return append_duration(value, out);
      return append_integer(value, out);
    }
    case PhysicalType::kFloat32:
      return append_float(column_->value<float>(row), out);
    case PhysicalType::kFloat64:
      return append_double(column_->value<double>(row), out);
    case PhysicalType::kDecimal128:
      return append_java_decimal(column_->value<arrow::Decimal128>(row), type_.scale(), out);
    case PhysicalType::kBytes:
      if (type_.is_bytes()) return append_java_bytes(column_->value<std::string_view>(row), out);
      if (type_.is_bitmap()) {
        out += value_text(*column_, row);
        return;
      }
      out += column_->value<std::string_view>(row);
      return;
    default:
      return;
  }
}

}  // namespace hw
