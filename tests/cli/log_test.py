# SPDX-License-Identifier: Apache-2.0
"""Topics of the embedded log: through SQL, as a stream and as a batch, and through `headwater log`."""

import json
import shutil
import subprocess
import time
import unittest

from binary import BINARY, Case, headwater

ROWS = '{"id": 1, "name": "a"}\n{"id": 2, "name": null}\n{"id": 3, "name": "c"}\n'


class Topics(Case):
    def setUp(self):
        super().setUp()
        self.log = str(self.folder / "log")

    def command(self, verb, *words, stdin=""):
        return headwater("log", verb, self.log, *words, stdin=stdin)

    def append(self, topic="t", rows=ROWS, *words):
        done = self.command("append", topic, *words, stdin=rows)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def table(self, columns, name="t", **options):
        more = "".join(f", '{key.replace('__', '-').replace('_', '.')}' = '{value}'" for key, value in options.items())
        return (f"CREATE TABLE {name} ({columns}) WITH ('connector' = 'log', 'path' = '{self.log}', "
                f"'topic' = '{name}'{more}); ")


class Commands(Topics):
    def test_what_is_appended_is_listed_described_and_read(self):
        done = self.append("t", ROWS, "--schema", "(id BIGINT, name STRING)")
        self.assertIn("3 rows in commit", done.stderr)
        self.append("t", '{"id": 4}\n')
        listed = self.command("ls").stdout.splitlines()
        self.assertEqual(listed[1].split()[:3], ["t", "1", "4"])
        described = self.command("describe", "t").stdout
        self.assertIn("schema 1: (id BIGINT, name STRING)", described)
        self.assertIn("[0, 4)", described)
        self.assertEqual([json.loads(line) for line in self.command("tail", "t", "-n", "2").stdout.splitlines()],
                         [{"id": 3, "name": "c"}, {"id": 4, "name": None}])
        self.assertEqual(self.command("tail", "t", "-n", "0").stdout, "")

    def test_a_wrong_line_appends_nothing(self):
        self.append("t", ROWS, "--schema", "(id BIGINT, name STRING)")
        done = self.command("append", "t", stdin='{"id": 9}\n{"id": "x"}\n')
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("line 2", done.stderr)
        self.assertEqual(len(self.command("tail", "t").stdout.splitlines()), 3)

    def test_a_topic_that_is_missing_is_named(self):
        self.append("t", ROWS, "--schema", "(id BIGINT, name STRING)")
        for verb in ("describe", "tail", "append", "verify"):
            done = self.command(verb, "nope")
            self.assert_fails(done, 1, "nope")

    def test_a_directory_that_is_missing_is_named(self):
        for verb in ("ls", "verify"):
            self.assert_fails(self.command(verb), 1, "there is no directory")

    def test_who_appends_to_a_topic_that_is_missing_is_told_how_to_make_it(self):
        self.assert_fails(self.command("append", "t", stdin=ROWS), 1, "--schema")

    def test_a_catalog_shows_how_many_partitions_a_topic_has(self):
        self.append("t", ROWS, "--schema", "(id BIGINT, name STRING)", "--partitions", "3")
        catalog = f"CREATE CATALOG l WITH ('type' = 'log', 'path' = '{self.log}'); USE CATALOG l; "
        shown = self.run_sql(catalog + "SHOW CREATE TABLE t")
        self.assertIn("'partitions' = '3'", shown.stdout, shown.stderr)
        done = self.run_sql(catalog + "INSERT INTO t SELECT id + 10, name FROM t", "--mode", "batch")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_damaged_chain_fails_a_job_and_not_its_statement(self):
        self.append("t", ROWS, "--schema", "(id BIGINT, name STRING)")
        self.append("t", ROWS)
        records = sorted((self.folder / "log" / "t" / "chain").glob("*.rec"))
        query = self.table("id BIGINT") + "SELECT id FROM t"
        content = records[-1].read_bytes()
        records[-1].write_bytes(content[:-1])
        self.assert_fails(self.run_sql(query), 4, records[-1].name)
        records[-1].write_bytes(content)
        records[2].unlink()
        self.assert_fails(self.run_sql(query), 4, records[2].name)
        self.assertIn(records[2].name, self.command("verify").stdout)

    def test_damage_is_found_and_named(self):
        self.append("t", ROWS, "--schema", "(id BIGINT, name STRING)")
        self.assertIn("intact: 3 rows", self.command("verify").stdout)
        segment = next((self.folder / "log" / "t" / "p00000").glob("*.seg"))
        content = bytearray(segment.read_bytes())
        content[len(content) // 2] ^= 1
        segment.write_bytes(content)
        done = self.command("verify")
        self.assertEqual(done.returncode, 1)
        self.assertIn(segment.name, done.stdout)

    def test_examples_are_in_the_help(self):
        self.assertIn("headwater log tail", headwater("log", "tail", "--help").stdout)


class Tables(Topics):
    def test_a_batch_and_a_stream_read_what_was_inserted(self):
        table = self.table("id BIGINT, name STRING")
        done = self.run_sql(table + "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'a')")
        self.assertEqual(done.returncode, 0, done.stderr)
        count = "SELECT name, COUNT(*) AS c FROM t GROUP BY name"
        self.assertEqual(sorted(self.rows(table + count)), ['{"name":"a","c":2}', '{"name":"b","c":1}'])
        bounded = self.table("id BIGINT, name STRING", scan_bounded_mode="latest-offset")
        done = self.run_sql(bounded + count, "--output", "json")
        self.assertEqual(sorted(done.stdout.splitlines()), ['{"name":"a","c":2}', '{"name":"b","c":1}'], done.stderr)

    def test_upserts_give_the_newest_row_of_each_key_in_both_modes(self):
        source = self.folder / "in.jsonl"
        source.write_text("".join(f'{{"k": {i % 7}, "v": {i}}}\n' for i in range(100)))
        table = self.table("k INT NOT NULL, c BIGINT, PRIMARY KEY (k) NOT ENFORCED", partitions="3")
        read = (f"CREATE TABLE src (k INT NOT NULL, v INT) WITH ('connector' = 'filesystem', 'path' = '{source}', "
                "'format' = 'json'); ")
        done = self.run_sql(table + read + "INSERT INTO t SELECT k, COUNT(*) FROM src GROUP BY k", "--parallelism", "2")
        self.assertEqual(done.returncode, 0, done.stderr)
        expected = sorted(f'{{"k":{k},"c":{15 if k < 2 else 14}}}' for k in range(7))
        self.assertEqual(sorted(self.rows(table + "SELECT * FROM t")), expected)
        bounded = table.replace("'topic' =", "'scan.bounded.mode' = 'latest-offset', 'topic' =")
        for parallelism in ("1", "3"):
            done = self.run_sql(bounded + "SELECT * FROM t", "--output", "json", "--parallelism", parallelism)
            self.assertEqual(sorted(done.stdout.splitlines()), expected, done.stderr)

    def bids(self):
        """A topic of two partitions in four commits, times a little out of order; its rows."""
        rows = [{"item": i % 5, "price": (i * 37) % 101, "at": f"2026-01-01 00:00:{(i * 7 + i % 3) // 10:02d}"}
                for i in range(80)]
        table = self.table("item INT, price INT, `at` TIMESTAMP(3), "
                           "WATERMARK FOR `at` AS `at` - INTERVAL '1' SECOND", "bids", partitions="2")
        for first in range(0, 80, 20):
            values = ", ".join(f"({row['item']}, {row['price']}, TIMESTAMP '{row['at']}')"
                               for row in rows[first:first + 20])
            done = self.run_sql(table + f"INSERT INTO bids VALUES {values}")
            self.assertEqual(done.returncode, 0, done.stderr)
        return rows, table

    def both_ways(self, table, query):
        """What the query gives as a batch, and as a stream that ends with what is there."""
        bounded = table.replace("'topic' =", "'scan.bounded.mode' = 'latest-offset', 'topic' =")
        answers = [sorted(self.rows(table + query))]
        for parallelism in ("1", "3"):
            done = self.run_sql(bounded + query, "--output", "json", "--parallelism", parallelism)
            self.assertEqual(done.returncode, 0, done.stderr)
            answers.append(sorted(done.stdout.splitlines()))
        self.assertEqual(answers[1], answers[0])
        self.assertEqual(answers[2], answers[0])
        return [json.loads(line) for line in answers[0]]

    def test_windows_over_a_topic_are_the_same_as_stream_and_as_batch(self):
        rows, table = self.bids()
        found = self.both_ways(table, (
            "SELECT CAST(window_start AS STRING) AS w, item, COUNT(*) AS n, SUM(price) AS total "
            "FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(`at`), INTERVAL '10' SECOND)) "
            "GROUP BY window_start, window_end, item"))
        expected = {}
        for row in rows:
            key = (int(row["at"][-2:]) // 10 * 10, row["item"])
            n, total = expected.get(key, (0, 0))
            expected[key] = (n + 1, total + row["price"])
        self.assertEqual({(int(row["w"][17:19]), row["item"]): (row["n"], row["total"]) for row in found}, expected)
        self.assertEqual(len(found), len(expected))

    def test_aggregates_and_filters_over_a_topic_are_the_same_as_stream_and_as_batch(self):
        rows, table = self.bids()
        found = self.both_ways(table, "SELECT item, MAX(price) AS best FROM bids WHERE price > 20 GROUP BY item")
        expected = {}
        for row in rows:
            if row["price"] > 20:
                expected[row["item"]] = max(row["price"], expected.get(row["item"], 0))
        self.assertEqual({row["item"]: row["best"] for row in found}, expected)
        self.assertEqual(len(self.both_ways(table, "SELECT item, price FROM bids")), len(rows))

    def test_headers_and_timestamps_are_written_and_read(self):
        columns = ("id INT, h MAP<STRING NOT NULL, BYTES> METADATA FROM 'headers', "
                   "ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp'")
        table = self.table(columns)
        done = self.run_sql(table + "INSERT INTO t VALUES (1, MAP['k', CAST('v' AS BYTES)], "
                            "TO_TIMESTAMP_LTZ(5000, 3)), (2, MAP['k', CAST('w' AS BYTES)], TO_TIMESTAMP_LTZ(7000, 3))")
        self.assertEqual(done.returncode, 0, done.stderr)
        found = self.both_ways(table, "SELECT id, CAST(h['k'] AS STRING) AS v, "
                               "ts = TO_TIMESTAMP_LTZ(id * 2000 + 3000, 3) AS right_time FROM t")
        self.assertEqual(found, [{"id": 1, "v": "v", "right_time": True}, {"id": 2, "v": "w", "right_time": True}])

    def test_a_compacted_topic_gives_the_newest_rows_in_both_modes(self):
        columns = "k INT NOT NULL, v STRING, PRIMARY KEY (k) NOT ENFORCED"
        table = self.table(columns, "kept", segment_bytes="4kb")
        for round_ in range(4):
            values = ", ".join(f"({k}, '{round_}-{'x' * 900}')" for k in range(6))
            for _ in range(2):
                done = self.run_sql(table + f"INSERT INTO kept VALUES {values}")
                self.assertEqual(done.returncode, 0, done.stderr)
        found = self.both_ways(table, "SELECT k, SUBSTRING(v, 1, 1) AS r FROM kept")
        self.assertEqual(found, [{"k": k, "r": "3"} for k in range(6)])
        listed = self.command("ls").stdout.splitlines()
        self.assertLess(int(listed[1].split()[2]), 48)
        newest = [json.loads(line)["data"] for line in self.command("tail", "kept", "-n", "12").stdout.splitlines()]
        self.assertEqual([(row["k"], row["v"][0]) for row in newest[-6:]], [(k, "3") for k in range(6)])
        self.assertEqual(len(newest), 12)
        self.assertEqual(self.command("verify").returncode, 0)

    def test_a_topic_of_another_schema_is_refused_when_planning(self):
        self.run_sql(self.table("id BIGINT, name STRING") + "INSERT INTO t VALUES (1, 'a')")
        wrong = self.table("id BIGINT, name INT")
        self.assert_fails(self.run_sql(wrong + "INSERT INTO t VALUES (1, 2)"), 3, "'name'")
        self.assert_fails(self.run_sql(wrong + "SELECT * FROM t", "--mode", "batch"), 3, "'name'")

    def test_the_directory_may_be_a_setting(self):
        self.append("t", ROWS, "--schema", "(id BIGINT, name STRING)")
        table = "CREATE TABLE t (id BIGINT) WITH ('connector' = 'log', 'topic' = 't'); "
        self.assertEqual(self.rows(table + "SELECT SUM(id) AS s FROM t", "-D", f"log.dir={self.log}"), ['{"s":6}'])
        self.assert_fails(self.run_sql(table + "SELECT * FROM t", "--mode", "batch"), 3, "'log.dir'")


class Jobs(Topics):
    def ids(self, topic="t"):
        done = self.command("tail", topic, "-n", "1000000")
        return sorted(json.loads(line)["id"] for line in done.stdout.splitlines())

    def test_a_job_that_is_killed_again_and_again_shows_each_row_once(self):
        num_rows, kills = 12_000, 0
        script = self.write("q.sql", (
            "SET 'pipeline.name' = 'copy'; SET 'execution.checkpointing.interval' = '100 ms'; "
            "CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '4000', "
            "'fields.id.kind' = 'sequence', 'fields.id.start' = '0', "
            f"'fields.id.end' = '{num_rows - 1}'); " + self.table("id BIGINT", partitions="2")
            + "INSERT INTO t SELECT id FROM numbers"))
        while True:
            job = subprocess.Popen([BINARY, "run", str(script), "--state-dir", str(self.folder / "state"),
                                    "--parallelism", "2"], stderr=subprocess.PIPE, text=True)
            try:
                _, messages = job.communicate(timeout=0.7 + 0.2 * kills if kills < 6 else 60)
                break
            except subprocess.TimeoutExpired:
                job.kill()
                job.communicate()
                kills += 1
            ids = self.ids()
            self.assertEqual(ids, list(range(len(ids))))
        self.assertEqual(job.returncode, 0, messages)
        self.assertGreater(kills, 1)
        self.assertEqual(self.ids(), list(range(num_rows)))

    def test_runs_of_what_is_there_go_on_where_the_last_one_ended(self):
        script = self.write("q.sql", "SET 'pipeline.name' = 'copy'; " + self.table("id BIGINT", "t")
                            + self.table("id BIGINT", "copied") + "INSERT INTO copied SELECT id FROM t")
        expected = []
        for first in (0, 10, 20):
            rows = list(range(first, first + 5))
            self.append("t", "".join(f'{{"id": {row}}}\n' for row in rows), "--schema", "(id BIGINT)")
            done = headwater("run", str(script), "--state-dir", str(self.folder / "state"), "--available-now")
            self.assertEqual(done.returncode, 0, done.stderr)
            expected += rows
            self.assertEqual(self.ids("copied"), expected)

    def test_an_explicitly_exactly_once_sink_needs_checkpoints(self):
        table = self.table("id BIGINT").replace("'topic' =", "'sink.delivery-guarantee' = 'exactly-once', 'topic' =")
        self.assert_fails(self.run_sql(table + "INSERT INTO t VALUES (1)"), 3, "needs checkpoints")


class Resumed(Topics):
    """A job that copies topics to files, run with one state directory again and again."""

    def setUp(self):
        super().setUp()
        self.said = ""

    def copying(self, topics):
        self.script = self.write("q.sql", (
            f"CREATE TABLE t (id BIGINT) WITH ('connector' = 'log', 'path' = '{self.log}', {topics}); "
            f"CREATE TABLE o (id BIGINT) WITH ('connector' = 'filesystem', 'path' = '{self.folder / 'out'}', "
            "'format' = 'json', 'sink.rolling-policy.rollover-interval' = '50 ms', "
            "'sink.rolling-policy.check-interval' = '10 ms'); INSERT INTO o SELECT id FROM t;"))

    def add(self, first, last, topic="t-1"):
        self.append(topic, "".join(f'{{"id": {row}}}\n' for row in range(first, last)), "--schema", "(id BIGINT)")

    def arguments(self):
        return ["run", str(self.script), "--state-dir", str(self.folder / "state"), "--parallelism", "2"]

    def available(self):
        return headwater(*self.arguments(), "--available-now")

    def stream(self, expected):
        """Runs the job as a stream until it is stopped: when all rows are shown, or late."""
        job = subprocess.Popen([BINARY, *self.arguments(), "-D", "execution.checkpointing.interval=100ms"],
                               stderr=subprocess.PIPE, text=True)
        until = time.monotonic() + 20
        while job.poll() is None and time.monotonic() < until and len(self.copied()) < expected:
            time.sleep(0.05)
        job.terminate()
        self.said = job.communicate(timeout=60)[1]
        return job.returncode

    def copied(self):
        files = [path for path in (self.folder / "out").glob("*") if not path.name.startswith((".", "_"))]
        return sorted(json.loads(line)["id"] for path in files for line in path.read_text().splitlines())

    def assert_copied(self, last):
        self.assertEqual(self.copied(), list(range(last)), self.said)

    def assert_runs_go_on(self, topics):
        self.copying(topics)
        self.add(0, 100)
        self.assertEqual(self.stream(100), 0, self.said)
        for last in (100, 200, 300):
            if last > 100:
                self.add(last - 100, last)
            done = self.available()
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assert_copied(last)
        self.add(300, 400)
        self.assertEqual(self.stream(400), 0, self.said)
        self.assert_copied(400)

    def test_runs_of_what_is_there_go_on_where_the_stream_stopped(self):
        self.assert_runs_go_on("'topic' = 't-1'")

    def test_runs_of_what_is_there_in_topics_like_a_pattern_go_on_where_the_stream_stopped(self):
        self.assert_runs_go_on("'topic-pattern' = 't-.*'")

    def make_again(self, first, last):
        dropped = self.run_sql(f"CREATE CATALOG l WITH ('type' = 'log', 'path' = '{self.log}'); "
                               "DROP TABLE l.default_database.`t-1`")
        self.assertEqual(dropped.returncode, 0, dropped.stderr)
        self.add(first, last)

    def test_a_topic_that_was_dropped_and_made_again_stops_the_job(self):
        for topics in ("'topic' = 't-1'", "'topic-pattern' = 't-.*'"):
            with self.subTest(topics):
                self.copying(topics)
                self.add(0, 100)
                self.assertEqual(headwater(*self.arguments(), "--available-now", "--fresh").returncode, 0)
                # As many rows, fewer and more.
                for last in (200, 150, 400):
                    self.make_again(100, last)
                    self.assert_fails(self.available(), 4, "dropped and made again")
                    self.assertEqual(self.stream(1000), 4)
                    self.assertIn("--fresh", self.said)
                self.assert_copied(100)
                shutil.rmtree(self.log)
                shutil.rmtree(self.folder / "out")

    def test_a_topic_that_may_be_missing_is_read_anew_when_it_was_made_again(self):
        for topics in ("'topic' = 't-1'", "'topic-pattern' = 't-.*'"):
            with self.subTest(topics):
                self.copying(topics + ", 'topic.on-missing' = 'ignore'")
                self.add(0, 100)
                self.assertEqual(headwater(*self.arguments(), "--available-now", "--fresh").returncode, 0)
                self.make_again(100, 150)
                self.assertEqual(self.available().returncode, 0)
                self.assert_copied(150)
                self.make_again(150, 300)
                self.assertEqual(self.stream(300), 0, self.said)
                self.assert_copied(300)
                self.assertEqual(self.available().returncode, 0)
                self.assert_copied(300)
                shutil.rmtree(self.log)
                shutil.rmtree(self.folder / "out")

    def test_topics_that_are_new_after_a_run_of_what_is_there_are_found(self):
        self.copying("'topic-pattern' = 't-.*'")
        self.add(0, 100)
        self.assertEqual(self.available().returncode, 0)
        self.add(100, 200, "t-2")
        self.assertEqual(self.available().returncode, 0)
        self.assert_copied(200)
        self.add(200, 300, "t-3")
        self.assertEqual(self.stream(300), 0, self.said)
        self.assert_copied(300)
        self.add(300, 400, "t-4")
        self.assertEqual(self.available().returncode, 0)
        self.assert_copied(400)


if __name__ == "__main__":
    unittest.main()
