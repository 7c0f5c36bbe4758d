# SPDX-License-Identifier: Apache-2.0
"""Lookup joins over files: Nexmark's q13, files that are replaced between two runs, files that are not there."""

import json
import unittest

from binary import Case

BIDS = """CREATE TABLE bid (auction BIGINT, bidder BIGINT, price BIGINT, `dateTime` TIMESTAMP(3)) WITH (
  'connector' = 'nexmark', 'event-type' = 'bid', 'events.num' = '20000');
"""
Q13 = """SELECT B.auction, B.bidder, B.price, B.`dateTime`, S.`value`
FROM (SELECT *, PROCTIME() AS p_time FROM bid) B
JOIN side_input FOR SYSTEM_TIME AS OF B.p_time AS S ON MOD(B.auction, 10000) = S.key"""


class Lookup(Case):
    def side_input(self, path, more=""):
        return (f"CREATE TABLE side_input (key BIGINT, `value` STRING) WITH ('connector' = 'filesystem', "
                f"'path' = '{path}', 'format' = 'csv'{more});\n")

    def rows_of(self, sql, mode):
        done = self.run_sql(sql, "--mode", mode, "--output", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_nexmark_q13(self):
        side = self.write("side.csv", "".join(f"{key},value {key}\n" for key in range(10000)))
        for mode in ("batch", "streaming"):
            rows = self.rows_of(BIDS + self.side_input(side) + Q13, mode)
            self.assertEqual(len(rows), 18400)
            for row in rows:
                self.assertEqual(row["value"], f"value {row['auction'] % 10000}")

    def test_a_folder_of_files_is_one_table(self):
        for part in range(3):
            self.write(f"side/{part}.csv", f"{part},part {part}\n")
        sql = ("CREATE TABLE bid (auction BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '4', "
               "'fields.auction.kind' = 'sequence', 'fields.auction.start' = '0', 'fields.auction.end' = '3');\n")
        query = ("SELECT b.auction, s.`value` FROM (SELECT *, PROCTIME() AS p FROM bid) AS b "
                 "LEFT JOIN side_input FOR SYSTEM_TIME AS OF b.p AS s ON b.auction = s.key")
        monitored = ", 'source.monitor-interval' = '1 s', 'lookup.full-cache.periodic-reload.interval' = '1 h'"
        rows = self.rows_of(sql + self.side_input(self.folder / "side", monitored) + query, "streaming")
        self.assertEqual(sorted((row["auction"], row["value"]) for row in rows[:3]),
                         [(0, "part 0"), (1, "part 1"), (2, "part 2")])
        self.assertIsNone(rows[3]["value"])

    def test_a_file_that_is_not_there_and_a_line_that_is_wrong(self):
        done = self.run_sql(BIDS + self.side_input(self.folder / "none.csv") + Q13)
        self.assert_fails(done, 4, "none.csv")
        side = self.write("side.csv", "1,one\nx,two\n")
        done = self.run_sql(BIDS + self.side_input(side) + Q13)
        self.assert_fails(done, 4, "side.csv", "2")

    def test_each_way_to_keep_what_is_found_gives_the_same_rows(self):
        side = self.write("side.csv", "".join(f"{key},value {key}\n" for key in range(0, 10000, 2)))
        ways = ("", ", 'lookup.cache' = 'NONE'",
                ", 'lookup.cache' = 'PARTIAL', 'lookup.partial-cache.max-rows' = '100'",
                ", 'lookup.cache' = 'PARTIAL', 'lookup.partial-cache.expire-after-write' = '1 ms', "
                "'lookup.partial-cache.cache-missing-key' = 'false'",
                ", 'lookup.full-cache.reload-strategy' = 'TIMED', 'lookup.full-cache.timed-reload.iso-time' = '10:15:00+02:00', "
                "'lookup.full-cache.timed-reload.interval-in-days' = '2'")
        query = Q13.replace("JOIN side_input", "LEFT JOIN side_input").replace(
            "SELECT B", "SELECT /*+ LOOKUP('table'='S', 'retry-predicate'='lookup_miss', 'retry-strategy'='fixed_delay', "
            "'fixed-delay'='1 ms', 'max-attempts'='1') */ B")
        for way in ways:
            for mode in ("batch", "streaming"):
                rows = self.rows_of(BIDS + self.side_input(side, way) + query, mode)
                self.assertEqual(len(rows), 18400)
                for row in rows:
                    key = row["auction"] % 10000
                    self.assertEqual(row["value"], None if key % 2 else f"value {key}", way)

    def test_explain_says_what_is_kept(self):
        side = self.write("side.csv", "1,one\n")
        hint = ("SELECT /*+ LOOKUP('table'='S', 'shuffle'='true', 'async'='true', 'retry-predicate'='lookup_miss', "
                "'retry-strategy'='fixed_delay', 'fixed-delay'='10 s', 'max-attempts'='3') */ B")
        for way, shown in (("", "cache=[FULL],"),
                           (", 'lookup.full-cache.periodic-reload.interval' = '10 min'", "cache=[FULL, again after 10 min],"),
                           (", 'lookup.cache' = 'NONE'", "cache=[NONE], retry=[lookup_miss, 10 s, 3 times],"),
                           (", 'lookup.cache' = 'PARTIAL', 'lookup.partial-cache.max-rows' = '100', "
                            "'lookup.partial-cache.expire-after-access' = '1 h'",
                            "cache=[PARTIAL, 100 rows, 1 h after access], retry=[lookup_miss, 10 s, 3 times],")):
            done = self.run_sql(BIDS + self.side_input(side, way) + "EXPLAIN " + Q13.replace("SELECT B", hint))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(shown, done.stdout)
            self.assertIn("shuffle=[true]", done.stdout)
        done = self.run_sql(BIDS + self.side_input(side) + Q13.replace("SELECT B", hint) + " LIMIT 1", "--mode", "batch")
        self.assertIn("hint LOOKUP: 'async', 'retry-predicate' of table 'side_input' changes nothing", done.stderr)


if __name__ == "__main__":
    unittest.main()
