# SPDX-License-Identifier: Apache-2.0
"""Statements that are too much: planned or refused within a second and 256 MiB, never more."""

import os
import resource
import subprocess
import sys
import unittest

from binary import BINARY, Case

TABLE = "CREATE TABLE t (a INT, k STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'datagen');\n"
MEMORY_MIB = 256
# Of the processor, also in a build with debug checks. Where others use the machine, the best of three; what comes nearest
# to it may take twice as much, for such a machine slows the processor as well.
CPU_SECONDS = 1.0
TRIES = 3
# Prints what the child used: a process of its own, since the figure is the greatest of all children.
MEASURE = ("import resource, subprocess, sys\n"
           "done = subprocess.run(sys.argv[1:], capture_output=True, text=True)\n"
           "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
           "print(done.returncode, used.ru_maxrss, used.ru_utime + used.ru_stime)\n"
           "print(done.stderr[:4000])\n")


def chain(word, separator, count):
    return separator.join(word.format(i) for i in range(count))


def wide(count):
    return f"CREATE TABLE w ({chain('c{} INT', ', ', count)}) WITH ('connector' = 'datagen');\n"


class Limits(Case):
    def check(self, name, sql, refused=None, cpu_seconds=CPU_SECONDS):
        path = self.write("big.sql", sql)
        with self.subTest(name):
            for _ in range(TRIES):
                done = subprocess.run([sys.executable, "-c", MEASURE, BINARY, "check", str(path)], capture_output=True,
                                      text=True, timeout=120)
                code, memory_kib, seconds = done.stdout.split("\n", 1)[0].split()
                if float(seconds) < cpu_seconds:
                    break
            error = done.stdout.split("\n", 1)[1]
            if refused is None:
                self.assertEqual(code, "0", error)
            else:
                self.assertEqual(code, "3", error)
                self.assertIn(refused, error)
                self.assertIn("-->", error, "the place is named")
            if "sanitize" not in os.environ.get("HW_BUILD", ""):
                self.assertLess(int(memory_kib) / 1024, MEMORY_MIB)
                self.assertLess(float(seconds), cpu_seconds)

    def test_lists_and_chains(self):
        self.check("IN of 100,000 numbers", TABLE + f"SELECT a FROM t WHERE a IN ({chain('{}', ',', 100_000)})")
        words = chain("'s{}'", ",", 100_000)
        self.check("IN of 100,000 texts", TABLE + f"SELECT a FROM t WHERE k IN ({words})")
        self.check("NOT IN of 100,000 texts", TABLE + f"SELECT a FROM t WHERE k NOT IN ({words})")
        self.check("ANY of 100,000 texts", TABLE + f"SELECT a FROM t WHERE k = ANY ({words})")
        self.check("IN of numbers, signs and NULLs", TABLE +
                   f"SELECT a FROM t WHERE a IN ({chain('{0}, NULL, {0}.5, -{0}', ',', 25_000)})")
        self.check("IN of 100,000 times", TABLE + "SELECT a FROM t WHERE ts IN (" + ",".join(
            f"TIMESTAMP '2020-01-{1 + i % 28:02} 00:{i // 60 % 60:02}:{i % 60:02}'" for i in range(100_000)) + ")")
        self.check("IN of 10,000 expressions", TABLE + f"SELECT a FROM t WHERE a IN ({chain('a + {}', ',', 10_000)})")
        self.check("IN of 100,000 expressions", TABLE + f"SELECT a FROM t WHERE a IN ({chain('a + {}', ',', 100_000)})",
                   "a list has at most 20000 items that are computed", cpu_seconds=2 * CPU_SECONDS)
        self.check("an array of 100,000", f"SELECT ARRAY[{chain('{}', ',', 100_000)}]")
        self.check("40,000 branches of CASE", TABLE + f"SELECT CASE a {chain('WHEN {0} THEN {0}', ' ', 40_000)} END FROM t",
                   cpu_seconds=2 * CPU_SECONDS)
        self.check("20,000 OR", TABLE + f"SELECT a FROM t WHERE {chain('a = {}', ' OR ', 20_000)}")
        self.check("100,000 OR", TABLE + f"SELECT a FROM t WHERE {chain('a = {}', ' OR ', 100_000)}")
        self.check("500,000 +", "SELECT " + chain("1", "+", 500_000), "built of 1000 levels")
        self.check("50,000 UNION ALL", chain("SELECT {}", " UNION ALL ", 50_000), "a plan has at most 10000 nodes")
        self.check("rows of VALUES", f"SELECT * FROM (VALUES {chain('({}, 1)', ',', 60_000)}) AS v(a, b)")

    def test_many_statements(self):
        self.check("100,000 tables", chain("CREATE TABLE t{} (a INT, b STRING) WITH ('connector' = 'print')", ";\n", 100_000),
                   cpu_seconds=2 * CPU_SECONDS)

    def test_nesting(self):
        self.check("parentheses", "SELECT " + "(" * 5000 + "1" + ")" * 5000, "nest 500 levels deep")
        self.check("sub-queries", "SELECT * FROM " + "(SELECT * FROM " * 1000 + "(VALUES (1)) AS x" + ") AS x" * 1000, "nest 500")
        self.check("CASE", "SELECT " + "CASE WHEN TRUE THEN " * 2000 + "1" + " END" * 2000, "nest 500")
        self.check("NOT", "SELECT " + "NOT " * 10_000 + "TRUE", "nest 500")
        self.check("calls", "SELECT " + "ABS(" * 3000 + "1" + ")" * 3000, "nest 500")
        self.check("types", "CREATE TABLE w (a " + "ARRAY<" * 3000 + "INT" + ">" * 3000 + ") WITH ('connector' = 'datagen')", "nest 500")

    def test_a_megabyte_of_text(self):
        self.check("one literal", "SELECT '" + "x" * 1_000_000 + "' AS s")
        self.check("garbage", "@#! " * 262_144, "no SQL begins with the character @")
        self.check("blanks", " " * 1_000_000 + "SELECT 1 AS a")
        self.check("a comment", "/*" + "x" * 1_000_000 + "*/ SELECT 1 AS a")

    def test_many_operators(self):
        over = "SUM(a) OVER (PARTITION BY a + {} ORDER BY ts)"
        self.check("400 windows of OVER", TABLE + f"SELECT {chain(over, ', ', 400)} FROM t")
        value = "(SELECT MAX(x.a) FROM t AS x WHERE x.a = t.a + {})"
        self.check("150 sub-queries", TABLE + f"SELECT {chain(value, ' + ', 150)} FROM t", cpu_seconds=2 * CPU_SECONDS)
        self.check("2,000 keys", TABLE + f"SELECT COUNT(*) FROM t GROUP BY {chain('a + {}', ', ', 2000)}")

    def test_columns(self):
        self.check("2,000", wide(2000) + "SELECT * FROM w")
        self.check("2,000 sums", wide(2000) + f"SELECT {chain('SUM(c{})', ', ', 2000)} FROM w")
        self.check("100,000", wide(100_000) + "SELECT * FROM w", "a table has at most 5000 columns")
        self.check("100,000 in a list", f"SELECT {chain('1 AS c{}', ', ', 100_000)}", "the list of a SELECT has at most 5000")
        self.check("stars", wide(4000) + "SELECT x.*, y.* FROM w AS x JOIN w AS y ON x.c0 = y.c0", "but this one has 8000")

    def test_windows_and_groupings(self):
        hop = "SELECT COUNT(*) FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '{}' SECOND, INTERVAL '1' DAY)) GROUP BY window_start, window_end"
        self.check("86,400 windows a row", TABLE + hop.format("1"))
        self.check("86,400,000 windows a row", TABLE + hop.format("0.001"), "HOP puts a row into SIZE / SLIDE windows, at most")
        self.check("CUBE of 20", TABLE + f"SELECT COUNT(*) FROM (SELECT {chain('a AS c{}', ', ', 20)} FROM t) AS x "
                   f"GROUP BY CUBE ({chain('c{}', ', ', 20)})", "at most 512 grouping sets")

    def test_joins_and_views(self):
        self.check("40 tables crossed", TABLE + f"SELECT COUNT(*) FROM {chain('t AS t{}', ', ', 40)}")
        self.check("300 tables joined", TABLE + "SELECT t0.a FROM t AS t0 " +
                   " ".join(f"JOIN t AS t{i} ON t{i}.a = t0.a" for i in range(1, 300)))
        batch = ("SET 'execution.runtime-mode' = 'batch';\n"
                 "CREATE TABLE t (a INT, k STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '1');\n")
        tables = chain("t AS t{}", ", ", 300)
        self.check("300 tables of a list, in a circle", batch + f"SELECT t0.a FROM {tables} WHERE " +
                   " AND ".join(f"t{i}.a = t{(7 * i + 7) % 300}.a" for i in range(300)))
        self.check("300 tables of a list, each with 20 others", batch + f"SELECT t0.a FROM {tables} WHERE " +
                   " AND ".join(f"t{i}.a = t{j}.a" for i in range(300) for j in range(i + 1, min(300, i + 21))))
        self.check("300 tables of a list, each with all others", batch + f"SELECT t0.a FROM {tables} WHERE " +
                   " AND ".join(f"t{i}.a = t{j}.a" for i in range(300) for j in range(i + 1, 300)),
                   cpu_seconds=2 * CPU_SECONDS)
        doubling = "".join(f"CREATE VIEW v{i} AS SELECT x.a FROM v{i - 1} AS x JOIN v{i - 1} AS y ON x.a = y.a;\n"
                           for i in range(1, 25))
        self.check("views that double", TABLE + "CREATE VIEW v0 AS SELECT a FROM t;\n" + doubling + "SELECT * FROM v24",
                   "a plan has at most 10000 nodes")

    def test_a_value_that_would_fill_the_memory_is_refused_while_it_runs(self):
        limit = MEMORY_MIB * 4 << 20  # of addresses, which are more than what is used
        done = subprocess.run([BINARY, "run", "-e", "SELECT REPEAT('x', 2000000000)"], capture_output=True, text=True,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit)))
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("a text may have at most", done.stderr)


if __name__ == "__main__":
    unittest.main()
