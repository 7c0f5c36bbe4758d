// SPDX-License-Identifier: Apache-2.0
//
// From SQL to physical plans: kinds and keys of edges, what sinks are told, what is refused.

#include <gtest/gtest.h>

#include "sql/session_fixture.h"

namespace hw {
namespace {

class PlanChangelogTest : public ::testing::Test {
 protected:
  PlanChangelogTest() {
    session.must(
        "CREATE TABLE t (k STRING, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('bounded' "
        "= 'false');"
        "CREATE TABLE c (id INT, k STRING, PRIMARY KEY (id) NOT ENFORCED) WITH ('changelog' = "
        "'all', 'bounded' = 'false');"
        "CREATE TABLE up (id INT, k STRING, PRIMARY KEY (id) NOT ENFORCED) WITH ('changelog' = "
        "'upsert');"
        "CREATE TABLE appends (k STRING, n BIGINT) WITH ('accepts' = 'insert');"
        "CREATE TABLE upserts (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('accepts' = "
        "'upsert');"
        "CREATE TABLE wrong_key (n BIGINT, k STRING, PRIMARY KEY (n) NOT ENFORCED) WITH ('accepts' "
        "= 'upsert')");
  }

  SessionFixture session;
};

TEST_F(PlanChangelogTest, GroupAggregatesUpdate) {
  EXPECT_EQ(session.physical("SELECT k, COUNT(*) AS n FROM t GROUP BY k"),
            "Calc(select=[k, EXPR$0 AS n], changelogMode=[I,UB,UA], upsertKeys=[[k]])\n"
            "  GroupAggregate(groupBy=[k], select=[COUNT(*) AS EXPR$0], changelogMode=[I,UB,UA], "
            "upsertKeys=[[k]])\n"
            "    Exchange(distribution=[hash[k]])\n"
            "      TableSourceScan(table=[default_catalog.default_database.t], fields=[k], "
            "changelogMode=[I])\n");
}

TEST_F(PlanChangelogTest, UpsertSinksNeedNoUpdateBefore) {
  const std::string plan =
      session.physical("INSERT INTO upserts SELECT k, COUNT(*) FROM t GROUP BY k");
  EXPECT_NE(plan.find("select=[COUNT(*) AS EXPR$0], changelogMode=[I,UA]"), std::string::npos)
      << plan;
}

TEST_F(PlanChangelogTest, FiltersOutsideTheKeyNeedUpdateBefore) {
  const std::string plan = session.physical(
      "INSERT INTO upserts SELECT k, COUNT(*) FROM t GROUP BY k HAVING COUNT(*) > 1");
  EXPECT_NE(plan.find("select=[COUNT(*) AS EXPR$0], changelogMode=[I,UB,UA]"), std::string::npos)
      << plan;
}

TEST_F(PlanChangelogTest, KeysThatUpdatesChangeNeedUpdateBefore) {
  session.must(
      "CREATE TABLE pairs (k STRING, n BIGINT, PRIMARY KEY (k, n) NOT ENFORCED) WITH ('accepts' = "
      "'upsert')");
  const std::string plan =
      session.physical("INSERT INTO pairs SELECT k, COUNT(*) FROM t GROUP BY k");
  EXPECT_NE(plan.find("select=[COUNT(*) AS EXPR$0], changelogMode=[I,UB,UA]"), std::string::npos)
      << plan;
}

TEST_F(PlanChangelogTest, AppendSinksNameTheOperatorThatUpdates) {
  const std::string error =
      session.error("INSERT INTO appends SELECT k, COUNT(*) FROM t GROUP BY k");
  EXPECT_NE(error.find("1:13 table 'default_catalog.default_database.appends' takes [I] rows only"),
            std::string::npos)
      << error;
  EXPECT_NE(error.find("which come from GroupAggregate(groupBy=[k]"), std::string::npos) << error;
}

TEST_F(PlanChangelogTest, SinksWithAnotherKeyKeepTheRowsOfEachKey) {
  const std::string plan =
      session.physical("INSERT INTO wrong_key SELECT COUNT(*), k FROM t GROUP BY k");
  EXPECT_NE(plan.find("  UpsertMaterialize(key=[n], changelogMode=[I,UA,D], upsertKeys=[[n]])\n"
                      "    Exchange(distribution=[hash[n]])\n"
                      "      Calc(select=[EXPR$0 AS n, k], changelogMode=[I,UB,UA]"),
            std::string::npos)
      << plan;
}

TEST_F(PlanChangelogTest, KeepingRowsForASinkCanBeSwitchedOffAndForced) {
  session.must("SET 'table.exec.sink.upsert-materialize' = 'none'");
  EXPECT_EQ(session.physical("INSERT INTO wrong_key SELECT COUNT(*), k FROM t GROUP BY k")
                .find("UpsertMaterialize"),
            std::string::npos);
  session.must("SET 'table.exec.sink.upsert-materialize' = 'FORCE'");
  EXPECT_NE(session.physical("INSERT INTO upserts SELECT k, COUNT(*) FROM t GROUP BY k")
                .find("UpsertMaterialize"),
            std::string::npos);
}

TEST_F(PlanChangelogTest, AggregatesOverChangesDelete) {
  const std::string plan = session.physical("SELECT k, COUNT(id) FROM c GROUP BY k");
  EXPECT_NE(plan.find("GroupAggregate(groupBy=[k], select=[COUNT(id) AS EXPR$0], "
                      "changelogMode=[I,UB,UA,D], upsertKeys=[[k]])"),
            std::string::npos)
      << plan;
  EXPECT_NE(plan.find("changelogMode=[I,UB,UA,D], upsertKeys=[[id]]"), std::string::npos) << plan;
}

TEST_F(PlanChangelogTest, StreamsOfUpsertsAreNormalized) {
  EXPECT_EQ(session.physical("SELECT k FROM up WHERE k <> 'x'"),
            "Calc(select=[k], where=[k <> 'x'], changelogMode=[I,UB,UA,D])\n"
            "  ChangelogNormalize(by=[id], changelogMode=[I,UB,UA,D], upsertKeys=[[id]])\n"
            "    Exchange(distribution=[hash[id]])\n"
            "      TableSourceScan(table=[default_catalog.default_database.up], fields=[k, id], "
            "changelogMode=[I,UA,D], upsertKeys=[[id]])\n");
}

TEST_F(PlanChangelogTest, NormalizingLeavesOutUpdateBeforeWhereNobodyNeedsIt) {
  session.must(
      "CREATE TABLE copy (id INT, k STRING, PRIMARY KEY (id) NOT ENFORCED) WITH ('accepts' = "
      "'upsert')");
  const std::string plan = session.physical("INSERT INTO copy SELECT id, k FROM up");
  EXPECT_NE(plan.find("ChangelogNormalize(by=[id], changelogMode=[I,UA,D]"), std::string::npos)
      << plan;
}

TEST_F(PlanChangelogTest, FeedsThatRepeatThemselvesAreNormalizedWhenSaidSo) {
  EXPECT_EQ(session.physical("SELECT id, k FROM c").find("ChangelogNormalize"), std::string::npos);
  session.must("SET 'table.exec.source.cdc-events-duplicate' = 'true'");
  EXPECT_NE(session.physical("SELECT id, k FROM c").find("ChangelogNormalize(by=[id]"),
            std::string::npos);
}

TEST_F(PlanChangelogTest, BatchModeFoldsChangelogsFirst) {
  session.must("SET 'execution.runtime-mode' = 'batch'");
  EXPECT_EQ(session.physical("SELECT k FROM up"),
            "Calc(select=[k], changelogMode=[I])\n"
            "  ChangelogFold(by=[id], changelogMode=[I], upsertKeys=[[id]])\n"
            "    Exchange(distribution=[hash[id]])\n"
            "      TableSourceScan(table=[default_catalog.default_database.up], fields=[k, id], "
            "changelogMode=[I,UA,D], upsertKeys=[[id]])\n");
}

TEST_F(PlanChangelogTest, BatchModeRefusesUnboundedTables) {
  session.must("SET 'execution.runtime-mode' = 'batch'");
  EXPECT_EQ(session.error("SELECT k FROM t"),
            "1:15 batch mode reads bounded tables, but 't' is unbounded; give it an end by its "
            "options, or SET 'execution.runtime-mode' = 'streaming'");
}

TEST_F(PlanChangelogTest, WindowsAreFusedIntoTheirAggregation) {
  EXPECT_EQ(
      session.physical("SELECT window_start, k, COUNT(*) AS n FROM TABLE(TUMBLE(TABLE t, "
                       "DESCRIPTOR(ts), INTERVAL '1' HOUR)) WHERE v > 1 GROUP BY window_start, "
                       "window_end, k"),
      "Calc(select=[window_start, k, EXPR$0 AS n], changelogMode=[I])\n"
      "  WindowAggregate(groupBy=[k], window=[TUMBLE(size=[1 h]), time_col=[ts]], "
      "select=[COUNT(*) AS EXPR$0, window_start, window_end], changelogMode=[I], "
      "upsertKeys=[[k, window_start, window_end]])\n"
      "    Exchange(distribution=[hash[k]])\n"
      "      Calc(select=[k, ts], where=[v > 1], changelogMode=[I])\n"
      "        TableSourceScan(table=[default_catalog.default_database.t], fields=[k, v, ts], "
      "watermark=[ts AS ts], changelogMode=[I])\n");
}

TEST_F(PlanChangelogTest, WindowsStayWhereTheirColumnsAreRead) {
  const std::string plan = session.physical(
      "SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' "
      "HOUR)) WHERE window_start > TIMESTAMP '2020-01-01 00:00:00' GROUP BY window_start, "
      "window_end");
  EXPECT_NE(plan.find("WindowTableFunction"), std::string::npos) << plan;
  EXPECT_NE(plan.find("win_start=[window_start]"), std::string::npos) << plan;
}

TEST_F(PlanChangelogTest, OuterJoinsInsertAndDelete) {
  const std::string plan =
      session.physical("SELECT t.v, c.id FROM t LEFT JOIN c ON t.k = c.k AND c.id > 3");
  EXPECT_NE(plan.find("Join(joinType=[LeftOuterJoin], leftKeys=[k], rightKeys=[k], "
                      "rightState=[rows by id], changelogMode=[I,D]"),
            std::string::npos)
      << plan;
  // The test of one side went below the join.
  EXPECT_NE(plan.find("where=[id > 3]"), std::string::npos) << plan;
}

TEST_F(PlanChangelogTest, OrderByNeedsAnEnd) {
  const std::string error = session.error("SELECT k FROM t ORDER BY k");
  EXPECT_EQ(error,
            "1:26 ORDER BY over an unbounded input has no end to sort at; order by an ascending "
            "time attribute of rows that are only inserted, or add LIMIT to keep the first rows");
  EXPECT_EQ(session.error("SELECT k FROM t ORDER BY k LIMIT 3"), "ok");
}

}  // namespace
}  // namespace hw
