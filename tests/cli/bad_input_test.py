# SPDX-License-Identifier: Apache-2.0
"""Input that is wrong: each case ends with a message that names the place, none crashes, hangs or
gives a silent wrong answer."""

import unittest

from binary import Case, headwater


class BadFiles(Case):
    def table(self, path, columns="a INT, b STRING", form="json", more=""):
        return (f"CREATE TABLE t ({columns}) WITH ('connector' = 'filesystem', 'path' = '{path}', "
                f"'format' = '{form}'{more}); ")

    def select(self, path, what="*", **options):
        return self.run_sql(self.table(path, **options) + f"SELECT {what} FROM t", "--mode", "batch",
                            "--output", "json", timeout=60)

    def lines(self, path, what="*", **options):
        done = self.select(path, what, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()

    def test_malformed_json_names_file_line_and_text(self):
        path = self.write("in.json", '{"a":1,"b":"x"}\n{"a":2,"b":\n{"a":3}\n')
        self.assert_fails(self.select(path), 4, "in.json", "2")

    def test_a_wrong_type_names_the_column_and_the_text(self):
        path = self.write("in.json", '{"a":1,"b":"x"}\n{"a":"many","b":"y"}\n')
        self.assert_fails(self.select(path), 4, "in.json", "2", "'a'", "many")

    def test_ignored_errors_are_counted(self):
        path = self.write("in.json", '{"a":1,"b":"x"}\nnot json\n{"a":3,"b":"z"}\n')
        done = self.select(path, more=", 'json.ignore-parse-errors' = 'true'")
        self.assertEqual(done.stdout.splitlines(), ['{"a":1,"b":"x"}', '{"a":3,"b":"z"}'], done.stderr)
        self.assertRegex(done.stderr, r"\b1\b")

    def test_a_byte_order_mark_is_skipped(self):
        path = self.write("in.json", b'\xef\xbb\xbf{"a":1,"b":"x"}\n')
        self.assertEqual(self.lines(path), ['{"a":1,"b":"x"}'])
        path = self.write("in.csv", b"\xef\xbb\xbf1,x\n")
        self.assertEqual(self.lines(path, form="csv"), ['{"a":1,"b":"x"}'])

    def test_invalid_utf8_is_an_error(self):
        path = self.write("in.json", b'{"a":1,"b":"\xff\xfe"}\n')
        self.assert_fails(self.select(path), 4, "in.json", "UTF-8")

    def test_a_number_too_large_is_an_error(self):
        path = self.write("in.json", '{"a":99999999999999999999,"b":"x"}\n')
        self.assert_fails(self.select(path), 4, "99999999999999999999")

    def test_json_10000_levels_deep(self):
        path = self.write("in.json", '{"a":1,"b":' + "[" * 10000 + "]" * 10000 + "}\n")
        self.assertIn(self.select(path).returncode, (0, 4))

    def test_a_line_of_100_megabytes(self):
        path = self.write("in.json", '{"a":1,"b":"' + "x" * 100_000_000 + '"}\n{"a":2,"b":"y"}\n')
        # A file of this size is read in parts, side by side.
        self.assertEqual(sorted(self.lines(path, "a, CHAR_LENGTH(b) AS n")),
                         ['{"a":1,"n":100000000}', '{"a":2,"n":1}'])

    def test_malformed_csv(self):
        path = self.write("in.csv", '1,x\n2,"open\n')
        self.assert_fails(self.select(path, form="csv"), 4, "in.csv")
        path = self.write("two.csv", "1,x\nmany,y\n")
        self.assert_fails(self.select(path, form="csv"), 4, "two.csv", "2", "many")

    def test_a_truncated_parquet_file(self):
        sql = self.table(self.folder / "p", form="parquet") + "INSERT INTO t VALUES (1, 'x'), (2, 'y')"
        done = self.run_sql(sql, "--mode", "batch", "--parallelism", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        part = next((self.folder / "p").iterdir())
        whole = part.read_bytes()
        self.assertEqual(sorted(self.lines(self.folder / "p", form="parquet")),
                         ['{"a":1,"b":"x"}', '{"a":2,"b":"y"}'])
        part.write_bytes(whole[:len(whole) // 2])
        self.assert_fails(self.select(self.folder / "p", form="parquet"), 4, part.name)

    def test_a_parquet_column_of_another_type(self):
        sql = self.table(self.folder / "p", form="parquet") + "INSERT INTO t VALUES (1, 'x')"
        self.assertEqual(self.run_sql(sql, "--mode", "batch").returncode, 0)
        done = self.select(self.folder / "p", form="parquet", columns="a STRING, b STRING")
        self.assert_fails(done, 4, "'a'")

    def test_missing_and_empty_files(self):
        self.assert_fails(self.select(self.folder / "none.json"), 4, "none.json")
        self.assertEqual(self.lines(self.write("empty.json", "")), [])
        self.assertEqual(self.lines(self.write("blank.json", "\n\n")), [])
        self.assertEqual(self.lines(self.write("empty.csv", ""), form="csv"), [])

    def test_empty_tables_aggregate_to_what_sql_says(self):
        path = self.write("empty.json", "")
        self.assertEqual(self.lines(path, "COUNT(*) AS n, SUM(a) AS s"), ['{"n":0,"s":null}'])

    def test_times_before_1970_and_after_9999(self):
        path = self.write("in.json", '{"t":"1969-12-31 23:59:59.999"}\n{"t":"0001-01-01 00:00:00"}\n')
        self.assertEqual(self.lines(path, columns="t TIMESTAMP(3)"),
                         ['{"t":"1969-12-31 23:59:59.999"}', '{"t":"0001-01-01 00:00:00"}'])
        path = self.write("late.json", '{"t":"10000-01-01 00:00:00"}\n')
        self.assert_fails(self.select(path, columns="t TIMESTAMP(3)"), 4, "10000-01-01")

    def test_null_and_nan_keys(self):
        path = self.write("in.json", '{"k":"NaN"}\n{"k":null}\n{"k":"NaN"}\n{"k":null}\n{"k":-0.0}\n{"k":0.0}\n')
        done = self.run_sql(self.table(path, columns="k DOUBLE") +
                            "SELECT k, COUNT(*) AS n FROM t GROUP BY k", "--mode", "batch", "--output", "json")
        self.assertEqual(sorted(done.stdout.splitlines()),
                         ['{"k":"NaN","n":2}', '{"k":0.0,"n":2}', '{"k":null,"n":2}'], done.stderr)


class BadQueries(Case):
    def test_division_by_zero(self):
        self.assert_fails(self.run_sql("SELECT 1 / 0"), 4, "zero")

    def test_failing_casts_name_the_text(self):
        self.assert_fails(self.run_sql("SELECT CAST(s AS INT) FROM (VALUES ('1'), ('x7')) AS t(s)"), 4, "x7")

    def test_decimal_overflow_is_null_and_integers_wrap(self):
        self.assertEqual(self.rows("SELECT CAST(12345 AS DECIMAL(4, 0)) AS d, 2147483647 + 1 AS i"),
                         ['{"d":null,"i":-2147483648}'])

    def test_twenty_thousand_parentheses(self):
        sql = "SELECT " + "(" * 20000 + "1" + ")" * 20000
        path = self.write("deep.sql", sql)
        self.assert_fails(headwater("run", str(path)), 3, "nest")

    def test_ten_thousand_additions_are_refused_and_ten_thousand_alternatives_are_not(self):
        path = self.write("long.sql", "SELECT " + "+".join(["1"] * 10000) + " AS n")
        self.assert_fails(headwater("run", str(path)), 3, "long.sql:1:")
        path = self.write("or.sql", "SELECT 7 = 1" + "".join(f" OR 7 = {n}" for n in range(2, 10001)) + " AS b")
        done = headwater("run", str(path), "--output", "csv")
        self.assertEqual((done.returncode, done.stdout), (0, "b\ntrue\n"), done.stderr)

    def test_a_million_items_in_a_list(self):
        path = self.write("in.sql", "SELECT 5 IN (" + ",".join(map(str, range(1_000_000))) + ") AS b")
        done = headwater("run", str(path), "--output", "csv", timeout=60)
        self.assertEqual((done.returncode, done.stdout), (0, "b\ntrue\n"), done.stderr)

    def test_unknown_option_is_an_error_with_the_nearest_name(self):
        sql = "CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'rows-per-secnd' = '1'); SELECT a FROM t"
        self.assert_fails(self.run_sql(sql), 3, "rows-per-secnd", "did you mean 'rows-per-second'", "supported:")

    def test_missing_option_is_an_error(self):
        sql = "CREATE TABLE t (a INT) WITH ('connector' = 'filesystem'); SELECT a FROM t"
        self.assert_fails(self.run_sql(sql), 3, "path", "format")


if __name__ == "__main__":
    unittest.main()
