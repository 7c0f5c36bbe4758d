// SPDX-License-Identifier: Apache-2.0
//
// Queries become plans: names, stars, grouping, order, joins, windows.

#include <gtest/gtest.h>

#include "sql/session_fixture.h"

namespace hw {
namespace {

class BindQueryTest : public ::testing::Test {
 protected:
  BindQueryTest() {
    session.must(
        "CREATE TABLE t (id INT, name STRING, price DECIMAL(10, 2), r ROW<a INT, b STRING>, "
        "arr ARRAY<INT>, m MAP<STRING, INT>, ts TIMESTAMP(3), p AS PROCTIME(), "
        "WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);"
        "CREATE TABLE u (id INT, v BIGINT NOT NULL, PRIMARY KEY (id) NOT ENFORCED);");
  }

  SessionFixture session;
};

TEST_F(BindQueryTest, ProjectsAndFilters) {
  EXPECT_EQ(session.plan("SELECT id + 1 AS n, name FROM t WHERE price > 2"),
            "Project(select=[id + 1 AS n, name])\n"
            "  Filter(condition=[price > 2])\n"
            "    TableScan(table=[default_catalog.default_database.t], fields=[id, name, price, r, "
            "arr, m, ts, p], watermark=[ts AS ts - INTERVAL '5' SECOND])\n");
}

TEST_F(BindQueryTest, NamesColumns) {
  EXPECT_EQ(session.columns("SELECT id, t.name, id + 1, r.a, r.b AS bb, id FROM t"),
            "(id INT, name STRING, EXPR$2 INT, a INT, bb STRING, id0 INT)");
  EXPECT_EQ(session.columns("SELECT * FROM u"), "(id INT NOT NULL, v BIGINT NOT NULL)");
  EXPECT_EQ(session.columns("SELECT x.*, 1 AS one FROM u AS x (a, b)"),
            "(a INT NOT NULL, b BIGINT NOT NULL, one INT NOT NULL)");
  EXPECT_EQ(session.columns("SELECT r.* FROM t"), "(a INT, b STRING)");
  EXPECT_EQ(session.columns("SELECT default_database.t.r.a FROM t"), "(a INT)");
}

TEST_F(BindQueryTest, ReadsElements) {
  EXPECT_EQ(session.columns("SELECT arr[1] AS x, m['k'] AS y FROM t"), "(x INT, y INT)");
}

TEST_F(BindQueryTest, TypesLiterals) {
  EXPECT_EQ(session.columns("SELECT 1 AS a, 3000000000 AS b, 1.50 AS c, .5 AS d, 1e3 AS e, 'ab' AS "
                            "f, TRUE AS g, x'0a' AS h, -2147483648 AS i"),
            "(a INT NOT NULL, b BIGINT NOT NULL, c DECIMAL(3, 2) NOT NULL, d DECIMAL(1, 1) NOT "
            "NULL, e DOUBLE NOT NULL, f CHAR(2) NOT NULL, g BOOLEAN NOT NULL, h BINARY(1) NOT "
            "NULL, i BIGINT NOT NULL)");
  EXPECT_EQ(
      session.columns("SELECT DATE '2020-01-02' AS a, TIME '10:00:00.12' AS b, TIMESTAMP "
                      "'2020-01-01 00:00:00.123' AS c, INTERVAL '1 02:03' DAY TO MINUTE AS d, "
                      "INTERVAL '2-10' YEAR TO MONTH AS e"),
      "(a DATE NOT NULL, b TIME(2) NOT NULL, c TIMESTAMP(3) NOT NULL, d INTERVAL DAY TO "
      "SECOND(3) NOT NULL, e INTERVAL YEAR TO MONTH NOT NULL)");
}

TEST_F(BindQueryTest, GroupsByExpressions) {
  EXPECT_EQ(
      session.plan("SELECT UPPER(name) AS n, COUNT(*), SUM(id) + 1 AS s FROM t GROUP BY "
                   "UPPER(name) HAVING COUNT(*) > 1"),
      "Project(select=[$f0 AS n, EXPR$0 AS EXPR$1, EXPR$1 + 1 AS s])\n"
      "  Filter(condition=[EXPR$0 > 1])\n"
      "    Aggregate(groupBy=[$f0], select=[COUNT(*) AS EXPR$0, SUM(id) AS EXPR$1])\n"
      "      Project(select=[UPPER(name) AS $f0, id])\n"
      "        TableScan(table=[default_catalog.default_database.t], fields=[id, name, price, "
      "r, arr, m, ts, p], watermark=[ts AS ts - INTERVAL '5' SECOND])\n");
}

TEST_F(BindQueryTest, SharesEqualAggregates) {
  const std::string plan = session.plan("SELECT COUNT(*), COUNT(*) + 1 FROM u HAVING COUNT(*) > 0");
  EXPECT_NE(plan.find("Aggregate(select=[COUNT(*) AS EXPR$0])"), std::string::npos) << plan;
}

TEST_F(BindQueryTest, FiltersAndDistinctBelongToTheAggregate) {
  const std::string plan =
      session.plan("SELECT COUNT(DISTINCT name) FILTER (WHERE id > 1) FROM t GROUP BY id");
  EXPECT_NE(plan.find("COUNT(DISTINCT name) FILTER (WHERE $f2)"), std::string::npos) << plan;
}

TEST_F(BindQueryTest, SortsByPositionAliasAndHiddenColumn) {
  EXPECT_EQ(session.plan("SELECT id AS n FROM u ORDER BY 1 DESC, n, v LIMIT 3"),
            "Project(select=[n])\n"
            "  Limit(fetch=[3])\n"
            "    Sort(orderBy=[n DESC, n ASC, $order1 ASC])\n"
            "      Project(select=[id AS n, v AS $order1])\n"
            "        TableScan(table=[default_catalog.default_database.u], fields=[id, v])\n");
}

TEST_F(BindQueryTest, ForgetsTheOrderOfSubQueries) {
  const std::string plan = session.plan("SELECT * FROM (SELECT id FROM u ORDER BY v)");
  EXPECT_EQ(plan.find("Sort"), std::string::npos) << plan;
}

TEST_F(BindQueryTest, JoinsWithOnUsingAndNatural) {
  const std::string on = session.plan("SELECT * FROM t JOIN u ON t.id = u.id AND u.v > 3");
  EXPECT_NE(on.find("Join(joinType=[InnerJoin], condition=[id = id AND v > 3])"), std::string::npos)
      << on;
  EXPECT_EQ(session.columns("SELECT * FROM u AS a LEFT JOIN u AS b USING (id)"),
            "(id INT NOT NULL, v BIGINT NOT NULL, v0 BIGINT)");
  EXPECT_EQ(session.columns("SELECT a.id, b.id FROM u AS a NATURAL JOIN u AS b"),
            "(id INT NOT NULL, id0 INT NOT NULL)");
}

TEST_F(BindQueryTest, WindowsByTheTableFunction) {
  const std::string plan = session.plan(
      "SELECT window_start, window_end, name, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE t, "
      "DESCRIPTOR(ts), INTERVAL '10' MINUTE)) GROUP BY window_start, window_end, name");
  EXPECT_NE(
      plan.find("WindowAggregate(groupBy=[name], window=[TUMBLE(size=[10 min]), "
                "win_start=[window_start], win_end=[window_end]], select=[COUNT(*) AS EXPR$0, "
                "window_start, window_end])"),
      std::string::npos)
      << plan;
}

TEST_F(BindQueryTest, TakesNamedArgumentsOfWindows) {
  const std::string plan = session.plan(
      "SELECT * FROM HOP(DATA => TABLE t, TIMECOL => DESCRIPTOR(ts), SLIDE => INTERVAL '1' MINUTE, "
      "SIZE => INTERVAL '5' MINUTE)");
  EXPECT_NE(plan.find("WindowTableFunction(window=[HOP("), std::string::npos) << plan;
}

TEST_F(BindQueryTest, KeepsTimeAttributes) {
  session.must(
      "CREATE VIEW v AS SELECT ts, id FROM t WHERE id > 1;"
      "CREATE VIEW w AS SELECT ts + INTERVAL '1' SECOND AS ts, p FROM t");
  EXPECT_EQ(session.listing("DESCRIBE v"),
            "ts | TIMESTAMP(3) *ROWTIME* | TRUE | - | - | -\n"
            "id | INT | TRUE | - | - | -\n");
  EXPECT_EQ(session.listing("DESCRIBE w"),
            "ts | TIMESTAMP(3) | TRUE | - | - | -\n"
            "p | TIMESTAMP_LTZ(3) *PROCTIME* | FALSE | - | - | -\n");
}

TEST_F(BindQueryTest, CascadesWindowsByWindowTime) {
  EXPECT_EQ(session.error(
                "WITH w AS (SELECT window_start AS s, window_end AS e, window_time AS wt, COUNT(*) "
                "AS n FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY "
                "window_start, window_end, window_time) SELECT window_start, SUM(n) FROM "
                "TABLE(TUMBLE(TABLE w, DESCRIPTOR(wt), INTERVAL '5' MINUTE)) GROUP BY "
                "window_start, window_end"),
            "ok");
}

TEST_F(BindQueryTest, UnitesTypes) {
  EXPECT_EQ(session.columns("SELECT 1 AS a UNION ALL SELECT CAST(2 AS BIGINT) UNION ALL SELECT "
                            "NULL"),
            "(a BIGINT)");
  EXPECT_EQ(session.columns("VALUES (1, 'a'), (2.5, NULL)"),
            "(EXPR$0 DECIMAL(11, 1) NOT NULL, EXPR$1 CHAR(1))");
}

TEST_F(BindQueryTest, InlinesCommonTablesAndViews) {
  session.must("CREATE VIEW big (x, y) AS SELECT id, v FROM u WHERE v > 10");
  EXPECT_EQ(session.columns("WITH c AS (SELECT x FROM big), d (z) AS (SELECT x FROM c) SELECT z "
                            "FROM d"),
            "(z INT NOT NULL)");
}

TEST_F(BindQueryTest, BindsLongLists) {
  std::string list;
  for (int i = 0; i < 20000; ++i) list += (i == 0 ? "" : ", ") + std::to_string(i);
  EXPECT_EQ(session.error("SELECT id FROM u WHERE id IN (" + list + ")"), "ok");
  std::string ors;
  for (int i = 0; i < 5000; ++i) ors += (i == 0 ? "id = " : " OR id = ") + std::to_string(i);
  EXPECT_EQ(session.error("SELECT id FROM u WHERE " + ors), "ok");
}

TEST_F(BindQueryTest, BindsDeepTreesAndRefusesDeeperQueries) {
  std::string sum = "1";
  for (int i = 0; i < 800; ++i) sum += " + id";
  EXPECT_EQ(session.error("SELECT " + sum + " FROM u"), "ok");
  session.must("CREATE VIEW v0 AS SELECT id FROM u");
  std::string failure;
  for (int i = 1; i < 300 && failure.empty(); ++i) {
    const auto made = session.run("CREATE VIEW v" + std::to_string(i) + " AS SELECT id FROM v" +
                                  std::to_string(i - 1));
    if (!made.ok()) failure = made.status().message();
  }
  EXPECT_NE(failure.find("queries may be nested"), std::string::npos) << failure;
}

}  // namespace
}  // namespace hw
