# SPDX-License-Identifier: Apache-2.0
"""The command line itself: options and their order, usage errors, what is shown on a terminal."""

import os
import threading
import unittest

from binary import Case, headwater


class Settings(Case):
    def test_of_flags_and_settings_the_last_one_wins(self):
        streams = lambda *more: "| op |" in headwater("run", "-e", "SELECT 1 AS a", *more).stdout
        mode = "execution.runtime-mode"
        self.assertFalse(streams("-D", f"{mode}=streaming", "--mode", "batch"))
        self.assertTrue(streams("--mode", "batch", "-D", f"{mode}=streaming"))
        self.assertFalse(streams("--mode", "streaming", f"-D{mode}=streaming", "--mode=batch"))
        parallelism = lambda *more: [line for line in headwater(
            "run", "-e", "SET", "--output", "csv", *more).stdout.splitlines() if "parallelism.default" in line]
        self.assertEqual(parallelism("-D", "parallelism.default=2", "--parallelism", "1"), ["parallelism.default,1"])
        self.assertEqual(parallelism("--parallelism", "1", "-D", "parallelism.default=2"), ["parallelism.default,2"])


class Usage(Case):
    def wrong(self, *arguments):
        done = headwater(*arguments)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertTrue(done.stderr.startswith("error: "), done.stderr)
        return done.stderr

    def test_the_version_as_a_flag(self):
        done = headwater("--version")
        self.assertEqual((done.returncode, done.stdout), (0, headwater("version").stdout))

    def test_a_wrong_duration_names_option_and_value(self):
        self.assertIn("--timeout must be a duration such as '10 s'",
                      self.wrong("run", "--timeout", "abc", "-e", "SELECT 1"))
        self.assertIn("but is 'abc'", self.wrong("run", "--timeout", "abc", "-e", "SELECT 1"))

    def test_unknown_words_get_the_nearest_one(self):
        self.assertIn("did you mean 'explain'?", self.wrong("explian", "x.sql"))
        self.assertIn("did you mean '--timeout'?", self.wrong("run", "--timeot", "1 s"))
        self.assertIn("there is no command 'bogus'", self.wrong("bogus"))

    def test_words_too_many_are_listed_in_order(self):
        self.assertIn("'b', 'c'", self.wrong("run", "a.sql", "b", "c"))

    def test_what_is_not_built_says_so(self):
        for words in (["verify-sink"], ["server"]):
            self.assertIn("not supported yet", self.wrong(*words))

    def test_syntax_is_described_beside_functions(self):
        self.assertIn("TRY_CAST", headwater("functions").stdout)
        self.assertIn("CASE WHEN condition THEN", headwater("functions", "case").stdout)
        self.assertIn("CAST(value AS type)", headwater("functions", "CAST").stdout)

    def test_a_script_from_a_pipe(self):
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        writer = threading.Thread(target=lambda: fifo.write_text("SELECT 7 AS x"))
        writer.start()
        done = headwater("run", str(fifo), "--output", "csv")
        writer.join()
        self.assertEqual((done.stdout, done.stderr), ("x\n7\n", ""))
        self.assertIn("7", headwater("run", "/dev/stdin", stdin="SELECT 7 AS x").stdout)


class Tables(Case):
    def test_bytes_are_shown_as_literals_and_controls_are_spelled_out(self):
        done = self.run_sql(r"SELECT x'00ff' AS b, E'\x1b[31mred' AS c, ROW(x'ff') AS r", "--mode", "batch")
        self.assertIn(r"| x'00ff' | \x1b[31mred | (\xff) |", done.stdout)


class Values(Case):
    def test_a_literal_of_the_right_form_names_no_day(self):
        self.assert_fails(self.run_sql("SELECT DATE '2020-02-30'"), 3, "day of the calendar", "'2020-02-30' is none")
        self.assert_fails(self.run_sql("SELECT DATE '2020/02/30'"), 3, "has the form 'yyyy-MM-dd'")
        self.assert_fails(self.run_sql("SELECT TIME '25:00:00'"), 3, "a time of day, but '25:00:00'")

    def test_bytes_in_messages_are_literals(self):
        self.assert_fails(self.run_sql("SELECT CAST(X'ff' AS STRING)"), 4, "CAST of x'ff' from BINARY(1)")


class CheckedWhilePlanning(Case):
    """What a table declares wrongly is found by `check`, with its place."""

    def check(self, sql, *parts):
        path = self.write("q.sql", sql)
        self.assert_fails(headwater("check", str(path)), 3, *parts)
        self.assert_fails(headwater("run", str(path)), 3, *parts)

    def test_options_of_formats(self):
        self.check("CREATE TABLE t (a INT, s STRING) WITH (\n'connector'='filesystem', 'path'='c.csv', "
                   "'format'='csv', 'csv.field-delimiter'='ab');", "csv.field-delimiter", "'ab'", "table t", ":1:1")
        self.check("CREATE TABLE t (a STRING, b STRING) WITH ('connector'='filesystem', 'path'='c', 'format'='raw');",
                   "exactly one column", "table t", ":1:1")

    def test_partition_keys_are_no_columns_of_the_file(self):
        sql = ("CREATE TABLE t (a STRING, d STRING) PARTITIONED BY (d) WITH ('connector'='filesystem', "
               f"'path'='{self.folder}/o', 'format'='raw'); INSERT INTO t VALUES ('x', '1');")
        self.assertEqual(self.run_sql(sql, "--mode", "batch").returncode, 0)

    def test_a_written_path_that_is_a_file(self):
        there = self.write("there", "x")
        self.check(f"CREATE TABLE t (a INT) WITH ('connector'='filesystem', 'path'='{there}', 'format'='json');\n"
                   "INSERT INTO t VALUES (1);", "is a directory", ":2:")

    def test_a_folder_that_cannot_be_made_says_why(self):
        sql = ("CREATE TABLE t (a INT) WITH ('connector'='filesystem', 'path'='/proc/nope', 'format'='json');"
               "INSERT INTO t VALUES (1);")
        self.assert_fails(self.run_sql(sql), 4, "/proc/nope", "table", "No such file")

    def test_a_table_that_is_only_read_needs_no_virtual_metadata(self):
        there = self.write("in.json", '{"a":1}\n')
        sql = (f"CREATE TABLE t (a INT, f STRING METADATA FROM 'file.name') WITH ('connector'='filesystem', "
               f"'path'='{there}', 'format'='json'); ")
        done = self.run_sql(sql + "SELECT a, f FROM t", "--mode", "batch", "--output", "json")
        self.assertEqual((done.stdout, done.stderr), ('{"a":1,"f":"in.json"}\n', ""))
        self.assert_fails(self.run_sql(sql + "INSERT INTO t VALUES (1, 'x')"), 3, "declare it VIRTUAL")


class NullTimes(Case):
    """A time attribute that is NULL is the same error in both modes."""

    def fails(self, sql, *parts):
        for mode in ("batch", "streaming"):
            self.assert_fails(self.run_sql(sql, "--mode", mode), 4, "time attribute", *parts)

    def test_names_table_row_and_file(self):
        path = self.write("nt.jsonl", '{"a":1,"ts":"2020-01-01 00:00:00"}\n{"a":2,"ts":null}\n')
        table = ("CREATE TABLE w (a INT, ts TIMESTAMP(3), {more}WATERMARK FOR {of} AS {of}) WITH "
                 f"('connector'='filesystem', 'path'='{path}', 'format'='json'); ")
        plain = table.format(more="", of="ts")
        self.fails(plain + "SELECT * FROM w", "'ts'", "table 'w'", "row (2, NULL)", "nt.jsonl'", "COALESCE(ts")
        self.fails(plain + "SELECT COUNT(*) FROM w", "nt.jsonl'")
        cured = table.format(more="t AS COALESCE(ts, TIMESTAMP '1970-01-01 00:00:00'), ", of="t")
        self.assertEqual(self.rows(cured + "SELECT a, ts FROM w ORDER BY a"),
                         ['{"a":1,"ts":"2020-01-01 00:00:00"}', '{"a":2,"ts":null}'])


if __name__ == "__main__":
    unittest.main()
