// SPDX-License-Identifier: Apache-2.0

#include "sql/unparse.h"

#include <string>

#include <gtest/gtest.h>

#include "sql/parser.h"

namespace hw {
namespace {

// Checks that the canonical text of a statement is its own canonical text.
void expect_stable(std::string_view text) {
  const Result<ast::StatementPtr> first = parse_statement(text);
  ASSERT_TRUE(first.ok()) << text << "\n" << first.status().ToString();
  const std::string once = ast::to_sql(**first);
  const Result<ast::StatementPtr> second = parse_statement(once);
  ASSERT_TRUE(second.ok()) << once << "\n" << second.status().ToString();
  EXPECT_EQ(ast::to_sql(**second), once);
}

std::string expression(std::string_view text) {
  return ast::to_sql(*parse_expression(text).ValueOrDie());
}

TEST(UnparseTest, QuotesIdentifiersWhereTheyNeedIt) {
  EXPECT_EQ(expression("`plain`"), "plain");
  EXPECT_EQ(expression("`größe`"), "größe");
  EXPECT_EQ(expression("`with space`"), "`with space`");
  EXPECT_EQ(expression("`1a`"), "`1a`");
  EXPECT_EQ(expression("`a``b`"), "`a``b`");
  EXPECT_EQ(expression("`select`.`b`"), "`select`.b");
  EXPECT_EQ(expression("`current_date`"), "`current_date`");
  EXPECT_EQ(expression("$a"), "`$a`");
}

TEST(UnparseTest, QuotesFunctionNamesThatWouldReadOtherwise) {
  EXPECT_EQ(expression("`cast`(a)"), "`CAST`(a)");
  EXPECT_EQ(expression("`upper`(a)"), "UPPER(a)");
  EXPECT_EQ(expression("if(a, b, c)"), "IF(a, b, c)");
}

TEST(UnparseTest, GivesEqualTextForEqualMeaning) {
  EXPECT_EQ(expression("upper( a )=`b`"), expression("UPPER(`a`) = b"));
  EXPECT_EQ(expression("(a)"), expression("a"));
  EXPECT_EQ(expression("CAST(a AS VARCHAR)"), expression("cast(a as string)"));
}

TEST(UnparseTest, KeepsAnIntervalFromTheUnitBehindIt) {
  EXPECT_EQ(expression("FLOOR((a + INTERVAL '1' SECOND) TO MONTH)"),
            "FLOOR((a + INTERVAL '1' SECOND) TO MONTH)");
  EXPECT_EQ(expression("CEIL(a TO DAY)"), "CEIL(a TO DAY)");
  expect_stable("SELECT FLOOR((INTERVAL '1' DAY) TO HOUR), FLOOR((a - INTERVAL '2' YEAR) TO DAY)");
}

TEST(UnparseTest, QuotesStrings) {
  EXPECT_EQ(ast::quote_string("it's"), "'it''s'");
  EXPECT_EQ(ast::quote_string(""), "''");
}

TEST(UnparseTest, IsStableOverTheDialect) {
  for (const std::string_view text : {
           "SELECT NOT (NOT a), -(-a), (a IS NULL) IS NULL, (a = b) = c, a = (b = c)",
           "SELECT (a BETWEEN b AND c) BETWEEN d AND (e BETWEEN f AND g)",
           "SELECT (a IN (1)) IN (2), (a LIKE b) LIKE c, a LIKE (b LIKE c)",
           "SELECT a < ANY (SELECT 1), (a < ANY (SELECT 1)) = b, (SELECT 1).a, (CASE WHEN a THEN b "
           "END).c",
           "SELECT (CURRENT_DATE).a, CURRENT_DATE.a, (1).a, ('x').a, (a).*, f(x).*, a[1].*",
           "SELECT (a AND b) AND c, a AND (b OR c), (NOT a) IS NULL, (a, (b, c))",
           "SELECT `row`, `map`[1], `interval`, `case`, `unknown`, `date` FROM t",
           "SELECT TRIM(BOTH FROM a), POSITION((a IN (1)) IN b), FLOOR(a TO WEEK), `floor`(a)",
           "SELECT JSON_OBJECT(KEY key VALUE value), JSON_OBJECT(key: value), JSON_VALUE(a, 'b' "
           "RETURNING STRING NOT NULL ERROR ON EMPTY)",
           "SELECT SUM(a) OVER (`rows` ROWS BETWEEN (a + b) * 2 PRECEDING AND 1 FOLLOWING)",
           "SELECT * FROM `order` AS `select` (`from`)",
           "SELECT * FROM (a JOIN (b JOIN c ON x) ON y) MATCH_RECOGNIZE (PATTERN (()))",
           "SELECT * FROM t MATCH_RECOGNIZE (PATTERN ((A | B C)+? | (D*)* {- E | F -})) AS m",
           "SELECT * FROM f(TABLE ((SELECT 1) UNION ALL (SELECT 2 LIMIT 1)) ORDER BY (a DESC, b))",
           "SELECT * FROM t FOR SYSTEM_TIME AS OF a + INTERVAL '1' DAY",
           "(SELECT 1 ORDER BY 1) EXCEPT ALL (SELECT 2 EXCEPT ALL SELECT 3) ORDER BY 1 DESC NULLS "
           "LAST",
           "VALUES ROW(), (ROW(ROW(1))), ((1, 2), 3), ((SELECT 1))",
           "SELECT 1 FROM t GROUP BY (a), ((b)), (ROW(a, b)), ROW(a, b), GROUPING SETS (CUBE((a, "
           "b)))",
           "CREATE TABLE t (a ROW<b INT NOT NULL 'x', c MAP<STRING, INT ARRAY>> NOT NULL, d "
           "INTERVAL SECOND(2, 3), e AS a.b)",
           "CREATE VIEW `v w` AS (SELECT 1 LIMIT 1) UNION SELECT 2",
           "EXPLAIN EXECUTE STATEMENT SET BEGIN INSERT INTO a VALUES 1; END",
           "SET 'a''b' = ''",
       }) {
    SCOPED_TRACE(text);
    expect_stable(text);
  }
}

TEST(UnparseTest, WritesTableReferencesAndBodiesAlone) {
  const ast::QueryPtr query = parse_query("SELECT a FROM t AS u, v").ValueOrDie();
  EXPECT_EQ(ast::to_sql(*query->body->as<ast::Select>().from), "t AS u CROSS JOIN v");
  EXPECT_EQ(ast::to_sql(*query->body), "SELECT a FROM t AS u CROSS JOIN v");
}

}  // namespace
}  // namespace hw
