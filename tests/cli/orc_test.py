# SPDX-License-Identifier: Apache-2.0
"""ORC files of another writer, and ours read by another reader."""

import datetime
import decimal
import json
import unittest

import pyarrow
import pyarrow.orc

from binary import Case

COLUMNS = ("id BIGINT, name STRING, price DECIMAL(10, 2), placed TIMESTAMP(3), tags ARRAY<STRING>, "
           "counts MAP<STRING, INT>, place ROW<city STRING, zip INT>")


class Orc(Case):
    def table(self, name, path, columns=COLUMNS):
        return (f"CREATE TABLE {name} ({columns}) WITH ('connector' = 'filesystem', 'path' = '{path}', "
                f"'format' = 'orc');\n")

    def foreign(self, rows):
        values = {
            "id": list(range(rows)),
            "name": [None if i % 5 == 0 else f"näme {i % 100}" for i in range(rows)],
            "price": [decimal.Decimal(i).scaleb(-2) for i in range(rows)],
            "placed": [datetime.datetime(2020, 1, 1) + datetime.timedelta(seconds=i) for i in range(rows)],
            "tags": [[f"t{i % 3}"] * (i % 4) for i in range(rows)],
            "counts": [[("k", i)] for i in range(rows)],
            "place": [{"zip": i, "city": "x"} for i in range(rows)],
        }
        types = {"id": pyarrow.int64(), "name": pyarrow.string(), "price": pyarrow.decimal128(10, 2),
                 "placed": pyarrow.timestamp("ms"), "tags": pyarrow.list_(pyarrow.string()),
                 "counts": pyarrow.map_(pyarrow.string(), pyarrow.int32()),
                 "place": pyarrow.struct([("zip", pyarrow.int32()), ("city", pyarrow.string())])}
        arrays = [pyarrow.array(values[name], type) for name, type in types.items()]
        return pyarrow.table(arrays, names=list(types))

    def test_reads_a_file_of_several_stripes(self):
        pyarrow.orc.write_table(self.foreign(50_000), self.folder / "in.orc", compression="zstd", stripe_size=50_000,
                                batch_size=1000)
        self.assertGreater(pyarrow.orc.ORCFile(self.folder / "in.orc").nstripes, 1)
        rows = self.rows(self.table("t", self.folder / "in.orc") +
                         "SELECT COUNT(*) AS n, COUNT(name) AS names, SUM(price) AS price, MAX(placed) AS placed, "
                         "SUM(CARDINALITY(tags)) AS tags, SUM(counts['k']) AS counts, SUM(t.place.zip) AS zip FROM t")
        total = sum(range(50_000))
        self.assertEqual(json.loads(rows[0]), {
            "n": 50_000, "names": 40_000, "price": float(decimal.Decimal(total).scaleb(-2)),
            "placed": "2020-01-01 13:53:19", "tags": 75_000, "counts": total, "zip": total})

    def test_another_reader_reads_what_was_written(self):
        pyarrow.orc.write_table(self.foreign(1000), self.folder / "in.orc")
        done = self.run_sql("SET 'table.dml-sync' = 'true';\n" + self.table("a", self.folder / "in.orc") +
                            self.table("b", self.folder / "out") + "INSERT INTO b SELECT * FROM a")
        self.assertEqual(done.returncode, 0, done.stderr)
        parts = [path for path in (self.folder / "out").iterdir() if not path.name.startswith((".", "_"))]
        tables = [pyarrow.orc.read_table(part) for part in parts]
        rows = sorted((row for table in tables for row in table.to_pylist()), key=lambda row: row["id"])
        self.assertEqual(rows, pyarrow.orc.read_table(self.folder / "in.orc").to_pylist())

    def test_a_file_that_is_cut_off_is_an_error(self):
        pyarrow.orc.write_table(self.foreign(1000), self.folder / "in.orc")
        path = self.write("cut.orc", (self.folder / "in.orc").read_bytes()[:-40])
        self.assert_fails(self.run_sql(self.table("t", path) + "SELECT COUNT(*) FROM t"), 4, "cut.orc")


if __name__ == "__main__":
    unittest.main()
