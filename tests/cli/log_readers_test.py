# SPDX-License-Identifier: Apache-2.0
"""Readers of the embedded log as jobs meet them: groups, rows before their commit, topics that come
and go while a job runs, and topics as tables of a catalog.
"""

import json
import subprocess
import time
import unittest

from binary import BINARY, Case, headwater

TOPIC = "(id BIGINT, name STRING)"


class Log(Case):
    def setUp(self):
        super().setUp()
        self.log = str(self.folder / "log")

    def append(self, topic, first, last, schema=TOPIC):
        rows = "".join(f'{{"id": {row}, "name": "n{row % 3}"}}\n' for row in range(first, last))
        done = headwater("log", "append", self.log, topic, "--schema", schema, stdin=rows)
        self.assertEqual(done.returncode, 0, done.stderr)

    def table(self, name="t", columns="id BIGINT, name STRING", topic="'topic' = 't'", options=""):
        return (f"CREATE TABLE {name} ({columns}) WITH ('connector' = 'log', 'path' = '{self.log}', "
                f"{topic}{options and ', ' + options}); ")

    def ids(self, *arguments, options=""):
        done = self.run_sql(self.table(options=options) + "SELECT id FROM t", "--output", "json", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return sorted(json.loads(line)["id"] for line in done.stdout.splitlines())

    def start(self, sql, *arguments):
        job = subprocess.Popen([BINARY, "run", "-e", sql, *arguments], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end, job)
        return job

    @staticmethod
    def end(job):
        if job.poll() is None:
            job.kill()
        job.communicate()

    def wait(self, what, condition, job=None):
        until = time.monotonic() + 20
        while not condition():
            self.assertLess(time.monotonic(), until, f"{what}: not within 20 s")
            if job is not None and job.poll() is not None:
                self.fail(f"{what}: the job has ended: {job.communicate()[1]}")
            time.sleep(0.02)

    def groups(self, topic="t"):
        """Group to partition to (next offset, behind), as people are told."""
        done = headwater("log", "describe", self.log, topic)
        self.assertEqual(done.returncode, 0, done.stderr)
        found = {}
        _, _, lines = done.stdout.partition("\ngroup ")
        for line in lines.splitlines()[1:]:
            group, partition, offset, behind = line.split()[:4]
            found.setdefault(group, {})[int(partition)] = (int(offset), int(behind))
        return found

    def copying(self, topic, options=""):
        """A job that copies into a folder, and what it has shown."""
        return (self.table(topic=topic, options=options)
                + f"CREATE TABLE o (id BIGINT, name STRING) WITH ('connector' = 'filesystem', 'path' = "
                  f"'{self.folder / 'out'}', 'format' = 'json', 'sink.rolling-policy.rollover-interval' = "
                  "'50 ms', 'sink.rolling-policy.check-interval' = '10 ms'); INSERT INTO o SELECT * FROM t")

    def copied(self):
        files = [path for path in (self.folder / "out").glob("*") if not path.name.startswith((".", "_"))]
        return sorted(json.loads(line)["id"] for path in files for line in path.read_text().splitlines())

    CHECKPOINTS = ("-D", "execution.checkpointing.interval=100 ms")

    def state(self):
        return "--state-dir", str(self.folder / "state")


class Groups(Log):
    GO_ON = "'group.id' = 'g', 'scan.startup.mode' = 'group-offsets'"

    def test_batches_of_a_group_read_each_row_once(self):
        self.append("t", 0, 5)
        self.assertEqual(self.groups(), {})
        self.assertEqual(self.ids("--mode", "batch", options="'group.id' = 'g'"), list(range(5)))
        self.assertEqual(self.groups(), {"g": {0: (5, 0)}})
        self.append("t", 5, 8)
        self.assertEqual(self.groups(), {"g": {0: (5, 3)}})
        self.assertEqual(self.ids("--mode", "batch", options=self.GO_ON), [5, 6, 7])
        self.assertEqual(self.ids("--mode", "batch", options=self.GO_ON), [])
        self.assertEqual(self.ids("--mode", "batch"), list(range(8)))

    def test_a_stream_moves_its_group_with_its_checkpoints(self):
        self.append("t", 0, 10)
        job = self.start(self.copying("'topic' = 't'", "'group.id' = 'copy'"), *self.state(), *self.CHECKPOINTS)
        self.wait("the group", lambda: self.groups() == {"copy": {0: (10, 0)}}, job)
        self.append("t", 10, 30)
        self.wait("the group", lambda: self.groups() == {"copy": {0: (30, 0)}}, job)
        # The sink shows the rows of the same checkpoint, on its own time.
        self.wait("the rows", lambda: len(self.copied()) >= 30, job)
        self.assertEqual(self.copied(), list(range(30)))
        job.terminate()
        job.communicate()
        self.append("t", 30, 35)
        self.assertEqual(self.groups(), {"copy": {0: (30, 5)}})
        bounded = "'group.id' = 'copy', 'scan.bounded.mode' = 'group-offsets'"
        self.assertEqual(self.ids("--mode", "batch", options=bounded), list(range(30)))

    def test_a_run_of_what_is_there_moves_its_group_to_the_end(self):
        self.append("t", 0, 10)
        done = self.run_sql(self.copying("'topic' = 't'", "'group.id' = 'copy'"), *self.state(), "--available-now")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.groups(), {"copy": {0: (10, 0)}})

    def test_a_group_that_has_read_nothing_cannot_be_gone_on_with(self):
        self.append("t", 0, 5)
        sql = self.table(options=self.GO_ON) + "SELECT id FROM t"
        self.assert_fails(self.run_sql(sql, "--mode", "batch"), 3, "group 'g' has no offset of partition 0",
                          "'earliest-offset' or 'latest-offset'")
        sql = self.table(options="'scan.startup.mode' = 'group-offsets'") + "SELECT id FROM t"
        self.assert_fails(self.run_sql(sql), 3, "needs 'group.id'", "<command line>:1:")


class Uncommitted(Log):
    NOW = "'isolation-level' = 'read_uncommitted'"

    def test_rows_are_seen_before_the_checkpoint_that_commits_them(self):
        writing = ("CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '200'); "
                   + self.table(columns="id BIGINT", options="'flush.interval' = '50 ms'")
                   + "INSERT INTO t SELECT id FROM numbers")
        job = self.start(writing, *self.state(), "-D", "execution.checkpointing.interval=1 h")
        self.wait("the topic", lambda: headwater("log", "describe", self.log, "t").returncode == 0, job)

        def count(options):
            done = self.run_sql(self.table(columns="id BIGINT", options=options) + "SELECT id FROM t", "--mode",
                                "batch", "--output", "json")
            self.assertEqual(done.returncode, 0, done.stderr)
            return len(done.stdout.splitlines())

        self.wait("rows", lambda: count(self.NOW) >= 20, job)
        self.assertEqual(count(""), 0)
        job.terminate()
        job.communicate()
        rows = count("")
        self.assertGreaterEqual(rows, 20)
        self.assertEqual(count(self.NOW), rows)

    def test_what_only_a_commit_gives_is_refused(self):
        self.append("t", 0, 1)
        columns = "id BIGINT, o BIGINT METADATA FROM 'offset' VIRTUAL"
        sql = self.table(columns=columns, options=self.NOW) + "SELECT id, o FROM t"
        self.assert_fails(self.run_sql(sql), 3, "rows that have no 'offset' yet")
        self.assertEqual(self.rows(self.table(columns=columns, options=self.NOW) + "SELECT id FROM t"), ['{"id":0}'])


class Messages(Log):
    def test_rows_of_a_format_are_messages_in_both_modes(self):
        for form, options in (("json", "'format' = 'json'"), ("csv", "'format' = 'csv', 'csv.field-delimiter' = '|'")):
            topic = f"'topic' = '{form}'"
            table = self.table(topic=topic, options=options)
            done = self.run_sql(table + "INSERT INTO t VALUES (1, 'a'), (2, 'b|c')", "--mode", "batch")
            self.assertEqual(done.returncode, 0, done.stderr)
            expected = ['{"id":1,"name":"a"}', '{"id":2,"name":"b|c"}']
            self.assertEqual(sorted(self.rows(table + "SELECT * FROM t")), expected)
            bounded = self.table(topic=topic, options=options + ", 'scan.bounded.mode' = 'latest-offset'")
            done = self.run_sql(bounded + "SELECT * FROM t", "--output", "json")
            self.assertEqual(sorted(done.stdout.splitlines()), expected, done.stderr)
        raw = self.table(columns="line STRING", topic="'topic' = 'json'", options="'format' = 'raw'")
        self.assertEqual([json.loads(row)["line"] for row in self.rows(raw + "SELECT line FROM t")], expected)

    def test_changes_in_messages_are_folded_the_same_in_both_modes(self):
        self.write("in.jsonl", "".join(f'{{"id": {row}, "name": "n{row % 3}"}}\n' for row in range(20)))
        source = ("CREATE TABLE src (id BIGINT, name STRING) WITH ('connector' = 'filesystem', 'path' = "
                  f"'{self.folder / 'in.jsonl'}', 'format' = 'json'); ")
        options = "'format' = 'changelog-json', 'partitions' = '2'"
        table = self.table(columns="name STRING, c BIGINT", options=options)
        done = self.run_sql(table + source + "INSERT INTO t SELECT name, COUNT(*) FROM src GROUP BY name")
        self.assertEqual(done.returncode, 0, done.stderr)
        query = "SELECT name, SUM(c) AS c FROM t GROUP BY name"
        expected = ['{"name":"n0","c":7}', '{"name":"n1","c":7}', '{"name":"n2","c":6}']
        self.assertEqual(sorted(self.rows(table + query)), expected)
        bounded = self.table(columns="name STRING, c BIGINT",
                             options=options + ", 'scan.bounded.mode' = 'latest-offset'")
        done = self.run_sql(bounded + query, "--output", "json", "--parallelism", "2")
        self.assertEqual(sorted(done.stdout.splitlines()), expected, done.stderr)

    def test_what_messages_cannot_hold_is_refused(self):
        keyed = self.table(columns="id BIGINT NOT NULL, name STRING, PRIMARY KEY (id) NOT ENFORCED",
                           options="'format' = 'json'")
        self.assert_fails(self.run_sql(keyed + "INSERT INTO t VALUES (1, 'a')"), 3, "no PRIMARY KEY")
        parquet = self.table(options="'format' = 'parquet'")
        self.assert_fails(self.run_sql(parquet + "SELECT * FROM t"), 3, "is one of files")
        self.append("t", 0, 3)
        self.assert_fails(self.run_sql(self.table(options="'format' = 'json'") + "SELECT * FROM t"), 3,
                          "which topic 't' has not", "(id BIGINT, name STRING)")


class Patterns(Log):
    PATTERN = "'topic-pattern' = 't-.*'"

    def drop(self, topic):
        done = self.run_sql(f"CREATE CATALOG l WITH ('type' = 'log', 'path' = '{self.log}'); "
                            f"DROP TABLE l.default_database.`{topic}`")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_topics_that_are_made_are_read_and_one_that_goes_away_is_left_out(self):
        self.append("t-1", 0, 10)
        self.append("other", 90, 99)
        job = self.start(self.copying(self.PATTERN, "'topic.on-missing' = 'ignore'"), *self.state(), *self.CHECKPOINTS)
        self.wait("the first topic", lambda: self.copied() == list(range(10)), job)
        self.append("t-2", 10, 20)
        self.wait("the second topic", lambda: self.copied() == list(range(20)), job)
        self.drop("t-1")
        self.append("t-3", 20, 30)
        self.append("t-2", 30, 40)
        self.wait("what is left", lambda: self.copied() == list(range(40)), job)

    def test_a_topic_that_goes_away_stops_the_job(self):
        self.append("t-1", 0, 10)
        self.append("t-2", 10, 20)
        job = self.start(self.copying(self.PATTERN), *self.state(), *self.CHECKPOINTS, "-D",
                         "restart-strategy.type=none")
        self.wait("both topics", lambda: self.copied() == list(range(20)), job)
        self.drop("t-1")
        _, messages = job.communicate(timeout=20)
        self.assertNotEqual(job.returncode, 0)
        self.assertIn("topic 't-1'", messages)
        self.assertIn("'topic.on-missing' = 'ignore'", messages)

    def test_a_topic_of_another_schema_that_is_made_while_the_job_runs_stops_it_by_name(self):
        self.append("t-1", 0, 10)
        self.append("t-2", 10, 20)
        job = self.start(self.copying(self.PATTERN), *self.state(), *self.CHECKPOINTS, "-D",
                         "restart-strategy.type=none")
        self.wait("both topics", lambda: self.copied() == list(range(20)), job)
        self.append("t-3", 20, 30, "(id BIGINT, name STRING, more INT)")
        _, messages = job.communicate(timeout=20)
        self.assertNotEqual(job.returncode, 0)
        self.assertIn("'t-3' has (id BIGINT, name STRING, more INT)", messages)

    def test_a_topic_that_is_not_there_is_waited_for_if_asked(self):
        self.append("other", 90, 99)
        for topic in ("'topic' = 't-1'", self.PATTERN):
            self.assert_fails(self.run_sql(self.table(topic=topic) + "SELECT id FROM t"), 3, "there is no", "other",
                              "'topic.on-missing' = 'ignore'")
        job = self.start(self.copying("'topic' = 't-1'", "'topic.on-missing' = 'ignore'"), *self.state(),
                         *self.CHECKPOINTS)
        time.sleep(0.3)
        self.append("t-1", 0, 10)
        self.wait("the topic", lambda: self.copied() == list(range(10)), job)


class Catalogs(Log):
    def catalog(self):
        return f"CREATE CATALOG l WITH ('type' = 'log', 'path' = '{self.log}'); "

    def test_topics_are_tables_without_ddl_in_both_modes(self):
        self.append("orders", 0, 9)
        self.append("more", 9, 10)
        shown = self.run_sql(self.catalog() + "USE CATALOG l; SHOW TABLES")
        self.assertEqual([line.strip("| ") for line in shown.stdout.splitlines()
                          if "more" in line or "orders" in line], ["more", "orders"], shown.stdout)
        query = "SELECT name, COUNT(*) AS c FROM l.default_database.orders GROUP BY name"
        expected = [f'{{"name":"n{n}","c":3}}' for n in range(3)]
        self.assertEqual(sorted(self.rows(self.catalog() + query)), expected)
        hinted = query.replace("orders", "orders /*+ OPTIONS('scan.bounded.mode' = 'latest-offset') */")
        done = self.run_sql(self.catalog() + hinted, "--output", "json")
        self.assertEqual(sorted(done.stdout.splitlines()), expected, done.stderr)

    def test_a_topic_is_made_written_joined_with_a_file_table_and_dropped(self):
        done = self.run_sql(
            self.catalog() + "CREATE TABLE l.default_database.totals (name STRING NOT NULL, c BIGINT, "
            "PRIMARY KEY (name) NOT ENFORCED); "
            "INSERT INTO l.default_database.totals VALUES ('a', 1), ('b', 2), ('a', 3)", "--mode", "batch")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.write("names.jsonl", '{"name": "a", "long": "alpha"}\n')
        names = ("CREATE TABLE names (name STRING, long STRING) WITH ('connector' = 'filesystem', "
                 f"'path' = '{self.folder / 'names.jsonl'}', 'format' = 'json'); ")
        self.assertEqual(self.rows(self.catalog() + names + "SELECT n.long, t.c FROM l.default_database.totals t "
                                   "JOIN default_catalog.default_database.names n ON t.name = n.name"),
                         ['{"long":"alpha","c":3}'])
        dropped = self.run_sql(self.catalog() + "DROP TABLE l.default_database.totals; USE CATALOG l; SHOW TABLES")
        self.assertNotIn("totals", dropped.stdout)
        self.assertEqual(dropped.returncode, 0, dropped.stderr)

    def test_what_a_catalog_does_not_have_is_named(self):
        self.append("orders", 0, 1)
        self.assert_fails(self.run_sql(self.catalog() + "SELECT * FROM l.default_database.order_"), 3, "order_")
        self.assert_fails(self.run_sql(self.catalog() + "SELECT * FROM l.other.orders"), 3, "other")
        self.assert_fails(self.run_sql("CREATE CATALOG l WITH ('type' = 'log')"), 3, "path")


if __name__ == "__main__":
    unittest.main()
