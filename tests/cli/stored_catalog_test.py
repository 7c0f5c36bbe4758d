# SPDX-License-Identifier: Apache-2.0
"""Catalogs of type 'filesystem': what one process makes, the next one finds."""

import subprocess
import unittest

from binary import BINARY, Case

TABLE = """CREATE TABLE orders (
  `id` BIGINT NOT NULL COMMENT 'the order''s',
  `amount` DECIMAL(10, 2),
  `cents` AS CAST(`amount` * 100 AS BIGINT),
  `file.path` STRING NOT NULL METADATA VIRTUAL,
  `tags` MAP<STRING NOT NULL, ARRAY<ROW<`a b` INT, `c` TIMESTAMP(3) NOT NULL>>>,
  `placed` TIMESTAMP(3),
  `day` STRING,
  WATERMARK FOR `placed` AS `placed` - INTERVAL '5' SECOND,
  CONSTRAINT `k` PRIMARY KEY (`id`) NOT ENFORCED
) COMMENT 'all of them'
PARTITIONED BY (`day`)
WITH ('connector' = 'filesystem', 'path' = '/tmp/it''s', 'format' = 'changelog-json')"""


class Stored(Case):
    def catalog(self, name="c"):
        return (f"CREATE CATALOG {name} WITH ('type' = 'filesystem', 'path' = '{self.folder / 'defs'}');\n"
                f"USE CATALOG {name};\n")

    def run_in(self, sql, code=0, name="c"):
        done = self.run_sql(self.catalog(name) + sql, "--mode", "batch", "--output", "csv")
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return done.stdout if code == 0 else done.stderr

    def listed(self, sql):
        return self.run_in(sql).splitlines()[1:]

    def files(self):
        return sorted(str(path.relative_to(self.folder / "defs")) for path in (self.folder / "defs").rglob("*")
                      if path.is_file() and path.name != "lock")

    def test_a_table_comes_back_as_it_was_made(self):
        shown = self.run_in(TABLE + ";SHOW CREATE TABLE orders;")
        self.assertEqual(self.run_in("SHOW CREATE TABLE orders;"), shown)
        self.assertEqual(self.run_in("DESCRIBE EXTENDED orders;").count("\n"), 8)
        again = self.run_in("SHOW CREATE TABLE orders;", name="d")
        self.assertEqual(again, shown.replace("`c`.`default_database`", "`d`.`default_database`"))

    def test_rows_and_views(self):
        self.run_in(f"CREATE TABLE t (k STRING, v INT) WITH ('connector' = 'filesystem', 'path' = '{self.folder}/t', "
                    "'format' = 'json'); INSERT INTO t VALUES ('a', 1), ('b', 2), ('a', 3);"
                    "CREATE DATABASE other COMMENT 'x' WITH ('a' = 'b'); CREATE VIEW other.sums (key, total) "
                    "AS SELECT k, SUM(v) FROM t GROUP BY k;")
        self.assertEqual(self.run_in("SELECT * FROM other.sums ORDER BY key;").split(), ["key,total", "a,4", "b,2"])
        # The catalog may have another name, and another may be current.
        done = self.run_sql(self.catalog("d") + "USE CATALOG default_catalog; SELECT * FROM d.other.sums ORDER BY key;",
                            "--mode", "batch", "--output", "csv")
        self.assertEqual(done.stdout.split(), ["key,total", "a,4", "b,2"], done.stderr)
        self.assertEqual(self.listed("SHOW DATABASES;"), ["default_database", "other"])
        self.assertEqual(self.listed("SHOW VIEWS FROM other;"), ["sums"])
        self.assertIn("COMMENT 'x'", self.run_in("SHOW CREATE DATABASE other;"))
        # A view over a name of the session's own catalog keeps looking there.
        self.run_in("CREATE TABLE default_catalog.default_database.m (a INT) WITH ('connector' = 'datagen');"
                    "USE CATALOG default_catalog; CREATE VIEW c.other.w AS SELECT a FROM m;")
        self.assertIn("'m'", self.run_in("SELECT * FROM other.w;", code=3))

    def test_changes(self):
        self.run_in("CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'number-of-rows' = '2');"
                    "CREATE VIEW v AS SELECT a FROM t;")
        self.run_in("ALTER TABLE t ADD (b STRING FIRST); ALTER TABLE t SET ('number-of-rows' = '3');"
                    "ALTER TABLE t RENAME TO u; ALTER VIEW v AS SELECT b FROM u;")
        self.assertEqual(self.listed("SHOW TABLES;"), ["u", "v"])
        self.assertEqual(self.run_in("SELECT COUNT(*) AS n FROM v;").split(), ["n", "3"])
        self.assert_refused("CREATE VIEW u AS SELECT 1 AS x;", "exists already")
        self.assert_refused("DROP TABLE v;", "is a view")
        self.run_in("CREATE TABLE IF NOT EXISTS u (z INT) WITH ('connector' = 'datagen'); DROP VIEW v; DROP TABLE u;")
        self.assertEqual(self.files(), [])
        self.run_in("DROP TABLE IF EXISTS u;")
        self.assert_refused("DROP TABLE u;", "there is no table")

    def assert_refused(self, sql, *parts):
        error = self.run_in(sql, code=3)
        for part in parts:
            self.assertIn(part, error)

    def test_databases(self):
        self.run_in("CREATE DATABASE d; CREATE TABLE d.t (a INT) WITH ('connector' = 'datagen');")
        self.assert_refused("CREATE DATABASE d;", "exists already")
        self.assert_refused("DROP DATABASE d;", "is not empty")
        self.assert_refused("DROP DATABASE default_database CASCADE;", "cannot be dropped")
        self.run_in("ALTER DATABASE d SET ('x' = 'y');")
        self.assertIn("'x' = 'y'", self.run_in("SHOW CREATE DATABASE d;"))
        (self.folder / "defs" / "d" / "data.txt").write_text("somebody else's")
        self.run_in("DROP DATABASE d CASCADE;")
        self.assertEqual(self.files(), ["d/data.txt"])
        self.assert_refused("SELECT * FROM d.t;", "there is no database 'd'")

    def test_names_of_any_letters(self):
        names = ["a/b", "..", "Ärger", "t.sql", "a``b", "%41", "A"]
        self.run_in("".join(f"CREATE TABLE `{name}` (a INT) WITH ('connector' = 'datagen');" for name in names))
        self.assertEqual(sorted(self.listed("SHOW TABLES;")), sorted(name.replace("``", "`") for name in names))
        self.run_in("".join(f"DROP TABLE `{name}`;" for name in names))
        self.assertEqual(self.files(), [])

    def test_checks_change_nothing(self):
        path = self.write("s.sql", self.catalog() + "CREATE DATABASE d; USE d; CREATE TABLE t (a INT) WITH ('connector' = 'datagen');"
                          "CREATE VIEW v AS SELECT * FROM t; SELECT a FROM v; ALTER TABLE t ADD (b INT); SELECT b FROM t;"
                          "ALTER TABLE t RENAME TO u; DROP VIEW v; DROP DATABASE IF EXISTS e;")
        done = subprocess.run([BINARY, "check", str(path)], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse((self.folder / "defs").exists())

    def test_of_many_that_make_a_table_one_does(self):
        make = self.catalog() + "CREATE TABLE t (a{} INT) WITH ('connector' = 'datagen');"
        many = [subprocess.Popen([BINARY, "run", "-e", make.format(i)], stderr=subprocess.PIPE, text=True)
                for i in range(8)]
        errors = [process.communicate()[1] for process in many]
        self.assertEqual(sorted(process.returncode for process in many), [0] + [3] * 7, errors)
        self.assertEqual(self.files(), ["default_database/t.sql"])
        winner = [process.returncode for process in many].index(0)
        self.assertIn(f"`a{winner}`", self.run_in("SHOW CREATE TABLE t;"))

    def test_files_that_cannot_be_read(self):
        self.run_in("CREATE TABLE t (a INT) WITH ('connector' = 'datagen'); CREATE TABLE u (a INT) WITH ('connector' = 'datagen');")
        file = self.folder / "defs" / "default_database" / "t.sql"
        file.write_text(file.read_text().replace("'datagen'", "'datagem'"))
        (self.folder / "defs" / "default_database" / "tmp-1-2").write_text("half")
        self.assert_refused("SELECT * FROM t;", "t.sql", "datagem")
        self.assertEqual(self.listed("SHOW TABLES;"), ["t", "u"])
        self.run_in("DROP TABLE t;")
        self.assertEqual(self.listed("SHOW TABLES;"), ["u"])
        file.write_text("SELECT 1")
        self.assert_refused("SELECT * FROM t;", "a file of a catalog begins with")

    def test_functions_are_there_in_the_next_session(self):
        self.run_in("CREATE FUNCTION Plus_One(a INT) RETURNS INT LANGUAGE SQL RETURN a + 1; "
                    "CREATE FUNCTION plus_two(a INT) RETURNS INT LANGUAGE SQL RETURN plus_one(plus_one(a));")
        self.assertEqual(self.files(), ["default_database/functions/plus_one.sql", "default_database/functions/plus_two.sql"])
        self.assertEqual(self.run_in("SELECT PLUS_TWO(40) AS x;").split(), ["x", "42"])
        self.assertEqual(self.listed("SHOW USER FUNCTIONS;"), ["plus_one", "plus_two"])
        self.assertIn("RETURN a + 1", self.run_in("SHOW CREATE FUNCTION plus_one;"))
        self.assertIn("user, in SQL", self.run_in("DESCRIBE FUNCTION plus_one;"))
        self.run_in("CREATE FUNCTION IF NOT EXISTS plus_one(a INT) RETURNS INT LANGUAGE SQL RETURN a + 100;")
        self.assert_refused("CREATE FUNCTION PLUS_ONE(a INT) RETURNS INT LANGUAGE SQL RETURN a;", "exists already")
        self.assert_refused("SELECT plus_on(1);", "did you mean 'plus_one'")
        # What is temporary hides it, for this session.
        hidden = self.run_in("CREATE TEMPORARY FUNCTION plus_one(a INT) RETURNS INT LANGUAGE SQL RETURN a + 10; "
                             "SELECT plus_two(0) AS x;")
        self.assertEqual(hidden.split()[-1], "20")
        self.assertEqual(self.run_in("SELECT plus_two(0) AS x;").split()[-1], "2")
        # From another database by its whole name; names in the body are those of its own.
        self.assertEqual(self.run_in("CREATE DATABASE e; USE e; SELECT default_database.plus_two(1) AS x;").split()[-1], "3")
        self.run_in("DROP DATABASE e;")
        self.run_in("DROP FUNCTION plus_one;")
        self.assert_refused("SELECT plus_two(0);", "there is no function 'PLUS_ONE'", "expanding function 'plus_two'")
        self.assert_refused("DROP FUNCTION plus_one;", "there is no function 'plus_one'")
        self.run_in("DROP FUNCTION IF EXISTS plus_one; DROP FUNCTION plus_two;")
        self.assertEqual(self.listed("SHOW USER FUNCTIONS;"), [])

    def test_checks_leave_functions_alone(self):
        self.run_in("CREATE FUNCTION f(a INT) RETURNS INT LANGUAGE SQL RETURN a + 1;")
        script = self.write("s.sql", self.catalog() + "DROP FUNCTION f; "
                            "CREATE FUNCTION f(a STRING) RETURNS STRING LANGUAGE SQL RETURN UPPER(a); "
                            "CREATE FUNCTION g(a STRING) RETURNS STRING LANGUAGE SQL RETURN f(a); SELECT g('x');")
        done = subprocess.run([BINARY, "check", script], stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.files(), ["default_database/functions/f.sql"])
        self.assertEqual(self.run_in("SELECT f(1) AS x;").split()[-1], "2")

    def test_a_function_that_cannot_be_read_can_be_dropped(self):
        self.run_in("CREATE FUNCTION f(a INT) RETURNS INT LANGUAGE SQL RETURN a + 1;")
        file = self.folder / "defs" / "default_database" / "functions" / "f.sql"
        file.write_text("SELECT 1")
        self.assert_refused("SELECT f(1);", "f.sql", "a file of a catalog begins with")
        self.run_in("DROP FUNCTION f;")
        self.assertFalse(file.exists())

    def test_what_it_does_not_keep(self):
        done = self.run_sql("CREATE CATALOG c WITH ('type' = 'filesystem', 'path' = 's3://b/x');")
        self.assert_fails(done, 3, "not supported yet", "local directory")
        done = self.run_sql("CREATE CATALOG c WITH ('type' = 'filesystem');")
        self.assert_fails(done, 3, "'path'")
        self.run_in("CREATE TEMPORARY TABLE t (a INT) WITH ('connector' = 'datagen');")
        self.assertFalse((self.folder / "defs").exists())

    def test_a_table_made_as_a_query(self):
        sink = f"WITH ('connector' = 'filesystem', 'path' = '{self.folder}/out', 'format' = 'json')"
        self.run_in(f"CREATE TABLE t {sink} AS SELECT 1 AS a;")
        self.assertEqual(self.run_in("SELECT a FROM t;").split(), ["a", "1"])
        shown = self.run_in("SHOW CREATE TABLE t;")
        self.run_in(f"CREATE OR REPLACE TABLE t {sink} AS SELECT 2 AS b;")
        self.assertIn("`b`", self.run_in("SHOW CREATE TABLE t;"))
        self.assertNotEqual(self.run_in("SHOW CREATE TABLE t;"), shown)


if __name__ == "__main__":
    unittest.main()
