// SPDX-License-Identifier: Apache-2.0

#include <string>

#include <gtest/gtest.h>

#include "sql/parser.h"
#include "sql/unparse.h"

namespace hw {
namespace {

std::string canonical(std::string_view text) {
  Result<ast::QueryPtr> query = parse_query(text);
  return query.ok() ? ast::to_sql(**query) : "error: " + query.status().message();
}

// Checks that the text is canonical as it stands.
void expect_kept(std::string_view text) { EXPECT_EQ(canonical(text), text); }

// Returns "line:column message".
std::string error_of(std::string_view text) {
  const Status status = parse_query(text).status();
  const SqlPosition position = position_of(status);
  return std::to_string(position.line) + ":" + std::to_string(position.column) + " " +
         status.message();
}

ast::QueryPtr parsed(std::string_view text) { return parse_query(text).ValueOrDie(); }

const ast::Select& select_of(const ast::QueryPtr& query) { return query->body->as<ast::Select>(); }

TEST(ParserQueryTest, TakesTheClausesOfSelect) {
  expect_kept(
      "SELECT DISTINCT a, b + 1 AS c, t.*, * FROM t WHERE a > 1 GROUP BY a, b HAVING COUNT(*) > 1 "
      "WINDOW w AS (ORDER BY a), v AS (w ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) QUALIFY "
      "RANK() OVER w = 1 ORDER BY a DESC, 2 NULLS FIRST LIMIT 10 OFFSET 5");
  EXPECT_EQ(canonical("SELECT ALL a b FROM t c"), "SELECT a AS b FROM t AS c");
  EXPECT_EQ(canonical("select 1"), "SELECT 1");
}

TEST(ParserQueryTest, TakesRowLimitsInEitherSpelling) {
  EXPECT_EQ(canonical("SELECT 1 OFFSET 3 ROWS FETCH NEXT 2 ROWS ONLY"),
            "SELECT 1 LIMIT 2 OFFSET 3");
  EXPECT_EQ(canonical("SELECT 1 LIMIT ALL"), "SELECT 1");
  EXPECT_EQ(error_of("SELECT 1 LIMIT 1 FETCH FIRST 2 ROWS ONLY"),
            "1:18 LIMIT or FETCH is written only once");
  EXPECT_EQ(error_of("SELECT 1 LIMIT x"),
            "1:16 expected a whole number of rows behind LIMIT, but found x");
}

TEST(ParserQueryTest, TakesWith) {
  expect_kept("WITH a AS (SELECT 1), b (x, y) AS (VALUES (1, 2)) SELECT * FROM a CROSS JOIN b");
  expect_kept("WITH a AS (WITH b AS (SELECT 1) SELECT * FROM b) (SELECT * FROM a LIMIT 1)");
  EXPECT_EQ(error_of("WITH RECURSIVE a AS (SELECT 1) SELECT 1"),
            "1:6 not supported yet: WITH RECURSIVE");
}

TEST(ParserQueryTest, BindsIntersectTighterThanUnion) {
  const ast::QueryPtr query = parsed("SELECT 1 UNION SELECT 2 INTERSECT SELECT 3");
  const auto& set = query->body->as<ast::SetOperation>();
  EXPECT_EQ(set.op, ast::SetOp::kUnion);
  EXPECT_EQ(set.inputs[1]->as<ast::SetOperation>().op, ast::SetOp::kIntersect);
  expect_kept("(SELECT 1 UNION SELECT 2) INTERSECT ALL SELECT 3");
  expect_kept("SELECT 1 EXCEPT (SELECT 2 EXCEPT SELECT 3)");
  EXPECT_EQ(canonical("SELECT 1 UNION DISTINCT SELECT 2 UNION ALL SELECT 3"),
            "(SELECT 1 UNION SELECT 2) UNION ALL SELECT 3");
}

TEST(ParserQueryTest, KeepsChainsOfOneSetOperatorFlat) {
  std::string text = "SELECT 1";
  for (int i = 0; i < 5000; ++i) text += " UNION ALL SELECT 1";
  EXPECT_EQ(parsed(text)->body->as<ast::SetOperation>().inputs.size(), 5001u);
}

TEST(ParserQueryTest, DropsParenthesesThatMeanNothing) {
  EXPECT_EQ(canonical("((SELECT 1))"), "SELECT 1");
  EXPECT_EQ(canonical("((SELECT 1 LIMIT 1))"), "SELECT 1 LIMIT 1");
  EXPECT_EQ(canonical("(SELECT a FROM t) ORDER BY a"), "SELECT a FROM t ORDER BY a");
  expect_kept("(SELECT 1 LIMIT 1) UNION ALL SELECT 2 ORDER BY 1");
}

TEST(ParserQueryTest, TakesValues) {
  EXPECT_EQ(canonical("VALUES (1, 'a'), ROW(2, 'b')"), "VALUES (1, 'a'), (2, 'b')");
  EXPECT_EQ(canonical("VALUES 1, 2"), "VALUES (1), (2)");
  EXPECT_EQ(canonical("VALUES ((1, 2))"), "VALUES ROW(ROW(1, 2))");
  EXPECT_EQ(canonical("VALUES (ROW(1, 2))"), "VALUES (1, 2)");
  EXPECT_EQ(canonical("VALUES (DEFAULT, (SELECT 1))"), "VALUES (DEFAULT, (SELECT 1))");
  const ast::QueryPtr query = parsed("VALUES (1),\n  (2)");
  EXPECT_EQ(query->body->as<ast::Values>().row_positions[1].line, 2);
  expect_kept("TABLE a.b");
}

TEST(ParserQueryTest, TakesGroupings) {
  expect_kept("SELECT 1 GROUP BY ()");
  expect_kept("SELECT 1 FROM t GROUP BY a, (b, c), ROLLUP(d, (e, f)), CUBE(g)");
  EXPECT_EQ(canonical("SELECT 1 FROM t GROUP BY GROUPING SETS ((a, b), (a), (), ROLLUP(c))"),
            "SELECT 1 FROM t GROUP BY GROUPING SETS ((a, b), a, (), ROLLUP(c))");
  EXPECT_EQ(error_of("SELECT 1 GROUP BY ROLLUP(CUBE(a))"),
            "1:26 ROLLUP and CUBE hold expressions only; nest them in GROUPING SETS");
  EXPECT_FALSE(select_of(parsed("SELECT 1")).group_by.has_value());
}

TEST(ParserQueryTest, TakesJoins) {
  expect_kept(
      "SELECT * FROM a JOIN b ON a.x = b.x LEFT JOIN c USING (x, y) RIGHT JOIN d ON TRUE FULL JOIN "
      "e ON TRUE NATURAL LEFT JOIN f CROSS JOIN g");
  EXPECT_EQ(canonical("SELECT * FROM a INNER JOIN b ON x LEFT OUTER JOIN c ON y"),
            "SELECT * FROM a JOIN b ON x LEFT JOIN c ON y");
  EXPECT_EQ(canonical("SELECT * FROM a, b JOIN c ON x, d"),
            "SELECT * FROM a CROSS JOIN (b JOIN c ON x) CROSS JOIN d");
  EXPECT_EQ(canonical("SELECT * FROM (a JOIN b ON x) JOIN c ON y"),
            "SELECT * FROM a JOIN b ON x JOIN c ON y");
  EXPECT_EQ(error_of("SELECT * FROM a JOIN b WHERE x"),
            "1:24 expected ON or USING, but found WHERE");
  EXPECT_EQ(error_of("SELECT * FROM a CROSS JOIN b ON x"),
            "1:30 NATURAL JOIN and CROSS JOIN take no condition; write JOIN .. ON");
}

TEST(ParserQueryTest, TakesTemporalJoins) {
  const std::string_view text =
      "SELECT * FROM o JOIN db.rates FOR SYSTEM_TIME AS OF o.ts AS r (k, v) ON o.k = r.k";
  expect_kept(text);
  const ast::QueryPtr query = parsed(text);
  const auto& join = select_of(query).from->as<ast::Join>();
  EXPECT_NE(join.right->as<ast::NamedTable>().as_of, nullptr);
  EXPECT_EQ(join.right->as<ast::NamedTable>().alias.columns.size(), 2u);
}

TEST(ParserQueryTest, TakesDerivedTablesAndUnnest) {
  expect_kept("SELECT * FROM (SELECT 1) AS t (a)");
  expect_kept("SELECT * FROM (VALUES (1), (2)) AS t (a)");
  EXPECT_EQ(canonical("SELECT * FROM ((SELECT 1) UNION (SELECT 2)) t"),
            "SELECT * FROM (SELECT 1 UNION SELECT 2) AS t");
  expect_kept("SELECT * FROM t CROSS JOIN LATERAL (SELECT t.a) AS u");
  expect_kept("SELECT * FROM t CROSS JOIN UNNEST(t.a) WITH ORDINALITY AS u (v, i)");
  EXPECT_EQ(canonical("SELECT * FROM t LEFT JOIN LATERAL TABLE(split(a)) AS s(w) ON TRUE"),
            "SELECT * FROM t LEFT JOIN LATERAL TABLE(SPLIT(a)) AS s (w) ON TRUE");
  EXPECT_EQ(error_of("SELECT * FROM VALUES (1)").substr(0, 30), "1:15 expected a table; VALUES ");
}

TEST(ParserQueryTest, TakesWindowTableFunctions) {
  expect_kept(
      "SELECT * FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(ts), INTERVAL '10' MINUTE, INTERVAL '1' "
      "MINUTE)) AS w");
  expect_kept(
      "SELECT * FROM TABLE(HOP(DATA => TABLE bid, TIMECOL => DESCRIPTOR(ts), SLIDE => INTERVAL '5' "
      "SECOND, SIZE => INTERVAL '1' MINUTE, `OFFSET` => INTERVAL '1' SECOND))");
  EXPECT_EQ(canonical("SELECT * FROM CUMULATE(TABLE bid, DESCRIPTOR(ts), INTERVAL '2' MINUTES, "
                      "INTERVAL '10' MINUTES)"),
            "SELECT * FROM TABLE(CUMULATE(TABLE bid, DESCRIPTOR(ts), INTERVAL '2' MINUTE, INTERVAL "
            "'10' MINUTE))");
  EXPECT_EQ(
      canonical("SELECT * FROM TABLE(SESSION(TABLE b PARTITION BY i, DESCRIPTOR(ts), INTERVAL "
                "'5' MINUTES))"),
      "SELECT * FROM TABLE(SESSION(TABLE b PARTITION BY (i), DESCRIPTOR(ts), INTERVAL '5' "
      "MINUTE))");
  expect_kept(
      "SELECT TUMBLE_START(ts, INTERVAL '1' DAY) FROM t GROUP BY TUMBLE(ts, INTERVAL '1' DAY)");
  EXPECT_EQ(canonical("SELECT * FROM LATE(q)"), "SELECT * FROM TABLE(LATE(q))");
}

TEST(ParserQueryTest, TakesHintsWhereTheyMayStand) {
  const ast::QueryPtr query = parsed(
      "SELECT /*+ state_ttl('a'='1d', 'b'='2d'), BROADCAST(t1, t2) */ * FROM t /*+ "
      "OPTIONS('k'='v') */ AS u");
  const ast::Select& select = select_of(query);
  ASSERT_EQ(select.hints.size(), 2u);
  EXPECT_EQ(select.hints[0].name, "STATE_TTL");
  EXPECT_EQ(select.hints[0].args[1].key, "b");
  EXPECT_EQ(select.hints[1].args[1].value, "t2");
  EXPECT_EQ(select.hints[1].position.column, 43);
  EXPECT_EQ(select.from->as<ast::NamedTable>().hints[0].args[0].value, "v");
  expect_kept("SELECT /*+ A('t1', 'k'='v'), B */ * FROM t /*+ OPTIONS('k'='v') */ AS u");
  EXPECT_EQ(canonical("SELECT a /*+ no hint here */ FROM t"), "SELECT a FROM t");
  EXPECT_EQ(error_of("SELECT /*+ A( */ 1"),
            "1:15 expected a hint argument, but found the end of the text");
}

TEST(ParserQueryTest, TakesMatchRecognize) {
  expect_kept(
      "SELECT * FROM ticker MATCH_RECOGNIZE (PARTITION BY s ORDER BY ts MEASURES FIRST(A.p) AS a, "
      "FINAL LAST(B.p) AS b ONE ROW PER MATCH AFTER MATCH SKIP PAST LAST ROW PATTERN (A B+ C*? (D "
      "| "
      "E){2,3} F{4,} G?) WITHIN INTERVAL '1' HOUR SUBSET S = (A, B) DEFINE B AS B.p > PREV(B.p, "
      "1)) "
      "AS m");
  expect_kept(
      "SELECT * FROM t MATCH_RECOGNIZE (ORDER BY ts ALL ROWS PER MATCH WITH UNMATCHED ROWS AFTER "
      "MATCH SKIP TO FIRST A PATTERN (^ A {- B -} PERMUTE(C, D E) (A B) $) DEFINE A AS TRUE)");
  EXPECT_EQ(
      canonical("SELECT * FROM (SELECT 1) MATCH_RECOGNIZE (PATTERN (A{,3} B{2}) DEFINE A AS x)"),
      "SELECT * FROM (SELECT 1) MATCH_RECOGNIZE (ONE ROW PER MATCH PATTERN (A{0,3} B{2}) DEFINE "
      "A AS x)");
  EXPECT_EQ(error_of("SELECT * FROM t MATCH_RECOGNIZE (PATTERN (A{3,2}))"),
            "1:44 a pattern {n,m} needs n <= m and m >= 1");
}

TEST(ParserQueryTest, MarksWhereNoSkipIsWritten) {
  const ast::QueryPtr query = parsed("SELECT * FROM t MATCH_RECOGNIZE (PATTERN (A))");
  EXPECT_EQ(select_of(query).from->as<ast::MatchRecognize>().after_match,
            ast::AfterMatch::kDefault);
}

TEST(ParserQueryTest, ProposesWhatAMisspeltWordMeant) {
  EXPECT_EQ(error_of("SELECT a FORM t"),
            "1:15 expected the end of the text, but found t; did you mean FROM instead of FORM?");
  EXPECT_EQ(
      error_of("SELECT a FROM t GRUOP BY a"),
      "1:23 expected the end of the text, but found BY; did you mean GROUP instead of GRUOP?");
}

TEST(ParserQueryTest, NamesClausesThatAreNotSupported) {
  EXPECT_EQ(error_of("SELECT * FROM t TABLESAMPLE BERNOULLI(10)"),
            "1:17 not supported yet: TABLESAMPLE");
  EXPECT_EQ(error_of("SELECT * FROM t PIVOT (SUM(a) FOR b IN (1))"),
            "1:17 not supported yet: PIVOT");
}

TEST(ParserQueryTest, PutsPositionsOnNodes) {
  const ast::QueryPtr query = parsed("SELECT a,\n  b + c\nFROM t");
  const ast::Select& select = select_of(query);
  EXPECT_EQ(select.items[1].expr->position.line, 2);
  EXPECT_EQ(select.items[1].expr->position.column, 5);
  EXPECT_EQ(select.from->position.line, 3);
  EXPECT_EQ(select.from->position.column, 6);
}

TEST(ParserQueryTest, BoundsNestingAndHeight) {
  for (const std::string piece :
       {"SELECT * FROM (", "WITH a AS (", "SELECT * FROM t MATCH_RECOGNIZE (PATTERN ((((",
        "SELECT 1 GROUP BY GROUPING SETS (GROUPING SETS ("}) {
    std::string text;
    for (int i = 0; i < 20000; ++i) text += piece;
    EXPECT_FALSE(parse_query(text).ok());
  }
  std::string joins = "SELECT * FROM t";
  for (int i = 0; i < 10000; ++i) joins += " JOIN t ON a";
  EXPECT_EQ(parse_query(joins).status().message().substr(0, 29), "an expression or query may be");
  std::string from = "SELECT * FROM " + std::string(20000, '(');
  EXPECT_FALSE(parse_query(from).ok());
}

}  // namespace
}  // namespace hw
