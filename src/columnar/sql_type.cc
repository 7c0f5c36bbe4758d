// SPDX-License-Identifier: Apache-2.0

#include "columnar/sql_type.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <arrow/extension/json.h>
#include <arrow/extension_type.h>
#include <arrow/type.h>

#include "base/assert.h"
#include "columnar/bitmap_value.h"

namespace hw {
namespace {

arrow::TimeUnit::type timestamp_unit(int precision) {
  if (precision <= 3) return arrow::TimeUnit::MILLI;
  return precision <= 6 ? arrow::TimeUnit::MICRO : arrow::TimeUnit::NANO;
}

std::shared_ptr<arrow::Field> arrow_field(const char* name, const SqlType& type) {
  return arrow::field(name, type.to_arrow(), type.nullable());
}

/// A MAP's key field is never nullable in Arrow.
std::shared_ptr<arrow::DataType> arrow_map(const SqlType& key, const SqlType& value) {
  return std::make_shared<arrow::MapType>(arrow::field("key", key.to_arrow(), false),
                                          arrow_field("value", value));
}

std::shared_ptr<arrow::DataType> arrow_struct(const std::vector<SqlField>& fields) {
  arrow::FieldVector children;
  children.reserve(fields.size());
  for (const SqlField& field : fields) {
    children.push_back(arrow::field(field.name, field.type.to_arrow(), field.type.nullable()));
  }
  return arrow::struct_(std::move(children));
}

using ArrowType = std::shared_ptr<arrow::DataType>;

/// A pointer to a type that outlives all columns, which counts no owners: every column of every
/// batch has one, and all threads would write the one counter.
ArrowType uncounted(const ArrowType& owner) { return {std::shared_ptr<void>(), owner.get()}; }

template <typename T, auto... kArguments>
ArrowType plain_type() {
  static const ArrowType owner = std::make_shared<T>(kArguments...);
  return uncounted(owner);
}

ArrowType arrow_timestamp(arrow::TimeUnit::type unit, bool zoned) {
  using Owners = std::array<ArrowType, 4>;  // by the units of Arrow
  const auto all = [](const std::string& zone) {
    Owners owners;
    for (const auto each : arrow::TimeUnit::values()) {
      owners[static_cast<size_t>(each)] = std::make_shared<arrow::TimestampType>(each, zone);
    }
    return owners;
  };
  static const Owners local = all("");
  static const Owners utc = all("UTC");
  return uncounted((zoned ? utc : local)[static_cast<size_t>(unit)]);
}

ArrowType arrow_decimal(int precision, int scale) {
  constexpr int kMax = arrow::Decimal128Type::kMaxPrecision;
  static const std::vector<ArrowType> owners = [] {
    std::vector<ArrowType> types((kMax + 1) * (kMax + 1));
    for (int p = 1; p <= kMax; ++p) {
      for (int s = 0; s <= kMax; ++s) {
        types[static_cast<size_t>(p * (kMax + 1) + s)] =
            std::make_shared<arrow::Decimal128Type>(p, s);
      }
    }
    return types;
  }();
  return uncounted(owners[static_cast<size_t>(precision * (kMax + 1) + scale)]);
}

bool is_plain_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
                        static_cast<unsigned char>(c) >= 0x80;
    if (!letter && !(c >= '0' && c <= '9')) return false;
  }
  return true;
}

std::string sized(const char* name, int size) {
  return std::string(name) + "(" + std::to_string(size) + ")";
}

std::string row_to_sql(const std::vector<SqlField>& fields) {
  std::string text = "ROW<";
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) text += ", ";
    text += name_to_sql(fields[i].name) + " " + fields[i].type.to_sql();
  }
  return text + ">";
}

Result<SqlType> from_arrow_field(const arrow::Field& field) {
  return SqlType::from_arrow(*field.type(), field.nullable());
}

Result<SqlType> from_arrow_struct(const arrow::DataType& type) {
  std::vector<SqlField> fields;
  for (const std::shared_ptr<arrow::Field>& field : type.fields()) {
    HW_ASSIGN_OR_RETURN(SqlType field_type, from_arrow_field(*field));
    fields.push_back({field->name(), std::move(field_type)});
  }
  return SqlType::row(std::move(fields));
}

Result<SqlType> from_arrow_map(const arrow::MapType& type) {
  HW_ASSIGN_OR_RETURN(SqlType key, from_arrow_field(*type.key_field()));
  HW_ASSIGN_OR_RETURN(SqlType value, from_arrow_field(*type.item_field()));
  return SqlType::map(std::move(key), std::move(value));
}

Result<SqlType> from_arrow_decimal(const arrow::DecimalType& type) {
  if (type.precision() > 38 || type.scale() < 0 || type.scale() > type.precision()) {
    return not_supported_yet("the Arrow type " + type.ToString());
  }
  return SqlType::decimal(type.precision(), type.scale());
}

Result<SqlType> from_arrow_timestamp(const arrow::TimestampType& type) {
  int precision = 9;
  if (type.unit() == arrow::TimeUnit::SECOND) precision = 0;
  if (type.unit() == arrow::TimeUnit::MILLI) precision = 3;
  if (type.unit() == arrow::TimeUnit::MICRO) precision = 6;
  if (type.timezone().empty()) return SqlType::timestamp(precision);
  return SqlType::timestamp_ltz(precision);
}

bool is_arrow_json(const arrow::DataType& type) {
  return type.id() == arrow::Type::EXTENSION &&
         static_cast<const arrow::ExtensionType&>(type).extension_name() == "arrow.json";
}

Result<SqlType> nullable_from_arrow(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::NA:
      return SqlType::null();
    case arrow::Type::BOOL:
      return SqlType::boolean();
    case arrow::Type::INT8:
      return SqlType::tinyint();
    case arrow::Type::INT16:
    case arrow::Type::UINT8:
      return SqlType::smallint();
    case arrow::Type::INT32:
    case arrow::Type::UINT16:
      return SqlType::integer();
    case arrow::Type::INT64:
    case arrow::Type::UINT32:
      return SqlType::bigint();
    case arrow::Type::UINT64:
      return SqlType::decimal(20, 0);
    case arrow::Type::HALF_FLOAT:
    case arrow::Type::FLOAT:
      return SqlType::float32();
    case arrow::Type::DOUBLE:
      return SqlType::float64();
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64:
    case arrow::Type::DECIMAL128:
    case arrow::Type::DECIMAL256:
      return from_arrow_decimal(static_cast<const arrow::DecimalType&>(type));
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::STRING_VIEW:
      return SqlType::string();
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::BINARY_VIEW:
      return SqlType::bytes();
    case arrow::Type::FIXED_SIZE_BINARY:
      return SqlType::binary(static_cast<const arrow::FixedSizeBinaryType&>(type).byte_width());
    case arrow::Type::DATE32:
    case arrow::Type::DATE64:
      return SqlType::date();
    case arrow::Type::TIME32: {
      const auto unit = static_cast<const arrow::Time32Type&>(type).unit();
      return SqlType::time(unit == arrow::TimeUnit::SECOND ? 0 : 3);
    }
    case arrow::Type::TIME64:
      return SqlType::time(3);
    case arrow::Type::TIMESTAMP:
      return from_arrow_timestamp(static_cast<const arrow::TimestampType&>(type));
    case arrow::Type::INTERVAL_MONTHS:
      return SqlType::interval_month();
    case arrow::Type::DURATION:
      return SqlType::interval_day();
    case arrow::Type::LIST:
    case arrow::Type::LARGE_LIST:
    case arrow::Type::FIXED_SIZE_LIST: {
      HW_ASSIGN_OR_RETURN(SqlType element, from_arrow_field(*type.field(0)));
      return SqlType::array(std::move(element));
    }
    case arrow::Type::MAP:
      return from_arrow_map(static_cast<const arrow::MapType&>(type));
    case arrow::Type::STRUCT:
      return from_arrow_struct(type);
    case arrow::Type::DICTIONARY:
      return SqlType::from_arrow(*static_cast<const arrow::DictionaryType&>(type).value_type());
    default:
      return not_supported_yet("the Arrow type " + type.ToString());
  }
}

}  // namespace

bool SqlType::holds_variant() const {
  if (is_variant()) return true;
  const std::vector<SqlField>& parts = fields();
  return std::any_of(parts.begin(), parts.end(),
                     [](const SqlField& part) { return part.type.holds_variant(); });
}

bool SqlType::has_order() const {
  return !is(TypeKind::kMap) && !is(TypeKind::kMultiset) && !is(TypeKind::kSymbol) &&
         !holds_variant() && !holds_bitmap(*this);
}

std::string name_to_sql(std::string_view name) {
  if (is_plain_name(name)) return std::string(name);
  std::string text = "`";
  for (const char c : name) {
    text += c;
    if (c == '`') text += c;
  }
  return text + "`";
}

SqlType SqlType::array(SqlType element) {
  SqlType type(TypeKind::kArray);
  type.fields_ = std::make_shared<const std::vector<SqlField>>(
      std::vector<SqlField>{{"element", std::move(element)}});
  return type;
}

SqlType SqlType::map(SqlType key, SqlType value) {
  SqlType type(TypeKind::kMap);
  type.fields_ = std::make_shared<const std::vector<SqlField>>(
      std::vector<SqlField>{{"key", std::move(key)}, {"value", std::move(value)}});
  return type;
}

SqlType SqlType::multiset(SqlType element) {
  SqlType type(TypeKind::kMultiset);
  type.fields_ = std::make_shared<const std::vector<SqlField>>(
      std::vector<SqlField>{{"element", std::move(element)}});
  return type;
}

SqlType SqlType::row(std::vector<SqlField> fields) {
  SqlType type(TypeKind::kRow);
  type.fields_ = std::make_shared<const std::vector<SqlField>>(std::move(fields));
  return type;
}

SqlType SqlType::with_nullable(bool nullable) const {
  SqlType type = *this;
  type.nullable_ = nullable;
  return type;
}

const std::vector<SqlField>& SqlType::fields() const {
  static const std::vector<SqlField>* const none = new std::vector<SqlField>();
  return fields_ ? *fields_ : *none;
}

const SqlType& SqlType::element() const {
  HW_CHECK(kind_ == TypeKind::kArray || kind_ == TypeKind::kMultiset);
  return (*fields_)[0].type;
}

const SqlType& SqlType::key() const {
  HW_CHECK(kind_ == TypeKind::kMap);
  return (*fields_)[0].type;
}

const SqlType& SqlType::value() const {
  HW_CHECK(kind_ == TypeKind::kMap);
  return (*fields_)[1].type;
}

int SqlType::field_index(std::string_view name) const {
  if (kind_ != TypeKind::kRow) return -1;
  for (size_t i = 0; i < fields_->size(); ++i) {
    if ((*fields_)[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

PhysicalType SqlType::physical() const {
  switch (kind_) {
    case TypeKind::kNull:
    case TypeKind::kDescriptor:
      return PhysicalType::kNone;
    case TypeKind::kBoolean:
      return PhysicalType::kBool;
    case TypeKind::kTinyint:
      return PhysicalType::kInt8;
    case TypeKind::kSmallint:
      return PhysicalType::kInt16;
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kIntervalMonth:
      return PhysicalType::kInt32;
    case TypeKind::kBigint:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
    case TypeKind::kIntervalDay:
      return PhysicalType::kInt64;
    case TypeKind::kFloat:
      return PhysicalType::kFloat32;
    case TypeKind::kDouble:
      return PhysicalType::kFloat64;
    case TypeKind::kDecimal:
      return PhysicalType::kDecimal128;
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
    case TypeKind::kSymbol:
    case TypeKind::kVariant:
    case TypeKind::kBitmap:
      return PhysicalType::kBytes;
    case TypeKind::kArray:
      return PhysicalType::kList;
    case TypeKind::kMap:
    case TypeKind::kMultiset:
      return PhysicalType::kMap;
    case TypeKind::kRow:
      return PhysicalType::kStruct;
  }
  HW_CHECK(false);
}

int SqlType::fixed_width() const {
  switch (physical()) {
    case PhysicalType::kBool:
    case PhysicalType::kInt8:
      return 1;
    case PhysicalType::kInt16:
      return 2;
    case PhysicalType::kInt32:
    case PhysicalType::kFloat32:
      return 4;
    case PhysicalType::kInt64:
    case PhysicalType::kFloat64:
      return 8;
    case PhysicalType::kDecimal128:
      return 16;
    default:
      return 0;
  }
}

int64_t SqlType::ticks_per_second() const {
  HW_CHECK(is_timestamp());
  if (precision_ <= 3) return 1'000;
  return precision_ <= 6 ? 1'000'000 : 1'000'000'000;
}

std::shared_ptr<arrow::DataType> SqlType::to_arrow() const {
  switch (kind_) {
    case TypeKind::kNull:
    case TypeKind::kDescriptor:
      return plain_type<arrow::NullType>();
    case TypeKind::kBoolean:
      return plain_type<arrow::BooleanType>();
    case TypeKind::kTinyint:
      return plain_type<arrow::Int8Type>();
    case TypeKind::kSmallint:
      return plain_type<arrow::Int16Type>();
    case TypeKind::kInt:
      return plain_type<arrow::Int32Type>();
    case TypeKind::kBigint:
      return plain_type<arrow::Int64Type>();
    case TypeKind::kFloat:
      return plain_type<arrow::FloatType>();
    case TypeKind::kDouble:
      return plain_type<arrow::DoubleType>();
    case TypeKind::kDecimal:
      return arrow_decimal(precision_, scale_);
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kSymbol:
    case TypeKind::kVariant:
      return plain_type<arrow::StringType>();
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
    case TypeKind::kBitmap:
      return plain_type<arrow::BinaryType>();
    case TypeKind::kDate:
      return plain_type<arrow::Date32Type>();
    case TypeKind::kTime:
      return plain_type<arrow::Time32Type, arrow::TimeUnit::MILLI>();
    case TypeKind::kTimestamp:
      return arrow_timestamp(timestamp_unit(precision_), false);
    case TypeKind::kTimestampLtz:
      return arrow_timestamp(timestamp_unit(precision_), true);
    case TypeKind::kIntervalMonth:
      return plain_type<arrow::MonthIntervalType>();
    case TypeKind::kIntervalDay:
      return plain_type<arrow::DurationType, arrow::TimeUnit::MILLI>();
    case TypeKind::kArray:
      return arrow::list(arrow_field("element", element()));
    case TypeKind::kMap:
      return arrow_map(key(), value());
    case TypeKind::kMultiset:
      return arrow_map(element(), SqlType::integer().not_null());
    case TypeKind::kRow:
      return arrow_struct(*fields_);
  }
  HW_CHECK(false);
}

Result<SqlType> SqlType::from_arrow(const arrow::DataType& type, bool nullable) {
  if (is_arrow_json(type)) return SqlType::variant().with_nullable(nullable);
  HW_ASSIGN_OR_RETURN(SqlType sql_type, nullable_from_arrow(type));
  return sql_type.with_nullable(nullable);
}

std::string SqlType::to_sql() const {
  return nullable_ ? to_sql_without_null() : to_sql_without_null() + " NOT NULL";
}

std::string SqlType::to_sql_without_null() const {
  switch (kind_) {
    case TypeKind::kNull:
      return "NULL";
    case TypeKind::kBoolean:
      return "BOOLEAN";
    case TypeKind::kTinyint:
      return "TINYINT";
    case TypeKind::kSmallint:
      return "SMALLINT";
    case TypeKind::kInt:
      return "INT";
    case TypeKind::kBigint:
      return "BIGINT";
    case TypeKind::kFloat:
      return "FLOAT";
    case TypeKind::kDouble:
      return "DOUBLE";
    case TypeKind::kDecimal:
      return "DECIMAL(" + std::to_string(precision_) + ", " + std::to_string(scale_) + ")";
    case TypeKind::kChar:
      return sized("CHAR", precision_);
    case TypeKind::kVarchar:
      return precision_ == kLengthMax ? "STRING" : sized("VARCHAR", precision_);
    case TypeKind::kBinary:
      return sized("BINARY", precision_);
    case TypeKind::kVarbinary:
      return precision_ == kLengthMax ? "BYTES" : sized("VARBINARY", precision_);
    case TypeKind::kDate:
      return "DATE";
    case TypeKind::kTime:
      return sized("TIME", precision_);
    case TypeKind::kTimestamp:
      return sized("TIMESTAMP", precision_);
    case TypeKind::kTimestampLtz:
      return sized("TIMESTAMP_LTZ", precision_);
    case TypeKind::kIntervalMonth:
      return "INTERVAL YEAR TO MONTH";
    case TypeKind::kIntervalDay:
      return "INTERVAL DAY TO SECOND(3)";
    case TypeKind::kArray:
      return "ARRAY<" + element().to_sql() + ">";
    case TypeKind::kMap:
      return "MAP<" + key().to_sql() + ", " + value().to_sql() + ">";
    case TypeKind::kMultiset:
      return "MULTISET<" + element().to_sql() + ">";
    case TypeKind::kRow:
      return row_to_sql(*fields_);
    case TypeKind::kSymbol:
      return "SYMBOL";
    case TypeKind::kDescriptor:
      return "DESCRIPTOR";
    case TypeKind::kVariant:
      return "VARIANT";
    case TypeKind::kBitmap:
      return "BITMAP";
  }
  HW_CHECK(false);
}

bool SqlType::operator==(const SqlType& other) const {
  return kind_ == other.kind_ && nullable_ == other.nullable_ && precision_ == other.precision_ &&
         scale_ == other.scale_ && (fields_ == other.fields_ || fields() == other.fields());
}

bool SqlType::equals_ignoring_null(const SqlType& other) const {
  if (kind_ != other.kind_ || precision_ != other.precision_ || scale_ != other.scale_) {
    return false;
  }
  if (fields_ == other.fields_) return true;
  const std::vector<SqlField>& mine = fields();
  const std::vector<SqlField>& theirs = other.fields();
  if (mine.size() != theirs.size()) return false;
  for (size_t i = 0; i < mine.size(); ++i) {
    if (mine[i].name != theirs[i].name) return false;
    if (!mine[i].type.equals_ignoring_null(theirs[i].type)) return false;
  }
  return true;
}

}  // namespace hw
