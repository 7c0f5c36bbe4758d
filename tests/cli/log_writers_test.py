# SPDX-License-Identifier: Apache-2.0
"""A log sink with several writers: who writes which partition, what one record commits, and jobs that go
on with another number of writers.
"""

import json
import re
import signal
import subprocess
import time
import unittest

from binary import BINARY, Case, headwater

PARTITIONS = 8
COMMIT = 2  # the kind of a record that shows rows; it stands behind magic, number and time
KIND_AT = 24


class Writers(Case):
    def setUp(self):
        super().setUp()
        self.log = self.folder / "log"

    def script(self, rows, key=", PRIMARY KEY (id) NOT ENFORCED", options=""):
        """Copies the ids 1 to `rows` into topic t."""
        return self.write("q.sql", f"""
SET 'pipeline.name' = 'fill';
CREATE TABLE numbers (id BIGINT NOT NULL) WITH ('connector' = 'datagen', 'number-of-rows' = '{rows}',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '{rows}');
CREATE TABLE t (id BIGINT NOT NULL, half BIGINT{key}) WITH ('connector' = 'log', 'path' = '{self.log}',
  'topic' = 't', 'partitions' = '{PARTITIONS}'{options});
INSERT INTO t SELECT id, id / 2 FROM numbers;
""")

    def run_job(self, script, parallelism, *arguments):
        done = headwater("run", str(script), "--parallelism", str(parallelism), *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def committed(self):
        """Partition to ids, as they were committed."""
        rows = {}
        done = self.run_sql(f"CREATE TABLE t (id BIGINT, p INT METADATA FROM 'partition') WITH ('connector' = 'log', "
                            f"'path' = '{self.log}', 'topic' = 't', 'changelog-mode' = 'all'); SELECT p, id FROM t",
                            "--mode", "batch", "--output", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        for line in done.stdout.splitlines():
            row = json.loads(line)
            rows.setdefault(row["p"], []).append(row["id"])
        return rows

    def commits(self):
        records = sorted((self.log / "t" / "chain").glob("*.rec"))
        return [record for record in records if record.read_bytes()[KIND_AT] == COMMIT]

    def owners(self):
        """The partitions in which each process's writers began segments, by the writer's number."""
        owners = {}
        for path in (self.log / "t").glob("p*/*.seg"):
            owners.setdefault(int(path.name.split("-")[0]), set()).add(int(path.parent.name[1:]))
        return list(owners.values())

    def test_each_partition_has_one_writer_and_one_record_commits_an_epoch(self):
        self.run_job(self.script(2000), 4, "--state-dir", str(self.folder / "state"))
        rows = self.committed()
        self.assertEqual(sorted(id for ids in rows.values() for id in ids), list(range(1, 2001)))
        self.assertEqual(set(rows), set(range(PARTITIONS)))
        self.assertEqual(sorted(map(sorted, self.owners())), [[0, 1], [2, 3], [4, 5], [6, 7]])
        self.assertEqual(len(self.commits()), 1, "one checkpoint, one record")

    def test_a_key_stays_in_its_partition_whatever_the_parallelism(self):
        placed = []
        for parallelism in (1, 3, 4, 8, 12):
            self.log = self.folder / f"log-{parallelism}"
            self.run_job(self.script(300), parallelism, "--state-dir", str(self.folder / f"state-{parallelism}"))
            placed.append({partition: sorted(ids) for partition, ids in self.committed().items()})
        for other in placed[1:]:
            self.assertEqual(other, placed[0])

    def test_a_job_goes_on_with_more_and_with_fewer_writers(self):
        state = ("--state-dir", str(self.folder / "state"), "--available-now")
        rows = 0
        for parallelism in (1, 4, 2, 8, 3):
            source = self.folder / "in"
            source.mkdir(exist_ok=True)
            (source / f"{rows}.json").write_text("".join(f'{{"id": {i}}}\n' for i in range(rows, rows + 50)))
            rows += 50
            script = self.write("q.sql", f"""
SET 'pipeline.name' = 'copy';
CREATE TABLE s (id BIGINT) WITH ('connector' = 'filesystem', 'path' = '{source}', 'format' = 'json',
  'source.monitor-interval' = '10 ms');
CREATE TABLE t (id BIGINT) WITH ('connector' = 'log', 'path' = '{self.log}', 'topic' = 't',
  'partitions' = '{PARTITIONS}', 'changelog-mode' = 'all');
INSERT INTO t SELECT id FROM s;
""")
            self.run_job(script, parallelism, *state)
            self.assertEqual(sorted(id for ids in self.committed().values() for id in ids), list(range(rows)))

    def test_rows_without_a_key_take_turns_among_all_partitions(self):
        self.run_job(self.script(100_000, key=""), 2, "--state-dir", str(self.folder / "state"))
        rows = self.committed()
        self.assertEqual(sorted(id for ids in rows.values() for id in ids), list(range(1, 100_001)))

    def test_the_partitioner_says_which_partitions_of_a_writer_get_its_rows(self):
        def sizes(partitioner, parallelism):
            name = f"{partitioner}-{parallelism}"
            self.log = self.folder / name
            script = self.write("q.sql", f"""
CREATE TABLE bids (bidder BIGINT) WITH ('connector' = 'nexmark', 'event-type' = 'bid', 'events.num' = '100000');
CREATE TABLE t (id BIGINT) WITH ('connector' = 'log', 'path' = '{self.log}', 'topic' = 't',
  'partitions' = '{PARTITIONS}', 'sink.partitioner' = '{partitioner}');
INSERT INTO t SELECT bidder FROM bids;
""")
            self.run_job(script, parallelism, "--state-dir", str(self.folder / f"state-{name}"))
            rows = self.committed()
            self.assertEqual(sum(map(len, rows.values())), 92_000)
            return sorted(rows)
        self.assertEqual(sizes("fixed", 1), [0])
        self.assertEqual(sizes("fixed", 4), [0, 2, 4, 6])
        self.assertEqual(sizes("round-robin", 3), list(range(PARTITIONS)))
        self.assertEqual(sizes("default", 12), list(range(PARTITIONS)))

    def test_writers_that_clean_side_by_side_remove_only_what_nobody_needs(self):
        script = self.write("q.sql", f"""
CREATE TABLE s (id BIGINT, v BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '200000',
  'fields.id.min' = '1', 'fields.id.max' = '1000', 'fields.v.min' = '1', 'fields.v.max' = '9');
CREATE TABLE t (id BIGINT, n BIGINT, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'log', 'path' = '{self.log}',
  'topic' = 't', 'partitions' = '{PARTITIONS}', 'flush' = 'none', 'segment.bytes' = '128kb',
  'compaction.min-dirty-ratio' = '0.2');
INSERT INTO t SELECT id, SUM(v) FROM s GROUP BY id;
""")
        job = subprocess.Popen([BINARY, "run", str(script), "--parallelism", "4"], stderr=subprocess.PIPE, text=True)
        # Cleaners must have met each other: as long as that takes on this machine.
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and len(self.compacted()) < PARTITIONS:
            time.sleep(0.5)
        job.send_signal(signal.SIGINT)
        _, errors = job.communicate(timeout=30)
        done = headwater("log", "verify", str(self.log))
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout + errors)
        self.assertTrue(self.compacted(), errors)

    def compacted(self):
        """The partitions that hold fewer rows than were written to them."""
        describe = headwater("log", "describe", str(self.log), "t").stdout
        sizes = [line.split() for line in describe.splitlines() if re.match(r"\d+ +\[", line)]
        return [row for row in sizes if int(row[3]) < int(row[2].rstrip(")"))]

    def test_a_sink_whose_input_has_dried_up_still_cleans_its_topic(self):
        source = self.folder / "in"
        source.mkdir()
        for number in range(3):
            (source / f"{number}.json").write_text("".join(f'{{"id": {i}}}\n' for i in range(2000)))
        script = self.write("q.sql", f"""
CREATE TABLE s (id BIGINT) WITH ('connector' = 'filesystem', 'path' = '{source}', 'format' = 'json',
  'source.monitor-interval' = '1 s');
CREATE TABLE t (id BIGINT) WITH ('connector' = 'log', 'path' = '{self.log}', 'topic' = 't',
  'segment.bytes' = '4 kb', 'retention.time' = '3 s', 'flush' = 'interval');
INSERT INTO t SELECT id FROM s;
""")
        job = subprocess.Popen([BINARY, "run", str(script), "--parallelism", "1"], stderr=subprocess.PIPE, text=True)
        self.addCleanup(job.stderr.close)
        self.addCleanup(job.wait)
        self.addCleanup(job.kill)
        self.wait_until(lambda: len(self.segments()) > 1)
        # Nothing is written any more: the closed ones become old.
        self.wait_until(lambda: len(self.segments()) == 1)

    def segments(self):
        return list((self.log / "t" / "p00000").glob("*.seg"))

    def wait_until(self, holds):
        end = time.monotonic() + 30
        while not holds():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    def test_explain_says_how_many_writers_there_may_be(self):
        def writers(script, *arguments):
            done = headwater("explain", str(script), "--parallelism", "4", *arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
            return re.findall(r"writersMax=\[?(\d+)", done.stdout)
        checkpoints = ("-D", "execution.checkpointing.interval=1 s")
        self.assertEqual(set(writers(self.script(10), *checkpoints)), {"8"})
        self.assertEqual(set(writers(self.script(10))), {"1"}, "bounded input without checkpoints appears at once")


if __name__ == "__main__":
    unittest.main()
