// SPDX-License-Identifier: Apache-2.0

#include "reference/term_generator.h"

#include <algorithm>
#include <utility>

namespace hw::reference {
namespace {

const std::vector<SqlType>& integers() {
  static const auto* const kTypes = new std::vector<SqlType>{
      SqlType::tinyint(), SqlType::smallint(), SqlType::integer(), SqlType::bigint()};
  return *kTypes;
}

SqlType decimal_5_2() { return SqlType::decimal(5, 2); }

/// The type without NOT NULL, for CAST.
std::string name_of(const SqlType& type) { return type.to_sql_without_null(); }

/// Types that conditions compare and CASE chooses between, of which there are terms.
SqlType comparable(Chance& chance) {
  return chance.pick({SqlType::integer(), SqlType::bigint(), SqlType::smallint(), SqlType::string(),
                      SqlType::float64(), decimal_5_2(), SqlType::decimal(18, 4), SqlType::date(),
                      SqlType::timestamp(3)});
}

}  // namespace

Term make_term(const SqlType& type, std::string form, std::vector<Term> args) {
  Term term{type, std::move(form), std::move(args)};
  for (const Term& arg : term.args) {
    term.reads = term.reads || arg.reads;
    term.wild = term.wild || (arg.wild && arg.type.kind() == type.kind());
  }
  return term;
}

Term TermGenerator::any(int depth) {
  const Term& seen = chance_.pick(scope_);
  if (chance_.share(0.25)) return seen;
  if (chance_.share(0.7)) return of(seen.type, depth);
  return chance_.share(0.2) ? condition(depth) : of(comparable(chance_), depth);
}

Term TermGenerator::of(const SqlType& type, int depth) {
  if (depth <= 0) return leaf(type);
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return condition(depth);
    case TypeKind::kTinyint:
    case TypeKind::kSmallint:
    case TypeKind::kInt:
    case TypeKind::kBigint:
      return integer(type, depth);
    case TypeKind::kDecimal:
      return decimal(type, depth);
    case TypeKind::kDouble:
      return real(depth);
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return text(depth);
    case TypeKind::kDate:
      return date(depth);
    case TypeKind::kTimestamp:
      return timestamp(type, depth);
    default:
      return leaf(type);
  }
}

/// Without a draw: where there are none, nothing changes.
bool TermGenerator::sees_instants() const {
  return std::any_of(scope_.begin(), scope_.end(),
                     [](const Term& term) { return term.type.is(TypeKind::kTimestampLtz); });
}

Term TermGenerator::leaf(const SqlType& type) {
  const Term* found = column([&](const Term& term) {
    if (term.wild) return false;
    return term.type.equals_ignoring_null(type) ||
           (type.is_text() && term.type.is(TypeKind::kVarchar));
  });
  return found != nullptr && chance_.share(0.85) ? *found : literal(type);
}

Term TermGenerator::literal(const SqlType& type) {
  if (chance_.share(0.06)) return make_term(type, "CAST(NULL AS " + name_of(type) + ")");
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return make_term(type, chance_.pick({"TRUE", "FALSE"}));
    case TypeKind::kInt:
      return make_term(type, chance_.pick({"0", "1", "2", "3", "7", "100", "2147483647", "(-1)"}));
    case TypeKind::kTinyint:
    case TypeKind::kSmallint:
    case TypeKind::kBigint:
      return make_term(type, "CAST(" + std::string(chance_.pick({"0", "1", "-1", "5", "100"})) +
                                 " AS " + name_of(type) + ")");
    case TypeKind::kDecimal:
      return make_term(type, "CAST(" + std::string(chance_.pick({"0", "1.5", "-2.25", "99.99"})) +
                                 " AS " + name_of(type) + ")");
    case TypeKind::kDouble:
      return make_term(
          type, std::string("CAST(") + chance_.pick({"0.5", "1.25", "-2.0"}) + " AS DOUBLE)");
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return make_term(type, chance_.pick({"'a'", "'abc'", "''", "'x y'", "'ABC'"}));
    case TypeKind::kDate:
      return make_term(type, chance_.pick({"DATE '2024-03-31'", "DATE '2023-12-31'"}));
    case TypeKind::kTimestamp:
      return make_term(type, "CAST(TIMESTAMP '2024-03-31 02:30:00' AS " + name_of(type) + ")");
    default:
      return make_term(type, "CAST(NULL AS " + name_of(type) + ")");
  }
}

// ---------------------------------------------------------------------------------------- numbers

Term TermGenerator::integer(const SqlType& type, int depth) {
  const double kind = chance_.real();
  if (kind < 0.2) return leaf(type);
  if (kind < 0.35) return conditional(type, depth);
  if (kind < 0.5) return cast_to_integer(type, depth);
  if (kind < 0.65) return function_of_integer(type, depth);
  Term a = of(type, depth - 1);
  Term b = of(type, depth - 1);
  const char* form = chance_.pick(
      {"($0 + $1)", "($0 - $1)", "($0 * $1)", "($0 / NULLIF($1, $2))", "MOD($0, NULLIF($1, $2))"});
  return make_term(
      type, form,
      {std::move(a), std::move(b), make_term(type, "CAST(0 AS " + name_of(type) + ")")});
}

Term TermGenerator::cast_to_integer(const SqlType& type, int depth) {
  const std::string cast = "CAST($0 AS " + name_of(type) + ")";
  switch (chance_.below(5)) {
    case 0:
      return make_term(type, cast, {of(chance_.pick(integers()), depth - 1)});
    case 1:
      return make_term(type, cast, {condition(depth - 1)});
    case 2:
      return make_term(type, cast, {of(SqlType::decimal(18, 4), depth - 1)});
    case 3:
      return make_term(type, cast, {of(SqlType::float64(), depth - 1)});
    default:
      return make_term(type, "TRY_" + cast, {text(depth - 1)});
  }
}

Term TermGenerator::function_of_integer(const SqlType& type, int depth) {
  if (type.is(TypeKind::kInt) && chance_.share(0.6)) {
    if (chance_.share(0.5)) return make_term(type, "CHAR_LENGTH($0)", {text(depth - 1)});
    return make_term(type, "POSITION('b' IN $0)", {text(depth - 1)});
  }
  if (type.is(TypeKind::kBigint) && chance_.share(0.6)) {
    const char* unit =
        chance_.pick({"YEAR", "QUARTER", "MONTH", "DAY", "DOY", "DOW", "HOUR", "MINUTE", "SECOND"});
    if (sees_instants() && chance_.share(0.5)) {
      return make_term(type, "EXTRACT(" + std::string(unit) + " FROM $0)",
                       {leaf(SqlType::timestamp_ltz(3))});
    }
    return make_term(type, "EXTRACT(" + std::string(unit) + " FROM $0)",
                     {timestamp(SqlType::timestamp(3), depth - 1)});
  }
  if (chance_.share(0.4)) return make_term(type, "ABS($0)", {of(type, depth - 1)});
  if (chance_.share(0.5)) return make_term(type, "(-($0))", {of(type, depth - 1)});
  const char* form = chance_.pick({"GREATEST($0, $1)", "LEAST($0, $1)"});
  return make_term(type, form, {of(type, depth - 1), of(type, depth - 1)});
}

Term TermGenerator::decimal(const SqlType& type, int depth) {
  const double kind = chance_.real();
  if (kind < 0.25) return leaf(type);
  if (kind < 0.4) return conditional(type, depth);
  const std::string cast = "CAST($0 AS " + name_of(type) + ")";
  if (kind < 0.5) return make_term(type, cast, {of(chance_.pick(integers()), depth - 1)});
  if (kind < 0.6) {
    const char* form = chance_.pick({"FLOOR($0)", "CEIL($0)", "ABS($0)", "(-($0))"});
    return make_term(type, cast, {make_term(type, form, {leaf(type)})});
  }
  const SqlType other = chance_.pick(
      {decimal_5_2(), SqlType::decimal(18, 4), SqlType::integer(), SqlType::decimal(38, 10)});
  Term a = leaf(type);
  Term b = leaf(other);
  const char* form = chance_.pick(
      {"($0 + $1)", "($0 - $1)", "($0 * $1)", "($0 / NULLIF($1, 0))", "MOD($0, NULLIF($1, 0))"});
  return make_term(type, cast, {make_term(type, form, {std::move(a), std::move(b)})});
}

Term TermGenerator::real(int depth) {
  const SqlType type = SqlType::float64();
  const double kind = chance_.real();
  if (kind < 0.3) return leaf(type);
  if (kind < 0.45) return conditional(type, depth);
  if (kind < 0.6) {
    const char* form = chance_.pick({"ABS($0)", "FLOOR($0)", "CEIL($0)"});
    return make_term(type, form, {of(type, depth - 1)});
  }
  if (kind < 0.75) {
    return make_term(type, "CAST($0 AS DOUBLE)", {of(SqlType::smallint(), depth - 1)});
  }
  const char* form = chance_.pick({"($0 + $1)", "($0 - $1)", "($0 * $1)"});
  Term sum = make_term(type, form, {of(type, depth - 1), leaf(type)});
  sum.wild = sum.wild || sum.form == "($0 * $1)";
  return sum;
}

// ------------------------------------------------------------------------------- text and time

Term TermGenerator::text(int depth) {
  const SqlType type = SqlType::string();
  if (depth <= 0 || chance_.share(0.3)) return leaf(type);
  switch (chance_.below(7)) {
    case 0:
      return make_term(type, "($0 || $1)", {text(depth - 1), text(depth - 1)});
    case 1:
      return make_term(type, "SUBSTRING($0 FROM $1)", {text(depth - 1), leaf(SqlType::integer())});
    case 2:
      return make_term(type, "SUBSTRING($0, $1, $2)",
                       {text(depth - 1), literal(SqlType::integer()),
                        make_term(SqlType::integer(), chance_.pick({"0", "1", "2", "-1"}))});
    case 3:
      return make_term(type, "TRIM($0)", {text(depth - 1)});
    case 4:
      if (sees_instants() && chance_.share(0.5)) {
        return make_term(type, "CAST($0 AS STRING)", {leaf(SqlType::timestamp_ltz(3))});
      }
      return make_term(type, "CAST($0 AS STRING)",
                       {of(chance_.pick({SqlType::integer(), SqlType::bigint(), SqlType::boolean(),
                                         SqlType::decimal(18, 4), SqlType::date(),
                                         SqlType::timestamp(3), SqlType::timestamp(6)}),
                           depth - 1)});
    case 5:
      return make_term(type, "CAST($0 AS VARCHAR(2))", {text(depth - 1)});
    default:
      return conditional(type, depth);
  }
}

Term TermGenerator::date(int depth) {
  const SqlType type = SqlType::date();
  switch (chance_.below(4)) {
    case 0: {
      const char* form = chance_.pick(
          {"($0 + INTERVAL '1' DAY)", "($0 - INTERVAL '1' MONTH)", "($0 + INTERVAL '1' YEAR)"});
      return make_term(type, form, {of(type, depth - 1)});
    }
    case 1:
      if (sees_instants() && chance_.share(0.5)) {
        return make_term(type, "CAST($0 AS DATE)", {leaf(SqlType::timestamp_ltz(3))});
      }
      return make_term(type, "CAST($0 AS DATE)", {of(SqlType::timestamp(3), depth - 1)});
    case 2:
      return conditional(type, depth);
    default:
      return leaf(type);
  }
}

Term TermGenerator::timestamp(const SqlType& type, int depth) {
  if (depth <= 0) return leaf(type);
  switch (chance_.below(5)) {
    case 0: {
      const char* form = chance_.pick({"($0 + INTERVAL '90' SECOND)", "($0 - INTERVAL '2' HOUR)",
                                       "($0 + INTERVAL '1' MONTH)", "($0 - INTERVAL '1' DAY)"});
      return make_term(type, form, {of(type, depth - 1)});
    }
    case 1: {
      const std::string unit = chance_.pick({"YEAR", "MONTH", "DAY", "HOUR", "MINUTE"});
      return make_term(type, "FLOOR($0 TO " + unit + ")", {of(type, depth - 1)});
    }
    case 2:
      if (sees_instants() && chance_.share(0.5)) {
        return make_term(type, "CAST($0 AS " + name_of(type) + ")",
                         {leaf(SqlType::timestamp_ltz(3))});
      }
      return make_term(type, "CAST($0 AS " + name_of(type) + ")",
                       {of(chance_.pick({SqlType::date(), SqlType::timestamp(6)}), depth - 1)});
    case 3:
      return conditional(type, depth);
    default:
      return leaf(type);
  }
}

// ------------------------------------------------------------------------------------- conditions

Term TermGenerator::conditional(const SqlType& type, int depth) {
  Term a = of(type, depth - 1);
  Term b = of(type, depth - 1);
  switch (chance_.below(5)) {
    case 0:
      return make_term(type, "CASE WHEN $0 THEN $1 ELSE $2 END",
                       {condition(depth - 1), std::move(a), std::move(b)});
    case 1:
      return make_term(type, "CASE WHEN $0 THEN $1 WHEN $2 THEN $3 END",
                       {condition(depth - 1), std::move(a), condition(depth - 1), std::move(b)});
    case 2:
      return make_term(type, "COALESCE($0, $1)", {std::move(a), std::move(b)});
    case 3:
      return make_term(type, "IF($0, $1, $2)", {condition(depth - 1), std::move(a), std::move(b)});
    default:
      if (type.is_approximate()) return a;
      return make_term(type, "NULLIF($0, $1)", {std::move(a), std::move(b)});
  }
}

Term TermGenerator::comparison(int depth) {
  // A column of any type, wild ones too, or two expressions of one type.
  const SqlType boolean = SqlType::boolean();
  const std::string op = chance_.pick({" = ", " <> ", " < ", " <= ", " > ", " >= "});
  const Term* one = column([](const Term& term) {
    return !term.type.is(TypeKind::kBoolean) && !term.type.is_constructed();
  });
  if (one != nullptr && chance_.share(0.3)) {
    const Term* other =
        column([&](const Term& term) { return term.type.equals_ignoring_null(one->type); });
    if (one->type.is_variant()) {
      return make_term(boolean, chance_.pick({"($0 = $1)", "($0 <> $1)"}), {*one, *other});
    }
    return make_term(boolean, "($0" + op + "$1)", {*one, *other});
  }
  const SqlType type = comparable(chance_);
  return make_term(boolean, "($0" + op + "$1)", {of(type, depth - 1), of(type, depth - 1)});
}

Term TermGenerator::test(int depth) {
  const SqlType boolean = SqlType::boolean();
  switch (chance_.below(6)) {
    case 0: {
      const char* form = chance_.pick({"($0 IS NULL)", "($0 IS NOT NULL)"});
      return make_term(boolean, form, {chance_.pick(scope_)});
    }
    case 1: {
      const char* form = chance_.pick({"($0 IN (1, 2, 7))", "($0 NOT IN (1, 3))",
                                       "($0 IN (0, 5, CAST(NULL AS INT)))", "($0 BETWEEN 1 AND 5)",
                                       "($0 NOT BETWEEN -3 AND 3)"});
      return make_term(boolean, form, {of(SqlType::integer(), depth - 1)});
    }
    case 2: {
      const char* form = chance_.pick({"($0 LIKE 'a%')", "($0 LIKE '%b%')", "($0 LIKE '_')",
                                       "($0 NOT LIKE '%c')", "($0 IN ('a', 'b', 'abc'))"});
      return make_term(boolean, form, {text(depth - 1)});
    }
    case 3: {
      const char* form = chance_.pick(
          {"($0 IS TRUE)", "($0 IS NOT TRUE)", "($0 IS FALSE)", "($0 IS UNKNOWN)", "(NOT $0)"});
      return make_term(boolean, form, {condition(depth - 1)});
    }
    case 4: {
      const SqlType type = chance_.pick({SqlType::integer(), SqlType::string(), SqlType::date()});
      const char* form = chance_.pick({"($0 IS DISTINCT FROM $1)", "($0 IS NOT DISTINCT FROM $1)"});
      return make_term(boolean, form, {of(type, depth - 1), of(type, depth - 1)});
    }
    default: {
      const Term* flag = column([](const Term& term) { return term.type.is(TypeKind::kBoolean); });
      return flag != nullptr ? *flag : comparison(depth);
    }
  }
}

Term TermGenerator::condition(int depth) {
  if (depth <= 1) return chance_.share(0.6) ? comparison(depth) : test(depth);
  if (chance_.share(0.3)) {
    const char* form = chance_.pick({"($0 AND $1)", "($0 OR $1)"});
    return make_term(SqlType::boolean(), form, {condition(depth - 1), condition(depth - 1)});
  }
  return chance_.share(0.5) ? comparison(depth) : test(depth);
}

// ------------------------------------------------------------------------------------- aggregates

Term TermGenerator::aggregate() {
  std::string filter;
  std::vector<Term> args;
  const auto with_filter = [&](const SqlType& type, const std::string& call, bool wild) {
    std::string form = call;
    if (chance_.share(0.2)) {
      form += " FILTER (WHERE $" + std::to_string(args.size()) + ")";
      args.push_back(condition(1));
    }
    Term term = make_term(type, form, args);
    term.wild = wild;
    return term;
  };
  switch (chance_.below(6)) {
    case 0:
      return with_filter(SqlType::bigint(), "COUNT(*)", false);
    case 1:
      args = {chance_.share(0.7) ? chance_.pick(scope_) : any(1)};
      if (args[0].type.is(TypeKind::kInt) && !args[0].wild && chance_.share(0.4)) {
        return with_filter(SqlType::bigint(), "BITMAP_BUILD_CARDINALITY_AGG($0)", false);
      }
      return with_filter(SqlType::bigint(), chance_.share(0.5) ? "COUNT(DISTINCT $0)" : "COUNT($0)",
                         false);
    case 2:
    case 3: {
      args = {chance_.share(0.7) ? chance_.pick(scope_) : any(1)};
      if (args[0].type.is_bytes() || args[0].type.is_constructed() || args[0].type.is_variant()) {
        args = {leaf(SqlType::integer())};
      }
      const Term value = args[0];
      return with_filter(value.type, chance_.pick({"MIN($0)", "MAX($0)"}), value.wild);
    }
    default:
      break;
  }
  const Term* number =
      column([](const Term& term) { return term.type.is_numeric() && !term.wild; });
  const Term value = number != nullptr && chance_.share(0.75)
                         ? *number
                         : integer(chance_.pick({SqlType::integer(), SqlType::bigint()}), 1);
  args = {value};
  const bool sums = chance_.share(0.6);
  const bool distinct = chance_.share(0.15);
  SqlType type = value.type.with_nullable(true);
  if (type.is(TypeKind::kDecimal)) {
    type = SqlType::decimal(38, sums ? type.scale() : std::max(6, type.scale()));
  }
  const std::string name = sums ? "SUM(" : "AVG(";
  return with_filter(type, name + (distinct ? "DISTINCT $0)" : "$0)"),
                     value.type.is_approximate() && (!sums || value.wild));
}

}  // namespace hw::reference
