# SPDX-License-Identifier: Apache-2.0
"""`headwater sql`: on a terminal, through a pipe, from files."""

import subprocess
import unittest

from binary import BINARY, Case, headwater
from terminal import Terminal

GENERATED = "CREATE TABLE g (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '50');"
CTRL_C, CTRL_D, TAB, UP = "\x03", "\x04", "\t", "\x1b[A"


class OnATerminal(Case):
    def shell(self, *arguments):
        shell = Terminal("sql", *arguments, cwd=self.folder)
        self.addCleanup(shell.kill)
        shell.prompt()
        return shell

    def test_statements_over_several_lines_run_at_their_semicolon(self):
        shell = self.shell()
        shell.line("SELECT 1 + 1 AS two,")
        shell.wait_for("-> ")
        shell.line("';' AS mark")
        shell.wait_for("-> ")
        shown = shell.run(";")
        self.assertIn("| two | mark |", shown)
        self.assertIn("|   2 | ;    |", shown)
        shell.type(CTRL_D)
        self.assertEqual(shell.end(), 0)

    def test_an_error_points_and_the_shell_goes_on(self):
        shell = self.shell()
        shown = shell.run("SELECT nope FROM nowhere;")
        self.assertIn("error: ", shown)
        self.assertIn("<input>:1:", shown)
        self.assertIn("^", shown)
        self.assertIn("| 7 |", shell.run("SELECT 7 AS x;").replace("   ", " "))
        shell.line("QUIT;")
        self.assertEqual(shell.end(), 0)

    def test_an_error_in_an_earlier_table_shows_where_that_was_typed(self):
        shell = self.shell()
        shell.run("CREATE TABLE g (s STRING, n AS CAST(s AS INT)) WITH ('connector' = 'datagen', 'number-of-rows' = '5', "
                  "'fields.s.length' = '12');")
        shell.run("SELECT 7 AS x;")
        shown = shell.run("SELECT n FROM g;")
        self.assertIn("CREATE TABLE g (s STRING, n AS CAST(s AS INT))", shown)
        self.assertIn("<input>:1:3", shown)

    def test_ctrl_c_drops_what_is_typed(self):
        shell = self.shell()
        shell.line("SELECT 'never")
        shell.wait_for("-> ")
        shell.type("closed" + CTRL_C)
        shell.prompt()
        self.assertIn("x", shell.run("SELECT 1 AS x;"))

    def test_ctrl_c_ends_a_query_without_end_and_not_the_shell(self):
        shell = self.shell()
        shell.run(GENERATED)
        shell.run("SET 'sql-client.execution.result-mode' = 'TABLEAU';")
        shell.line("SELECT n FROM g;")
        shell.wait_for("| +I |")
        shell.wait_for("| +I |")
        shell.type(CTRL_C)
        self.assertIn("rows", shell.prompt())
        self.assertIn("default_catalog", shell.run("SHOW CURRENT CATALOG;"))
        shell.line("exit")
        self.assertEqual(shell.end(), 0)

    def test_mode_table_shows_the_rows_that_stand_while_they_change(self):
        shell = self.shell()
        shell.run(GENERATED)
        shell.line("SELECT 'all' AS k, COUNT(*) AS n FROM g;")
        for _ in range(3):
            shell.wait_for("1 row")
        shell.type(CTRL_C)
        shown = shell.prompt()
        self.assertNotIn("-U", shown)
        self.assertIn("\x1b[J", shell.shown, "is drawn in place")

    def test_mode_changelog_shows_every_change(self):
        shell = self.shell()
        shell.run("SET 'sql-client.execution.result-mode' = 'CHANGELOG';")
        shell.run("SET 'execution.runtime-mode' = 'streaming';")
        shown = shell.run("SELECT COUNT(*) AS n FROM (VALUES (1), (2)) AS t(a);")
        self.assertIn("| op |", shown)
        shell.run("SET 'execution.runtime-mode' = 'batch';")
        self.assertIn("| +I |", shell.run("SELECT 1 AS n;"))

    def test_tab_completes_tables_columns_keys_and_words(self):
        shell = self.shell()
        shell.run(GENERATED.replace("TABLE g", "TABLE generated_rows"))
        shell.type("SELECT n FROM gener" + TAB)
        shell.wait_for("generated_rows")
        shell.type(CTRL_C)
        shell.prompt()
        shell.type("SET 'execution.runtime" + TAB)
        shell.wait_for("execution.runtime-mode")
        shell.type(CTRL_C)
        shell.prompt()
        shell.type("SHOW CAT" + TAB + TAB)
        shell.wait_for("CATALOG")
        shell.wait_for("CATALOGS")

    def test_statements_come_back_in_the_same_and_the_next_shell(self):
        shell = self.shell()
        shell.run("SELECT 11 AS eleven;")
        shell.run("CREATE TABLE s (a INT) WITH ('connector' = 'blackhole', 'password' = 'x');")
        shell.type(UP + UP)
        shell.wait_for("SELECT 11 AS eleven;")
        self.assertIn("| eleven |", shell.run(""))
        shell.type(CTRL_D)
        shell.end()
        kept = (self.folder / ".headwater_history").read_text()
        self.assertIn("SELECT 11 AS eleven;", kept)
        self.assertNotIn("password", kept)
        again = self.shell()
        again.type(UP)
        again.wait_for("SELECT 11 AS eleven;")

    def test_jobs_without_end_run_beside_the_shell(self):
        shell = self.shell()
        shell.run(GENERATED)
        shell.run("CREATE TABLE hole (n INT) WITH ('connector' = 'blackhole');")
        self.assertIn("runs beside the shell", shell.run("INSERT INTO hole SELECT n FROM g;"))
        self.assertIn("RUNNING", shell.run("SHOW JOBS;"))
        self.assertIn("has ended", shell.run("STOP JOB 'hole';"))
        self.assertIn("0 rows", shell.run("SHOW JOBS;"))
        self.assertIn("no job 'hole'", shell.run("STOP JOB 'hole';"))
        shell.run("INSERT INTO hole SELECT n FROM g;")
        shell.type(CTRL_D)
        self.assertEqual(shell.end(), 0)

    def test_help_and_the_init_file(self):
        self.write("init.sql", "CREATE VIEW v AS SELECT 5 AS five;")
        shell = self.shell("--init", "init.sql")
        self.assertIn("| five |", shell.run("SELECT * FROM v;"))
        self.assertIn("SHOW JOBS", shell.run("HELP;"))


class WithoutATerminal(Case):
    def piped(self, text, *arguments):
        return headwater("sql", *arguments, stdin=text, cwd=self.folder)

    def test_statements_from_a_pipe(self):
        done = self.piped("SELECT 1 AS a;\nSELECT\n 2 AS b;\n")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("| a |", done.stdout)
        self.assertIn("| b |", done.stdout)
        self.assertFalse((self.folder / ".headwater_history").exists())

    def test_the_last_semicolon_may_be_missing(self):
        self.assertIn("| a |", self.piped("SELECT 1 AS a").stdout)

    def test_an_error_names_its_line_and_ends_the_script(self):
        done = self.piped("SELECT 1 AS a;\n\nSELECT nope;\nSELECT 2 AS b;\n")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("<stdin>:3:8", done.stderr)
        self.assertNotIn("| b |", done.stdout)

    def test_mode_table_prints_the_final_rows(self):
        done = self.piped("SELECT COUNT(*) AS n FROM (VALUES (1), (2), (3)) AS t(a);")
        self.assertIn("| 3 |", done.stdout.replace("  ", " "))
        self.assertNotIn("op", done.stdout)
        self.assertNotIn("\x1b", done.stdout)

    def test_more_rows_than_mode_table_keeps_end_the_query(self):
        sql = "SET 'sql-client.execution.max-table-result.rows' = '2'; SELECT * FROM (VALUES (1), (2), (3)) AS t(a);"
        self.assert_fails(self.piped(sql), 3, "at most 'sql-client.execution.max-table-result.rows' = 2")

    def test_a_wrong_mode_says_which_there_are(self):
        self.assert_fails(self.piped("SET 'sql-client.execution.result-mode' = 'VERTICAL';"), 3, "TABLEAU")

    def test_files_and_statements_of_the_command_line(self):
        self.write("init.sql", "CREATE VIEW v AS SELECT 5 AS five")
        self.write("job.sql", "SELECT five + 1 AS six FROM v;")
        done = headwater("sql", "-i", "init.sql", "-f", "job.sql", "-e", "SELECT 8 AS eight", cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("| six |", done.stdout)
        self.assertIn("| eight |", done.stdout)
        self.assert_fails(headwater("sql", "-f", "none.sql", cwd=self.folder), 1, "none.sql")

    def test_ctrl_c_ends_a_script(self):
        process = subprocess.Popen([BINARY, "sql", "-e", GENERATED, "-e",
                                    "SET 'sql-client.execution.result-mode' = 'TABLEAU'; SELECT n FROM g;"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        line = ""
        while "+I" not in line:
            line = process.stdout.readline()
        process.send_signal(2)
        out, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0, err)
        self.assertIn("rows", out)

    def test_jobs_are_waited_for(self):
        self.write("in.json", '{"a":1}\n{"a":2}\n')
        done = self.piped("CREATE TABLE i (a INT) WITH ('connector'='filesystem', 'path'='in.json', 'format'='json');"
                          "CREATE TABLE o (a INT) WITH ('connector'='filesystem', 'path'='out', 'format'='json');"
                          "INSERT INTO o SELECT a + 1 FROM i;")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = sorted(row for part in (self.folder / "out").iterdir() for row in part.read_text().splitlines())
        self.assertEqual(rows, ['{"a":2}', '{"a":3}'])


if __name__ == "__main__":
    unittest.main()
