// SPDX-License-Identifier: Apache-2.0

#include "formats/csv/csv_value.h"

#include <algorithm>
#include <limits>

#include "columnar/canonical_form.h"
#include "formats/slots/scalar_text.h"

namespace hw {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool parse_boolean(std::string_view text, bool* value) {
  const auto equals = [&](std::string_view word) {
    if (text.size() != word.size()) return false;
    for (size_t i = 0; i < word.size(); ++i) {
      if ((text[i] | 0x20) != word[i]) return false;
    }
    return true;
  };
  *value = equals("true");
  return *value || equals("false");
}

bool parse_timestamp(const SqlType& type, std::string_view text, int64_t* ticks) {
  scalar_text::TimestampShape shape;
  // Both separators say the same; only the zone may not be guessed.
  constexpr size_t kDateBytes = 10;
  if (text.size() > kDateBytes && text[kDateBytes] == 'T') shape.separator = 'T';
  shape.precision = type.precision();
  if (type.is(TypeKind::kTimestampLtz)) shape.zone = scalar_text::TimestampShape::Zone::kZ;
  return scalar_text::parse_timestamp(text, shape, ticks);
}

}  // namespace

CsvConverter::CsvConverter(const SqlType& type, SlotColumn* slot, const CsvSettings& settings)
    : type_(type), slot_(slot), settings_(settings) {
  for (int i = 0; i < slot->num_children(); ++i) {
    children_.emplace_back(slot->child(i).type(), &slot->child(i), settings);
  }
}

CsvStored CsvConverter::store(int64_t row, std::string_view text, bool quoted) {
  if (!quoted && settings_.null_literal && text == *settings_.null_literal) return CsvStored::kYes;
  if (type_.is_text()) {
    if (text.empty() && settings_.empty_string_as_null) return CsvStored::kYes;
    return slot_->set_bytes(row, text).ok() ? CsvStored::kYes : CsvStored::kNoRoom;
  }
  if (type_.is_constructed()) return store_list(row, text);
  const std::string_view value = trimmed(text);
  if (value.empty()) {
    // Nothing is no number, date, …: it can only mean NULL.
    if (!type_.is_bytes() || settings_.empty_string_as_null || !quoted) return CsvStored::kYes;
  }
  return store_scalar(row, value);
}

CsvStored CsvConverter::store_list(int64_t row, std::string_view text) {
  if (text.empty() && type_.is(TypeKind::kRow)) return CsvStored::kYes;
  const bool is_array = type_.is(TypeKind::kArray);
  const int64_t begin = is_array ? slot_->open_list(row) : row;
  int64_t count = 0;
  for (size_t at = 0; !text.empty() && at <= text.size();) {
    const size_t end = std::min(text.find(settings_.array_delimiter, at), text.size());
    const std::string_view element = text.substr(at, end - at);
    if (!is_array && count == slot_->num_children()) return CsvStored::kNo;
    CsvConverter& child = children_[is_array ? 0 : static_cast<size_t>(count)];
    const int64_t child_row = is_array ? begin + count : row;
    if (!child.slot_->reserve(child_row + 1).ok()) return CsvStored::kNoRoom;
    const CsvStored stored = child.store(child_row, element, false);
    if (stored != CsvStored::kYes) return stored;
    ++count;
    at = end + settings_.array_delimiter.size();
  }
  if (is_array) {
    slot_->close_list(row, begin + count);
    return CsvStored::kYes;
  }
  if (count != slot_->num_children()) return CsvStored::kNo;
  slot_->mark(row);
  return CsvStored::kYes;
}

template <typename T>
CsvStored CsvConverter::store_whole(int64_t row, std::string_view text) {
  int64_t value = 0;
  if (!scalar_text::parse_int64(text, &value) || value < std::numeric_limits<T>::min() ||
      value > std::numeric_limits<T>::max()) {
    return CsvStored::kNo;
  }
  slot_->set<T>(row, static_cast<T>(value));
  return CsvStored::kYes;
}

CsvStored CsvConverter::store_canonical(int64_t row, std::string_view value) {
  std::string stored;
  if (!CanonicalForm(type_).write(value, stored).ok()) return CsvStored::kNo;
  return slot_->set_bytes(row, stored).ok() ? CsvStored::kYes : CsvStored::kNoRoom;
}

CsvStored CsvConverter::store_scalar(int64_t row, std::string_view text) {
  switch (type_.kind()) {
    case TypeKind::kBoolean: {
      bool value = false;
      if (!parse_boolean(text, &value)) return CsvStored::kNo;
      slot_->set_bool(row, value);
      return CsvStored::kYes;
    }
    case TypeKind::kTinyint:
      return store_whole<int8_t>(row, text);
    case TypeKind::kSmallint:
      return store_whole<int16_t>(row, text);
    case TypeKind::kInt:
    case TypeKind::kIntervalMonth:
      return store_whole<int32_t>(row, text);
    case TypeKind::kBigint:
    case TypeKind::kIntervalDay:
      return store_whole<int64_t>(row, text);
    case TypeKind::kFloat: {
      float value = 0;
      if (!scalar_text::parse_float(text, &value)) return CsvStored::kNo;
      slot_->set(row, value);
      return CsvStored::kYes;
    }
    case TypeKind::kDouble: {
      double value = 0;
      if (!scalar_text::parse_double(text, &value)) return CsvStored::kNo;
      slot_->set(row, value);
      return CsvStored::kYes;
    }
    case TypeKind::kDecimal: {
      scalar_text::Unscaled value = 0;
      if (!scalar_text::parse_decimal(text, {type_.precision(), type_.scale()}, &value)) {
        return CsvStored::kNo;
      }
      slot_->set(row, value);
      return CsvStored::kYes;
    }
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
    case TypeKind::kBitmap: {
      std::string bytes;
      if (!scalar_text::decode_base64(text, &bytes)) return CsvStored::kNo;
      if (type_.is_bitmap()) return store_canonical(row, bytes);
      return slot_->set_bytes(row, bytes).ok() ? CsvStored::kYes : CsvStored::kNoRoom;
    }
    case TypeKind::kVariant:
      return store_canonical(row, text);
    case TypeKind::kDate:
    case TypeKind::kTime: {
      int32_t value = 0;
      const bool good = type_.is(TypeKind::kDate) ? scalar_text::parse_date(text, &value)
                                                  : scalar_text::parse_time(text, &value);
      if (!good) return CsvStored::kNo;
      slot_->set(row, value);
      return CsvStored::kYes;
    }
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz: {
      int64_t ticks = 0;
      if (!parse_timestamp(type_, text, &ticks)) return CsvStored::kNo;
      slot_->set(row, ticks);
      return CsvStored::kYes;
    }
    default:
      return CsvStored::kNo;
  }
}

std::string CsvConverter::hint() const {
  switch (type_.kind()) {
    case TypeKind::kBoolean:
      return "write true or false";
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      return "write a number in the type's range";
    case TypeKind::kDecimal:
      return "write a number that fits the precision, or declare a wider DECIMAL";
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
      return "write base64";
    case TypeKind::kVariant:
      return "write JSON, in quotes";
    case TypeKind::kBitmap:
      return "write a Roaring bitmap's portable format in base64";
    case TypeKind::kDate:
      return "write yyyy-MM-dd";
    case TypeKind::kTime:
      return "write HH:mm:ss";
    case TypeKind::kTimestamp:
      return "write yyyy-MM-dd HH:mm:ss.fff";
    case TypeKind::kTimestampLtz:
      return "write yyyy-MM-dd HH:mm:ss.fffZ";
    case TypeKind::kArray:
    case TypeKind::kRow:
      return "write the elements with '" + settings_.array_delimiter + "' between them";
    default:
      return "write a whole number in the type's range, or declare a wider type";
  }
}

}  // namespace hw
