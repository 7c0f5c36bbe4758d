# SPDX-License-Identifier: Apache-2.0
"""VARIANT and BITMAP in files: what is written reads back, what others write is brought into the one form of
its value, and what is no such value is an error."""

import base64
import json
import struct
import unittest

import pyarrow
import pyarrow.orc
import pyarrow.parquet

from binary import Case, headwater

ROWS = """(VALUES (1, PARSE_JSON('{"b": [1, 2.50, "x;y,z"], "a": null}'), BITMAP_BUILD(ARRAY[3, -1, 1])),
  (2, PARSE_JSON('null'), BITMAP_BUILD(ARRAY[CAST(NULL AS INT)])), (3, CAST(NULL AS VARIANT), CAST(NULL AS BITMAP)),
  (4, PARSE_JSON('"text"'), BITMAP_BUILD(ARRAY[10, 11, 12, 13, 14, 15]))) AS t(id, v, b)"""


def plain_set(values):
    """Roaring's portable format of values below 65536, without runs."""
    return struct.pack("<IIHHI", 12346, 1, 0, len(values) - 1, 16) + struct.pack(f"<{len(values)}H", *values)


class CanonicalTypes(Case):
    def table(self, columns, form, path="d"):
        return (f"SET 'execution.runtime-mode' = 'batch';\n"
                f"CREATE TABLE d ({columns}) WITH ('connector' = 'filesystem', 'path' = '{self.folder / path}', "
                f"'format' = '{form}');\n")

    def read(self, sql):
        done = headwater("run", str(self.write("q.sql", sql)), "--output", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_what_is_written_reads_back(self):
        for form in ("json", "changelog-json", "csv", "parquet", "orc"):
            with self.subTest(form):
                table = self.table("id INT, v VARIANT, b BITMAP", form, form)
                done = headwater("run", str(self.write("w.sql", table + f"INSERT INTO d SELECT * FROM {ROWS};")))
                self.assertEqual(done.returncode, 0, done.stderr)
                texts = "SELECT id, CAST(v AS STRING) AS v, CAST(b AS STRING) AS b FROM d ORDER BY id;"
                rows = self.read(table + texts)
                # JSON has one null only.
                null = None if form.endswith("json") else "null"
                self.assertEqual([row["v"] for row in rows],
                                 ['{"a":null,"b":[1,2.50,"x;y,z"]}', null, None, '"text"'])
                self.assertEqual([row["b"] for row in rows], ["{1,3,4294967295}", "{}", None, "{10,11,12,13,14,15}"])

    def test_a_topic_of_the_log_keeps_the_types(self):
        log = self.folder / "log"
        table = (f"CREATE TABLE d (id INT, v VARIANT, m MAP<STRING, BITMAP>) WITH ('connector' = 'log', "
                 f"'path' = '{log}', 'topic' = 't');\n")
        insert = f"INSERT INTO d SELECT id, v, MAP['b', b] FROM {ROWS};"
        done = headwater("run", str(self.write("w.sql", table + insert)))
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = self.read("SET 'execution.runtime-mode' = 'batch';\n" + table +
                         "SELECT CAST(v['b'] AS STRING) AS v, CAST(m AS STRING) AS m FROM d WHERE "
                         "m['b'] = BITMAP_BUILD(ARRAY[1, 3, -1]);")
        self.assertEqual(rows, [{"v": '[1,2.50,"x;y,z"]', "m": "{b={1,3,4294967295}}"}])
        described = headwater("log", "describe", str(log), "t")
        self.assertIn("(id INT, v VARIANT, m MAP<STRING, BITMAP>)", described.stdout)

    def test_a_variant_is_json_for_those_who_read_the_parquet_file(self):
        done = headwater("run", str(self.write("w.sql", self.table("id INT, v VARIANT, b BITMAP", "parquet") +
                                               f"INSERT INTO d SELECT * FROM {ROWS};")))
        self.assertEqual(done.returncode, 0, done.stderr)
        files = [path for path in (self.folder / "d").rglob("*") if path.is_file()]
        column = pyarrow.parquet.ParquetFile(files[0]).schema.column(1)
        self.assertEqual(column.logical_type.type, "JSON")

    def test_raw_text_is_a_variant(self):
        self.write("lines", '{"b" : 1,\t"a":[ ]}\r\n"x"\n')
        rows = self.read(self.table("v VARIANT", "raw", "lines") + "SELECT CAST(v AS STRING) AS v FROM d;")
        self.assertEqual([row["v"] for row in rows], ['{"a":[],"b":1}', '"x"'])

    def test_values_of_other_writers_are_brought_into_their_form(self):
        array = pyarrow.array(['{"b":1, "a":2}', '{"a":2,"b":1}', None] * 50)
        runs = struct.pack("<IBHHHHH", 12347, 1, 0, 1, 1, 7, 1)
        sets = pyarrow.array([plain_set([7, 8]), runs, None] * 50)
        table = pyarrow.table({"v": array, "b": sets, "l": pyarrow.array([[b] for b in sets.to_pylist()])})
        pyarrow.parquet.write_table(table, self.folder / "d.parquet")
        pyarrow.orc.write_table(table, str(self.folder / "d.orc"))
        for form in ("parquet", "orc"):
            with self.subTest(form):
                rows = self.read(self.table("v VARIANT, b BITMAP, l ARRAY<BITMAP>", form, "d." + form) +
                                 "SELECT CAST(v AS STRING) AS v, CAST(b AS STRING) AS b, COUNT(*) AS n, "
                                 "COUNT(DISTINCT l) AS l FROM d WHERE v = PARSE_JSON('{\"a\":2,\"b\":1}') GROUP BY v, b;")
                self.assertEqual(rows, [{"v": '{"a":2,"b":1}', "b": "{7,8}", "n": 100, "l": 1}])

    def test_what_is_no_value_is_an_error(self):
        pyarrow.parquet.write_table(pyarrow.table({"v": ['{"a"'], "b": [b"123"]}), self.folder / "d.parquet")
        pyarrow.orc.write_table(pyarrow.table({"v": ['{"a"'], "b": [b"123"]}), str(self.folder / "d.orc"))
        damaged = base64.b64encode(b"123").decode()
        self.write("d.json", f'{{"v": 1e999, "b": "{damaged}"}}\n')
        self.write("d.csv", f'"{{""a""",{damaged}\n')
        self.write("d.raw", '{"a"\n')
        cases = [(form, column) for form in ("parquet", "orc", "json", "csv") for column in ("v", "b")]
        for form, column in cases + [("raw", "v")]:
            with self.subTest(form + " " + column):
                columns = "v VARIANT" if form == "raw" else "v VARIANT, b BITMAP"
                sql = self.table(columns, form, "d." + form) + f"SELECT {column} FROM d;"
                done = headwater("run", str(self.write("q.sql", sql)))
                self.assertNotEqual(done.returncode, 0, done.stdout)
                self.assertIn(f"'{column}'", done.stderr)


if __name__ == "__main__":
    unittest.main()
