// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <utility>
#include <vector>

#include "columnar/text/constructed.h"
#include "columnar/text/integer.h"
#include "columnar/text/parse_error.h"

namespace hw {
namespace {

using ParserPtr = std::unique_ptr<ValueParser>;

/// One value inside a constructed one.
struct Part {
  std::string_view text;
  bool quoted = false;
};

Part make_part(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') {
    return {text.substr(1, text.size() - 2), true};
  }
  return {text, false};
}

/// Cuts at `separator` where no bracket or quote is open. An empty text has no parts.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  if (trimmed(text).empty()) return parts;
  int depth = 0;
  bool quoted = false;
  size_t from = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\'') quoted = !quoted;
    if (quoted) continue;
    if (c == '[' || c == '{' || c == '(') ++depth;
    if (c == ']' || c == '}' || c == ')') --depth;
    if (c != separator || depth > 0) continue;
    parts.push_back(text.substr(from, i - from));
    from = i + 1;
  }
  parts.push_back(text.substr(from));
  return parts;
}

Status parse_part(const ValueParser& parser, Part part, ColumnBuilder& out) {
  if (!part.quoted && part.text == "NULL") return out.append_null();
  return parser.parse(part.text, out);
}

/// Reads the inside of a pair of brackets and undoes what it appended when something is wrong.
class ConstructedParser : public ValueParser {
 public:
  ConstructedParser(SqlType type, char open, char close)
      : type_(std::move(type)), open_(open), close_(close) {}

  Status parse(std::string_view text, ColumnBuilder& out) const final {
    const std::string_view inside = trimmed(text);
    if (inside.size() < 2 || inside.front() != open_ || inside.back() != close_) {
      return parse_error(text, type_, ParseOutcome::kMalformed);
    }
    const int64_t rows = out.num_rows();
    const Status status = parse_inside(inside.substr(1, inside.size() - 2), out);
    if (!status.ok()) HW_TRY(out.truncate(rows));
    return status;
  }

 protected:
  virtual Status parse_inside(std::string_view inside, ColumnBuilder& out) const = 0;
  const SqlType& type() const { return type_; }

 private:
  const SqlType type_;
  const char open_;
  const char close_;
};

class ArrayParser final : public ConstructedParser {
 public:
  ArrayParser(const SqlType& type, ParserPtr element)
      : ConstructedParser(type, '[', ']'), element_(std::move(element)) {}

 protected:
  Status parse_inside(std::string_view inside, ColumnBuilder& out) const override {
    const std::vector<std::string_view> parts = split(inside, ',');
    for (const std::string_view part : parts) {
      HW_TRY(parse_part(*element_, make_part(part), out.child(0)));
    }
    return out.append_constructed(static_cast<int64_t>(parts.size()));
  }

 private:
  const ParserPtr element_;
};

class MapParser final : public ConstructedParser {
 public:
  MapParser(const SqlType& type, ParserPtr key, ParserPtr value)
      : ConstructedParser(type, '{', '}'), key_(std::move(key)), value_(std::move(value)) {}

 protected:
  Status parse_inside(std::string_view inside, ColumnBuilder& out) const override {
    const std::vector<std::string_view> entries = split(inside, ',');
    for (const std::string_view entry : entries) {
      const std::vector<std::string_view> sides = split(entry, '=');
      if (sides.size() != 2) return parse_error(entry, type(), ParseOutcome::kMalformed);
      HW_TRY(parse_part(*key_, make_part(sides[0]), out.child(0)));
      HW_TRY(parse_part(*value_, make_part(sides[1]), out.child(1)));
    }
    return out.append_constructed(static_cast<int64_t>(entries.size()));
  }

 private:
  const ParserPtr key_;
  const ParserPtr value_;
};

class RowParser final : public ConstructedParser {
 public:
  RowParser(const SqlType& type, std::vector<ParserPtr> fields)
      : ConstructedParser(type, '(', ')'), fields_(std::move(fields)) {}

 protected:
  Status parse_inside(std::string_view inside, ColumnBuilder& out) const override {
    const std::vector<std::string_view> parts = split(inside, ',');
    if (parts.size() != fields_.size()) {
      return parse_error(inside, type(), ParseOutcome::kMalformed);
    }
    for (size_t i = 0; i < parts.size(); ++i) {
      HW_TRY(parse_part(*fields_[i], make_part(parts[i]), out.child(static_cast<int>(i))));
    }
    return out.append_constructed(static_cast<int64_t>(parts.size()));
  }

 private:
  const std::vector<ParserPtr> fields_;
};

Result<ParserPtr> make_row_parser(const SqlType& type, std::string_view time_zone) {
  std::vector<ParserPtr> fields;
  for (const SqlField& field : type.fields()) {
    HW_ASSIGN_OR_RETURN(ParserPtr parser, ValueParser::make(field.type, time_zone));
    fields.push_back(std::move(parser));
  }
  return std::make_unique<RowParser>(type, std::move(fields));
}

}  // namespace

Result<ParserPtr> make_constructed_parser(const SqlType& type, std::string_view time_zone) {
  if (type.is(TypeKind::kRow)) return make_row_parser(type, time_zone);
  if (type.is(TypeKind::kArray)) {
    HW_ASSIGN_OR_RETURN(ParserPtr element, ValueParser::make(type.element(), time_zone));
    return std::make_unique<ArrayParser>(type, std::move(element));
  }
  const bool is_map = type.is(TypeKind::kMap);
  const SqlType value_type = is_map ? type.value() : SqlType::integer().not_null();
  HW_ASSIGN_OR_RETURN(ParserPtr key,
                      ValueParser::make(is_map ? type.key() : type.element(), time_zone));
  HW_ASSIGN_OR_RETURN(ParserPtr value, ValueParser::make(value_type, time_zone));
  return std::make_unique<MapParser>(type, std::move(key), std::move(value));
}

}  // namespace hw
