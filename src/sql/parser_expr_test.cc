// SPDX-License-Identifier: Apache-2.0

#include <string>

#include <gtest/gtest.h>

#include "sql/parser.h"
#include "sql/unparse.h"

namespace hw {
namespace {

// Returns the canonical text of an expression, which shows how it was grouped.
std::string canonical(std::string_view text) {
  Result<ast::ExprPtr> expr = parse_expression(text);
  return expr.ok() ? ast::to_sql(**expr) : "error: " + expr.status().message();
}

std::string canonical_type(std::string_view text) {
  Result<ast::Type> type = parse_type(text);
  return type.ok() ? ast::to_sql(*type) : "error: " + type.status().message();
}

// Returns "column message".
std::string error_of(std::string_view text) {
  const Status status = parse_expression(text).status();
  return std::to_string(position_of(status).column) + " " + status.message();
}

ast::ExprPtr parsed(std::string_view text) { return parse_expression(text).ValueOrDie(); }

TEST(ParserExprTest, GroupsOperatorsByPrecedence) {
  EXPECT_EQ(canonical("a + b * c"), "a + b * c");
  EXPECT_EQ(canonical("(a + b) * c"), "(a + b) * c");
  EXPECT_EQ(canonical("((a)) + (b * c)"), "a + b * c");
  EXPECT_EQ(canonical("a - (b - c) - d"), "a - (b - c) - d");
  EXPECT_EQ(canonical("a OR b AND NOT c = d"), "a OR b AND NOT c = d");
  EXPECT_EQ(canonical("(a OR b) AND c"), "(a OR b) AND c");
  EXPECT_EQ(canonical("NOT (a AND b)"), "NOT (a AND b)");
  EXPECT_EQ(canonical("a = b IS NULL"), "a = b IS NULL");
  EXPECT_EQ(canonical("a = (b IS NULL)"), "a = (b IS NULL)");
  EXPECT_EQ(canonical("a || b + c"), "a || b + c");
  EXPECT_EQ(canonical("-a[1] % 2"), "-a[1] % 2");
  EXPECT_EQ(canonical("(-a).b"), "(-a).b");
  EXPECT_EQ(canonical("a + NOT b"), "a + (NOT b)");
  EXPECT_EQ(canonical("- - a"), "-(-a)");
  EXPECT_EQ(canonical("- + 1"), "-(+1)");
}

TEST(ParserExprTest, ShowsTheGroupingOfIsAgainstComparison) {
  const ast::ExprPtr expr = parsed("a = b IS NOT NULL");
  const auto& is = expr->as<ast::Operator>();
  EXPECT_EQ(is.op, ast::Op::kIsNull);
  EXPECT_TRUE(is.negated);
  EXPECT_EQ(is.operands[0]->as<ast::Operator>().op, ast::Op::kEqual);
  EXPECT_EQ(is.position.column, 7);
}

TEST(ParserExprTest, KeepsChainsOfAndAndOrFlat) {
  const ast::ExprPtr expr = parsed("a AND b AND c AND d OR e");
  const auto& chain = expr->as<ast::Operator>();
  EXPECT_EQ(chain.op, ast::Op::kOr);
  ASSERT_EQ(chain.operands.size(), 2u);
  EXPECT_EQ(chain.operands[0]->as<ast::Operator>().operands.size(), 4u);
  EXPECT_EQ(canonical("a AND (b AND c)"), "a AND (b AND c)");
}

TEST(ParserExprTest, TakesComparisons) {
  EXPECT_EQ(canonical("a <> b"), "a <> b");
  EXPECT_EQ(canonical("a != b"), "a <> b");
  EXPECT_EQ(canonical("a <= b"), "a <= b");
  EXPECT_EQ(canonical("a IS NOT DISTINCT FROM b"), "a IS NOT DISTINCT FROM b");
  EXPECT_EQ(canonical("a IS UNKNOWN"), "a IS UNKNOWN");
  EXPECT_EQ(canonical("a IS NOT TRUE"), "a IS NOT TRUE");
  EXPECT_EQ(canonical("(a, b) OVERLAPS (c, d)"), "ROW(a, b) OVERLAPS ROW(c, d)");
  EXPECT_EQ(error_of("a OVERLAPS b"),
            "3 OVERLAPS compares two periods: (start, end) OVERLAPS (start, end)");
}

TEST(ParserExprTest, TakesRangesAndPatterns) {
  EXPECT_EQ(canonical("a BETWEEN 1 AND 2 AND b"), "a BETWEEN 1 AND 2 AND b");
  EXPECT_EQ(canonical("a NOT BETWEEN ASYMMETRIC 1 AND 2"), "a NOT BETWEEN 1 AND 2");
  EXPECT_EQ(canonical("a between symmetric b + 1 and c"), "a BETWEEN SYMMETRIC b + 1 AND c");
  EXPECT_EQ(canonical("a LIKE 'x!%' ESCAPE '!'"), "a LIKE 'x!%' ESCAPE '!'");
  EXPECT_EQ(canonical("a NOT LIKE 'x' || '%'"), "a NOT LIKE 'x' || '%'");
  EXPECT_EQ(canonical("a NOT SIMILAR TO 'x' ESCAPE 'y'"), "a NOT SIMILAR TO 'x' ESCAPE 'y'");
  EXPECT_EQ(canonical("a BETWEEN 1 AND 2 = b"), "a BETWEEN 1 AND 2 = b");
}

TEST(ParserExprTest, TakesInQuantifiersAndSubqueries) {
  EXPECT_EQ(canonical("a IN (1, 2)"), "a IN (1, 2)");
  EXPECT_EQ(canonical("(a, b) NOT IN ((1, 2), (3, 4))"), "ROW(a, b) NOT IN (ROW(1, 2), ROW(3, 4))");
  EXPECT_EQ(canonical("a IN (SELECT b FROM t)"), "a IN (SELECT b FROM t)");
  EXPECT_EQ(canonical("a IN ((SELECT 1))"), "a IN (SELECT 1)");
  EXPECT_EQ(canonical("a IN ((SELECT 1) UNION (SELECT 2))"), "a IN (SELECT 1 UNION SELECT 2)");
  EXPECT_EQ(canonical("a = SOME (SELECT 1)"), "a = ANY (SELECT 1)");
  EXPECT_EQ(canonical("a <= all (1, 2)"), "a <= ALL (1, 2)");
  EXPECT_EQ(canonical("EXISTS (SELECT 1)"), "EXISTS (SELECT 1)");
  EXPECT_EQ(canonical("NOT EXISTS (VALUES 1)"), "NOT EXISTS (VALUES (1))");
  EXPECT_EQ(canonical("(SELECT 1) + 1"), "(SELECT 1) + 1");
  EXPECT_EQ(canonical("((SELECT 1) + 1)"), "(SELECT 1) + 1");
  EXPECT_EQ(canonical("((SELECT 1 LIMIT 1) UNION ALL (SELECT 2))"),
            "((SELECT 1 LIMIT 1) UNION ALL SELECT 2)");
}

TEST(ParserExprTest, TakesLiterals) {
  EXPECT_EQ(canonical("NULL"), "NULL");
  EXPECT_EQ(canonical("unknown"), "UNKNOWN");
  EXPECT_EQ(canonical("TIMESTAMP '2020-01-01 00:00:00.123'"),
            "TIMESTAMP '2020-01-01 00:00:00.123'");
  EXPECT_EQ(canonical("time '10:00:00'"), "TIME '10:00:00'");
  EXPECT_EQ(canonical("X'0AFF'"), "x'0aff'");
  EXPECT_EQ(canonical("U&'\\0041'"), "'A'");
  EXPECT_EQ(canonical("'a'\n'b'"), "'ab'");
  EXPECT_EQ(canonical("1.50"), "1.50");
  EXPECT_EQ(canonical("5. + .5"), "5. + .5");
  EXPECT_EQ(parsed("99999999999999999999")->as<ast::Literal>().type, ast::LiteralKind::kInteger);
  EXPECT_EQ(parsed("1e3")->as<ast::Literal>().type, ast::LiteralKind::kDouble);
}

TEST(ParserExprTest, TakesIntervals) {
  EXPECT_EQ(canonical("INTERVAL '5' MINUTES"), "INTERVAL '5' MINUTE");
  EXPECT_EQ(canonical("INTERVAL -'1 02:03:04.5' DAY(3) TO SECOND(1)"),
            "INTERVAL -'1 02:03:04.5' DAY(3) TO SECOND(1)");
  EXPECT_EQ(canonical("INTERVAL '2-10' YEAR TO MONTH"), "INTERVAL '2-10' YEAR TO MONTH");
  EXPECT_EQ(canonical("INTERVAL '1.5' SECOND(2, 3)"), "INTERVAL '1.5' SECOND(2, 3)");
  EXPECT_EQ(canonical("t - INTERVAL + '2' WEEK"), "t - INTERVAL '2' WEEK");
  EXPECT_EQ(error_of("INTERVAL 5 MINUTE"),
            "10 expected the value of the interval in single quotes, e.g. INTERVAL '5' MINUTE, "
            "but found 5");
  EXPECT_EQ(error_of("INTERVAL '5' DAY TO MONTH").substr(0, 36),
            "14 an interval range is YEAR TO MONT");
  EXPECT_EQ(error_of("INTERVAL '5'").substr(0, 23), "13 expected a time unit");
}

TEST(ParserExprTest, LetsUnreservedWordsBeNames) {
  EXPECT_EQ(canonical("value + date"), "`value` + `date`");
  EXPECT_EQ(canonical("count"), "count");
  EXPECT_EQ(canonical("t.order"), "t.`order`");
  EXPECT_EQ(canonical("`date`"), canonical("date"));
  EXPECT_EQ(canonical("map['k']"), "`map`['k']");
  EXPECT_EQ(canonical("row + 1"), "`row` + 1");
  EXPECT_EQ(error_of("order + 1"), "1 expected an expression, but found order");
  EXPECT_EQ(error_of("f(order, a)"),
            "3 expected an expression, but found the reserved word order; a name that is a "
            "reserved word stands in backticks: `order`");
}

TEST(ParserExprTest, TakesConstructorsAndAccess) {
  EXPECT_EQ(canonical("ARRAY[1, 2][1]"), "ARRAY[1, 2][1]");
  EXPECT_EQ(canonical("ARRAY[]"), "ARRAY[]");
  EXPECT_EQ(canonical("MAP['a', 1]['a']"), "MAP['a', 1]['a']");
  EXPECT_EQ(canonical("(a, b)"), "ROW(a, b)");
  EXPECT_EQ(canonical("ROW()"), "ROW()");
  EXPECT_EQ(canonical("a.b[1].c.d"), "a.b[1].c.d");
  EXPECT_EQ(canonical("(a).b"), "(a).b");
  EXPECT_EQ(canonical("f(x).y"), "F(x).y");
  EXPECT_EQ(canonical("CAST(a AS ROW<f INT>).f"), "CAST(a AS ROW<f INT>).f");
  EXPECT_EQ(error_of("MAP['a', 1, 'b']"),
            "1 MAP[..] takes keys and values in turn, but found 3 items");
}

TEST(ParserExprTest, TakesCaseAndCast) {
  EXPECT_EQ(canonical("CASE a WHEN 1 THEN 'x' ELSE 'y' END"),
            "CASE a WHEN 1 THEN 'x' ELSE 'y' END");
  EXPECT_EQ(canonical("CASE WHEN a THEN 1 WHEN b THEN 2 END"),
            "CASE WHEN a THEN 1 WHEN b THEN 2 END");
  EXPECT_EQ(canonical("try_cast(a AS decimal)"), "TRY_CAST(a AS DECIMAL(10, 0))");
  EXPECT_EQ(error_of("CASE a END"), "8 expected WHEN, but found END");
  EXPECT_EQ(error_of("CASE WHEN a THEN b"),
            "19 expected WHEN, ELSE or END, but found the end of the text");
}

TEST(ParserExprTest, MapsSpecialSyntaxesToCalls) {
  EXPECT_EQ(canonical("extract(year from x)"), "EXTRACT(YEAR FROM x)");
  EXPECT_EQ(canonical("TRIM(x)"), "TRIM(x)");
  EXPECT_EQ(canonical("TRIM('a' FROM x)"), "TRIM(BOTH 'a' FROM x)");
  EXPECT_EQ(canonical("TRIM(LEADING FROM x)"), "TRIM(LEADING ' ' FROM x)");
  EXPECT_EQ(canonical("SUBSTRING(s FROM 2 FOR 3)"), "SUBSTRING(s, 2, 3)");
  EXPECT_EQ(canonical("SUBSTRING(s, 2)"), "SUBSTRING(s, 2)");
  EXPECT_EQ(canonical("OVERLAY(s PLACING r FROM 1 FOR 2)"), "OVERLAY(s, r, 1, 2)");
  EXPECT_EQ(canonical("POSITION(a || b IN s)"), "POSITION(a || b IN s)");
  EXPECT_EQ(canonical("FLOOR(t TO day)"), "FLOOR(t TO DAY)");
  EXPECT_EQ(canonical("CEIL(x)"), "CEIL(x)");
  EXPECT_EQ(canonical("TIMESTAMPDIFF(second, a, b)"), "TIMESTAMPDIFF(SECOND, a, b)");
  EXPECT_EQ(canonical("CURRENT_DATE"), "CURRENT_DATE");
  EXPECT_EQ(canonical("localtimestamp"), "LOCALTIMESTAMP");
  EXPECT_EQ(canonical("left(s, 2) || right(s, 1)"), "LEFT(s, 2) || RIGHT(s, 1)");
  const ast::ExprPtr expr = parsed("EXTRACT(DOW FROM x)");
  const auto& call = expr->as<ast::FunctionCall>();
  ASSERT_EQ(call.args.size(), 2u);
  EXPECT_EQ(call.args[0]->as<ast::Symbol>().name, "DOW");
}

TEST(ParserExprTest, TakesJsonClauses) {
  EXPECT_EQ(canonical("JSON_VALUE(j, '$.a' RETURNING INT NULL ON EMPTY DEFAULT 0 ON ERROR)"),
            "JSON_VALUE(j, '$.a' RETURNING INT NULL ON EMPTY DEFAULT 0 ON ERROR)");
  EXPECT_EQ(canonical("JSON_QUERY(j, 'lax $' WITH WRAPPER EMPTY ARRAY ON EMPTY)"),
            "JSON_QUERY(j, 'lax $' WITH UNCONDITIONAL ARRAY WRAPPER EMPTY ARRAY ON EMPTY)");
  EXPECT_EQ(canonical("JSON_QUERY(j, '$' RETURNING ARRAY<STRING> WITHOUT ARRAY WRAPPER)"),
            "JSON_QUERY(j, '$' RETURNING ARRAY<STRING> WITHOUT ARRAY WRAPPER)");
  EXPECT_EQ(canonical("JSON_EXISTS(j, '$' TRUE ON ERROR)"), "JSON_EXISTS(j, '$' TRUE ON ERROR)");
  EXPECT_EQ(canonical("JSON_OBJECT('a' VALUE 1, KEY b VALUE c ABSENT ON NULL)"),
            "JSON_OBJECT(KEY 'a' VALUE 1, KEY b VALUE c ABSENT ON NULL)");
  EXPECT_EQ(canonical("JSON_OBJECT()"), "JSON_OBJECT()");
  EXPECT_EQ(canonical("JSON_OBJECTAGG(k VALUE v NULL ON NULL)"),
            "JSON_OBJECTAGG(KEY k VALUE v NULL ON NULL)");
  EXPECT_EQ(canonical("JSON_ARRAY(1, NULL NULL ON NULL)"), "JSON_ARRAY(1, NULL NULL ON NULL)");
  EXPECT_EQ(canonical("JSON_ARRAY(ABSENT ON NULL)"), "JSON_ARRAY(ABSENT ON NULL)");
  EXPECT_EQ(canonical("j IS NOT JSON"), "j IS NOT JSON");
  EXPECT_EQ(canonical("j IS JSON VALUE"), "j IS JSON");
  EXPECT_EQ(canonical("j IS JSON SCALAR"), "j IS JSON SCALAR");
  EXPECT_EQ(error_of("JSON_VALUE(j, '$' NULL ON ERROR NULL ON EMPTY)"),
            "33 ON EMPTY and ON ERROR are written once each, ON EMPTY before ON ERROR");
}

TEST(ParserExprTest, TakesAggregatesAndWindows) {
  EXPECT_EQ(canonical("count(*)"), "COUNT(*)");
  EXPECT_EQ(canonical("COUNT(DISTINCT a, b) FILTER (WHERE c > 1)"),
            "COUNT(DISTINCT a, b) FILTER (WHERE c > 1)");
  EXPECT_EQ(canonical("LISTAGG(a, ',') WITHIN GROUP (ORDER BY b DESC)"),
            "LISTAGG(a, ',') WITHIN GROUP (ORDER BY b DESC)");
  EXPECT_EQ(canonical("ARRAY_AGG(a ORDER BY b IGNORE NULLS)"),
            "ARRAY_AGG(a ORDER BY b) IGNORE NULLS");
  EXPECT_EQ(canonical("LAG(a, 1) RESPECT NULLS OVER w"), "LAG(a, 1) RESPECT NULLS OVER w");
  EXPECT_EQ(canonical("SUM(a) OVER (PARTITION BY b ORDER BY c ROWS 3 PRECEDING)"),
            "SUM(a) OVER (PARTITION BY b ORDER BY c ROWS BETWEEN 3 PRECEDING AND CURRENT ROW)");
  EXPECT_EQ(canonical("SUM(a) OVER (w RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND UNBOUNDED "
                      "FOLLOWING)"),
            "SUM(a) OVER (w RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND UNBOUNDED FOLLOWING)");
  EXPECT_EQ(canonical("ROW_NUMBER() OVER (ORDER BY a ASC NULLS FIRST, b NULLS LAST)"),
            "ROW_NUMBER() OVER (ORDER BY a ASC NULLS FIRST, b NULLS LAST)");
  EXPECT_EQ(canonical("SUM(a) OVER ()"), "SUM(a) OVER ()");
  EXPECT_EQ(canonical("cat.db.Fun(x)"), "cat.db.Fun(x)");
  EXPECT_EQ(error_of("SUM(a) OVER (ROWS 3)"), "20 expected PRECEDING or FOLLOWING, but found ')'");
}

TEST(ParserExprTest, TakesArgumentsOfTableFunctions) {
  EXPECT_EQ(canonical("f(a => 1, `OFFSET` => DEFAULT)"), "F(a => 1, `OFFSET` => DEFAULT)");
  EXPECT_EQ(canonical("f(TABLE a.b PARTITION BY k ORDER BY t, DESCRIPTOR(x, `y z`))"),
            "F(TABLE a.b PARTITION BY (k) ORDER BY (t), DESCRIPTOR(x, `y z`))");
  EXPECT_EQ(canonical("f(TABLE t PARTITION BY j, k, DESCRIPTOR(x), INTERVAL '1' HOUR)"),
            "F(TABLE t PARTITION BY (j, k), DESCRIPTOR(x), INTERVAL '1' HOUR)");
  EXPECT_EQ(canonical("f((SELECT 1) PARTITION BY a)"), "F(TABLE (SELECT 1) PARTITION BY (a))");
  EXPECT_EQ(canonical("f(input => TABLE t, op => DESCRIPTOR(c))"),
            "F(input => TABLE t, op => DESCRIPTOR(c))");
}

TEST(ParserExprTest, RefusesStarsInExpressions) {
  EXPECT_EQ(error_of("a + t.*"),
            "5 * stands only as an item of SELECT or as an argument, as in COUNT(*)");
  EXPECT_EQ(error_of("1 + *").substr(0, 20), "5 * stands only as a");
}

TEST(ParserExprTest, SaysWhatItExpectedAndFound) {
  EXPECT_EQ(error_of("a +"), "4 expected an expression, but found the end of the text");
  EXPECT_EQ(error_of("f(a b)"), "5 expected ',' or ')', but found b");
  EXPECT_EQ(error_of("a IS 5"),
            "6 expected NULL, TRUE, FALSE, UNKNOWN, DISTINCT FROM or JSON behind IS, but found 5");
  EXPECT_EQ(error_of("a b"), "3 expected the end of the text, but found b");
  EXPECT_EQ(error_of("a + 'x"), "5 a string must end with a single quote");
  EXPECT_EQ(error_of("?"), "1 not supported yet: parameters (?)");
}

TEST(ParserExprTest, ResolvesSynonymsOfTypes) {
  EXPECT_EQ(canonical_type("varchar"), "STRING");
  EXPECT_EQ(canonical_type("VARCHAR(10) NOT NULL"), "VARCHAR(10) NOT NULL");
  EXPECT_EQ(canonical_type("CHARACTER VARYING(3)"), "VARCHAR(3)");
  EXPECT_EQ(canonical_type("CHAR"), "CHAR(1)");
  EXPECT_EQ(canonical_type("BINARY"), "BINARY(1)");
  EXPECT_EQ(canonical_type("VARBINARY"), "BYTES");
  EXPECT_EQ(canonical_type("NUMERIC(5)"), "DECIMAL(5, 0)");
  EXPECT_EQ(canonical_type("INTEGER NULL"), "INT");
  EXPECT_EQ(canonical_type("DOUBLE PRECISION"), "DOUBLE");
  EXPECT_EQ(canonical_type("TIME"), "TIME(0)");
  EXPECT_EQ(canonical_type("TIMESTAMP WITHOUT TIME ZONE"), "TIMESTAMP(6)");
  EXPECT_EQ(canonical_type("TIMESTAMP(3) WITH LOCAL TIME ZONE"), "TIMESTAMP_LTZ(3)");
  EXPECT_EQ(canonical_type("INT ARRAY MULTISET"), "MULTISET<ARRAY<INT>>");
  EXPECT_EQ(canonical_type("MAP<STRING, ARRAY<INT NOT NULL>>"), "MAP<STRING, ARRAY<INT NOT NULL>>");
  EXPECT_EQ(canonical_type("ROW(a INT 'note', `b c` ROW<>)"), "ROW<a INT 'note', `b c` ROW<>>");
  EXPECT_EQ(canonical_type("INTERVAL DAY TO SECOND(3)"), "INTERVAL DAY TO SECOND(3)");
  EXPECT_EQ(canonical_type("VARIANT"), "VARIANT");
  EXPECT_EQ(canonical_type("my_db.my_type"), "my_db.my_type");
}

TEST(ParserExprTest, ChecksTheRangesOfTypes) {
  EXPECT_EQ(canonical_type("DECIMAL(39, 2)"),
            "error: DECIMAL(p, s) takes p from 1 to 38 and s from 0 to p, but found DECIMAL(39, "
            "2)");
  EXPECT_EQ(canonical_type("TIMESTAMP(10)"),
            "error: TIMESTAMP(n) takes n from 0 to 9, but found 10");
  EXPECT_EQ(canonical_type("CHAR(0)"), "error: CHAR(n) takes n from 1 to 2147483647, but found 0");
  EXPECT_EQ(canonical_type("TIMESTAMP WITH TIME ZONE").substr(0, 30),
            "error: there is no type with a");
  EXPECT_EQ(canonical_type("RAW('x', 'y')"), "error: not supported yet: the type RAW");
  EXPECT_EQ(canonical_type("ARRAY"), "error: expected '<', but found the end of the text");
}

TEST(ParserExprTest, BoundsNesting) {
  const auto nested = [](int depth) {
    return std::string(depth, '(') + "1" + std::string(depth, ')');
  };
  EXPECT_TRUE(parse_expression(nested(400)).ok());
  EXPECT_EQ(error_of(nested(20000)),
            "501 an SQL text may nest 500 levels deep, but here it nests deeper");
  for (const std::string piece :
       {"NOT ", "- ", "f(", "CASE WHEN ", "a IN (", "ARRAY[", "(SELECT "}) {
    std::string text;
    for (int i = 0; i < 20000; ++i) text += piece;
    EXPECT_FALSE(parse_expression(text).ok()) << piece;
  }
}

TEST(ParserExprTest, BoundsTheHeightOfTrees) {
  std::string sum = "a";
  for (int i = 0; i < 900; ++i) sum += " + a";
  const ast::ExprPtr expr = parsed(sum);
  EXPECT_EQ(expr->height, 901);
  EXPECT_EQ(ast::to_sql(*expr), sum);
  for (int i = 0; i < 10000; ++i) sum += " + a";
  EXPECT_EQ(parse_expression(sum).status().message().substr(0, 46),
            "an expression or query may be built of 1000 le");
}

TEST(ParserExprTest, TakesLongFlatLists) {
  std::string ors = "a = 0";
  for (int i = 1; i < 10000; ++i) ors += " OR a = " + std::to_string(i);
  EXPECT_EQ(canonical(ors), ors);
  std::string in = "a IN (0";
  for (int i = 1; i < 100000; ++i) in += ", " + std::to_string(i);
  in += ")";
  EXPECT_EQ(parsed(in)->as<ast::In>().items.size(), 100000u);
}

TEST(ParserExprTest, VisitsEveryChild) {
  const auto children = [](std::string_view text) {
    int count = 0;
    ast::for_each_child(*parsed(text), [&](const ast::ExprPtr&) { ++count; });
    return count;
  };
  EXPECT_EQ(children("f(a, b) FILTER (WHERE c) OVER (PARTITION BY d ORDER BY e ROWS 1 PRECEDING)"),
            6);
  EXPECT_EQ(children("CASE a WHEN b THEN c ELSE d END"), 4);
  EXPECT_EQ(children("a BETWEEN b AND c"), 3);
  EXPECT_EQ(children("JSON_VALUE(a, b DEFAULT c ON EMPTY DEFAULT d ON ERROR)"), 4);
  EXPECT_EQ(children("a IN (b, c)"), 3);
  EXPECT_EQ(children("x"), 0);
  EXPECT_NE(ast::subquery_of(*parsed("a IN (SELECT 1)")), nullptr);
  EXPECT_EQ(ast::subquery_of(*parsed("a IN (1)")), nullptr);
}

}  // namespace
}  // namespace hw
