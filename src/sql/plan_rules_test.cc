// SPDX-License-Identifier: Apache-2.0
//
// From SQL to optimized plans and job graphs.

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "sql/session_fixture.h"

namespace hw {
namespace {

class PlanRulesTest : public ::testing::Test {
 protected:
  PlanRulesTest() {
    session.must(
        "CREATE TABLE a (id INT, x INT, y STRING);"
        "CREATE TABLE b (id BIGINT, z INT)");
  }

  SessionFixture session;
};

TEST_F(PlanRulesTest, ReadsOnlyWhatIsUsedAndTellsTheSource) {
  EXPECT_EQ(
      session.optimized("SELECT q.x + 1 AS n FROM (SELECT x, y, id AS i FROM a) AS q WHERE "
                        "q.i = 3 AND 1 = 1"),
      "Project(select=[x + 1 AS n])\n"
      "  Filter(condition=[id = 3])\n"
      "    TableScan(table=[default_catalog.default_database.a], fields=[id, x], filter=[id = "
      "3])\n");
}

TEST_F(PlanRulesTest, FindsKeysBehindCasts) {
  EXPECT_EQ(session.optimized("SELECT x, z FROM a JOIN b ON a.id = b.id AND x < z"),
            "Project(select=[x, z])\n"
            "  Join(joinType=[InnerJoin], leftKeys=[$key3], rightKeys=[id], condition=[x < z])\n"
            "    Project(select=[x, CAST(id AS BIGINT) AS $key3])\n"
            "      TableScan(table=[default_catalog.default_database.a], fields=[id, x])\n"
            "    TableScan(table=[default_catalog.default_database.b], fields=[id, z])\n");
}

TEST_F(PlanRulesTest, MovesTestsOfGroupsBelowTheAggregate) {
  EXPECT_EQ(session.optimized("SELECT y, COUNT(*) AS n FROM a GROUP BY y HAVING y > 'k' AND "
                              "COUNT(*) > 1"),
            "Project(select=[y, EXPR$0 AS n])\n"
            "  Filter(condition=[EXPR$0 > 1])\n"
            "    Aggregate(groupBy=[y], select=[COUNT(*) AS EXPR$0])\n"
            "      Filter(condition=[y > 'k'])\n"
            "        TableScan(table=[default_catalog.default_database.a], fields=[y], "
            "filter=[y > 'k'])\n");
}

TEST_F(PlanRulesTest, LeavesTestsThatMayFailAboveJoins) {
  const std::string plan =
      session.optimized("SELECT x FROM a JOIN b ON a.x = b.z WHERE x / (x - 1) > 2");
  EXPECT_NE(plan.find("condition=[x / (x - 1) > 2])\n    TableScan"), std::string::npos) << plan;
}

TEST_F(PlanRulesTest, KeepsWhatLeftJoinsPad) {
  const std::string plan =
      session.optimized("SELECT a.x FROM a LEFT JOIN b ON a.x = b.z WHERE b.z IS NULL AND a.x > 0");
  EXPECT_NE(plan.find("Filter(condition=[z IS NULL])"), std::string::npos) << plan;
  EXPECT_NE(plan.find("      Filter(condition=[x > 0])\n        TableScan"), std::string::npos)
      << plan;
}

TEST_F(PlanRulesTest, JoinsWhatIsConnectedBeforeItMultiplies) {
  const std::string list = "SELECT p.id, q.id, r.z FROM a AS p, a AS q, b AS r WHERE ";
  const std::string plan = session.optimized(list + "p.x = r.z AND q.x = r.z");
  const size_t first = plan.find("[InnerJoin]"), second = plan.rfind("[InnerJoin]");
  EXPECT_NE(first, second) << plan;
  EXPECT_EQ(plan.find("leftKeys=[]"), std::string::npos) << plan;
  EXPECT_EQ(plan.find("$key"), std::string::npos) << plan;
  const std::string careful = session.optimized(list + "p.x = r.z AND q.x / (q.x - 1) = r.z");
  EXPECT_NE(careful, plan);
  // What is connected as it is written stays.
  EXPECT_EQ(
      session.optimized("SELECT p.id FROM a AS p, b AS r, a AS q WHERE p.x = r.z AND q.x = r.z"),
      session.optimized(
          "SELECT p.id FROM (a AS p JOIN b AS r ON p.x = r.z) JOIN a AS q ON q.x = r.z"));
}

/// The tables of a plan from left to right, a bracket a join.
std::string shape_of(const std::string& plan) {
  std::string shape;
  std::vector<size_t> open;  // indents
  for (size_t begin = 0; begin < plan.size(); begin = plan.find('\n', begin) + 1) {
    const size_t indent = plan.find_first_not_of(' ', begin) - begin;
    const std::string_view line = std::string_view(plan).substr(begin + indent);
    for (; !open.empty() && open.back() >= indent; open.pop_back()) shape += ')';
    if (line.starts_with("Join(")) {
      open.push_back(indent);
      shape += '(';
    } else if (line.starts_with("TableScan(")) {
      const std::string_view path = line.substr(0, line.find(']'));
      shape += path.substr(path.rfind('.') + 1);
    }
  }
  return shape + std::string(open.size(), ')');
}

TEST_F(PlanRulesTest, BatchKeepsTheSmallerSideOfEachJoin) {
  session.must("SET 'execution.runtime-mode' = 'batch'");
  session.must("CREATE TABLE c (id INT, w STRING)");
  const auto shape = [&](const char* query) { return shape_of(session.optimized(query)); };
  const char* two = "SELECT a.y FROM b, a WHERE a.x = b.z";
  EXPECT_EQ(shape(two), "(ba)");  // nobody tells
  session.rows = {{"a", 1000}, {"b", 10}, {"c", 100000}};
  EXPECT_EQ(shape(two), "(ab)");
  EXPECT_EQ(shape("SELECT a.y FROM a, b WHERE a.x = b.z"), "(ab)");
  // What has few rows is joined first, and is kept where much passes it.
  const char* three = "SELECT c.w FROM b, c, a WHERE a.x = b.z AND c.id = a.id";
  EXPECT_EQ(shape(three), "(c(ab))");
  // A test leaves fewer of many.
  session.rows["b"] = 2000;
  EXPECT_EQ(shape(two), "(ba)");
  EXPECT_EQ(shape("SELECT a.y FROM b, a WHERE a.x = b.z AND b.id = 5"), "(ab)");
  // Sides of other joins mean something, and columns come as they are written.
  EXPECT_EQ(shape("SELECT a.y FROM b LEFT JOIN a ON a.x = b.z"), "(ba)");
  EXPECT_EQ(session.columns(three), "(w STRING)");
  session.must("SET 'execution.runtime-mode' = 'streaming'");
  EXPECT_EQ(shape("SELECT a.y FROM a, b WHERE a.x = b.z"), "(ab)");
}

TEST_F(PlanRulesTest, ManyTablesThatNothingConnectsAreMultipliedAllTheSame) {
  session.must("SET 'execution.runtime-mode' = 'batch'");
  session.rows = {{"a", 1e300}};
  std::string query = "SELECT 1 AS one FROM a AS t0";
  for (int i = 1; i < 60; ++i) {
    query += ", a AS t" + std::to_string(i);
    if (i != 20 && i != 59) continue;  // some, and more than are put in order
    const std::string shape = shape_of(session.optimized(query));
    EXPECT_EQ(std::count(shape.begin(), shape.end(), 'a'), i + 1) << shape;
  }
}

TEST_F(PlanRulesTest, MakesTopN) {
  const std::string plan = session.optimized("SELECT x FROM a ORDER BY x DESC LIMIT 2 OFFSET 1");
  EXPECT_NE(plan.find("SortLimit(orderBy=[x DESC], fetch=[2], offset=[1])"), std::string::npos)
      << plan;
}

TEST_F(PlanRulesTest, RulesCanBeSwitchedOff) {
  session.must("SET 'table.optimizer.disabled-rules' = 'limit_sort_to_top_n;prune_columns'");
  const std::string plan = session.optimized("SELECT x FROM a ORDER BY x LIMIT 2");
  EXPECT_NE(plan.find("Limit(fetch=[2])\n  Sort("), std::string::npos) << plan;
  EXPECT_NE(plan.find("fields=[id, x, y]"), std::string::npos) << plan;
}

TEST_F(PlanRulesTest, WhatSaysTheMeaningCannotBeSwitchedOff) {
  session.must("SET 'table.optimizer.disabled-rules' = 'prune_columns;extract_join_keys'");
  EXPECT_EQ(session.error("SELECT x FROM a"),
            "0:0 rule 'extract_join_keys' says what a query means and cannot be switched off; take "
            "it out of 'table.optimizer.disabled-rules'");
}

TEST_F(PlanRulesTest, DoesNotGrowExponentially) {
  std::string query = "SELECT x FROM a";
  for (int i = 0; i < 60; ++i) query = "SELECT x + x AS x FROM (" + query + ")";
  const std::string plan = session.optimized(query);
  EXPECT_LT(plan.size(), 20000u);
}

TEST_F(PlanRulesTest, ChainsUpToTheNextExchange) {
  EXPECT_EQ(session.graph("SELECT y, COUNT(*) AS n FROM a WHERE x > 1 GROUP BY y"),
            "0 TableSourceScan -> Calc\n"
            "  --hash[0]--> 1\n"
            "1 GroupAggregate -> Calc\n"
            "  --global--> 2\n"
            "2 Collect\n");
  session.must("SET 'parallelism.default' = '1'");
  EXPECT_EQ(session.graph("SELECT y, COUNT(*) AS n FROM a WHERE x > 1 GROUP BY y"),
            "0 TableSourceScan -> Calc -> GroupAggregate -> Calc -> Collect\n");
}

TEST_F(PlanRulesTest, LeadsUnionsTogether) {
  EXPECT_EQ(session.graph("SELECT y, COUNT(*) AS n FROM (SELECT y FROM a UNION ALL SELECT y FROM a "
                          "WHERE x > 1) GROUP BY y"),
            "0 TableSourceScan\n"
            "  --hash[0]--> 2\n"
            "1 TableSourceScan -> Calc\n"
            "  --hash[0]--> 2\n"
            "2 GroupAggregate -> Calc\n"
            "  --global--> 3\n"
            "3 Collect\n");
}

TEST_F(PlanRulesTest, KeepsIdentitiesThroughEdits) {
  const auto uid = [&](const std::string& query) {
    const auto bound = session.run(query);
    const PlanContext context{.config = &session.config,
                              .functions = &session.functions,
                              .connectors = &session.connectors,
                              .formats = &session.formats};
    const auto job = plan_job({{std::get<BoundQuery>(bound->what).plan, nullptr}}, context);
    for (const Vertex& vertex : job->graph.vertices) {
      for (const OperatorRecipe& recipe : vertex.chain) {
        if (recipe.description.name == "GroupAggregate") return recipe.uid;
      }
    }
    return std::string("none");
  };
  const std::string before = uid("SELECT y, COUNT(*) FROM a GROUP BY y");
  EXPECT_EQ(uid("SELECT y, SUM(x) FROM a WHERE x > 4 GROUP BY y"), before);
  EXPECT_NE(uid("SELECT x, COUNT(*) FROM a GROUP BY x"), before);
}

}  // namespace
}  // namespace hw
