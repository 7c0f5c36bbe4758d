// SPDX-License-Identifier: Apache-2.0

#include "sql/unparse.h"

#include <array>

#include "sql/keywords.h"
#include "sql/sql_writer.h"
#include "sql/utf8.h"

namespace hw::ast {
namespace {

bool is_plain_start(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_wide_letter(c);
}

// Words that the grammar knows are always quoted: some of them are names in one place and begin a
// clause in another.
bool needs_quotes(std::string_view text) {
  if (Keyword::find(text).known()) return true;
  bool first = true;
  for (size_t i = 0; i < text.size();) {
    const CodePoint point = decode_utf8(text.substr(i));
    const char32_t c = point.value;
    const bool later = !first && ((c >= '0' && c <= '9') || c == '$');
    if (point.size == 0 || !(is_plain_start(c) || later)) return true;
    first = false;
    i += point.size;
  }
  return first;
}

constexpr auto kUnitNames = std::to_array<const char*>(
    {"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"});

std::string_view type_word(TypeKind kind) {
  switch (kind) {
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
      return "DECIMAL";
    case TypeKind::kChar:
      return "CHAR";
    case TypeKind::kVarchar:
      return "VARCHAR";
    case TypeKind::kBinary:
      return "BINARY";
    case TypeKind::kVarbinary:
      return "VARBINARY";
    case TypeKind::kDate:
      return "DATE";
    case TypeKind::kTime:
      return "TIME";
    case TypeKind::kTimestamp:
      return "TIMESTAMP";
    case TypeKind::kTimestampLtz:
      return "TIMESTAMP_LTZ";
    case TypeKind::kInterval:
      return "INTERVAL ";
    case TypeKind::kArray:
      return "ARRAY";
    case TypeKind::kMap:
      return "MAP";
    case TypeKind::kMultiset:
      return "MULTISET";
    case TypeKind::kRow:
      return "ROW";
    case TypeKind::kVariant:
      return "VARIANT";
    case TypeKind::kBitmap:
      return "BITMAP";
    case TypeKind::kNull:
      return "NULL";
    case TypeKind::kNamed:
      return "";
  }
  return "";
}

template <typename Node>
std::string written(const Node& node) {
  SqlWriter writer;
  writer.write(node);
  return writer.take();
}

}  // namespace

const char* to_string(TimeUnit unit) { return kUnitNames[static_cast<size_t>(unit)]; }

std::string quote_string(std::string_view text) {
  SqlWriter writer;
  writer.write_string(text);
  return writer.take();
}

std::string to_sql(const Expr& expr) { return written(expr); }
std::string to_sql(const Type& type) { return written(type); }
std::string to_sql(const Name& name) { return written(name); }
std::string to_sql(const Identifier& identifier) { return written(identifier); }
std::string to_sql(const Query& query) { return written(query); }
std::string to_sql(const QueryBody& body) { return written(body); }
std::string to_sql(const TableRef& table) { return written(table); }
std::string to_sql(const Statement& statement) { return written(statement); }

SqlWriter& SqlWriter::text(std::string_view words) {
  out_.append(words);
  return *this;
}

void SqlWriter::write(const Identifier& identifier) {
  if (!needs_quotes(identifier.text)) {
    text(identifier.text);
    return;
  }
  out_ += '`';
  for (const char c : identifier.text) {
    if (c == '`') out_ += '`';
    out_ += c;
  }
  out_ += '`';
}

void SqlWriter::write(const Name& name) {
  bool first = true;
  for (const Identifier& part : name.parts) {
    if (!std::exchange(first, false)) text(".");
    write(part);
  }
}

void SqlWriter::write_string(std::string_view string) {
  out_ += '\'';
  for (const char c : string) {
    if (c == '\'') out_ += '\'';
    out_ += c;
  }
  out_ += '\'';
}

void SqlWriter::write_identifiers(const std::vector<Identifier>& names) {
  text("(");
  write_separated(names, [this](const Identifier& name) { write(name); });
  text(")");
}

void SqlWriter::write_interval_qualifier(const IntervalQualifier& qualifier) {
  text(to_string(qualifier.from));
  const bool second = qualifier.from == TimeUnit::kSecond;
  if (qualifier.leading_precision) {
    text("(").text(std::to_string(*qualifier.leading_precision));
    if (second && qualifier.fraction_precision) {
      text(", ").text(std::to_string(*qualifier.fraction_precision));
    }
    text(")");
  }
  if (qualifier.to == qualifier.from) return;
  text(" TO ").text(to_string(qualifier.to));
  if (qualifier.fraction_precision) {
    text("(").text(std::to_string(*qualifier.fraction_precision)).text(")");
  }
}

void SqlWriter::write(const Type& type) {
  const bool unbounded = type.precision == Type::kMaxLength;
  if (type.kind == TypeKind::kVarchar && unbounded) {
    text("STRING");
  } else if (type.kind == TypeKind::kVarbinary && unbounded) {
    text("BYTES");
  } else {
    text(type_word(type.kind));
  }
  switch (type.kind) {
    case TypeKind::kDecimal:
      text("(").text(std::to_string(type.precision));
      text(", ").text(std::to_string(type.scale)).text(")");
      break;
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      if (!unbounded || type.kind == TypeKind::kChar || type.kind == TypeKind::kBinary) {
        text("(").text(std::to_string(type.precision)).text(")");
      }
      break;
    case TypeKind::kInterval:
      write_interval_qualifier(type.interval);
      break;
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kMultiset:
      text("<");
      write_separated(type.elements, [this](const Type& element) { write(element); });
      text(">");
      break;
    case TypeKind::kRow:
      write_row_type(type);
      break;
    case TypeKind::kNamed:
      write(type.name);
      break;
    default:
      break;
  }
  if (type.not_null) text(" NOT NULL");
}

void SqlWriter::write_row_type(const Type& type) {
  text("<");
  for (size_t i = 0; i < type.fields.size(); ++i) {
    if (i > 0) text(", ");
    write(type.fields[i].name);
    text(" ");
    write(type.elements[i]);
    if (!type.fields[i].comment) continue;
    text(" ");
    write_string(*type.fields[i].comment);
  }
  text(">");
}

}  // namespace hw::ast
