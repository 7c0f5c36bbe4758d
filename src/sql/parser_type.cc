// SPDX-License-Identifier: Apache-2.0
//
// Types. Synonyms and defaults are resolved and ranges checked here.

#include <array>

#include "sql/parser_core.h"

namespace hw {
namespace {

using ast::Type;
using ast::TypeKind;

enum class Parameters : uint8_t { kNone, kLength, kPrecision, kDecimal, kElements };

struct TypeWord {
  Keyword word;
  TypeKind kind;
  Parameters parameters = Parameters::kNone;
  /// Length or precision where none is written.
  int precision = 0;
};

constexpr int kAnyLength = Type::kMaxLength;

constexpr auto kTypeWords = std::to_array<TypeWord>({
    {"BOOLEAN", TypeKind::kBoolean},
    {"TINYINT", TypeKind::kTinyint},
    {"SMALLINT", TypeKind::kSmallint},
    {"INT", TypeKind::kInt},
    {"INTEGER", TypeKind::kInt},
    {"BIGINT", TypeKind::kBigint},
    {"FLOAT", TypeKind::kFloat},
    {"REAL", TypeKind::kFloat},
    {"DOUBLE", TypeKind::kDouble},
    {"DECIMAL", TypeKind::kDecimal, Parameters::kDecimal, 10},
    {"DEC", TypeKind::kDecimal, Parameters::kDecimal, 10},
    {"NUMERIC", TypeKind::kDecimal, Parameters::kDecimal, 10},
    {"CHAR", TypeKind::kChar, Parameters::kLength, 1},
    {"CHARACTER", TypeKind::kChar, Parameters::kLength, 1},
    {"VARCHAR", TypeKind::kVarchar, Parameters::kLength, kAnyLength},
    {"STRING", TypeKind::kVarchar, Parameters::kNone, kAnyLength},
    {"BINARY", TypeKind::kBinary, Parameters::kLength, 1},
    {"VARBINARY", TypeKind::kVarbinary, Parameters::kLength, kAnyLength},
    {"BYTES", TypeKind::kVarbinary, Parameters::kNone, kAnyLength},
    {"DATE", TypeKind::kDate},
    {"TIME", TypeKind::kTime, Parameters::kPrecision, 0},
    {"TIMESTAMP", TypeKind::kTimestamp, Parameters::kPrecision, 6},
    {"TIMESTAMP_LTZ", TypeKind::kTimestampLtz, Parameters::kPrecision, 6},
    {"ARRAY", TypeKind::kArray, Parameters::kElements, 1},
    {"MULTISET", TypeKind::kMultiset, Parameters::kElements, 1},
    {"MAP", TypeKind::kMap, Parameters::kElements, 2},
    {"VARIANT", TypeKind::kVariant},
    {"BITMAP", TypeKind::kBitmap},
    {"NULL", TypeKind::kNull},
});

}  // namespace

Result<Type> Parser::type() {
  const Nesting nesting(*this);
  HW_TRY(nesting.check());
  HW_ASSIGN_OR_RETURN(Type type, simple_type());
  HW_TRY(type_not_null(type));
  // T ARRAY, T MULTISET: the older spelling.
  int wrappings = 0;
  while (at("ARRAY") || at("MULTISET")) {
    if (++wrappings + depth_ > kMaxNesting) return too_high(position());
    Type outer;
    outer.position = type.position;
    outer.kind = take().keyword == Keyword("ARRAY") ? TypeKind::kArray : TypeKind::kMultiset;
    outer.elements.push_back(std::move(type));
    type = std::move(outer);
    HW_TRY(type_not_null(type));
  }
  return type;
}

Status Parser::type_not_null(Type& type) {
  // NULL ON EMPTY behind RETURNING is another clause.
  if (at("NULL") && peek(1).keyword != Keyword("ON")) take();
  if (accept("NOT", "NULL")) type.not_null = true;
  return Status::OK();
}

Result<Type> Parser::simple_type() {
  Type type;
  type.position = position();
  if (at("ROW")) return row_type(std::move(type));
  if (accept("INTERVAL")) {
    type.kind = TypeKind::kInterval;
    HW_ASSIGN_OR_RETURN(type.interval, interval_qualifier());
    return type;
  }
  if (at("RAW") && peek(1).kind == TokenKind::kLeftParen) {
    return not_supported_yet("the type RAW", position());
  }
  if (at("DESCRIPTOR")) {
    return invalid("DESCRIPTOR is no type of a column or value; name columns with DESCRIPTOR(c)");
  }
  return plain_type(std::move(type));
}

Result<Type> Parser::plain_type(Type type) {
  for (const TypeWord& word : kTypeWords) {
    if (!accept(word.word)) continue;
    type.kind = word.kind;
    type.precision = word.precision;
    if (type.kind == TypeKind::kDouble) accept("PRECISION");
    if (type.kind == TypeKind::kChar && accept("VARYING")) {
      type.kind = TypeKind::kVarchar;
      type.precision = kAnyLength;
    }
    if (type.kind == TypeKind::kBinary && accept("VARYING")) {
      type.kind = TypeKind::kVarbinary;
      type.precision = kAnyLength;
    }
    switch (word.parameters) {
      case Parameters::kNone:
        break;
      case Parameters::kLength:
        HW_TRY(type_parameter(word.word.text(), type, 1, kAnyLength));
        break;
      case Parameters::kPrecision:
        HW_TRY(type_parameter(word.word.text(), type, 0, 9));
        break;
      case Parameters::kDecimal:
        HW_TRY(decimal_parameters(type));
        break;
      case Parameters::kElements:
        type.precision = 0;
        HW_TRY(element_types(type, static_cast<size_t>(word.precision)));
        break;
    }
    return timestamp_type(std::move(type));
  }
  if (!at_identifier()) return expected("a type");
  type.kind = TypeKind::kNamed;
  HW_ASSIGN_OR_RETURN(type.name, name("a type"));
  return type;
}

// WITHOUT TIME ZONE, WITH LOCAL TIME ZONE
Result<Type> Parser::timestamp_type(Type type) {
  if (type.kind != TypeKind::kTimestamp && type.kind != TypeKind::kTime) return type;
  if (accept("WITHOUT", "TIME", "ZONE")) return type;
  if (type.kind == TypeKind::kTimestamp && accept("WITH", "LOCAL", "TIME")) {
    HW_TRY(expect("ZONE"));
    type.kind = TypeKind::kTimestampLtz;
  } else if (at("WITH", "TIME", "ZONE")) {
    return invalid(
        "there is no type with a time zone of its own; write TIMESTAMP_LTZ(p) for an instant");
  }
  return type;
}

Status Parser::type_parameter(std::string_view word, Type& type, int smallest, int largest) {
  if (!accept(TokenKind::kLeftParen)) return Status::OK();
  const SqlPosition start = position();
  HW_ASSIGN_OR_RETURN(const int64_t value, whole_number("a whole number"));
  if (value < smallest || value > largest) {
    return invalid_at(start, std::string(word) + "(n) takes n from " + std::to_string(smallest) +
                                 " to " + std::to_string(largest) + ", but found " +
                                 std::to_string(value));
  }
  type.precision = static_cast<int>(value);
  return expect(TokenKind::kRightParen);
}

Status Parser::decimal_parameters(Type& type) {
  if (!accept(TokenKind::kLeftParen)) return Status::OK();
  const SqlPosition start = position();
  int64_t scale = 0;
  HW_ASSIGN_OR_RETURN(const int64_t precision, whole_number("a precision"));
  if (accept(TokenKind::kComma)) {
    HW_ASSIGN_OR_RETURN(scale, whole_number("a scale"));
  }
  if (precision < 1 || precision > 38 || scale > precision) {
    return invalid_at(start,
                      "DECIMAL(p, s) takes p from 1 to 38 and s from 0 to p, but found DECIMAL(" +
                          std::to_string(precision) + ", " + std::to_string(scale) + ")");
  }
  type.precision = static_cast<int>(precision);
  type.scale = static_cast<int>(scale);
  return expect(TokenKind::kRightParen);
}

Status Parser::element_types(Type& type, size_t count) {
  if (!accept(TokenKind::kLess)) return expected("'<'");
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) HW_TRY(expect(TokenKind::kComma));
    HW_ASSIGN_OR_RETURN(Type element, this->type());
    type.elements.push_back(std::move(element));
  }
  return expect(TokenKind::kGreater);
}

// ROW<f T 'comment', ..>, ROW(f T, ..)
Result<Type> Parser::row_type(Type type) {
  type.kind = TypeKind::kRow;
  take();
  // ROW<> lexes as one sign.
  if (accept(TokenKind::kNotEqual)) return type;
  const bool angles = accept(TokenKind::kLess);
  if (!angles && !accept(TokenKind::kLeftParen)) return expected("'<' or '('");
  const TokenKind close = angles ? TokenKind::kGreater : TokenKind::kRightParen;
  if (accept(close)) return type;
  HW_TRY(comma_separated([&]() -> Status {
    ast::RowField field;
    HW_ASSIGN_OR_RETURN(field.name, identifier("a field name"));
    HW_ASSIGN_OR_RETURN(Type element, this->type());
    accept("COMMENT");
    if (at(TokenKind::kString)) field.comment = take().text;
    type.elements.push_back(std::move(element));
    type.fields.push_back(std::move(field));
    return Status::OK();
  }));
  HW_TRY(expect(close));
  return type;
}

}  // namespace hw
