# SPDX-License-Identifier: Apache-2.0
"""headwater run as scripts use it: output forms, exit codes, errors with their place."""

import json
import os
import signal
import subprocess
import time
import unittest

from binary import BINARY, Case, headwater


class OutputForms(Case):
    VALUES = "SELECT * FROM (VALUES (1, 'a'), (2, CAST(NULL AS STRING))) AS t(x, y)"

    def test_json_is_one_object_a_row(self):
        self.assertEqual(self.rows(self.VALUES), ['{"x":1,"y":"a"}', '{"x":2,"y":null}'])

    def test_csv_has_a_header_and_empty_nulls(self):
        done = self.run_sql(self.VALUES, "--output", "csv")
        self.assertEqual(done.stdout, "x,y\n1,a\n2,\n")

    def test_changelog_states_each_change(self):
        done = self.run_sql("SELECT y, COUNT(*) AS n FROM (VALUES ('a'), ('b'), ('a')) AS t(y) GROUP BY y",
                            "--output", "changelog")
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        live = {}
        for line in lines:
            key = json.dumps(line["data"])
            live[key] = live.get(key, 0) + (1 if line["op"] in ("+I", "+U") else -1)
        self.assertEqual(sorted(k for k, n in live.items() if n), ['{"y": "a", "n": 2}', '{"y": "b", "n": 1}'])

    def test_json_of_an_updating_query_states_the_final_rows(self):
        done = self.run_sql("SELECT COUNT(*) AS n FROM (VALUES (1), (2)) AS t(x)", "--output", "json")
        self.assertEqual(done.stdout, '{"n":2}\n')

    def test_table_is_aligned(self):
        done = self.run_sql("SELECT 'größe' AS w, 10 AS n", "--mode", "batch")
        self.assertEqual(done.stdout.splitlines(),
                         ["+-------+----+", "| w     | n  |", "+-------+----+", "| größe | 10 |",
                          "+-------+----+", "1 row"])

    def test_show_create_has_the_lines_of_the_statement(self):
        sql = "CREATE TABLE t (a INT) WITH ('connector' = 'print'); SHOW CREATE TABLE t"
        self.assertEqual(self.run_sql(sql).stdout,
                         "CREATE TABLE `default_catalog`.`default_database`.`t` (\n  `a` INT\n)\n"
                         "WITH (\n  'connector' = 'print'\n)\n")

    def test_json_values_follow_the_format(self):
        done = self.rows("SELECT CAST(1.50 AS DECIMAL(5,2)) AS d, TIMESTAMP '2020-01-01 00:00:00.120' AS t, "
                         "DATE '2020-01-01' AS a, CAST('NaN' AS DOUBLE) AS n, x'0aff' AS b, "
                         "ARRAY[1, 2] AS l, TRUE AS o")
        self.assertEqual(done, ['{"d":1.50,"t":"2020-01-01 00:00:00.12","a":"2020-01-01","n":"NaN",'
                                '"b":"Cv8=","l":[1,2],"o":true}'])


class ExitCodes(Case):
    def test_done_is_0(self):
        self.assertEqual(headwater("run", "-e", "SELECT 1").returncode, 0)

    def test_wrong_usage_is_2(self):
        self.assertEqual(headwater("run", "--no-such-option").returncode, 2)
        self.assertEqual(headwater("walk").returncode, 2)
        self.assertEqual(headwater("run", "-e", "SELECT 1", "--mode", "sometimes").returncode, 2)

    def test_sql_errors_are_3_with_line_and_caret(self):
        path = self.write("q.sql", "SELECT 1;\n\nSELECT nope\nFROM (VALUES (1)) AS t(a);\n")
        done = headwater("run", str(path))
        self.assert_fails(done, 3, "nope", ":3:8", "SELECT nope", "^")
        self.assertIn("1", done.stdout)

    def test_check_finds_errors_and_runs_nothing(self):
        done = headwater("check", "-", stdin="SELECT 1; SELECT 2 FROM nowhere;")
        self.assert_fails(done, 3, "nowhere")
        self.assertEqual(done.stdout, "")

    def test_a_warning_comes_once_and_explain_has_it(self):
        sql = ("CREATE VIEW t AS SELECT * FROM (VALUES (1), (2)) AS x(a); "
               "%s SELECT x.a FROM t AS x, t AS y, t AS z WHERE x.a < y.a AND y.a < z.a")
        warning = "a join without an equality between its sides tries every pair"
        self.assertEqual(headwater("run", "-e", sql % "").stderr.count(warning), 1)
        self.assertIn("\n== Warnings ==\n" + warning, headwater("run", "-e", sql % "EXPLAIN").stdout)

    def test_a_query_that_is_a_value_is_no_join_to_warn_of(self):
        done = self.run_sql("SELECT a > (SELECT AVG(b) FROM (VALUES (1), (3)) AS y(b)) FROM (VALUES (1), (2)) AS x(a)")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_failing_jobs_are_4(self):
        self.assert_fails(self.run_sql("SELECT 1 / x FROM (VALUES (1), (0)) AS t(x)"), 4, "zero")

    def test_rows_that_a_sink_does_not_take_name_its_insert(self):
        for column, value, said in (("INT NOT NULL", "NULLIF(x, 1)", "is NOT NULL"), ("CHAR(2)", "CAST(x AS STRING)", "exactly 2")):
            done = self.run_sql(f"SET 'table.exec.sink.type-length-enforcer' = 'ERROR';\nCREATE TABLE s (a {column}) "
                                f"WITH ('connector' = 'print');\nINSERT INTO s SELECT {value} FROM (VALUES (1)) AS t(x)")
            self.assert_fails(done, 4, said, ":3:1")

    def test_missing_script_is_1(self):
        self.assert_fails(headwater("run", str(self.folder / "none.sql")), 1, "none.sql")

    def test_not_supported_yet_is_3_with_a_place(self):
        done = self.run_sql("SELECT * FROM (VALUES (1)) AS t(a) MATCH_RECOGNIZE (ORDER BY a PATTERN (A) "
                            "DEFINE A AS TRUE)")
        self.assert_fails(done, 3, "not supported yet")

    def test_timeout_is_124(self):
        sql = ("CREATE TABLE g (x INT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');"
               "CREATE TABLE s (x INT) WITH ('connector' = 'blackhole'); INSERT INTO s SELECT x FROM g")
        self.assertEqual(self.run_sql(sql, "--timeout", "500 ms").returncode, 124)

    def test_a_timeout_ends_a_bounded_job_without_a_result(self):
        # Every row is a key of its own at the start of a window, whatever the clock says: 4,000 million windows in all.
        sql = ("CREATE TABLE g (x BIGINT, ts AS TO_TIMESTAMP_LTZ(x, 3), WATERMARK FOR ts AS ts) WITH ("
               "'connector' = 'datagen', 'number-of-rows' = '4000', 'fields.x.kind' = 'sequence', "
               "'fields.x.start' = '0', 'fields.x.end' = '3999');"
               "SELECT COUNT(*) FROM (SELECT x, window_start, COUNT(*) FROM TABLE(HOP(TABLE g, DESCRIPTOR(ts), "
               "INTERVAL '0.001' SECOND, INTERVAL '1000' SECOND)) GROUP BY x, window_start, window_end)")
        bare = (sql[:sql.index("SELECT")] + "SELECT COUNT(*) FROM TABLE(HOP(TABLE g, DESCRIPTOR(ts), "
                "INTERVAL '0.001' SECOND, INTERVAL '1000' SECOND))")
        join = ("CREATE TEMPORARY VIEW v AS SELECT 1 AS k FROM (VALUES (1), (1), (1), (1), (1), (1), (1), (1), (1), (1)) "
                "AS t(x); SELECT COUNT(*) FROM v AS a" + "".join(f" JOIN v AS v{i} ON a.k = v{i}.k" for i in range(9)))
        for query in (sql, sql.replace("HOP", "CUMULATE"), bare, join):
            for mode in ("batch", "streaming"):
                began = time.monotonic()
                done = self.run_sql(query, "--mode", mode, "--timeout", "1 s", "--output", "json")
                self.assertEqual((done.returncode, done.stdout), (124, ""), done.stderr)
                self.assertLess(time.monotonic() - began, 4)


class Interrupts(Case):
    UNBOUNDED = ("CREATE TABLE g (x INT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000');"
                 "CREATE TABLE s (x INT) WITH ('connector' = 'print'); INSERT INTO s SELECT x FROM g")

    def interrupt(self, sql, signal_number):
        process = subprocess.Popen([BINARY, "run", "-e", sql], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        process.stdout.readline()
        process.send_signal(signal_number)
        process.communicate(timeout=20)
        return process.returncode

    def test_ctrl_c_stops_an_unbounded_job_cleanly(self):
        self.assertEqual(self.interrupt(self.UNBOUNDED, signal.SIGINT), 0)

    def test_sigterm_stops_an_unbounded_job_cleanly(self):
        self.assertEqual(self.interrupt(self.UNBOUNDED, signal.SIGTERM), 0)

    def test_ctrl_c_on_a_bounded_job_is_130(self):
        sql = self.UNBOUNDED.replace("'1000'", "'1000', 'number-of-rows' = '100000'")
        self.assertEqual(self.interrupt(sql, signal.SIGINT), 130)

    def test_a_closed_stdout_is_a_quiet_end(self):
        sql = "CREATE TABLE g (x INT) WITH ('connector' = 'datagen', 'rows-per-second' = '100000');SELECT x FROM g"
        process = subprocess.Popen([BINARY, "run", "-e", sql, "--output", "csv"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
        process.stderr.close()
        self.assertEqual(process.wait(timeout=20), 0, errors)
        self.assertEqual(errors, "")


class Scripts(Case):
    def test_a_script_from_standard_input(self):
        self.assertEqual(headwater("run", stdin="SELECT 7 AS x", ).returncode, 0)
        self.assertIn("7", headwater("run", "-", stdin="SELECT 7 AS x").stdout)

    def test_settings_in_order_of_precedence(self):
        config = self.write("c.yaml", "table:\n  local-time-zone: Asia/Tokyo\n")
        show = "SELECT CAST(TO_TIMESTAMP_LTZ(0, 0) AS STRING) AS t"
        run = lambda *more: self.rows(show, "--config", str(config), *more)
        self.assertEqual(run(), ['{"t":"1970-01-01 09:00:00.000"}'])
        self.assertEqual(run("-D", "table.local-time-zone=UTC"), ['{"t":"1970-01-01 00:00:00.000"}'])
        done = headwater("run", "-e", "SET 'table.local-time-zone' = '+01:00'; " + show, "--mode", "batch",
                         "--output", "json", "-D", "table.local-time-zone=UTC")
        self.assertEqual(done.stdout, '{"t":"1970-01-01 01:00:00.000"}\n')

    def test_environment_settings(self):
        done = headwater("run", "-e", "SELECT CAST(TO_TIMESTAMP_LTZ(0, 0) AS STRING)", "--output", "csv",
                         env={"HEADWATER_TABLE_LOCAL_TIME_ZONE": "Asia/Tokyo"})
        self.assertIn("09:00:00", done.stdout)

    def test_insert_then_select_from_files(self):
        sql = (f"CREATE TABLE out_t (a INT, b STRING) WITH ('connector' = 'filesystem', 'path' = '{self.folder}/o', "
               "'format' = 'json'); INSERT INTO out_t VALUES (1, 'x'), (2, 'y'); ")
        done = self.run_sql(sql + "SELECT a, b FROM out_t", "--mode", "batch", "--output", "json")
        self.assertEqual(sorted(done.stdout.splitlines()), ['{"a":1,"b":"x"}', '{"a":2,"b":"y"}'], done.stderr)
        self.assertEqual([n for n in os.listdir(self.folder / "o") if n.startswith((".", "_"))], [])


class References(Case):
    def test_functions_connectors_and_formats_are_listed_and_described(self):
        self.assertIn("SUBSTRING", headwater("functions").stdout)
        described = headwater("functions", "substring").stdout
        self.assertIn("SUBSTRING('headwater' FROM 5)", described)
        self.assertIn("filesystem", headwater("connectors").stdout)
        self.assertIn("rows-per-second", headwater("connectors", "datagen").stdout)
        self.assertIn("ignore-parse-errors", headwater("formats", "json").stdout)

    def test_an_unknown_name_is_2_with_a_suggestion(self):
        self.assert_fails(headwater("functions", "SUBSTRNG"), 2, "did you mean 'SUBSTRING'")
        self.assert_fails(headwater("connectors", "datgen"), 2, "did you mean 'datagen'")

    def test_version(self):
        self.assertTrue(headwater("version").stdout.startswith("headwater 0."))


if __name__ == "__main__":
    unittest.main()
