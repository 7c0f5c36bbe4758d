# SPDX-License-Identifier: Apache-2.0
"""What the dialect has and Headwater has not: each construct is an error that names it and its place.

When one is built, its line moves to the tests of what works, and `status` in docs/book/coming_from_flink.md changes.
"""

import unittest

from binary import Case, headwater

TABLES = """
CREATE TABLE t (id BIGINT, k STRING, v INT, ts TIMESTAMP(3), list ARRAY<INT>, WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen');
CREATE TABLE u (k STRING, v INT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'datagen');
CREATE TABLE s (id BIGINT, k STRING) WITH ('connector' = 'blackhole');
"""

# The statement, and what the error calls it: `not supported yet: ` in front.
NOT_YET = [
    ("SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY k ORDER BY ts MEASURES A.v AS av PATTERN (A B) DEFINE A AS A.v > 1) AS m",
     "MATCH_RECOGNIZE"),
    ("UPDATE t SET v = 1 WHERE id = 2", "UPDATE"),
    ("DELETE FROM t WHERE id = 2", "DELETE"),
    ("TRUNCATE TABLE t", "TRUNCATE TABLE"),
    ("MERGE INTO t USING u ON t.k = u.k WHEN MATCHED THEN UPDATE SET v = 1", "MERGE INTO"),
    ("COMPILE PLAN 'p.json' FOR INSERT INTO s SELECT id, k FROM t", "COMPILE PLAN"),
    ("COMPILE AND EXECUTE PLAN 'p.json' FOR INSERT INTO s SELECT id, k FROM t", "COMPILE PLAN"),
    ("EXECUTE PLAN 'p.json'", "EXECUTE PLAN"),
    ("CREATE MODEL m INPUT (a INT) OUTPUT (b INT) WITH ('provider' = 'x')", "CREATE MODEL"),
    ("ALTER MODEL m SET ('a' = 'b')", "ALTER MODEL"),
    ("DROP MODEL m", "DROP MODEL"),
    ("SHOW MODELS", "SHOW MODELS"),
    ("SHOW CREATE MODEL m", "SHOW CREATE MODEL"),
    ("DESCRIBE MODEL m", "DESCRIBE MODEL"),
    ("CREATE MATERIALIZED TABLE m FRESHNESS = INTERVAL '1' HOUR AS SELECT id FROM t", "CREATE MATERIALIZED TABLE"),
    ("ALTER MATERIALIZED TABLE m SUSPEND", "ALTER MATERIALIZED TABLE"),
    ("DROP MATERIALIZED TABLE m", "DROP MATERIALIZED TABLE"),
    ("CREATE OR ALTER TABLE c (a INT) WITH ('connector' = 'blackhole')", "CREATE OR ALTER"),
    ("CREATE CONNECTION c WITH ('type' = 'x')", "CREATE CONNECTION"),
    ("CALL sys.compact('t')", "CALL"),
    ("ANALYZE TABLE t COMPUTE STATISTICS", "ANALYZE TABLE"),
    ("LOAD MODULE hive", "LOAD MODULE"),
    ("UNLOAD MODULE hive", "UNLOAD MODULE"),
    ("USE MODULES core", "USE MODULES"),
    ("SHOW MODULES", "SHOW MODULES"),
    ("SHOW PROCEDURES", "SHOW PROCEDURES"),
    ("SHOW PARTITIONS t", "SHOW PARTITIONS"),
    ("ALTER TABLE s ADD PARTITION (k = 'x')", "partitions named in ALTER TABLE"),
    ("SHOW JARS", "SHOW JARS"),
    ("SHOW JOBS", "SHOW JOBS in a script; type it in the shell"),
    ("STOP JOB 'x'", "STOP JOB in a script; type it in the shell"),
    ("ADD JAR 'x.jar'", "ADD JAR"),
    ("REMOVE JAR 'x.jar'", "ADD JAR and REMOVE JAR"),
    ("ALTER FUNCTION f AS 'x'", "ALTER FUNCTION"),
    ("CREATE FUNCTION f AS 'com.example.F' LANGUAGE JAVA; SELECT f(v) FROM t", "function 'f'"),
    ("SELECT * FROM TO_CHANGELOG(input => TABLE t)", "table function TO_CHANGELOG"),
    ("SELECT * FROM FROM_CHANGELOG(input => TABLE t)", "table function FROM_CHANGELOG"),
    ("SELECT t.id FROM t JOIN LATERAL TABLE(SNAPSHOT(input => TABLE u)) AS x ON t.k = x.k", "table function SNAPSHOT"),
    ("SELECT * FROM t TABLESAMPLE BERNOULLI (10)", "TABLESAMPLE"),
    ("SELECT * FROM t PIVOT (SUM(v) FOR k IN ('a', 'b'))", "PIVOT"),
    ("SELECT * FROM t UNPIVOT (x FOR y IN (v))", "UNPIVOT"),
    ("WITH RECURSIVE r AS (SELECT 1) SELECT * FROM r", "WITH RECURSIVE"),
    ("SELECT ARRAY(SELECT v FROM u)", "ARRAY(query)"),
    ("SELECT * FROM t WHERE id = ?", "parameters (?)"),
    ("SELECT CAST(ts AS STRING FORMAT 'yyyy') FROM t", "CAST .. FORMAT"),
    ("SELECT SUM(v) OVER (PARTITION BY k ORDER BY ts GROUPS 2 PRECEDING) FROM t", "GROUPS frames"),
    ("SELECT SUM(v) OVER (PARTITION BY k ORDER BY ts ROWS 2 PRECEDING EXCLUDE TIES) FROM t", "EXCLUDE in frames"),
    ("SELECT * FROM t, UNNEST(list, list) AS x (a, b)", "UNNEST of several collections"),
    ("SELECT CLASSIFIER() FROM t", "function CLASSIFIER"),
    ("CREATE TABLE c (a RAW('x', 'y')) WITH ('connector' = 'blackhole')", "the type RAW"),
    ("CREATE TABLE c (a BITMAP) WITH ('connector' = 'filesystem', 'path' = 'c', 'format' = 'raw')", "BITMAP in the raw format"),
    ("CREATE CATALOG c WITH ('type' = 'hive')", "catalogs of type 'hive'"),
    ("DESCRIBE JOB 'x'", "this form of DESCRIBE"),
]

# Refused for good: the rule, and what to write.
REFUSED = [
    ("SELECT * FROM t ORDER BY v", "has no end to sort at", "add LIMIT"),
    ("SELECT * FROM t ORDER BY ts DESC", "has no end to sort at", "ascending time attribute"),
    ("INSERT OVERWRITE s SELECT id, k FROM t", "needs batch mode", "SET 'execution.runtime-mode' = 'batch'"),
    ("SELECT id FROM t WHERE v = '1'", "implicit", "CAST"),
    ("SELECT REGEXP_EXTRACT(k, '(?<=a)b') FROM t", "regular expression", "RE2"),
    ("SELECT k, COUNT(*), RAND() FROM t GROUP BY k", "taken back", "RAND()"),
]


class Unsupported(Case):
    def refused(self, sql):
        path = self.write("q.sql", TABLES + sql)
        done = headwater("check", str(path))
        self.assertEqual(done.returncode, 3, f"{sql}\n{done.stderr}")
        self.assertRegex(done.stderr, r"--> .*q\.sql:\d+:\d+\n", sql)
        return done.stderr

    def test_each_construct_is_named_with_its_place(self):
        for sql, what in NOT_YET:
            with self.subTest(what):
                self.assertIn("not supported yet: " + what, self.refused(sql))

    def test_what_is_refused_for_good_says_what_to_write(self):
        for sql, rule, rewrite in REFUSED:
            with self.subTest(sql):
                error = self.refused(sql)
                self.assertIn(rule, error)
                self.assertIn(rewrite, error)

    def test_a_result_without_final_rows_proposes_the_changelog(self):
        done = self.run_sql(TABLES + "SELECT k, COUNT(*) FROM t GROUP BY k", "--output", "json")
        self.assert_fails(done, 3, "no final rows", "--output changelog")


if __name__ == "__main__":
    unittest.main()
