// SPDX-License-Identifier: Apache-2.0

#include "engine/restore_edits.h"

#include <set>

#include <gtest/gtest.h>

namespace hw {
namespace {

using enum EditOutcome;

std::string set_of(const std::string& first, const std::string& second) {
  return "EXECUTE STATEMENT SET BEGIN " + first + "; " + second + "; END";
}

const char* const kTumble = "TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE))";
const char* const kTumbleFive = "TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '5' MINUTE))";
const char* const kHop =
    "TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '1' MINUTE))";
const char* const kWindow = " GROUP BY k, window_start, window_end";

std::string windowed(const std::string& select, const std::string& from) {
  return "SELECT k, window_start, " + select + " FROM " + from + kWindow;
}

std::string declared_t(const std::string& columns) {
  return "CREATE TABLE t (" + columns +
         ", ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH "
         "('connector' = 'filesystem', 'path' = '/tmp/headwater-t', 'format' = 'json')";
}

const char* const kColumns =
    "k INT, s STRING, a INT, b BIGINT, f FLOAT, d DECIMAL(10, 2), v VARCHAR(10)";

// Edits that leave the state what it is.
std::vector<Edit> harmless() {
  const std::string sums = "SELECT k, SUM(a), COUNT(*) FROM t GROUP BY k";
  return {
      {"nothing", sums, sums},
      {"order of results", sums, "SELECT COUNT(*), SUM(a), k FROM t GROUP BY k"},
      {"order of made-up arguments", "SELECT k, SUM(a + 1), SUM(a * 2) FROM t GROUP BY k",
       "SELECT k, SUM(a * 2), SUM(a + 1) FROM t GROUP BY k"},
      {"a filter where there was no expression", "SELECT x, COUNT(*) FROM u GROUP BY x",
       "SELECT x, COUNT(*) FROM u WHERE w <> 'a' GROUP BY x"},
      {"a projection above", sums, "SELECT k, SUM(a) * 2 AS twice, COUNT(*) FROM t GROUP BY k"},
      {"HAVING", sums, sums + " HAVING COUNT(*) > 5"},
      {"a new filter", sums, "SELECT k, SUM(a), COUNT(*) FROM t WHERE b > 3 GROUP BY k"},
      {"a literal of a filter", "SELECT k, SUM(a) FROM t WHERE b > 3 GROUP BY k",
       "SELECT k, SUM(a) FROM t WHERE b > 4 GROUP BY k"},
      {"a filter gone", "SELECT k, SUM(a) FROM t WHERE b > 3 GROUP BY k",
       "SELECT k, SUM(a) FROM t GROUP BY k"},
      {"names of results", sums,
       "SELECT k AS kk, SUM(a) AS total, COUNT(*) AS n FROM t GROUP BY k"},
      {"a derived table", sums, "SELECT k, SUM(a), COUNT(*) FROM (SELECT * FROM t) GROUP BY k"},
      {"WITH", sums, "WITH x AS (SELECT k, a FROM t) SELECT k, SUM(a), COUNT(*) FROM x GROUP BY k"},
      {"more columns of the table", sums, sums, kMaps, "",
       declared_t(std::string(kColumns) + ", extra STRING")},
      {"columns of the table in another order", sums, sums, kMaps, "",
       declared_t("v VARCHAR(10), d DECIMAL(10, 2), f FLOAT, b BIGINT, a INT, s STRING, k INT")},
      {"HAVING by a result that was there", sums, sums + " HAVING SUM(a) > 1"},
      {"order of DISTINCT sets", "SELECT k, COUNT(DISTINCT s), COUNT(DISTINCT v) FROM t GROUP BY k",
       "SELECT k, COUNT(DISTINCT v), COUNT(DISTINCT s) FROM t GROUP BY k"},
      {"order of MIN and MAX over changes", "SELECT k, MIN(a), MAX(a) FROM c GROUP BY k",
       "SELECT k, MAX(a), MIN(a) FROM c GROUP BY k"},
      {"a window's projection", windowed("SUM(a), COUNT(*)", kTumble),
       windowed("COUNT(*), SUM(a) + 1", kTumble)},
      {"a filter above a window", windowed("COUNT(*) AS n", kTumble),
       "SELECT * FROM (" + windowed("COUNT(*) AS n", kTumble) + ") WHERE n > 2"},
      {"a filter below a window", windowed("COUNT(*)", kTumble),
       windowed("COUNT(*)",
                "TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '60' SECOND)) WHERE a > 1")},
      {"a filter above a join", "SELECT t.k, s, w FROM t JOIN u ON t.k = u.k",
       "SELECT t.k, s, w FROM t JOIN u ON t.k = u.k WHERE s > w"},
      {"a condition turned round", "SELECT t.k, s, w FROM t JOIN u ON t.k = u.k",
       "SELECT t.k, s, w FROM t JOIN u ON u.k = t.k"},
      {"a limit", "SELECT k, a FROM t LIMIT 5", "SELECT k, a FROM t LIMIT 50"},
      {"a projection above a ranking", "SELECT k, a FROM t ORDER BY a LIMIT 3",
       "SELECT k, a + 1 FROM (SELECT k, a FROM t ORDER BY a LIMIT 3)"},
      {"an aggregate of an aggregate",
       "SELECT n, COUNT(*) FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k) GROUP BY n",
       "SELECT n, COUNT(*) + 1 FROM (SELECT k, COUNT(*) AS n FROM t WHERE a > 0 GROUP BY k) "
       "GROUP BY n"},
  };
}

// Equal operators, told apart or not.
std::vector<Edit> look_alikes() {
  const std::string one = "INSERT INTO o1 SELECT k, COUNT(*) FROM t GROUP BY k";
  const std::string two = "INSERT INTO o2 SELECT k, COUNT(*) FROM t WHERE a > 7 GROUP BY k";
  const std::string two_more = "INSERT INTO o2 SELECT k, COUNT(*) FROM t WHERE a > 8 GROUP BY k";
  const std::string same_sink = "INSERT INTO o1 SELECT k, COUNT(*) FROM t WHERE a > 7 GROUP BY k";
  const std::string same_more = "INSERT INTO o1 SELECT k, COUNT(*) FROM t WHERE a > 8 GROUP BY k";
  const std::string same_other = "INSERT INTO o1 SELECT k, COUNT(*) FROM t WHERE a > 9 GROUP BY k";
  const std::string swapped_one = "INSERT INTO o2 SELECT k, COUNT(*) FROM t GROUP BY k";
  const std::string swapped_two = "INSERT INTO o1 SELECT k, COUNT(*) FROM t WHERE a > 7 GROUP BY k";
  const std::string alike = "INSERT INTO o2 SELECT k, COUNT(*) FROM t GROUP BY k";
  const std::string self =
      "SELECT x.n, y.n FROM (SELECT k, COUNT(*) AS n FROM t WHERE a > 1 GROUP BY k) x "
      "JOIN (SELECT k, COUNT(*) AS n FROM t WHERE a > 2 GROUP BY k) y ON x.k = y.k";
  const std::string self_edited =
      "SELECT x.n, y.n FROM (SELECT k, COUNT(*) AS n FROM t WHERE a > 1 GROUP BY k) x "
      "JOIN (SELECT k, COUNT(*) AS n FROM t WHERE a > 3 GROUP BY k) y ON x.k = y.k";
  return {
      {"two queries swapped", set_of(one, two), set_of(two, one)},
      {"two queries swapped, one edited", set_of(one, two), set_of(two_more, one)},
      {"a query added in front", one, set_of(two, one), kExtends},
      {"a query added behind", one, set_of(one, two), kExtends},
      {"the first query taken away", set_of(one, two), two, kLoses, "no operator of the job"},
      {"the second query taken away", set_of(one, two), one, kLoses, "no operator of the job"},
      {"sinks swapped", set_of(one, two), set_of(swapped_one, swapped_two), kLoses, "look like"},
      {"two queries of one sink, one edited", set_of(one, same_sink), set_of(one, same_more)},
      {"two queries of one sink, both edited", set_of(same_sink, same_more),
       set_of(same_other, "INSERT INTO o1 SELECT k, COUNT(*) FROM t WHERE a > 10 GROUP BY k"),
       kLoses, "look like"},
      {"two queries of one sink swapped", set_of(one, same_sink), set_of(same_sink, one)},
      {"the same query twice", set_of(one, one), set_of(one, one)},
      {"one of two equal queries taken away", set_of(one, one), one, kLoses, ""},
      {"equal queries of two sinks", set_of(one, alike), set_of(one, alike)},
      {"equal queries of two sinks swapped", set_of(one, alike), set_of(alike, one)},
      {"equal queries of two sinks, one edited", set_of(one, alike), set_of(one, two)},
      {"queries of two sinks made equal", set_of(one, two), set_of(one, alike)},
      {"an equal query of another sink added", one, set_of(one, alike), kExtends},
      {"one of the equal queries of two sinks taken away", set_of(one, alike), one, kLoses, "", "",
       kMaps},
      {"a self-join, one side edited", self, self_edited},
      {"a self-join of another table, sides swapped",
       "SELECT x.w, y.w FROM u x JOIN u y ON x.k = y.x",
       "SELECT x.w, y.w FROM u y JOIN u x ON x.k = y.x", kLoses, ""},
  };
}

// Schemas of state that differ and fit.
std::vector<Edit> migrations() {
  const std::string sum = "SELECT k, SUM(a) FROM t GROUP BY k";
  return {
      {"an added aggregate", sum, "SELECT k, SUM(a), MAX(b) FROM t GROUP BY k", kMigrates,
       "MAX(b) counts from now on"},
      {"an added count", sum, "SELECT k, COUNT(*), SUM(a) FROM t GROUP BY k", kMigrates,
       "COUNT(*) counts from now on"},
      {"an added aggregate with a filter", sum,
       "SELECT k, SUM(a), COUNT(*) FILTER (WHERE b > 2) FROM t GROUP BY k", kMigrates,
       "COUNT(*) FILTER (WHERE b > 2) counts from now on"},
      {"an added DISTINCT aggregate", "SELECT k, COUNT(DISTINCT s) FROM t GROUP BY k",
       "SELECT k, COUNT(DISTINCT v), COUNT(DISTINCT s) FROM t GROUP BY k", kMigrates,
       "COUNT(DISTINCT v) counts from now on"},
      {"an added aggregate of a window", windowed("SUM(a)", kTumble),
       windowed("SUM(a), MIN(b)", kTumble), kMigrates, "MIN(b) counts from now on"},
      {"a wider argument", "SELECT k, MAX(a) FROM t GROUP BY k",
       "SELECT k, MAX(a) FROM t GROUP BY k", kMigrates, "from INT to BIGINT",
       declared_t("k INT, s STRING, a BIGINT, b BIGINT, f FLOAT, d DECIMAL(10, 2), v VARCHAR(10)")},
      {"FLOAT to DOUBLE", "SELECT k, MAX(f) FROM t GROUP BY k",
       "SELECT k, MAX(f) FROM t GROUP BY k", kMigrates, "from FLOAT to DOUBLE",
       declared_t("k INT, s STRING, a INT, b BIGINT, f DOUBLE, d DECIMAL(10, 2), v VARCHAR(10)")},
      {"a longer DECIMAL", "SELECT k, MAX(d) FROM t GROUP BY k",
       "SELECT k, MAX(d) FROM t GROUP BY k", kMigrates, "from DECIMAL(10, 2) to DECIMAL(14, 4)",
       declared_t("k INT, s STRING, a INT, b BIGINT, f FLOAT, d DECIMAL(14, 4), v VARCHAR(10)")},
      {"a longer VARCHAR", "SELECT k, MAX(v) FROM t GROUP BY k",
       "SELECT k, MAX(v) FROM t GROUP BY k", kMigrates, "from VARCHAR(10) to VARCHAR(20)",
       declared_t("k INT, s STRING, a INT, b BIGINT, f FLOAT, d DECIMAL(10, 2), v VARCHAR(20)")},
      {"a longer key of VARCHAR", "SELECT v, SUM(a) FROM t GROUP BY v",
       "SELECT v, SUM(a) FROM t GROUP BY v", kMigrates, "from VARCHAR(10) to VARCHAR(20)",
       declared_t("k INT, s STRING, a INT, b BIGINT, f FLOAT, d DECIMAL(10, 2), v VARCHAR(20)")},
      {"a column more in a join", "SELECT t.k, s FROM t JOIN u ON t.k = u.k",
       "SELECT t.k, s, a FROM t JOIN u ON t.k = u.k", kMigrates, "'a' of state 'left' is NULL"},
      {"a wider column in a join", "SELECT t.k, a FROM t JOIN u ON t.k = u.k",
       "SELECT t.k, a FROM t JOIN u ON t.k = u.k", kMigrates, "from INT to BIGINT",
       declared_t("k INT, s STRING, a BIGINT, b BIGINT, f FLOAT, d DECIMAL(10, 2), v VARCHAR(10)")},
      {"a column more in a ranking", "SELECT k, a FROM t ORDER BY a LIMIT 3",
       "SELECT k, a, b FROM t ORDER BY a LIMIT 3", kMigrates, "'row_b' of state 'rows' is NULL"},
      {"an operator more", "SELECT k, a FROM t", "SELECT k, SUM(a) FROM t GROUP BY k", kExtends,
       "starts empty"},
      {"a window more", "SELECT k, COUNT(*) FROM t GROUP BY k",
       "SELECT n, COUNT(*) FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k) GROUP BY n", kExtends,
       "starts empty"},
  };
}

/// An aggregate with a filter by a list that EXPLAIN cuts before `last`.
std::string of_items(const std::string& last) {
  std::string items;
  for (int i = 100; i < 130; ++i) items += std::to_string(i) + ", ";
  return "SELECT k, SUM(a) FILTER (WHERE b IN (" + items + last + ")) FROM t GROUP BY k";
}

// What cannot be, or would be another thing under the same name.
std::vector<Edit> refusals() {
  const std::string sum = "SELECT k, SUM(a) FROM t GROUP BY k";
  return {
      {"an aggregate gone", "SELECT k, SUM(a), MAX(b) FROM t GROUP BY k", sum, kLoses, "MAX(b)"},
      {"another aggregate", sum, "SELECT k, MAX(a) FROM t GROUP BY k", kLoses, "SUM(a)"},
      {"another argument", "SELECT k, SUM(a + 1) FROM t GROUP BY k",
       "SELECT k, SUM(a + 2) FROM t GROUP BY k", kLoses, "SUM(a + 1)"},
      {"a DISTINCT aggregate gone", "SELECT k, SUM(a), COUNT(DISTINCT s) FROM t GROUP BY k", sum,
       kLoses, "COUNT(DISTINCT s)"},
      {"another DISTINCT argument", "SELECT k, COUNT(DISTINCT s) FROM t GROUP BY k",
       "SELECT k, COUNT(DISTINCT v) FROM t GROUP BY k", kLoses, "COUNT(DISTINCT s)"},
      {"a filter more on DISTINCT", "SELECT k, COUNT(DISTINCT s) FROM t GROUP BY k",
       "SELECT k, COUNT(DISTINCT s) FILTER (WHERE a > 1), COUNT(DISTINCT s) FROM t GROUP BY k",
       kRefused, "DISTINCT values"},
      {"another filter of an aggregate", "SELECT k, SUM(a) FILTER (WHERE b > 1) FROM t GROUP BY k",
       "SELECT k, SUM(a) FILTER (WHERE b > 2) FROM t GROUP BY k", kLoses, "WHERE b > 1"},
      {"another key", sum, "SELECT s, SUM(a) FROM t GROUP BY s", kLoses, "no operator of the job"},
      {"a key more", sum, "SELECT k, s, SUM(a) FROM t GROUP BY k, s", kLoses, ""},
      {"another computed key", "SELECT k + 1, SUM(a) FROM t GROUP BY k + 1",
       "SELECT k + 2, SUM(a) FROM t GROUP BY k + 2", kLoses, ""},
      {"a wider key", sum, sum, kRefused, "rows are dealt by this column",
       declared_t("k BIGINT, s STRING, a INT, b BIGINT, f FLOAT, d DECIMAL(10, 2), v VARCHAR(10)")},
      {"a narrower argument", "SELECT k, MAX(b) FROM t GROUP BY k",
       "SELECT k, MAX(b) FROM t GROUP BY k", kRefused, "is INT NOT NULL, but was BIGINT NOT NULL",
       declared_t("k INT, s STRING, a INT, b INT, f FLOAT, d DECIMAL(10, 2), v VARCHAR(10)")},
      {"an argument of another type", "SELECT k, MAX(v) FROM t GROUP BY k",
       "SELECT k, MAX(v) FROM t GROUP BY k", kRefused, "MAX(v).value",
       declared_t("k INT, s STRING, a INT, b BIGINT, f FLOAT, d DECIMAL(10, 2), v DATE")},
      {"another table", sum, "SELECT k, SUM(x) FROM u GROUP BY k", kLoses,
       "no operator of the job"},
      {"another connector", "SELECT k, a FROM t", "SELECT k, a FROM t", kRefused, "connector is",
       "CREATE TABLE t (k INT, a INT) WITH ('connector' = 'datagen')"},
      {"a longer window", windowed("SUM(a)", kTumble), windowed("SUM(a)", kTumbleFive), kRefused,
       "window is [TUMBLE(size=[5 min])"},
      {"another kind of window", windowed("SUM(a)", kTumble), windowed("SUM(a)", kHop), kRefused,
       "window is"},
      {"an outer join", "SELECT t.k, w FROM t JOIN u ON t.k = u.k",
       "SELECT t.k, w FROM t LEFT JOIN u ON t.k = u.k", kRefused, "joinType is"},
      {"another condition of an outer join",
       "SELECT t.k, w FROM t LEFT JOIN u ON t.k = u.k AND t.a > u.x",
       "SELECT t.k, w FROM t LEFT JOIN u ON t.k = u.k AND t.a > u.x + 1", kRefused, "condition is"},
      {"an outer join by the other side's columns",
       "SELECT t.k, z.b FROM t LEFT JOIN t AS z ON t.k = z.k AND t.a < z.a",
       "SELECT t.k, z.b FROM t LEFT JOIN t AS z ON t.k = z.k AND z.a < t.a", kRefused,
       "sides is [right.a < a], but was [a < right.a]"},
      {"another item at the end of a long list", of_items("1"), of_items("2"), kLoses,
       "WHERE b IN"},
      {"other keys of a join", "SELECT t.k, w FROM t JOIN u ON t.k = u.k",
       "SELECT t.k, w FROM t JOIN u ON t.k = u.x", kLoses, ""},
      {"a column less in a join", "SELECT t.k, s FROM t JOIN u ON t.k = u.k",
       "SELECT t.k FROM t JOIN u ON t.k = u.k", kLoses, "'s' of state 'left'"},
      {"another order", "SELECT k, a FROM t ORDER BY a LIMIT 3",
       "SELECT k, a FROM t ORDER BY a DESC LIMIT 3", kRefused, "orderBy is"},
      {"another length of a ranking", "SELECT k, a FROM t ORDER BY a LIMIT 3",
       "SELECT k, a FROM t ORDER BY a LIMIT 4", kRefused, "fetch is [4], but was [3]"},
      {"a wider order", "SELECT k, a FROM t ORDER BY a LIMIT 3",
       "SELECT k, a FROM t ORDER BY a LIMIT 3", kRefused, "rows are sorted by this column",
       declared_t("k INT, s STRING, a BIGINT, b BIGINT, f FLOAT, d DECIMAL(10, 2), v VARCHAR(10)")},
      {"changes instead of inserts", "SELECT k, SUM(x) FROM u GROUP BY k",
       "SELECT k, SUM(x) FROM u GROUP BY k", kRefused, "'rows' of state 'groups'",
       "CREATE TABLE u (k INT, w STRING, x INT) WITH ('connector' = 'filesystem', 'path' = "
       "'/tmp/headwater-u', 'format' = 'changelog-json')"},
      {"an added aggregate over changes", "SELECT k, SUM(a) FROM c GROUP BY k",
       "SELECT k, SUM(a), COUNT(*) FROM c GROUP BY k", kRefused, "take back rows"},
      {"an added column in a join of changes", "SELECT c.k, c.a FROM c JOIN u ON c.k = u.k",
       "SELECT c.k, c.a, c.id FROM c JOIN u ON c.k = u.k", kRefused, "'id' of state 'left'"},
      {"no aggregate any more", sum, "SELECT k, a FROM t", kLoses, "no operator of the job"},
  };
}

}  // namespace

const std::vector<std::string>& edit_tables() {
  static const std::vector<std::string> tables = {
      declared_t(kColumns),
      "CREATE TABLE u (k INT, w STRING, x INT) WITH ('connector' = 'filesystem', 'path' = "
      "'/tmp/headwater-u', 'format' = 'json')",
      "CREATE TABLE c (id INT, k INT, a INT, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = "
      "'filesystem', 'path' = '/tmp/headwater-c', 'format' = 'changelog-json')",
      "CREATE TABLE o1 (k INT, n BIGINT) WITH ('connector' = 'blackhole')",
      "CREATE TABLE o2 (k INT, n BIGINT) WITH ('connector' = 'blackhole')"};
  return tables;
}

TEST(RestoreEditsTest, EachHasANameOfItsOwn) {
  std::set<std::string> names;
  for (const Edit& edit : edits()) EXPECT_TRUE(names.insert(edit.name).second) << edit.name;
  EXPECT_GE(names.size(), 250u);
}

const std::vector<Edit>& edits() {
  static const std::vector<Edit> all = [] {
    std::vector<Edit> joined;
    for (auto part : {harmless(), look_alikes(), migrations(), refusals(), shaped_edits()}) {
      joined.insert(joined.end(), part.begin(), part.end());
    }
    return joined;
  }();
  return all;
}

}  // namespace hw
