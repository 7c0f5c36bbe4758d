# SPDX-License-Identifier: Apache-2.0
"""Statement sets whose members have parts in common."""

import collections
import json
import unittest

from binary import Case

TABLES = """CREATE TABLE s (a INT, b INT) WITH ('connector' = 'datagen', 'number-of-rows' = '10');
CREATE VIEW v AS SELECT a, COUNT(*) AS n FROM s GROUP BY a;
CREATE TABLE x (a INT, n BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE y (a INT, n BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE z (a INT, n BIGINT) WITH ('connector' = 'blackhole');
"""


class StatementSet(Case):
    def scans(self, members, *arguments, settings=""):
        """How many vertices read the table."""
        done = self.run_sql(settings + TABLES + f"EXPLAIN STATEMENT SET BEGIN {members} END", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        plan = done.stdout.split("== Optimized Execution Plan ==")[1].split("\n== ")[0]
        return plan.count("TableSourceScan")

    BOTH = "INSERT INTO x SELECT a, n FROM v; INSERT INTO y SELECT a, n FROM v WHERE n > 1;"

    def test_equal_parts_run_once(self):
        self.assertEqual(self.scans(self.BOTH), 1)
        self.assertEqual(self.scans(self.BOTH + "INSERT INTO z SELECT a, MAX(n) FROM v GROUP BY a;"), 1)

    def test_within_one_query_too(self):
        self.assertEqual(self.scans("INSERT INTO x SELECT l.a, l.n + r.n FROM v AS l JOIN v AS r ON l.a = r.a;"), 1)
        self.assertEqual(self.scans("INSERT INTO x SELECT l.a, l.n + r.n FROM v AS l JOIN v AS r ON l.a = r.a;"
                                    "INSERT INTO y SELECT a, n FROM v;"), 1)
        self.assertEqual(self.scans("INSERT INTO x SELECT * FROM v UNION ALL SELECT * FROM v;"), 1)

    def test_what_differs_runs_twice(self):
        self.assertEqual(self.scans("INSERT INTO x SELECT a, COUNT(*) FROM s GROUP BY a;"
                                    "INSERT INTO y SELECT b, COUNT(*) FROM s GROUP BY b;"), 2)
        self.assertEqual(self.scans("INSERT INTO x SELECT a, COUNT(*) FROM s GROUP BY a;"
                                    "INSERT INTO y SELECT a, COUNT(*) FROM s /*+ OPTIONS('number-of-rows' = '5') */ "
                                    "GROUP BY a;"), 2)
        self.assertEqual(self.scans("INSERT INTO x SELECT a, RAND_INTEGER(5) FROM s;"
                                    "INSERT INTO y SELECT a, RAND_INTEGER(5) FROM s;"), 1)

    def test_not_in_batch_mode_nor_where_it_is_switched_off(self):
        self.assertEqual(self.scans(self.BOTH, "--mode", "batch"), 2)
        self.assertEqual(self.scans(self.BOTH, settings="SET 'table.optimizer.reuse-sub-plan-enabled' = 'false';"), 2)

    def test_also_with_checkpoints(self):
        self.assertEqual(self.scans(self.BOTH, "--state-dir", str(self.folder)), 1)


class Restored(Case):
    """A set that goes on from checkpoints in which its members shared their common part, or did not."""

    def go_on(self, second, sharing, added):
        """Counts by key, in two sinks; the second one's condition is given."""
        self.files = getattr(self, "files", 0) + 1
        self.write(f"in/{self.files}.json", "".join(json.dumps({"k": key}) + "\n" for key in added))
        sql = "".join(
            f"CREATE TABLE {sink} (k INT, n BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'filesystem', "
            f"'path' = '{self.folder / sink}', 'format' = 'changelog-json');\n" for sink in ("one", "two"))
        done = self.run_sql(
            f"SET 'table.optimizer.reuse-sub-plan-enabled' = '{sharing}';\n"
            f"CREATE TABLE t (k INT) WITH ('connector' = 'filesystem', 'path' = '{self.folder / 'in'}', "
            f"'format' = 'json', 'source.monitor-interval' = '50 ms');\n" + sql +
            "EXECUTE STATEMENT SET BEGIN INSERT INTO one SELECT k, COUNT(*) FROM t GROUP BY k;"
            f"INSERT INTO two SELECT k, COUNT(*) FROM t {second} GROUP BY k; END;",
            "--state-dir", str(self.folder / "state"), "--available-now", "-D", "pipeline.name=set")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr

    def counts(self, sink):
        now = {}
        for path in sorted((self.folder / sink).glob("*"), key=lambda part: part.stat().st_mtime_ns):
            for line in path.read_text().splitlines():
                change = json.loads(line)
                if change["op"] in ("+I", "+U"):
                    now[change["data"]["k"]] = change["data"]["n"]
        return now

    def test_from_shared_to_each_its_own_and_on(self):
        self.go_on("", "true", [1, 2, 2])
        said = self.go_on("WHERE k > 1", "true", [1, 2])
        self.assertNotIn("new ", said)
        self.assertEqual(self.counts("one"), {1: 2, 2: 3})
        self.assertEqual(self.counts("two"), {1: 1, 2: 3})
        # Equal again, but each has its own: they stay apart.
        said = self.go_on("", "true", [1])
        self.assertIn("nothing is shared", said)
        self.assertEqual(self.counts("one"), {1: 3, 2: 3})
        self.assertEqual(self.counts("two"), {1: 2, 2: 3})

    def test_from_each_its_own_to_shared(self):
        self.go_on("", "false", [1, 2])
        said = self.go_on("", "true", [2, 3])
        self.assertIn("nothing is shared", said)
        self.assertEqual(self.counts("one"), {1: 1, 2: 2, 3: 1})
        self.assertEqual(self.counts("two"), self.counts("one"))

    def test_shared_all_the_time(self):
        for added in ([1, 2], [2], [3, 1]):
            said = self.go_on("", "true", added)
            self.assertNotIn("nothing is shared", said)
        self.assertEqual(self.counts("one"), {1: 2, 2: 2, 3: 1})
        self.assertEqual(self.counts("two"), {1: 2, 2: 2, 3: 1})


class RestoredQuery(Case):
    """The same within one query: a join of a table with itself, the union of equal parts."""

    def go_on(self, query, sharing, added):
        """Each value's count in what the query has given so far, -U and -D taken back."""
        self.files = getattr(self, "files", 0) + 1
        self.write(f"in/{self.files}.json", "".join(json.dumps({"k": key}) + "\n" for key in added))
        done = self.run_sql(
            f"SET 'table.optimizer.reuse-sub-plan-enabled' = '{sharing}';\n"
            f"CREATE TABLE t (k INT) WITH ('connector' = 'filesystem', 'path' = '{self.folder / 'in'}', "
            f"'format' = 'json', 'source.monitor-interval' = '50 ms');\n"
            f"CREATE TABLE o (k INT, n BIGINT) WITH ('connector' = 'filesystem', 'path' = '{self.folder / 'o'}', "
            f"'format' = 'changelog-json');\n"
            f"CREATE VIEW v AS SELECT k, COUNT(*) AS n FROM t GROUP BY k;\nINSERT INTO o {query};",
            "--state-dir", str(self.folder / "state"), "--available-now", "-D", "pipeline.name=one")
        self.assertEqual(done.returncode, 0, done.stderr)
        now = collections.Counter()
        for path in (self.folder / "o").glob("*"):
            for change in map(json.loads, path.read_text().splitlines()):
                now[change["data"]["k"], change["data"]["n"]] += 1 if change["op"] in ("+I", "+U") else -1
        return sorted((+now).elements()), done.stderr

    def run_all(self, query, expected):
        for sharing in ("false", "true", "true"):
            with self.subTest(sharing):
                rows, said = self.go_on(query, sharing, [1, 2, 2])
                self.assertEqual(rows, expected(self.files))
                self.assertNotIn("new ", said)

    def test_a_self_join(self):
        self.run_all("SELECT l.k, l.n + r.n FROM v AS l JOIN v AS r ON l.k = r.k",
                     lambda files: [(1, 2 * files), (2, 4 * files)])

    def test_a_self_join_that_has_run_shared(self):
        for files in (1, 2, 3):
            rows, said = self.go_on("SELECT l.k, l.n + r.n FROM v AS l JOIN v AS r ON l.k = r.k", "true", [1, 2, 2])
            self.assertEqual(rows, [(1, 2 * files), (2, 4 * files)])
            self.assertNotIn("several times", said)

    def test_a_union_of_equal_parts(self):
        self.run_all("SELECT k, n FROM v UNION ALL SELECT k, n FROM v",
                     lambda files: [(1, files), (1, files), (2, 2 * files), (2, 2 * files)])

    def test_a_union_that_has_run_shared(self):
        for files in (1, 2, 3):
            rows, _ = self.go_on("SELECT k, n FROM v UNION ALL SELECT k, n FROM v", "true", [1, 2, 2])
            self.assertEqual(rows, [(1, files), (1, files), (2, 2 * files), (2, 2 * files)])


if __name__ == "__main__":
    unittest.main()
