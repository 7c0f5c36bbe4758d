// SPDX-License-Identifier: Apache-2.0

#include "expr/signature.h"

#include <array>
#include <cstdlib>
#include <utility>

#include "columnar/sql_type.h"
#include "expr/cast.h"

namespace hw {
namespace {

using Kind = TypePattern::Kind;

struct Word {
  std::string_view text;
  Kind kind;
};
constexpr std::array kFamilies = {Word{"VARCHAR", Kind::kText},
                                  Word{"STRING", Kind::kText},
                                  Word{"VARBINARY", Kind::kBytes},
                                  Word{"BYTES", Kind::kBytes},
                                  Word{"DECIMAL", Kind::kDecimal},
                                  Word{"INTEGER", Kind::kInteger},
                                  Word{"NUMERIC", Kind::kNumeric},
                                  Word{"TIME", Kind::kTime},
                                  Word{"TIMESTAMP", Kind::kTimestamp},
                                  Word{"TIMESTAMP_LTZ", Kind::kTimestampLtz},
                                  Word{"TEMPORAL", Kind::kTemporal},
                                  Word{"INTERVAL", Kind::kInterval},
                                  Word{"ROW", Kind::kRow},
                                  Word{"ANY", Kind::kAny}};

/// Recursive descent over the text; stops at the first thing it does not understand.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool done() {
    skip_space();
    return text_.empty();
  }

  bool accept(std::string_view token) {
    skip_space();
    if (!text_.starts_with(token)) return false;
    if (is_letter(token.back()) && text_.size() > token.size() && is_letter(text_[token.size()])) {
      return false;
    }
    text_.remove_prefix(token.size());
    return true;
  }

  std::string_view word() {
    skip_space();
    size_t n = 0;
    while (n < text_.size() && is_letter(text_[n])) ++n;
    const std::string_view found = text_.substr(0, n);
    text_.remove_prefix(n);
    return found;
  }

  std::optional<TypePattern> type() {
    const std::string_view name = word();
    if (name == "T" || name == "K" || name == "V") {
      return TypePattern{.kind = Kind::kVariable, .variable = name[0]};
    }
    if (name == "ARRAY") return constructed(Kind::kArray, 1);
    if (name == "MULTISET") return constructed(Kind::kMultiset, 1);
    if (name == "MAP") return constructed(Kind::kMap, 2);
    if (name == "INTERVAL") {
      if (accept("DAY")) return exact(SqlType::interval_day());
      if (accept("MONTH")) return exact(SqlType::interval_month());
    }
    const std::vector<int> numbers = arguments();
    if (numbers.empty()) {
      for (const Word& family : kFamilies) {
        if (family.text == name) return TypePattern{.kind = family.kind};
      }
    }
    return scalar(name, numbers);
  }

 private:
  static bool is_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  }

  static TypePattern exact(SqlType type) {
    return TypePattern{.kind = Kind::kExact, .type = std::move(type)};
  }

  void skip_space() {
    while (!text_.empty() && text_.front() == ' ') text_.remove_prefix(1);
  }

  std::vector<int> arguments() {
    std::vector<int> numbers;
    if (!accept("(")) return numbers;
    do {
      numbers.push_back(std::atoi(std::string(word()).c_str()));
    } while (accept(","));
    accept(")");
    return numbers;
  }

  std::optional<TypePattern> constructed(Kind kind, int num_children) {
    TypePattern pattern{.kind = kind};
    if (!accept("<")) {
      for (int i = 0; i < num_children; ++i) pattern.children.push_back({.kind = Kind::kAny});
      return pattern;
    }
    for (int i = 0; i < num_children; ++i) {
      if (i > 0 && !accept(",")) return std::nullopt;
      std::optional<TypePattern> child = type();
      if (!child) return std::nullopt;
      pattern.children.push_back(std::move(*child));
    }
    if (!accept(">")) return std::nullopt;
    return pattern;
  }

  static std::optional<TypePattern> scalar(std::string_view name, const std::vector<int>& n) {
    const auto arg = [&](size_t i, int otherwise) { return i < n.size() ? n[i] : otherwise; };
    if (name == "BOOLEAN") return exact(SqlType::boolean());
    if (name == "TINYINT") return exact(SqlType::tinyint());
    if (name == "SMALLINT") return exact(SqlType::smallint());
    if (name == "INT") return exact(SqlType::integer());
    if (name == "BIGINT") return exact(SqlType::bigint());
    if (name == "FLOAT") return exact(SqlType::float32());
    if (name == "DOUBLE") return exact(SqlType::float64());
    if (name == "DECIMAL") return exact(SqlType::decimal(arg(0, 10), arg(1, 0)));
    if (name == "CHAR") return exact(SqlType::character(arg(0, 1)));
    if (name == "VARCHAR") return exact(SqlType::varchar(arg(0, 1)));
    if (name == "BINARY") return exact(SqlType::binary(arg(0, 1)));
    if (name == "VARBINARY") return exact(SqlType::varbinary(arg(0, 1)));
    if (name == "DATE") return exact(SqlType::date());
    if (name == "TIME") return exact(SqlType::time(arg(0, 0)));
    if (name == "TIMESTAMP") return exact(SqlType::timestamp(arg(0, 6)));
    if (name == "TIMESTAMP_LTZ") return exact(SqlType::timestamp_ltz(arg(0, 6)));
    if (name == "VARIANT") return exact(SqlType::variant());
    if (name == "BITMAP") return exact(SqlType::bitmap());
    if (name == "SYMBOL") return exact(SqlType::symbol());
    if (name == "DESCRIPTOR") return exact(SqlType::descriptor());
    return std::nullopt;
  }

  std::string_view text_;
};

/// Steps of an implicit conversion; nearer types cost less, so that the narrowest overload wins.
int conversion_cost(const SqlType& from, const SqlType& to) {
  if (from.kind() == to.kind()) return 1;
  if (from.is_numeric() && to.is_numeric()) {
    return 2 * (static_cast<int>(to.kind()) - static_cast<int>(from.kind())) + 2;
  }
  return 10;
}

class Matcher {
 public:
  bool fits(const TypePattern& pattern, const SqlType& given) {
    if (pattern.kind == Kind::kVariable) return bind(pattern.variable, given);
    if (given.is(TypeKind::kNull)) {
      cost += 1;
      return pattern.kind != Kind::kExact || !pattern.type.is(TypeKind::kSymbol);
    }
    switch (pattern.kind) {
      case Kind::kExact:
        return fits_exactly(pattern.type, given);
      case Kind::kText:
        return given.is_text();
      case Kind::kBytes:
        return given.is_bytes();
      case Kind::kDecimal:
        return given.is(TypeKind::kDecimal);
      case Kind::kInteger:
        return given.is_integer();
      case Kind::kNumeric:
        return given.is_numeric();
      case Kind::kTime:
        return given.is(TypeKind::kTime);
      case Kind::kTimestamp:
        return given.is(TypeKind::kTimestamp);
      case Kind::kTimestampLtz:
        return given.is(TypeKind::kTimestampLtz);
      case Kind::kTemporal:
        return given.is_temporal();
      case Kind::kInterval:
        return given.is_interval();
      case Kind::kRow:
        return given.is(TypeKind::kRow);
      case Kind::kAny:
        return !given.is(TypeKind::kSymbol) && !given.is(TypeKind::kDescriptor);
      case Kind::kArray:
        return given.is(TypeKind::kArray) && fits(pattern.children[0], given.element());
      case Kind::kMultiset:
        return given.is(TypeKind::kMultiset) && fits(pattern.children[0], given.element());
      case Kind::kMap:
        return given.is(TypeKind::kMap) && fits(pattern.children[0], given.key()) &&
               fits(pattern.children[1], given.value());
      case Kind::kVariable:
        break;
    }
    return false;
  }

  /// Fixes each letter to the common type of what stood in its places.
  bool close() {
    for (Variable& variable : variables_) {
      if (variable.seen.empty()) continue;
      Result<SqlType> common = common_type(variable.seen);
      if (!common.ok()) return false;
      for (const SqlType& type : variable.seen) {
        if (!type.equals_ignoring_null(*common)) cost += conversion_cost(type, *common);
      }
      variable.type = *common;
    }
    return true;
  }

  /// The type that `given` is cast to.
  SqlType target(const TypePattern& pattern, const SqlType& given) const {
    const bool is_null = given.is(TypeKind::kNull);
    switch (pattern.kind) {
      case Kind::kExact:
        return pattern.type;
      case Kind::kVariable:
        return of(pattern.variable);
      case Kind::kText:
        return is_null ? SqlType::string() : given;
      case Kind::kBytes:
        return is_null ? SqlType::bytes() : given;
      case Kind::kDecimal:
        return is_null ? SqlType::decimal(10, 0) : given;
      case Kind::kInteger:
      case Kind::kNumeric:
        return is_null ? SqlType::integer() : given;
      case Kind::kTime:
        return is_null ? SqlType::time() : given;
      case Kind::kTimestamp:
      case Kind::kTemporal:
        return is_null ? SqlType::timestamp(3) : given;
      case Kind::kTimestampLtz:
        return is_null ? SqlType::timestamp_ltz(3) : given;
      case Kind::kInterval:
        return is_null ? SqlType::interval_day() : given;
      case Kind::kRow:
      case Kind::kAny:
        return given;
      case Kind::kArray:
        return SqlType::array(is_null ? filled(pattern.children[0])
                                      : inner(pattern.children[0], given.element()));
      case Kind::kMultiset:
        return SqlType::multiset(is_null ? filled(pattern.children[0])
                                         : inner(pattern.children[0], given.element()));
      case Kind::kMap:
        return is_null ? SqlType::map(filled(pattern.children[0]), filled(pattern.children[1]))
                       : SqlType::map(inner(pattern.children[0], given.key()),
                                      inner(pattern.children[1], given.value()));
    }
    return given;
  }

  /// The type that a pattern stands for by itself: results, and the places of a bare NULL.
  SqlType filled(const TypePattern& pattern) const { return target(pattern, SqlType::null()); }

  int cost = 0;

 private:
  struct Variable {
    std::vector<SqlType> seen;
    SqlType type;
  };

  SqlType inner(const TypePattern& pattern, const SqlType& given) const {
    return target(pattern, given).with_nullable(given.nullable() || of_nullable(pattern));
  }

  bool of_nullable(const TypePattern& pattern) const {
    return pattern.kind == Kind::kVariable && of(pattern.variable).nullable();
  }

  bool bind(char letter, const SqlType& given) {
    if (given.is(TypeKind::kSymbol) || given.is(TypeKind::kDescriptor)) return false;
    variables_[index(letter)].seen.push_back(given);
    return true;
  }

  const SqlType& of(char letter) const { return variables_[index(letter)].type; }

  static size_t index(char letter) { return letter == 'T' ? 0 : letter == 'K' ? 1 : 2; }

  bool fits_exactly(const SqlType& wanted, const SqlType& given) {
    if (given.equals_ignoring_null(wanted)) return true;
    if (given.is(TypeKind::kSymbol) || !can_cast_implicitly(given, wanted)) return false;
    cost += conversion_cost(given, wanted);
    return true;
  }

  std::array<Variable, 3> variables_;
};

}  // namespace

Result<Signature> Signature::parse(std::string_view text) {
  const auto broken = [&] { return Status::Invalid("broken signature: ", text); };
  Reader reader(text);
  Signature signature;
  if (!reader.accept("(")) return broken();
  while (!reader.accept(")")) {
    Parameter parameter;
    if (!signature.parameters.empty() && !reader.accept(",")) return broken();
    parameter.optional = reader.accept("[");
    parameter.name = std::string(reader.word());
    std::optional<TypePattern> pattern = reader.type();
    if (parameter.name.empty() || !pattern) return broken();
    parameter.pattern = std::move(*pattern);
    parameter.repeats = reader.accept("...");
    if (parameter.optional && !reader.accept("]")) return broken();
    signature.parameters.push_back(std::move(parameter));
  }
  if (!reader.accept("->")) return broken();
  std::optional<TypePattern> result = reader.type();
  if (!result) return broken();
  signature.result = std::move(*result);
  signature.result_not_null = reader.accept("NOT NULL");
  if (!reader.done()) return broken();
  return signature;
}

std::optional<Signature::Match> Signature::match(std::span<const SqlType> given) const {
  size_t required = 0;
  for (const Parameter& parameter : parameters) required += parameter.optional ? 0 : 1;
  const bool repeats = !parameters.empty() && parameters.back().repeats;
  if (given.size() < required || (!repeats && given.size() > parameters.size())) {
    return std::nullopt;
  }
  const auto pattern_of = [&](size_t i) -> const TypePattern& {
    return parameters[std::min(i, parameters.size() - 1)].pattern;
  };
  Matcher matcher;
  for (size_t i = 0; i < given.size(); ++i) {
    if (!matcher.fits(pattern_of(i), given[i])) return std::nullopt;
  }
  if (!matcher.close()) return std::nullopt;
  Match match;
  for (size_t i = 0; i < given.size(); ++i) {
    match.arg_types.push_back(
        matcher.target(pattern_of(i), given[i]).with_nullable(given[i].nullable()));
  }
  match.result = matcher.filled(result);
  match.cost = matcher.cost;
  return match;
}

}  // namespace hw
