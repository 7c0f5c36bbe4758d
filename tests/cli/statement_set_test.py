# SPDX-License-Identifier: Apache-2.0
"""Statement sets whose members have parts in common."""

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

    def test_within_one_query_they_do_not(self):
        self.assertEqual(self.scans("INSERT INTO x SELECT l.a, r.n FROM v AS l JOIN v AS r ON l.a = r.a;"), 2)
        # The copy that stands first is shared with the other member.
        self.assertEqual(self.scans("INSERT INTO x SELECT l.a, r.n FROM v AS l JOIN v AS r ON l.a = r.a;"
                                    "INSERT INTO y SELECT a, n FROM v;"), 2)

    def test_what_differs_runs_twice(self):
        self.assertEqual(self.scans("INSERT INTO x SELECT a, COUNT(*) FROM s GROUP BY a;"
                                    "INSERT INTO y SELECT b, COUNT(*) FROM s GROUP BY b;"), 2)
        self.assertEqual(self.scans("INSERT INTO x SELECT a, COUNT(*) FROM s GROUP BY a;"
                                    "INSERT INTO y SELECT a, COUNT(*) FROM s /*+ OPTIONS('number-of-rows' = '5') */ "
                                    "GROUP BY a;"), 2)
        self.assertEqual(self.scans("INSERT INTO x SELECT a, RAND_INTEGER(5) FROM s;"
                                    "INSERT INTO y SELECT a, RAND_INTEGER(5) FROM s;"), 1)

    def test_not_in_batch_mode_nor_with_checkpoints_nor_where_it_is_switched_off(self):
        self.assertEqual(self.scans(self.BOTH, "--mode", "batch"), 2)
        self.assertEqual(self.scans(self.BOTH, "--state-dir", str(self.folder)), 2)
        self.assertEqual(self.scans(self.BOTH, settings="SET 'table.optimizer.reuse-sub-plan-enabled' = 'false';"), 2)


if __name__ == "__main__":
    unittest.main()
