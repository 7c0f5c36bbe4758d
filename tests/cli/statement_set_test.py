# SPDX-License-Identifier: Apache-2.0
"""Statement sets whose members have parts in common."""

import collections
import json
import unittest

from binary import Case, headwater

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
                                    "INSERT INTO y SELECT a, COUNT(*) FROM s /*+ OPTIONS('number-of-rows' = '5') */ "
                                    "GROUP BY a;"), 2)
        self.assertEqual(self.scans("INSERT INTO x SELECT a, RAND_INTEGER(5) FROM s;"
                                    "INSERT INTO y SELECT a, RAND_INTEGER(5) FROM s;"), 1)

    # Their keys differ: what they have in common is that they read the table.
    APART = ("INSERT INTO x SELECT a, COUNT(*) FROM s GROUP BY a;"
             "INSERT INTO y SELECT b, COUNT(*) FROM s WHERE a > 1 GROUP BY b;"
             "INSERT INTO z SELECT a, b FROM s WHERE a = 3;")

    def test_one_scan_reads_what_all_of_them_read(self):
        self.assertEqual(self.scans(self.APART), 1)
        self.assertEqual(self.scans(self.APART, "--mode", "batch"), 3)
        off = "SET 'table.optimizer.{}-enabled' = 'false';"
        self.assertEqual(self.scans(self.APART, settings=off.format("reuse-source")), 3)
        self.assertEqual(self.scans(self.APART, settings=off.format("reuse-sub-plan")), 3)
        # What stands above the scans goes on being shared without reuse-source, the scans below it with it.
        self.assertEqual(self.scans(self.BOTH, settings=off.format("reuse-source")), 1)

    def test_a_filter_that_the_source_goes_by_keeps_it(self):
        def scans_of(file_format):
            return self.scans("INSERT INTO x SELECT a, n FROM f WHERE a = 1; INSERT INTO y SELECT a, n + 1 FROM f;",
                              settings="CREATE TABLE f (a INT, n BIGINT) WITH ('connector' = 'filesystem', "
                              f"'path' = '{self.folder}/f', 'format' = '{file_format}', "
                              "'source.monitor-interval' = '1 s');\n")
        (self.folder / "f").mkdir()
        self.assertEqual(scans_of("json"), 1)
        self.assertEqual(scans_of("parquet"), 2)

    def test_errors_in_columns_of_others_cost_no_rows(self):
        self.write("f/1.json", '{"a": 1, "n": 5}\n{"a": 2, "n": "five"}\n{"a": 3}\n')
        for kind, found in (("BIGINT", "1 2 3 5 NULL NULL"), ("BIGINT NOT NULL", "1 2 3 5"),
                            ("ROW<x INT NOT NULL>", "1 2 3 NULL NULL NULL")):
            done = self.run_sql(f"CREATE TABLE f (a BIGINT, n {kind}) WITH ('connector' = 'filesystem', 'path' = "
                                f"'{self.folder}/f', 'format' = 'json', 'json.ignore-parse-errors' = 'true');"
                                "SELECT a FROM f UNION ALL SELECT " + ("n.x" if "ROW" in kind else "n") + " FROM f",
                                "-q", "--output", "csv")
            rows = sorted(line.split(",")[-1] or "NULL" for line in done.stdout.splitlines()[1:])
            self.assertEqual(rows, found.split())

    def test_calls_that_differ_from_call_to_call(self):
        self.assertEqual(self.scans(
            "INSERT INTO x SELECT a, 1 FROM u; INSERT INTO y SELECT b, 1 FROM u;",
            settings="CREATE TABLE u (a INT, b AS RAND_INTEGER(9)) WITH ('connector' = 'datagen');\n"), 2)

    def test_not_in_batch_mode_nor_where_it_is_switched_off(self):
        self.assertEqual(self.scans(self.BOTH, "--mode", "batch"), 2)
        self.assertEqual(self.scans(self.BOTH, settings="SET 'table.optimizer.reuse-sub-plan-enabled' = 'false';"), 2)

    def test_also_with_checkpoints(self):
        self.assertEqual(self.scans(self.BOTH, "--state-dir", str(self.folder)), 1)


class Restored(Case):
    """A set that goes on from checkpoints in which its members shared their common part, or did not."""

    def go_on(self, second, sharing, added, members=2):
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
            "EXECUTE STATEMENT SET BEGIN INSERT INTO one SELECT k, COUNT(*) FROM t GROUP BY k;" +
            (f"INSERT INTO two SELECT k, COUNT(*) FROM t {second} GROUP BY k;" if members == 2 else "") + " END;",
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

    def test_a_scan_that_one_of_them_gets_for_itself(self):
        """Another filter below the aggregation: the scan is shared all the same, and goes on as one."""
        self.go_on("WHERE k > 0", "true", [1, 2, 2])
        said = self.go_on("WHERE k > 1", "true", [1, 2])
        self.assertNotIn("several times", said)
        self.assertEqual(self.counts("one"), {1: 2, 2: 3})
        self.assertEqual(self.counts("two"), {1: 1, 2: 3})

    def test_a_query_that_is_added_reads_from_the_start(self):
        self.go_on("", "true", [1, 2, 2], members=1)
        for _ in range(2):
            said = self.go_on("WHERE k > 1", "true", [2])
            self.assertIn("nothing is shared", said)
        self.assertEqual(self.counts("one"), {1: 1, 2: 4})
        self.assertEqual(self.counts("two"), {2: 4})

    def test_shared_all_the_time(self):
        for added in ([1, 2], [2], [3, 1]):
            said = self.go_on("", "true", added)
            self.assertNotIn("nothing is shared", said)
        self.assertEqual(self.counts("one"), {1: 2, 2: 2, 3: 1})
        self.assertEqual(self.counts("two"), {1: 2, 2: 2, 3: 1})


class OtherColumns(Case):
    """Members that read other columns of one table than each other, stopped and gone on in between."""

    MEMBERS = {"one": "SELECT k, COUNT(*) FROM t GROUP BY k",
               "two": "SELECT v, COUNT(*) FROM t WHERE v > 1 GROUP BY v",
               "three": "SELECT l.k, COUNT(*) FROM t AS l JOIN t AS r ON l.k = r.v GROUP BY l.k"}

    def go_on(self, members, sharing):
        """What each sink's counts are now; each file has the same rows."""
        self.files = getattr(self, "files", 0) + 1
        self.write(f"in/{self.files}.json", "".join(json.dumps({"k": k, "v": v}) + "\n" for k, v in ((1, 2), (2, 1))))
        sql = f"SET 'table.optimizer.reuse-source-enabled' = '{sharing}';\n" + "".join(
            f"CREATE TABLE {sink} (k INT, n BIGINT) WITH ('connector' = 'filesystem', 'path' = '{self.folder / sink}', "
            "'format' = 'changelog-json');\n" for sink in members)
        sql += (f"CREATE TABLE t (k INT, v INT) WITH ('connector' = 'filesystem', 'path' = '{self.folder / 'in'}', "
                "'format' = 'json', 'source.monitor-interval' = '50 ms');\n")
        done = self.run_sql(
            sql + "EXECUTE STATEMENT SET BEGIN " +
            "".join(f"INSERT INTO {sink} {self.MEMBERS[sink]};" for sink in members) + " END;",
            "--state-dir", str(self.folder / "state"), "--available-now", "-D", "pipeline.name=set")
        self.assertEqual(done.returncode, 0, done.stderr)
        return {sink: self.counts(sink) for sink in members}

    def counts(self, sink):
        now = collections.Counter()
        for path in (self.folder / sink).glob("*"):
            for change in map(json.loads, path.read_text().splitlines()):
                now[tuple(change["data"].values())] += 1 if change["op"] in ("+I", "+U") else -1
        return dict(sorted((+now).elements()))

    def expected(self):
        files = self.files
        return {"one": {1: files, 2: files}, "two": {2: files}, "three": {1: files**2, 2: files**2}}

    def test_from_each_its_own_scan_to_one_and_back(self):
        for sharing in ("false", "true", "true", "false", "true"):
            with self.subTest(sharing):
                self.assertEqual(self.go_on(["one", "two", "three"], sharing), self.expected())

    def test_shared_from_the_beginning(self):
        for sharing in ("true", "true", "false", "true"):
            with self.subTest(sharing):
                self.assertEqual(self.go_on(["one", "two", "three"], sharing), self.expected())

    def test_members_that_are_added(self):
        """They read the table from its start, and the others go on."""
        for members in (["one"], ["one", "two"], ["three", "one", "two"], ["two", "three", "one"]):
            with self.subTest(members):
                found = self.go_on(members, "true")
                self.assertEqual(found, {sink: self.expected()[sink] for sink in members})


    def test_what_is_shared_above_the_scans_stays_shared(self):
        """A member that is added reads the table for itself, and the others go on with one state."""
        self.MEMBERS = {"one": self.MEMBERS["one"], "two": self.MEMBERS["one"],
                        "three": "SELECT v, COUNT(*) FROM t GROUP BY v"}
        for members in (["one", "two"], ["one", "two", "three"], ["three", "two", "one"]):
            found = self.go_on(members, "true")
            self.assertEqual(found, {sink: {1: self.files, 2: self.files} for sink in members})
            held = headwater("checkpoint", "inspect", str(self.folder / "state"), "--json").stdout
            newest = max(json.loads(held)["checkpoints"], key=lambda one: one["checkpoint"])
            groups = [one for one in newest["operators"] if one["kind"] == "GroupAggregate"]
            self.assertEqual(len(groups), len(members) - 1)


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
