// SPDX-License-Identifier: Apache-2.0

#include "columnar/type_parser.h"

#include <utility>
#include <vector>

#include "columnar/sql_type.h"

namespace hw {
namespace {

constexpr int kDepthMax = 100;
constexpr int kDecimalPrecisionMax = 38;

struct IntRange {
  int min;
  int max;
};
constexpr IntRange kFractionDigits = {0, 9};
constexpr IntRange kLengths = {0, SqlType::kLengthMax};

class TypeParser {
 public:
  explicit TypeParser(std::string_view text) : text_(text) { advance(); }

  Result<SqlType> whole_type() {
    HW_ASSIGN_OR_RETURN(SqlType type, parse_type(0));
    HW_TRY(expect_end());
    return type;
  }

  Result<SchemaPtr> whole_schema() {
    const bool in_parentheses = accept("(");
    std::vector<SqlField> fields;
    if (!at_end() && token_ != ")") {
      HW_ASSIGN_OR_RETURN(fields, parse_fields(0));
    }
    if (in_parentheses) HW_TRY(expect(")"));
    HW_TRY(expect_end());
    return make_schema(std::move(fields));
  }

 private:
  // Tokens: words (upper case in word_), numbers, names in backticks, texts in quotes, signs.

  static bool is_word_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || static_cast<unsigned char>(c) >= 0x80;
  }

  /// Behind the closing quote; a doubled one stands for itself.
  size_t end_of_quoted(size_t begin) const {
    size_t i = begin + 1;
    for (; i < text_.size(); ++i) {
      if (text_[i] != text_[begin]) continue;
      if (i + 1 == text_.size() || text_[i + 1] != text_[begin]) return i + 1;
      ++i;
    }
    return i;
  }

  void advance() {
    while (next_ < text_.size() && (text_[next_] == ' ' || text_[next_] == '\n')) ++next_;
    const size_t begin = next_;
    if (begin == text_.size()) {
      token_ = {};
    } else if (text_[begin] == '`' || text_[begin] == '\'') {
      next_ = end_of_quoted(begin);
      token_ = text_.substr(begin, next_ - begin);
    } else {
      while (next_ < text_.size() && is_word_char(text_[next_])) ++next_;
      if (next_ == begin) ++next_;
      token_ = text_.substr(begin, next_ - begin);
    }
    word_.assign(token_);
    for (char& c : word_) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }

  bool at_end() const { return token_.empty(); }
  bool accept(std::string_view word) {
    if (word_ != word) return false;
    advance();
    return true;
  }
  Status expect(std::string_view word) {
    return accept(word) ? Status::OK() : wrong(std::string("`").append(word) + "`");
  }
  Status expect_end() { return at_end() ? Status::OK() : wrong("the end"); }
  Status wrong(std::string_view wanted) const {
    return Status::Invalid("cannot read '", text_, "' as a type: expected ", wanted, " before '",
                           token_, "'");
  }

  Result<int> parse_int(IntRange range) {
    int64_t value = 0;
    for (const char c : token_) {
      if (c < '0' || c > '9') return wrong("a number");
      value = value > range.max ? value : value * 10 + (c - '0');
    }
    if (at_end() || value < range.min || value > range.max) {
      return wrong("a number from " + std::to_string(range.min) + " to " +
                   std::to_string(range.max));
    }
    advance();
    return static_cast<int>(value);
  }

  /// `(n)` or the default.
  Result<int> parse_argument(int otherwise, IntRange range) {
    if (!accept("(")) return otherwise;
    HW_ASSIGN_OR_RETURN(int value, parse_int(range));
    HW_TRY(expect(")"));
    return value;
  }

  Result<std::string> parse_name() {
    if (at_end()) return wrong("a name");
    std::string name(token_);
    if (token_.front() == '`') {
      if (token_.size() < 3 || token_.back() != '`') return wrong("a name");
      name.clear();
      for (size_t i = 1; i + 1 < token_.size(); ++i) {
        name += token_[i];
        if (token_[i] == '`') ++i;
      }
    } else if (!is_word_char(token_.front())) {
      return wrong("a name");
    }
    advance();
    return name;
  }

  Result<std::vector<SqlField>> parse_fields(int depth) {
    std::vector<SqlField> fields;
    do {
      HW_ASSIGN_OR_RETURN(std::string name, parse_name());
      HW_ASSIGN_OR_RETURN(SqlType type, parse_type(depth + 1));
      if (!at_end() && token_.front() == '\'') advance();  // a comment
      fields.push_back({std::move(name), std::move(type)});
    } while (accept(","));
    return fields;
  }

  Result<SqlType> parse_type(int depth) {
    if (depth > kDepthMax) return Status::Invalid("a type may be nested ", kDepthMax, " deep");
    HW_ASSIGN_OR_RETURN(SqlType type, parse_bare_type(depth));
    while (true) {
      if (accept("NOT")) {
        HW_TRY(expect("NULL"));
        type = type.not_null();
      } else if (accept("NULL")) {
        type = type.with_nullable(true);
      } else if (accept("ARRAY")) {
        type = SqlType::array(std::move(type));
      } else if (accept("MULTISET")) {
        type = SqlType::multiset(std::move(type));
      } else {
        return type;
      }
    }
  }

  Result<SqlType> parse_bare_type(int depth) {
    if (accept("NULL")) return SqlType::null();
    if (accept("BOOLEAN")) return SqlType::boolean();
    if (accept("TINYINT")) return SqlType::tinyint();
    if (accept("SMALLINT")) return SqlType::smallint();
    if (accept("INT") || accept("INTEGER")) return SqlType::integer();
    if (accept("BIGINT")) return SqlType::bigint();
    if (accept("FLOAT") || accept("REAL")) return SqlType::float32();
    if (accept("DECIMAL") || accept("DEC") || accept("NUMERIC")) return parse_decimal();
    if (accept("STRING")) return SqlType::string();
    if (accept("BYTES")) return SqlType::bytes();
    if (accept("DATE")) return SqlType::date();
    if (accept("SYMBOL")) return SqlType::symbol();
    if (accept("DESCRIPTOR")) return SqlType::descriptor();
    if (accept("DOUBLE")) {
      accept("PRECISION");
      return SqlType::float64();
    }
    if (word_ == "CHAR" || word_ == "VARCHAR" || word_ == "BINARY" || word_ == "VARBINARY") {
      return parse_sized();
    }
    if (word_ == "TIME" || word_ == "TIMESTAMP" || word_ == "TIMESTAMP_LTZ") {
      return parse_time();
    }
    if (accept("INTERVAL")) return parse_interval();
    if (word_ == "ARRAY" || word_ == "MULTISET" || word_ == "MAP" || word_ == "ROW") {
      return parse_constructed(depth);
    }
    if (accept("VARIANT")) return SqlType::variant();
    if (accept("BITMAP")) return SqlType::bitmap();
    if (word_ == "RAW") return not_supported_yet("the type RAW");
    return wrong("a type");
  }

  Result<SqlType> parse_decimal() {
    if (!accept("(")) return SqlType::decimal(10, 0);
    HW_ASSIGN_OR_RETURN(int precision, parse_int({1, kDecimalPrecisionMax}));
    int scale = 0;
    if (accept(",")) {
      HW_ASSIGN_OR_RETURN(scale, parse_int({0, precision}));
    }
    HW_TRY(expect(")"));
    return SqlType::decimal(precision, scale);
  }

  Result<SqlType> parse_sized() {
    const std::string word = word_;
    advance();
    const int otherwise = word == "VARCHAR" || word == "VARBINARY" ? SqlType::kLengthMax : 1;
    HW_ASSIGN_OR_RETURN(int length, parse_argument(otherwise, kLengths));
    if (word == "CHAR") return SqlType::character(length);
    if (word == "VARCHAR") return SqlType::varchar(length);
    return word == "BINARY" ? SqlType::binary(length) : SqlType::varbinary(length);
  }

  Result<SqlType> parse_time() {
    const std::string word = word_;
    advance();
    HW_ASSIGN_OR_RETURN(int precision, parse_argument(word == "TIME" ? 0 : 6, kFractionDigits));
    bool local = word == "TIMESTAMP_LTZ";
    if (accept("WITHOUT")) {
      HW_TRY(expect("TIME"));
      HW_TRY(expect("ZONE"));
    } else if (word == "TIMESTAMP" && accept("WITH")) {
      HW_TRY(expect("LOCAL"));
      HW_TRY(expect("TIME"));
      HW_TRY(expect("ZONE"));
      local = true;
    }
    if (word == "TIME") return SqlType::time(precision);
    return local ? SqlType::timestamp_ltz(precision) : SqlType::timestamp(precision);
  }

  /// All kinds of months are one type, all kinds of days and seconds the other.
  Result<SqlType> parse_interval() {
    const bool months = word_ == "YEAR" || word_ == "MONTH";
    HW_TRY(parse_interval_unit());
    if (accept("TO")) HW_TRY(parse_interval_unit());
    return months ? SqlType::interval_month() : SqlType::interval_day();
  }

  Status parse_interval_unit() {
    for (const char* unit : {"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"}) {
      if (accept(unit)) return parse_argument(0, kFractionDigits).status();
    }
    return wrong("a unit from YEAR to SECOND");
  }

  Result<SqlType> parse_constructed(int depth) {
    const std::string word = word_;
    advance();
    const bool parentheses = word == "ROW" && word_ == "(";
    HW_TRY(expect(parentheses ? "(" : "<"));
    const std::string_view close = parentheses ? ")" : ">";
    if (word == "ROW") {
      std::vector<SqlField> fields;
      if (word_ != close) {
        HW_ASSIGN_OR_RETURN(fields, parse_fields(depth));
      }
      HW_TRY(expect(close));
      return SqlType::row(std::move(fields));
    }
    HW_ASSIGN_OR_RETURN(SqlType first, parse_type(depth + 1));
    if (word == "MAP") {
      HW_TRY(expect(","));
      HW_ASSIGN_OR_RETURN(SqlType value, parse_type(depth + 1));
      HW_TRY(expect(close));
      return SqlType::map(std::move(first), std::move(value));
    }
    HW_TRY(expect(close));
    return word == "ARRAY" ? SqlType::array(std::move(first)) : SqlType::multiset(std::move(first));
  }

  const std::string_view text_;
  size_t next_ = 0;
  std::string_view token_;  // empty at the end
  std::string word_;
};

}  // namespace

Result<SqlType> parse_sql_type(std::string_view text) { return TypeParser(text).whole_type(); }

Result<SchemaPtr> parse_schema(std::string_view text) { return TypeParser(text).whole_schema(); }

}  // namespace hw
