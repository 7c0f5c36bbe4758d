// SPDX-License-Identifier: Apache-2.0
//
// The reference against results worked out by hand.

#include "reference/reference.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "columnar/literal.h"
#include "reference/columns.h"

namespace hw::reference {
namespace {

std::vector<Change> rows_of(const char* schema, const char* rows) {
  return *changes_of(*parse_batch(*parse_schema(schema), rows));
}

class ReferenceTest : public testing::Test {
 protected:
  void table(const std::string& name, const char* columns, const char* rows) {
    const std::vector<Change> changes = rows_of(columns, rows);
    const bool inserts = std::all_of(changes.begin(), changes.end(), [](const Change& change) {
      return change.kind == RowKind::kInsert;
    });
    ASSERT_TRUE(reference_
                    .add_table(name + " (" + columns + ")",
                               {.kinds = inserts ? RowKindSet::insert_only() : RowKindSet::all(),
                                .partitions = {changes}})
                    .ok());
  }

  /// The rows, sorted where the query does not say.
  std::string ask(const std::string& query, Answering answering = Answering::kBatch) {
    const Result<Answer> answer = reference_.answer(query, answering);
    if (!answer.ok()) return answer.status().message();
    std::vector<Row> rows = answer->rows;
    if (query.find("ORDER BY") == std::string::npos) std::sort(rows.begin(), rows.end(), RowLess());
    std::string text;
    for (const Row& row : rows) text += to_text(row, types_of(*answer->schema));
    return text;
  }

  Reference reference_;
};

TEST_F(ReferenceTest, EvaluatesExpressionsRowByRow) {
  table("t", "a INT, b INT", "+ 7 2 | + -7 2 | + 1 null");
  EXPECT_EQ(ask("SELECT a / b, a % b, a + b FROM t"), "(NULL, NULL, NULL)(-3, -1, -5)(3, 1, 9)");
  EXPECT_EQ(ask("SELECT a FROM t WHERE b IS NULL OR a > 5"), "(1)(7)");
  EXPECT_EQ(ask("SELECT CASE WHEN a > 0 THEN 'p' ELSE 'n' END FROM t WHERE b = 2"), "('n')('p')");
  EXPECT_EQ(ask("SELECT a IN (1, 2, CAST(NULL AS INT)) FROM t"), "(NULL)(NULL)(TRUE)");
}

TEST_F(ReferenceTest, RoundsDecimalsHalfUpAndOverflowsToNull) {
  table("t", "d DECIMAL(38, 2)", "+ 1.25 | + -1.25");
  EXPECT_EQ(ask("SELECT CAST(d AS DECIMAL(3, 1)) FROM t"), "(-1.3)(1.3)");
  EXPECT_EQ(ask("SELECT CAST(d * 1000 AS DECIMAL(3, 1)) FROM t"), "(NULL)(NULL)");
  EXPECT_EQ(ask("SELECT 1.0 / 3"), "(0.333333333333)");
}

TEST_F(ReferenceTest, GroupsWithNullAsOneGroup) {
  table("t", "k STRING, v INT", "+ a 1 | + null 2 | + a 3 | + null 2");
  EXPECT_EQ(ask("SELECT k, SUM(v), COUNT(DISTINCT v), AVG(v) FROM t GROUP BY k"),
            "(NULL, 4, 1, 2)('a', 4, 2, 2)");
  EXPECT_EQ(ask("SELECT k, COUNT(*) FILTER (WHERE v > 1) FROM t GROUP BY k HAVING MIN(v) = 1"),
            "('a', 1)");
}

TEST_F(ReferenceTest, AGlobalAggregateOverNothingIsARowInBatchOnly) {
  table("t", "k INT", "+ 1");
  EXPECT_EQ(ask("SELECT COUNT(*) FROM t WHERE k = 2"), "(0)");
  EXPECT_EQ(ask("SELECT COUNT(*) FROM t WHERE k = 2", Answering::kStream), "");
}

TEST_F(ReferenceTest, JoinsAllKinds) {
  table("a", "x INT", "+ 1 | + 2 | + null");
  table("b", "y INT", "+ 2 | + 2 | + 3 | + null");
  EXPECT_EQ(ask("SELECT * FROM a JOIN b ON x = y"), "(2, 2)(2, 2)");
  EXPECT_EQ(ask("SELECT * FROM a LEFT JOIN b ON x = y"), "(NULL, NULL)(1, NULL)(2, 2)(2, 2)");
  EXPECT_EQ(ask("SELECT * FROM a FULL JOIN b ON x = y AND x > 5"),
            "(NULL, NULL)(NULL, NULL)(NULL, 2)(NULL, 2)(NULL, 3)(1, NULL)(2, NULL)");
}

TEST_F(ReferenceTest, FoldsAChangelog) {
  table("t", "k INT, v INT", "+ 1 10 | + 1 20 | -U 1 10 | +U 1 11 | - 1 20");
  EXPECT_EQ(ask("SELECT k, SUM(v) FROM t GROUP BY k"), "(1, 11)");
}

constexpr const char* kTimed = "ts TIMESTAMP(3), v INT";
constexpr const char* kTimedRows =
    "+ '2024-01-01 00:00:01' 1 | + '2024-01-01 00:00:12' 2 | + '2024-01-01 00:00:03' 4";

TEST_F(ReferenceTest, DropsWhatIsLateInAStreamOnly) {
  ASSERT_TRUE(reference_
                  .add_table("t (ts TIMESTAMP(3), v INT, WATERMARK FOR ts AS ts)",
                             {.partitions = {rows_of(kTimed, kTimedRows)}})
                  .ok());
  const std::string query =
      "SELECT SUM(v) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND)) "
      "GROUP BY window_start, window_end";
  EXPECT_EQ(ask(query), "(2)(5)");
  EXPECT_EQ(ask(query, Answering::kStream), "(1)(2)");
}

TEST_F(ReferenceTest, AnOverThatNobodyReadsDropsNothing) {
  ASSERT_TRUE(reference_
                  .add_table("t (ts TIMESTAMP(3), v INT, WATERMARK FOR ts AS ts)",
                             {.partitions = {rows_of(kTimed, kTimedRows)}})
                  .ok());
  const std::string over =
      "(SELECT LAG(v) OVER (ORDER BY ts) AS l, ROW_NUMBER() OVER (ORDER BY ts) AS n, v FROM t)";
  const auto stream = [&](const std::string& query) { return ask(query, Answering::kStream); };
  EXPECT_EQ(stream("SELECT v, n FROM " + over), "(1, 1)(2, 2)");
  EXPECT_EQ(stream("SELECT v FROM " + over), "(1)(2)(4)");
  EXPECT_EQ(stream("SELECT COUNT(*) FROM " + over), "(3)");
  EXPECT_EQ(stream("SELECT COUNT(l) FROM " + over), "(1)");
  EXPECT_EQ(stream("SELECT v FROM " + over + " WHERE n > 0"), "(1)(2)");
  // NTILE waits for the end and drops nothing, and LAG in one window with it neither.
  const std::string both =
      "(SELECT v, LAG(v) OVER w AS l, NTILE(2) OVER w AS b FROM t "
      "WINDOW w AS (ORDER BY ts))";
  EXPECT_EQ(stream("SELECT v, l, b FROM " + both), "(1, NULL, 1)(4, 1, 1)(2, 4, 2)");
  EXPECT_EQ(stream("SELECT v, l FROM " + both), "(1, NULL)(2, 1)");
}

TEST_F(ReferenceTest, WhatNoRowReachesIsNotRead) {
  ASSERT_TRUE(reference_
                  .add_table("t (ts TIMESTAMP(3), v INT, WATERMARK FOR ts AS ts)",
                             {.partitions = {rows_of(kTimed, kTimedRows)}})
                  .ok());
  const std::string over = "(SELECT v, ROW_NUMBER() OVER (ORDER BY ts) AS n FROM t)";
  const auto stream = [&](const std::string& query) { return ask(query, Answering::kStream); };
  EXPECT_EQ(stream("SELECT CASE WHEN v > 0 THEN n END FROM " + over), "(1)(2)");
  EXPECT_EQ(stream("SELECT CASE WHEN 1 > 2 THEN n END FROM " + over), "(NULL)(NULL)(NULL)");
  EXPECT_EQ(stream("SELECT CASE WHEN v > 0 AND 1 > 2 AND n > 0 THEN n ELSE v END FROM " + over),
            "(1)(2)(4)");
  EXPECT_EQ(stream("SELECT v FROM " + over + " WHERE 1 < 2 OR n = 1"), "(1)(2)(4)");
}

TEST_F(ReferenceTest, ShowsLateRows) {
  ASSERT_TRUE(reference_
                  .add_table("t (ts TIMESTAMP(3), v INT, WATERMARK FOR ts AS ts)",
                             {.partitions = {rows_of(kTimed, kTimedRows)}})
                  .ok());
  const std::string late =
      "SELECT v, late_by, operator FROM LATE((SELECT SUM(v) FROM TABLE(TUMBLE(TABLE t, "
      "DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end))";
  // The first window has closed at 9.999 s; the row comes at 12 s.
  EXPECT_EQ(ask(late, Answering::kStream), "(4, 2001, 'WindowAggregate')");
  EXPECT_EQ(ask(late), "");
}

TEST_F(ReferenceTest, WindowsOfInstantsAreThoseOfTheClocks) {
  ASSERT_TRUE(reference_.execute("SET 'table.local-time-zone' = 'Europe/Berlin'").ok());
  const char* columns = "ts TIMESTAMP_LTZ(3), v INT";
  // One hour before and half an hour after clocks go from 2:00 to 3:00, at 1:00 in UTC.
  const char* rows = "+ '2024-03-31 00:00:00' 1 | + '2024-03-31 01:30:00' 2";
  ASSERT_TRUE(reference_
                  .add_table("t (ts TIMESTAMP_LTZ(3), v INT, WATERMARK FOR ts AS ts)",
                             {.partitions = {rows_of(columns, rows)}})
                  .ok());
  EXPECT_EQ(ask("SELECT window_start, SUM(v) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), "
                "INTERVAL '1' HOUR)) GROUP BY window_start, window_end"),
            "(2024-03-31 01:00:00.000, 1)(2024-03-31 03:00:00.000, 2)");
  EXPECT_EQ(ask("SELECT CAST(ts AS STRING), HOUR(ts) FROM t WHERE v = 2"),
            "('2024-03-31 03:30:00.000', 3)");
}

TEST_F(ReferenceTest, TakesVariantsApart) {
  const Row row = {Value::text(R"({"l":[1,[2,"]"]],"n":1.0,"t":"a"})")};
  ASSERT_TRUE(
      reference_.add_table("t (x VARIANT)", {.partitions = {{{RowKind::kInsert, row}}}}).ok());
  EXPECT_EQ(ask("SELECT x['l'][2], x['m'], CAST(x['t'] AS STRING) FROM t"),
            "('[2,\"]\"]', NULL, '\"a\"')");
  EXPECT_EQ(ask("SELECT TRY_CAST(x['n'] AS INT), TRY_CAST(x['t'] AS INT) FROM t"), "(1, NULL)");
}

TEST_F(ReferenceTest, AHopMissesOnlyTheWindowsThatHaveFired) {
  ASSERT_TRUE(reference_
                  .add_table("t (ts TIMESTAMP(3), v INT, WATERMARK FOR ts AS ts)",
                             {.partitions = {rows_of(kTimed, kTimedRows)}})
                  .ok());
  // The third row belongs to [-10, 10), which has fired at 12, and to [0, 20).
  EXPECT_EQ(ask("SELECT SUM(v) FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND, "
                "INTERVAL '20' SECOND)) GROUP BY window_start, window_end",
                Answering::kStream),
            "(1)(2)(7)");
}

TEST_F(ReferenceTest, OrdersNullsAsTheSmallest) {
  table("t", "a INT", "+ 2 | + null | + 1");
  EXPECT_EQ(ask("SELECT a FROM t ORDER BY a"), "(NULL)(1)(2)");
  EXPECT_EQ(ask("SELECT a FROM t ORDER BY a DESC LIMIT 2"), "(2)(1)");
  EXPECT_EQ(ask("SELECT a FROM t ORDER BY a NULLS LAST LIMIT 1 OFFSET 1"), "(2)");
}

TEST_F(ReferenceTest, SaysWhatItDoesNotKnow) {
  table("t", "a DOUBLE", "+ 2.0");
  EXPECT_EQ(ask("SELECT SIN(a) FROM t"), "the reference does not know the function SIN");
}

TEST_F(ReferenceTest, LooksAtTheRowsAround) {
  table("t", "k INT, v INT", "+ 1 10 | + 1 20 | + 1 20 | + 2 5 | + 2 null");
  EXPECT_EQ(ask("SELECT v, RANK() OVER (PARTITION BY k ORDER BY v) FROM t"),
            "(10, 1)(20, 2)(20, 2)(NULL, 1)(5, 2)");
  EXPECT_EQ(ask("SELECT v, SUM(v) OVER (PARTITION BY k ORDER BY v) FROM t"),
            "(10, 10)(20, 50)(20, 50)(NULL, NULL)(5, 5)");
  EXPECT_EQ(ask("SELECT v, COUNT(*) OVER (ORDER BY v RANGE BETWEEN 5 PRECEDING AND CURRENT ROW) "
                "FROM t"),
            "(NULL, 1)(5, 1)(10, 2)(20, 2)(20, 2)");
  EXPECT_EQ(ask("SELECT v, LAG(v) OVER (ORDER BY v), NTILE(2) OVER (ORDER BY v) FROM t"),
            "(NULL, NULL, 1)(5, NULL, 1)(10, 5, 1)(20, 10, 2)(20, 20, 2)");
  EXPECT_EQ(
      ask("SELECT k, v FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC) = 1"),
      "(1, 20)(2, 5)");
}

TEST_F(ReferenceTest, GroupsBySeveralSets) {
  table("t", "a INT, b INT", "+ 1 1 | + 1 2 | + null 2");
  EXPECT_EQ(ask("SELECT a, GROUPING(a), COUNT(*) FROM t GROUP BY ROLLUP (a)"),
            "(NULL, 0, 1)(NULL, 1, 3)(1, 0, 2)");
}

}  // namespace
}  // namespace hw::reference
