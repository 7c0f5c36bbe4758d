# SPDX-License-Identifier: Apache-2.0
"""Rows within rows of Parquet files, of which only the fields that a query asks for are read."""

import unittest

from binary import Case

COLUMNS = ("id BIGINT, place ROW<city STRING, at ROW<x DOUBLE, y DOUBLE, note STRING>, tags ARRAY<STRING>>, "
           "sale ROW<price BIGINT, sold TIMESTAMP(3), buyer STRING>")
# A row, one without its inner row, one whose fields are NULL, one that is NULL itself.
ROWS = """
  (1, ROW('Rome', ROW(1.5, 2.5, 'a'), ARRAY['p', 'q']), ROW(10, TIMESTAMP '2020-01-01 00:00:01', 'ann')),
  (2, ROW('Oslo', CAST(NULL AS ROW<x DOUBLE, y DOUBLE, note STRING>), ARRAY['r']),
      ROW(20, TIMESTAMP '2020-01-01 00:00:02', 'bob')),
  (3, ROW(CAST(NULL AS STRING), ROW(CAST(NULL AS DOUBLE), 3.5, CAST(NULL AS STRING)), CAST(NULL AS ARRAY<STRING>)),
      ROW(30, TIMESTAMP '2020-01-01 00:00:03', CAST(NULL AS STRING))),
  (4, CAST(NULL AS ROW<city STRING, at ROW<x DOUBLE, y DOUBLE, note STRING>, tags ARRAY<STRING>>),
      ROW(40, TIMESTAMP '2020-01-01 00:00:04', 'cem'))
"""
# Query, its rows, what EXPLAIN says of the columns that are read.
QUERIES = [
    ("SELECT id, place.city FROM t", "1,Rome 2,Oslo 3, 4,", "id, place(city)"),
    ("SELECT id, place.at.y FROM t", "1,2.5 2, 3,3.5 4,", "id, place(at)"),
    ("SELECT id FROM t WHERE place.at.x IS NULL", "2 3 4", "id, place(at)"),
    # The row is asked for itself: all of it is read.
    ("SELECT id, place.city FROM t WHERE place IS NULL", "4,", "id, place"),
    ("SELECT id, place.at IS NULL, place.at.x FROM t", "1,false,1.5 2,true, 3,false, 4,true,", "id, place(at)"),
    ("SELECT sale.buyer, sale.price + place.at.y FROM t WHERE sale.price < 35",
     "ann,12.5 bob, ,33.5", "place(at), sale(price, buyer)"),
    ("SELECT SUM(sale.price), COUNT(sale.buyer), COUNT(*) FROM t", "100,3,4", "sale(price, buyer)"),
    ("SELECT a.id, b.place.city FROM t AS a JOIN t AS b ON a.sale.price = b.sale.price + 10",
     "2,Rome 3,Oslo 4,", "id, sale(price)"),
    ("SELECT id, tag FROM t CROSS JOIN UNNEST(place.tags) AS u (tag)", "1,p 1,q 2,r", "id, place(tags)"),
    ("SELECT id, sold, net FROM timed WHERE net > 15",
     "2,2020-01-01 00:00:02,19 3,2020-01-01 00:00:03,29 4,2020-01-01 00:00:04,39", "id, sold, net"),
    ("SELECT window_end, COUNT(*), MAX(place.city) FROM TUMBLE(TABLE timed, DESCRIPTOR(sold), INTERVAL '2' SECOND) "
     "GROUP BY window_start, window_end",
     "2020-01-01 00:00:02,1,Rome 2020-01-01 00:00:04,2,Oslo 2020-01-01 00:00:06,1,",
     "place(city), sold"),
    ("SELECT id FROM by_field WHERE sale.buyer = 'bob'", "2", "id, sale(sold, buyer)"),
]

# Query over the stream of a table that stands in it twice, and what its scans read together.
SHARED = [
    # A join takes rows whole.
    ("SELECT a.id, b.place.city FROM t AS a JOIN t AS b ON a.sale.price = b.sale.price + 10",
     "id, place, sale(price)"),
    ("SELECT id, place.at.y FROM t WHERE place.tags IS NULL UNION ALL SELECT id, place.at.x FROM t",
     "id, place(at, tags)"),
    # One of them reads all fields.
    ("SELECT id, place IS NULL FROM t UNION ALL SELECT id, place.city = 'Rome' FROM t", "id, place"),
    ("SELECT id, net, buyer FROM (SELECT id, net, CAST(NULL AS STRING) AS buyer FROM timed UNION ALL "
     "SELECT id, sale.price, sale.buyer FROM timed WHERE place.city = 'Oslo')", "id, place(city), sale, net"),
    ("SELECT l.id, r.place.city, r.ts FROM (SELECT id, sold AS ts FROM by_field) AS l JOIN "
     "(SELECT id, place, sold AS ts FROM by_field WHERE sale.price > 10) AS r "
     "ON l.id = r.id AND l.ts BETWEEN r.ts - INTERVAL '1' SECOND AND r.ts", None),
]


class ParquetRows(Case):
    def setUp(self):
        super().setUp()
        table = (f"WITH ('connector' = 'filesystem', 'path' = '{self.folder}/t', 'format' = 'parquet');\n")
        self.tables = (
            f"CREATE TABLE t ({COLUMNS}) {table}"
            f"CREATE TABLE timed ({COLUMNS}, sold AS sale.sold, net AS sale.price - 1, "
            f"WATERMARK FOR sold AS sold - INTERVAL '1' SECOND) {table}"
            # A watermark straight from a field.
            f"CREATE TABLE by_field ({COLUMNS}, sold AS sale.sold, "
            f"WATERMARK FOR sold AS sale.sold - INTERVAL '1' SECOND) {table}")
        done = self.run_sql(self.tables + f"INSERT INTO t VALUES {ROWS}", "--mode", "batch")
        self.assertEqual(done.returncode, 0, done.stderr)

    def rows(self, query, *arguments):
        done = self.run_sql(self.tables + query, "-q", "--output", "csv", *arguments)
        self.assertEqual(done.returncode, 0, f"{query}: {done.stderr}")
        return sorted(done.stdout.splitlines()[1:])

    def test_queries_read_the_fields_that_they_ask_for(self):
        for query, expected, _ in QUERIES:
            with self.subTest(query):
                wanted = sorted(expected.replace("01 00", "01_00").split(" "))
                wanted = [row.replace("01_00", "01 00") for row in wanted]
                self.assertEqual(self.rows(query, "--mode", "batch"), wanted)
                whole = self.rows(query, "--mode", "batch", "-D",
                                  "table.optimizer.disabled-rules=narrow_scanned_rows")
                self.assertEqual(whole, wanted)

    def test_streams_give_the_same(self):
        for query, _, _ in QUERIES:
            if "SUM" in query:
                continue
            with self.subTest(query):
                self.assertEqual([row.rpartition("+I,")[2] for row in self.rows(query, "--mode", "streaming")],
                                 self.rows(query, "--mode", "batch"))

    def test_scans_of_one_table_read_the_fields_of_all(self):
        for query, fields in SHARED:
            with self.subTest(query):
                done = self.run_sql(self.tables + "EXPLAIN " + query, "-q", "--mode", "streaming")
                plan = done.stdout.split("== Optimized Execution Plan ==")[1].split("\n== ")[0]
                self.assertEqual(plan.count("TableSourceScan"), 1, plan)
                if fields:
                    self.assertIn(f"fields=[{fields}]", plan)
                self.assertEqual([row.rpartition("+I,")[2] for row in self.rows(query, "--mode", "streaming")],
                                 self.rows(query, "--mode", "batch"))

    def test_explain_names_the_fields(self):
        for query, _, fields in QUERIES:
            with self.subTest(query):
                done = self.run_sql(self.tables + "EXPLAIN " + query, "-q", "--mode", "batch")
                self.assertIn(f"fields=[{fields}]", done.stdout)


if __name__ == "__main__":
    unittest.main()
