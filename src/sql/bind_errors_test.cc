// SPDX-License-Identifier: Apache-2.0
//
// What a wrong statement is told: place, rule, value, way out.

#include <gtest/gtest.h>

#include "sql/session_fixture.h"

namespace hw {
namespace {

class BindErrorsTest : public ::testing::Test {
 protected:
  BindErrorsTest() {
    session.must(
        "CREATE TABLE t (id INT, name STRING, r ROW<a INT>, ts TIMESTAMP(3), "
        "WATERMARK FOR ts AS ts);"
        "CREATE TABLE s (a INT NOT NULL, b STRING, c AS a + 1)");
  }

  SessionFixture session;
};

TEST_F(BindErrorsTest, NamesUnknownThingsAndTheNearest) {
  EXPECT_EQ(session.error("SELECT nmae FROM t"),
            "1:8 there is no column 'nmae' here; did you mean 'name'?");
  EXPECT_EQ(session.error("SELECT x.id FROM t"),
            "1:8 there is no table or column 'x' here; there are t, id, name, r, ts");
  EXPECT_EQ(session.error("SELECT t.nmae FROM t"),
            "1:10 table 't' has no column 'nmae'; did you mean 'name'?");
  EXPECT_EQ(session.error("SELECT r.b FROM t"), "1:10 r has no field 'b'; it has a");
  EXPECT_EQ(session.error("SELECT id FROM tt"),
            "1:16 there is no table or view 'tt' in default_catalog.default_database; did you mean "
            "'t'?");
  EXPECT_EQ(session.error("SELECT UPPPER(name) FROM t"),
            "1:8 there is no function 'UPPPER'; did you mean 'UPPER'?");
}

TEST_F(BindErrorsTest, ListsWhatThereIsWhenNothingIsNear) {
  EXPECT_EQ(session.error("SELECT price FROM t"),
            "1:8 there is no column 'price' here; the columns are id, name, r, ts");
  EXPECT_EQ(session.error("INSERT INTO s (a, zz) SELECT 1, 'x'"),
            "1:19 table 's' has no column 'zz'; it has a, b");
  EXPECT_EQ(session.error("CREATE TABLE x (a INT, PRIMARY KEY (zz) NOT ENFORCED)"),
            "1:37 a PRIMARY KEY names columns of the table, but 'zz' is none; it has a");
}

TEST_F(BindErrorsTest, KnowsTypesFromSlips) {
  EXPECT_EQ(session.error("SELECT CAST(name AS INTT) FROM t"),
            "1:21 there is no type 'INTT'; did you mean 'INT'?");
  EXPECT_EQ(session.error("SELECT CAST(name AS my.type) FROM t"),
            "1:21 not supported yet: type my.type");
  EXPECT_EQ(session.error("SELECT CAST(name AS TIMESTAMP(12)) FROM t").substr(0, 45),
            "1:31 TIMESTAMP(n) takes n from 0 to 9, but fo");
}

TEST_F(BindErrorsTest, SeesAmbiguity) {
  EXPECT_EQ(session.error("SELECT a.id FROM t AS a JOIN t AS b ON a.id = b.id WHERE id = 1"),
            "1:58 column 'id' is ambiguous: several inputs have it; write a.id or b.id");
  EXPECT_EQ(session.error("SELECT a FROM s, (SELECT 1 AS a) AS u"),
            "1:8 column 'a' is ambiguous: several inputs have it; write s.a or u.a");
}

TEST_F(BindErrorsTest, WantsConditionsToBeBoolean) {
  EXPECT_EQ(session.error("SELECT * FROM t WHERE name"),
            "1:23 WHERE needs a BOOLEAN condition, but name is STRING");
  EXPECT_EQ(session.error("SELECT CASE WHEN id THEN 1 END FROM t"),
            "1:18 WHEN needs a BOOLEAN condition, but id is INT");
}

TEST_F(BindErrorsTest, KeepsAggregatesInTheirPlace) {
  EXPECT_EQ(session.error("SELECT id, COUNT(*) FROM t"),
            "1:8 column 'id' is neither in GROUP BY nor inside an aggregate function; add it to "
            "GROUP BY or aggregate it");
  EXPECT_EQ(session.error("SELECT COUNT(*) FROM t WHERE COUNT(*) > 1"),
            "1:30 an aggregate function cannot be used in WHERE, but COUNT is one; write the "
            "condition in HAVING");
  EXPECT_EQ(session.error("SELECT SUM(COUNT(*)) FROM t"),
            "1:12 aggregate functions do not nest: COUNT is inside another one; aggregate in a "
            "sub-query first");
}

TEST_F(BindErrorsTest, RefusesToMixNumbersAndText) {
  const std::string error = session.error("SELECT * FROM t WHERE id = name");
  EXPECT_NE(error.find("1:26 "), std::string::npos) << error;
  EXPECT_NE(error.find("INT"), std::string::npos) << error;
  EXPECT_NE(error.find("CAST"), std::string::npos) << error;
}

TEST_F(BindErrorsTest, ChecksWindows) {
  EXPECT_EQ(session.error("SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(id), INTERVAL '1' "
                          "MINUTE))"),
            "1:48 the time column of TUMBLE must be a time attribute, but 'id' is INT; declare "
            "WATERMARK FOR id AS .. on its table, or pass the column on as it is");
  EXPECT_EQ(session.error("SELECT * FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '2' MINUTE, "
                          "INTERVAL '5' MINUTE))"),
            "1:71 SIZE of HOP must be a multiple of SLIDE, but INTERVAL '5' MINUTE is none of "
            "INTERVAL '2' MINUTE");
  EXPECT_EQ(session.error("SELECT * FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR, "
                          "INTERVAL '5' MINUTE))"),
            "1:69 SIZE of HOP must be a multiple of SLIDE, but INTERVAL '5' MINUTE is none of "
            "INTERVAL '1' HOUR; the smaller interval comes first");
  EXPECT_EQ(
      session.error("SELECT * FROM TABLE(SLIDE(TABLE t, DESCRIPTOR(ts)))"),
      "1:21 there is no table function 'SLIDE'; there are TUMBLE, HOP, CUMULATE, SESSION, LATE");
  EXPECT_EQ(session.error("SELECT TUMBLE_START(ts, INTERVAL '1' HOUR) FROM t"),
            "1:8 TUMBLE_START asks for the window of GROUP BY TUMBLE(..) with the same arguments, "
            "but there is none");
  EXPECT_EQ(session.error("SELECT window_end FROM t"),
            "1:8 there is no column 'window_end' here; it is made by TABLE(TUMBLE(..)), HOP or "
            "CUMULATE in FROM");
  EXPECT_EQ(session.error("SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts)))"),
            "1:21 write TUMBLE(TABLE t, DESCRIPTOR(time_column), SIZE [, OFFSET]); an argument is "
            "missing");
}

TEST_F(BindErrorsTest, SaysWhatIsNotBuiltYet) {
  for (const char* sql :
       {"SELECT id FROM t MATCH_RECOGNIZE (ORDER BY ts PATTERN (A) DEFINE A AS TRUE) AS m",
        "SELECT SUM((SELECT a FROM s)) FROM t", "SELECT id FROM t GROUP BY (SELECT 1)",
        "UPDATE t SET id = 1", "DELETE FROM t", "SELECT * FROM t FOR SYSTEM_TIME AS OF ts"}) {
    const std::string error = session.error(sql);
    EXPECT_NE(error.find("not supported yet: "), std::string::npos) << sql << "\n" << error;
    EXPECT_NE(error.substr(0, 2), "0:") << sql << "\n" << error;
  }
}

TEST_F(BindErrorsTest, ChecksQueriesInsideExpressions) {
  EXPECT_EQ(session.error("SELECT (SELECT a, a FROM s) FROM t"),
            "1:8 a value needs a query of 1 column, but this one has 2");
  EXPECT_EQ(session.error("SELECT id FROM t WHERE id IN (SELECT a, a FROM s)"),
            "1:27 this comparison needs a query of 1 column, but this one has 2");
  EXPECT_EQ(
      session.error("SELECT (SELECT COUNT(*) FROM (SELECT a FROM s WHERE a < id) AS x FULL JOIN "
                    "s AS y ON x.a = y.a) FROM t"),
      "1:57 not supported yet: a column of the outer query below this FullOuterJoin; compare "
      "it in the WHERE of the sub-query, or write a join");
}

TEST_F(BindErrorsTest, ChecksInserts) {
  EXPECT_EQ(session.error("INSERT INTO nowhere SELECT 1"),
            "1:13 there is no table or view 'nowhere' in default_catalog.default_database; "
            "there are s, t");
  EXPECT_EQ(session.error("INSERT INTO s SELECT 1"),
            "1:15 INSERT into 's' writes 2 columns, but the query gives 1; list the columns to "
            "write fewer");
  EXPECT_EQ(session.error("INSERT INTO s (b) VALUES ('x')"),
            "1:1 column 'a' of 's' is NOT NULL, so INSERT must give it a value");
  EXPECT_EQ(session.error("INSERT INTO s (c) VALUES (1)"),
            "1:16 column 'c' cannot be written: it is computed");
  EXPECT_EQ(session.error("INSERT INTO s VALUES ('1', 'x')"),
            "1:15 column 'a' of 's' is INT, but the query gives CHAR(1); write CAST(.. AS INT)");
  EXPECT_EQ(session.error("INSERT INTO s SELECT BITMAP_BUILD(ARRAY[1]), 'x'"),
            "1:15 column 'a' of 's' is INT, but the query gives BITMAP; how many integers it has "
            "is BITMAP_CARDINALITY(x)");
}

TEST_F(BindErrorsTest, ChecksDefinitions) {
  EXPECT_EQ(session.error("CREATE TABLE x (a INT, a STRING)"),
            "1:24 the columns of a table have different names, but 'a' is there twice");
  EXPECT_EQ(session.error("CREATE TABLE x (a INT, WATERMARK FOR b AS b)"),
            "1:38 the column of a WATERMARK is a column of the table, but 'b' is none; it has a");
  EXPECT_EQ(session.error("CREATE TABLE x (a TIMESTAMP(6), WATERMARK FOR a AS a)"),
            "1:47 the column of a WATERMARK is TIMESTAMP(p) or TIMESTAMP_LTZ(p) with p <= 3, but "
            "'a' is TIMESTAMP(6)");
  EXPECT_EQ(session.error("CREATE TABLE x (a INT, b AS a, c AS b)"),
            "1:37 there is no column 'b' here; the columns are a");
  EXPECT_EQ(session.error("CREATE TABLE x (a INT, b AS a, PRIMARY KEY (b) NOT ENFORCED)"),
            "1:45 the columns of a PRIMARY KEY are physical, but 'b' is not");
  EXPECT_EQ(session.error("CREATE TABLE t (a INT)"),
            "1:1 a table named 't' exists already; drop it first or write IF NOT EXISTS");
}

TEST_F(BindErrorsTest, NamesQueriesOfWithOnce) {
  EXPECT_EQ(session.error("WITH q AS (SELECT 1 AS a), q AS (SELECT 2 AS a) SELECT * FROM q"),
            "1:28 the queries of WITH have different names, but 'q' is there twice");
}

TEST_F(BindErrorsTest, ChecksSettings) {
  const std::string error = session.error("SET 'execution.runtime-mode' = 'sometimes'");
  EXPECT_NE(error.find("sometimes"), std::string::npos) << error;
  const Result<std::string> warning = session.config.set("parallelism.defalut", "2");
  ASSERT_TRUE(warning.ok());
  EXPECT_NE(warning->find("did you mean 'parallelism.default'"), std::string::npos) << *warning;
}

}  // namespace
}  // namespace hw
