// SPDX-License-Identifier: Apache-2.0

#include "sql/bind_type.h"

#include <string>
#include <utility>
#include <vector>

#include "columnar/sql_type.h"
#include "plan/catalog/near_names.h"
#include "sql/unparse.h"

namespace hw {
namespace {

Result<SqlType> bind_row(const ast::Type& type) {
  std::vector<SqlField> fields;
  for (size_t i = 0; i < type.elements.size(); ++i) {
    HW_ASSIGN_OR_RETURN(SqlType element, bind_type(type.elements[i]));
    const std::string& name = type.fields[i].name.text;
    for (const SqlField& other : fields) {
      if (other.name == name) {
        return at(type.fields[i].name.position,
                  Status::Invalid("the fields of a ROW have different names, but '", name,
                                  "' is there twice"));
      }
    }
    fields.push_back({name, std::move(element)});
  }
  return SqlType::row(std::move(fields));
}

Result<SqlType> bind_constructed(const ast::Type& type) {
  if (type.kind == ast::TypeKind::kRow) return bind_row(type);
  HW_ASSIGN_OR_RETURN(SqlType first, bind_type(type.elements[0]));
  if (type.kind == ast::TypeKind::kArray) return SqlType::array(std::move(first));
  if (type.kind == ast::TypeKind::kMultiset) return SqlType::multiset(std::move(first));
  HW_ASSIGN_OR_RETURN(SqlType second, bind_type(type.elements[1]));
  return SqlType::map(std::move(first), std::move(second));
}

/// A name that is no built-in type: a slip, or a type of the user's, of which there are none yet.
Status bind_named_type(const ast::Type& type) {
  if (type.name.parts.size() > 1) {
    return not_supported_yet("type " + ast::to_sql(type), type.position);
  }
  static const std::vector<std::string> kNames = {
      "INT",    "BIGINT", "SMALLINT",  "TINYINT", "FLOAT",     "DOUBLE",        "DECIMAL",
      "STRING", "CHAR",   "VARCHAR",   "BYTES",   "BINARY",    "VARBINARY",     "BOOLEAN",
      "DATE",   "TIME",   "TIMESTAMP", "INTEGER", "NUMERIC",   "TIMESTAMP_LTZ", "INTERVAL",
      "ARRAY",  "MAP",    "ROW",       "REAL",    "CHARACTER", "MULTISET",      "VARIANT"};
  const std::string& name = type.name.last().text;
  return at(type.position, Status::KeyError("there is no type '", name, "'",
                                            did_you_mean_or("types are", name, kNames)));
}

Result<SqlType> bind_nullable(const ast::Type& type) {
  switch (type.kind) {
    case ast::TypeKind::kBoolean:
      return SqlType::boolean();
    case ast::TypeKind::kTinyint:
      return SqlType::tinyint();
    case ast::TypeKind::kSmallint:
      return SqlType::smallint();
    case ast::TypeKind::kInt:
      return SqlType::integer();
    case ast::TypeKind::kBigint:
      return SqlType::bigint();
    case ast::TypeKind::kFloat:
      return SqlType::float32();
    case ast::TypeKind::kDouble:
      return SqlType::float64();
    case ast::TypeKind::kDecimal:
      return SqlType::decimal(type.precision, type.scale);
    case ast::TypeKind::kChar:
      return SqlType::character(type.precision);
    case ast::TypeKind::kVarchar:
      return SqlType::varchar(type.precision);
    case ast::TypeKind::kBinary:
      return SqlType::binary(type.precision);
    case ast::TypeKind::kVarbinary:
      return SqlType::varbinary(type.precision);
    case ast::TypeKind::kDate:
      return SqlType::date();
    case ast::TypeKind::kTime:
      return SqlType::time(type.precision);
    case ast::TypeKind::kTimestamp:
      return SqlType::timestamp(type.precision);
    case ast::TypeKind::kTimestampLtz:
      return SqlType::timestamp_ltz(type.precision);
    case ast::TypeKind::kInterval:
      return type.interval.is_months() ? SqlType::interval_month() : SqlType::interval_day();
    case ast::TypeKind::kArray:
    case ast::TypeKind::kMap:
    case ast::TypeKind::kMultiset:
    case ast::TypeKind::kRow:
      return bind_constructed(type);
    case ast::TypeKind::kNull:
      return at(type.position, Status::TypeError("NULL is no type of a column; name another type"));
    case ast::TypeKind::kVariant:
      return SqlType::variant();
    case ast::TypeKind::kBitmap:
      return SqlType::bitmap();
    case ast::TypeKind::kNamed:
      return bind_named_type(type);
  }
  return Status::UnknownError("a type of unknown kind");
}

}  // namespace

Result<SqlType> bind_type(const ast::Type& type) {
  HW_ASSIGN_OR_RETURN(SqlType bound, bind_nullable(type));
  return type.not_null ? bound.not_null() : bound;
}

}  // namespace hw
