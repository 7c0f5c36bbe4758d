// SPDX-License-Identifier: Apache-2.0
//
// RAND(), UUID() and the clock over rows that are taken back: what is refused and where, and what
// is harmless and goes on.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sql/session_fixture.h"

namespace hw {
namespace {

class PlanRepeatableValuesTest : public ::testing::Test {
 protected:
  PlanRepeatableValuesTest() {
    session.must(
        "CREATE TABLE t (k STRING, v INT, ts TIMESTAMP(3), p AS PROCTIME(), WATERMARK FOR ts AS ts)"
        " WITH ('bounded' = 'false');"
        "CREATE TABLE c (id INT, k STRING, p AS PROCTIME(), PRIMARY KEY (id) NOT ENFORCED) WITH "
        "('changelog' = 'all', 'bounded' = 'false');"
        "CREATE TABLE up (id INT, k STRING, r AS RAND(), PRIMARY KEY (id) NOT ENFORCED) WITH "
        "('changelog' = 'upsert', 'bounded' = 'false');"
        "CREATE TABLE past (id INT, k STRING, r AS RAND()) WITH ('changelog' = 'all');"
        "CREATE TABLE drawn (id INT, k STRING, r AS RAND()) WITH ('changelog' = 'all', 'bounded' = "
        "'false');"
        "CREATE TABLE upserts (k STRING, n BIGINT, r DOUBLE, PRIMARY KEY (k) NOT ENFORCED) WITH "
        "('accepts' = 'upsert');"
        "CREATE TABLE by_text (k STRING, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH "
        "('accepts' = 'upsert');"
        "CREATE TABLE takes_all (k STRING, n BIGINT, r DOUBLE) WITH ('accepts' = 'all')");
  }

  void expect_ok(const std::string& sql) { EXPECT_EQ(session.error(sql), "ok") << sql; }
  /// The error starts with `place` and has all `parts`.
  void expect_refused(const std::string& sql, const std::string& place,
                      const std::vector<std::string>& parts) {
    const std::string error = session.error(sql);
    EXPECT_EQ(error.substr(0, place.size() + 1), place + " ") << sql << "\n" << error;
    for (const std::string& part : parts) {
      EXPECT_NE(error.find(part), std::string::npos) << sql << "\n" << error;
    }
  }

  SessionFixture session;
};

TEST_F(PlanRepeatableValuesTest, TheErrorNamesTheCallTheOriginOfTheChangesAndTheWayOut) {
  EXPECT_EQ(session.error("SELECT k, COUNT(*) AS n, 1 + RAND() AS r FROM t GROUP BY k"),
            "1:30 a row that is taken back is computed again and must come out as it was, but "
            "RAND() differs from call to call, and GroupAggregate(groupBy=[k], select=[COUNT(*) AS "
            "EXPR$0]) sends updates; call it below that, over rows that are only inserted, or "
            "write into a table that takes updates by a PRIMARY KEY without it");
  EXPECT_EQ(session.error("SELECT id FROM c WHERE id > 1 AND RAND() < 0.5"),
            "1:35 a row that is taken back is tested again and must pass or fall as before, but "
            "RAND() differs from call to call, and TableSourceScan(table=[default_catalog."
            "default_database.c], fields=[id]) sends updates and deletes; let what "
            "writes the table fill a column with it");
}

TEST_F(PlanRepeatableValuesTest, CallsOverRowsThatChangeAreRefusedWhereTheyStand) {
  const struct {
    const char* sql;
    const char* place;
    const char* part;
  } cases[] = {
      {"SELECT id, UUID() FROM c", "1:12", "UUID() differs"},
      {"SELECT id, CHAR_LENGTH(UUID()) FROM c", "1:24", "UUID() differs"},
      {"SELECT id, RAND_INTEGER(7) FROM c", "1:12", "RAND_INTEGER(7) differs"},
      {"SELECT id, NOW() FROM c", "1:12", "NOW() reads the clock"},
      {"SELECT id, CURRENT_DATE FROM c", "1:12", "CURRENT_DATE"},
      {"SELECT id, UNIX_TIMESTAMP() FROM c", "1:12", "UNIX_TIMESTAMP()"},
      {"SELECT id FROM c WHERE CURRENT_TIMESTAMP > TIMESTAMP '2020-01-01 00:00:00'", "1:24",
       "CURRENT_TIMESTAMP"},
      // As a key, as an argument, as a side of a join, as an order.
      {"SELECT r, COUNT(*) FROM (SELECT RAND_INTEGER(3) AS r FROM c) GROUP BY r", "1:33", "RAND_"},
      {"SELECT k, SUM(n + RAND()) FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k) GROUP BY k",
       "1:19", "GroupAggregate"},
      {"SELECT a.r, t.v FROM (SELECT k, RAND() AS r FROM c) AS a JOIN t ON a.k = t.k", "1:33",
       "RAND()"},
      {"SELECT id FROM c ORDER BY RAND() LIMIT 3", "1:27", "RAND()"},
      // Behind a union only the branch that changes is refused.
      {"SELECT k, RAND() AS r FROM t UNION ALL SELECT k, RAND() FROM c", "1:50", "RAND()"},
      {"SELECT t.v, RAND() FROM t LEFT JOIN c ON t.k = c.k", "1:13", "Join("},
      // A sink that replaces by a key that holds the call; one that wants the whole row.
      {"INSERT INTO by_text SELECT UUID(), n FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k)",
       "1:28", "UUID()"},
      {"INSERT INTO takes_all SELECT k, COUNT(*), RAND() FROM t GROUP BY k", "1:43", "RAND()"},
      // An update that a filter drops would leave the older row standing, -U or not.
      {"INSERT INTO by_text SELECT k, COUNT(*) FROM t GROUP BY k HAVING RAND() < 0.5", "1:65",
       "tested again"},
  };
  for (const auto& one : cases) expect_refused(one.sql, one.place, {one.part, "is taken back"});
}

TEST_F(PlanRepeatableValuesTest, InAViewOrAFunctionTheyStandWhereThatIsNamed) {
  session.must(
      "CREATE VIEW w AS SELECT id, 'a longer text than that of the query' || UUID() AS u FROM c;"
      "CREATE FUNCTION two() RETURNS STRING LANGUAGE SQL RETURN 'x' || UUID()");
  expect_refused("SELECT u FROM w", "1:15", {"UUID() differs"});
  expect_refused("SELECT id, two() FROM c", "1:12", {"UUID() differs"});
}

TEST_F(PlanRepeatableValuesTest, CallsOverRowsThatStayGoOn) {
  for (const char* sql : {
           "SELECT k, RAND(), NOW(), UUID() FROM t",
           "SELECT k FROM t WHERE RAND() < 0.5",
           "SELECT r, COUNT(*) FROM (SELECT RAND_INTEGER(3) AS r FROM t) GROUP BY r",
           "SELECT k, SUM(RAND()) FROM t GROUP BY k",
           "SELECT k, r FROM (SELECT k, RAND() AS r FROM t) ORDER BY r LIMIT 3",
           "SELECT a.r, c.id FROM (SELECT k, RAND() AS r FROM t) AS a JOIN c ON a.k = c.k",
           "SELECT a.r, c.id FROM (SELECT k, RAND() AS r FROM t) AS a LEFT JOIN c ON a.k = c.k",
           "SELECT k, RAND() AS r FROM t UNION ALL SELECT k, 0.5E0 FROM c",
           "SELECT window_start, COUNT(*), RAND() FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), "
           "INTERVAL '1' HOUR)) GROUP BY window_start, window_end",
           "SELECT k, window_start FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(p), INTERVAL '1' HOUR))",
           "SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(p), INTERVAL '1' HOUR)) "
           "GROUP BY window_start, window_end",
       }) {
    expect_ok(sql);
  }
}

TEST_F(PlanRepeatableValuesTest, ACallWhoseResultIsDroppedIsHarmless) {
  expect_ok("SELECT id FROM (SELECT id, RAND() AS r, NOW() AS n FROM c)");
  expect_ok("SELECT k, COUNT(*) FROM (SELECT k, RAND() AS r FROM c) GROUP BY k");
  expect_ok("SELECT a.id, t.v FROM (SELECT id, k, RAND() AS r FROM c) AS a JOIN t ON a.k = t.k");
  expect_ok("SELECT id, k FROM c");
}

TEST_F(PlanRepeatableValuesTest, ASinkThatReplacesByItsKeyTakesWhateverValueComes) {
  expect_ok("INSERT INTO upserts SELECT k, COUNT(*), RAND() FROM t GROUP BY k");
  expect_ok("INSERT INTO upserts SELECT k, COUNT(*), RAND() FROM c GROUP BY k");
  // -U comes for the filter's sake; the sink reads its key alone.
  expect_ok("INSERT INTO upserts SELECT k, COUNT(*), RAND() FROM t GROUP BY k HAVING COUNT(*) > 1");
  // Rows that are kept in front of the sink are found by all their columns.
  expect_refused("INSERT INTO upserts SELECT k, CAST(id AS BIGINT), RAND() FROM c", "1:51",
                 {"RAND()"});
  session.must("SET 'table.exec.sink.upsert-materialize' = 'FORCE'");
  expect_refused("INSERT INTO upserts SELECT k, COUNT(*), RAND() FROM t GROUP BY k", "1:41",
                 {"RAND()"});
}

TEST_F(PlanRepeatableValuesTest, ComputedColumnsOfTablesThatChangeAreCallsToo) {
  // The reader of a time attribute stands nowhere: the place is the table's.
  expect_refused("SELECT id, p FROM c", "1:19",
                 {"PROCTIME() reads the clock", "default_database.c"});
  expect_refused("SELECT id, r FROM drawn", "1:19",
                 {"computed column 'r' calls RAND(), which differs", "database.drawn' sends"});
  expect_refused("SELECT r, COUNT(*) FROM drawn GROUP BY r", "1:25", {"computed column 'r'"});
  expect_ok("SELECT id, k FROM drawn");
  // Upserts are kept by key as they came, and that row is what is taken back.
  expect_ok("SELECT id, r FROM up");
  expect_ok("SELECT k, SUM(r) FROM up GROUP BY k");
  expect_refused("SELECT id, r + RAND() FROM up", "1:16", {"ChangelogNormalize"});
}

TEST_F(PlanRepeatableValuesTest, WindowsOfProcessingTimeDoNotCountRowsThatAreTakenBack) {
  expect_refused(
      "SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE c, DESCRIPTOR(p), INTERVAL '1' HOUR)) "
      "GROUP BY window_start, window_end",
      "1:41", {"window of processing time", "default_database.c"});
  expect_refused(
      "SELECT k, window_start FROM TABLE(TUMBLE(TABLE c, DESCRIPTOR(p), INTERVAL '1' HOUR))",
      "1:48", {"window of processing time"});
}

TEST_F(PlanRepeatableValuesTest, TheClockOfABatchStandsStill) {
  session.must("SET 'execution.runtime-mode' = 'batch'");
  session.must("CREATE TABLE ended (id INT, k STRING, p AS PROCTIME()) WITH ('changelog' = 'all')");
  expect_ok("SELECT id, NOW(), p FROM ended WHERE CURRENT_DATE > DATE '2020-01-01'");
  // Rows are folded before anything is computed.
  expect_ok("SELECT id, RAND() FROM ended");
  expect_ok("SELECT k, COUNT(*), UUID() FROM ended GROUP BY k");
  // Without a PRIMARY KEY a row is folded with its equal.
  expect_refused("SELECT id, r FROM past", "1:19", {"computed column 'r' calls RAND()"});
}

}  // namespace
}  // namespace hw
