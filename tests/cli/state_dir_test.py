# SPDX-License-Identifier: Apache-2.0
"""Jobs with a directory: killed, stopped, taken over, started again. Real processes, real signals."""

import json
import os
import signal
import subprocess
import time
import unittest

from binary import BINARY, Case


class Durable(Case):
    """A job that numbers rows and writes them to files."""

    def sql(self, rows=20_000, rate=10_000, out="out"):
        """Numbers from 1; rows=0: without end."""
        if rows:
            numbers = (f"CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', "
                       f"'number-of-rows' = '{rows}', 'rows-per-second' = '{rate}', "
                       f"'fields.n.kind' = 'sequence', 'fields.n.start' = '1', "
                       f"'fields.n.end' = '{rows}');")
        else:
            # One event in fifty is a person, and persons are numbered from 1000.
            numbers = (f"CREATE TABLE numbers (id BIGINT, n AS id - 999) WITH ("
                       f"'connector' = 'nexmark', 'event-type' = 'person', 'rate.limited' = 'true', "
                       f"'first-event.rate' = '{50 * rate}', 'next-event.rate' = '{50 * rate}');")
        return numbers + (f"CREATE TABLE sink (n BIGINT) WITH ('connector' = 'filesystem', "
                          f"'path' = '{self.folder / out}', 'format' = 'json', "
                          f"'sink.rolling-policy.rollover-interval' = '50 ms', "
                          f"'sink.rolling-policy.check-interval' = '10 ms');"
                          f"INSERT INTO sink SELECT n FROM numbers;")

    def start(self, sql, *arguments, state="state", interval="100 ms",
              parallelism=1):
        process = subprocess.Popen(
            [BINARY, "run", "-e", sql, "--state-dir", str(self.folder / state),
             "-D", f"execution.checkpointing.interval={interval}", "--parallelism", str(parallelism), *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def finish(self, process, code=0, timeout=60):
        _, errors = process.communicate(timeout=timeout)
        self.assertEqual(process.returncode, code, errors)
        return errors

    def shown(self, out="out"):
        """The numbers in all visible files, sorted."""
        numbers = []
        for path in sorted((self.folder / out).glob("**/*")):
            if path.is_file() and not path.name.startswith((".", "_")):
                text = path.read_text()
                self.assertTrue(text == "" or text.endswith("\n"), f"{path} is torn")
                numbers += [json.loads(line)["n"] for line in text.splitlines()]
        return sorted(numbers)

    def wait_until(self, condition, seconds=30):
        until = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), until, "nothing happens")
            time.sleep(0.02)

    def manifests(self, state="state", job="sink"):
        return sorted((self.folder / state / job).glob("checkpoint-*"))


class Kills(Durable):
    def test_a_killed_job_goes_on_and_shows_each_row_once(self):
        sql = self.sql()
        kills = 0
        while True:
            process = self.start(sql, parallelism=1 + kills % 3)
            try:
                errors = self.finish(process, timeout=0.25 + 0.1 * kills)
                break
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                kills += 1
                numbers = self.shown()
                self.assertEqual(numbers, list(range(1, len(numbers) + 1)), "a prefix, each once")
        self.assertGreater(kills, 2)
        # The last kill may have met a job that had just ended.
        self.assertRegex(errors, "goes on from checkpoint|already complete")
        self.assertEqual(self.shown(), list(range(1, 20_001)))

    def test_a_complete_job_is_not_repeated(self):
        sql = self.sql(rows=500)
        self.finish(self.start(sql))
        errors = self.finish(self.start(sql))
        self.assertIn("already complete", errors)
        self.assertEqual(self.shown(), list(range(1, 501)))
        # A new generation writes beside the old one.
        self.finish(self.start(sql, "--fresh"))
        self.assertEqual(self.shown(), sorted(2 * list(range(1, 501))))

    def test_a_batch_job_that_was_killed_shows_its_result_once(self):
        sql = self.sql(rows=40_000, rate=20_000)
        process = self.start(sql, "--mode", "batch")
        time.sleep(0.5)
        process.kill()
        process.communicate()
        self.assertEqual(self.shown(), [])
        self.finish(self.start(sql, "--mode", "batch"))
        self.assertEqual(self.shown(), list(range(1, 40_001)))


class Stops(Durable):
    def test_sigterm_stops_behind_a_checkpoint_and_the_next_run_goes_on(self):
        sql = self.sql(rows=0)
        process = self.start(sql)
        self.wait_until(lambda: self.shown())
        process.terminate()
        self.finish(process)
        first = self.shown()
        self.assertEqual(first, list(range(1, len(first) + 1)))
        process = self.start(sql)
        self.wait_until(lambda: len(self.shown()) > len(first))
        process.terminate()
        self.finish(process)
        both = self.shown()
        self.assertEqual(both, list(range(1, len(both) + 1)))

    def test_a_stop_writes_a_savepoint_that_starts_another_job(self):
        sql = self.sql(rows=0)
        process = self.start(sql, "--savepoint-dir", str(self.folder / "kept"))
        self.wait_until(lambda: self.shown())
        process.terminate()
        errors = self.finish(process)
        self.assertIn("savepoint: ", errors)
        (savepoint,) = (self.folder / "kept").iterdir()
        number = len(self.shown())
        moved = savepoint.rename(self.folder / "moved")
        other = self.sql(rows=0, out="other")
        process = self.start(other, "--restore", str(moved), state="other-state")
        self.wait_until(lambda: self.shown("other"))
        process.terminate()
        self.finish(process)
        numbers = self.shown("other")
        self.assertEqual(numbers, list(range(number + 1, number + 1 + len(numbers))))

    def test_sigusr1_takes_a_savepoint_and_the_job_goes_on(self):
        process = self.start(self.sql(rows=0))
        self.wait_until(lambda: self.shown())
        process.send_signal(signal.SIGUSR1)
        savepoints = self.folder / "state" / "savepoints"
        self.wait_until(lambda: savepoints.exists() and
                        any((path / "manifest").exists() for path in savepoints.iterdir()))
        self.assertIsNone(process.poll())
        process.terminate()
        self.finish(process)

    def test_a_drain_fires_all_windows(self):
        sql = (f"CREATE TABLE bids (dateTime TIMESTAMP(3), WATERMARK FOR dateTime AS dateTime) WITH ("
               f"'connector' = 'nexmark', 'event-type' = 'bid', 'rate.limited' = 'true');"
               f"CREATE TABLE sink (n BIGINT) WITH ('connector' = 'filesystem', "
               f"'path' = '{self.folder / 'out'}', 'format' = 'json');"
               f"INSERT INTO sink SELECT COUNT(*) AS n FROM TABLE(TUMBLE(TABLE bids, "
               f"DESCRIPTOR(dateTime), INTERVAL '1' DAY)) GROUP BY window_start, window_end;")
        process = self.start(sql, "--drain")
        self.wait_until(self.manifests)
        process.terminate()
        self.finish(process)
        self.assertEqual(len(self.shown()), 1)


class Holders(Durable):
    def test_a_second_process_is_refused(self):
        sql = self.sql(rows=0)
        first = self.start(sql)
        self.wait_until(self.manifests)
        errors = self.finish(self.start(sql), code=4)
        self.assertIn(str(first.pid), errors)

    def test_a_standby_takes_over_when_the_holder_dies(self):
        sql = self.sql(rows=0)
        first = self.start(sql)
        self.wait_until(self.manifests)
        second = self.start(sql, "--standby")
        time.sleep(0.3)
        self.assertIsNone(second.poll())
        first.kill()
        killed = time.monotonic()
        number = len(self.shown())
        self.wait_until(lambda: len(self.shown()) > number, 10)
        self.assertLess(time.monotonic() - killed, 5)
        second.terminate()
        errors = self.finish(second)
        self.assertIn("goes on from checkpoint", errors)
        numbers = self.shown()
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))

    def test_a_sleeper_that_wakes_does_no_harm(self):
        sql = self.sql(rows=0)
        sleeper = self.start(sql, "-D", "execution.lease.timeout=1 s")
        self.wait_until(self.manifests)
        sleeper.send_signal(signal.SIGSTOP)
        second = self.start(sql, "--standby", "-D", "execution.lease.timeout=1 s")
        number = len(self.shown())
        self.wait_until(lambda: len(self.shown()) > number + 1000)
        sleeper.send_signal(signal.SIGCONT)
        errors = self.finish(sleeper, code=4)
        self.assertIn("was taken over", errors)
        second.terminate()
        self.finish(second)
        numbers = self.shown()
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))

    def test_two_jobs_of_one_name_are_refused(self):
        sql = self.sql(rows=100) + "INSERT INTO sink SELECT n FROM numbers;"
        self.assertIn("two jobs are called 'sink'", self.finish(self.start(sql), code=3))


class AvailableNow(Durable):
    def sql(self):
        return (f"CREATE TABLE files (n BIGINT, ts AS TO_TIMESTAMP_LTZ(n, 3), WATERMARK FOR ts AS ts) "
                f"WITH ('connector' = 'filesystem', 'path' = '{self.folder / 'in'}', "
                f"'format' = 'json');"
                f"CREATE TABLE sink (n BIGINT) WITH ('connector' = 'filesystem', "
                f"'path' = '{self.folder / 'out'}', 'format' = 'json');"
                f"INSERT INTO sink SELECT MAX(n) AS n FROM TABLE(TUMBLE(TABLE files, DESCRIPTOR(ts), "
                f"INTERVAL '1' SECOND)) GROUP BY window_start, window_end;")

    def test_each_run_goes_on_with_what_is_new(self):
        self.write("in/a.json", "".join(f'{{"n":{n}}}\n' for n in (100, 900, 1500)))
        self.finish(self.start(self.sql(), "--available-now"))
        self.assertEqual(self.shown(), [900])
        self.finish(self.start(self.sql(), "--available-now"))
        self.assertEqual(self.shown(), [900])
        self.write("in/b.json", "".join(f'{{"n":{n}}}\n' for n in (1900, 2500)))
        self.finish(self.start(self.sql(), "--available-now"))
        self.assertEqual(self.shown(), [900, 1900])


class Generations(Durable):
    def test_jobs_of_one_name_in_two_directories_do_not_overwrite_each_other(self):
        for state in ("one", "two"):
            self.finish(self.start(self.sql(rows=300), state=state))
        self.assertEqual(self.shown(), sorted(2 * list(range(1, 301))))

    def test_two_jobs_of_one_savepoint_show_their_rows_side_by_side(self):
        process = self.start(self.sql(rows=0), "--savepoint-dir", str(self.folder / "kept"))
        self.wait_until(lambda: self.shown())
        process.terminate()
        self.finish(process)
        before = len(self.shown())
        (savepoint,) = (self.folder / "kept").iterdir()
        counts = []
        for state in ("one", "two"):
            shown = len(self.shown())
            process = self.start(self.sql(rows=0), "--restore", str(savepoint), state=state)
            self.wait_until(lambda: len(self.shown()) > shown)
            process.terminate()
            self.finish(process)
            counts.append(len(self.shown()) - shown)
        self.assertEqual(self.shown(), sorted(
            list(range(1, before + 1)) + [n for count in counts
                                          for n in range(before + 1, before + 1 + count)]))

    def test_another_spelling_of_a_directory_is_the_same_directory(self):
        sql = (f"CREATE TABLE files (n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'PATH', "
               f"'format' = 'json'); CREATE TABLE sink (n BIGINT) WITH ('connector' = 'filesystem', "
               f"'path' = '{self.folder / 'out'}', 'format' = 'json');"
               f"INSERT INTO sink SELECT n FROM files;")
        self.write("in/a.json", '{"n":1}\n')
        for path in (f"{self.folder}/in", f"{self.folder}/./in/"):
            self.finish(self.start(sql.replace("PATH", path), "--available-now"))
        self.assertEqual(self.shown(), [1])


class Edits(Durable):
    def test_state_of_a_narrower_type_is_widened(self):
        """Rows of a NULL key, of two keys and of a wider type, in a second run with what is new."""
        for narrow, wide, total in (("INT", "BIGINT", "BIGINT"), ("FLOAT", "DOUBLE", "DOUBLE"),
                                    ("DECIMAL(6, 2)", "DECIMAL(12, 2)", "DECIMAL(38, 2)")):
            name = narrow.split("(")[0].lower()
            for n, kind in ((1, narrow), (2, wide)):
                self.write(f"{name}/in/{n}.json", "".join(
                    f'{{"k":{k},"n":{v * n}}}\n' for k, v in (('"a"', 5), ('"b"', 7), ("null", 3))))
                sql = (f"CREATE TABLE files (k STRING, n {kind}) WITH ('connector' = 'filesystem', "
                       f"'path' = '{self.folder / name / 'in'}', 'format' = 'json');"
                       f"CREATE TABLE sink (k STRING, m {kind}, s {total}) WITH ('connector' = "
                       f"'filesystem', 'path' = '{self.folder / name / 'out'}', 'format' = "
                       f"'changelog-json'); INSERT INTO sink SELECT k, MAX(n), SUM(n) FROM files "
                       f"GROUP BY k;")
                errors = self.finish(self.start(sql, "--available-now", state=f"{name}/state",
                                                parallelism=n))
            self.assertIn(f"widened from {narrow} to {wide}", errors)
            live = []
            parts = [path for path in (self.folder / name / "out").iterdir()
                     if path.name[0] not in "._"]
            for path in sorted(parts, key=lambda path: path.stat().st_mtime_ns):
                for line in path.read_text().splitlines():
                    change = json.loads(line)
                    row = tuple(change["data"].values())
                    if change["op"] in ("+I", "+U"):
                        live.append(row)
                    else:
                        live.remove(row)
            self.assertEqual(sorted(live, key=str), [("a", 10, 15), ("b", 14, 21), (None, 6, 9)])


class Damage(Durable):
    def test_a_damaged_savepoint_is_exit_4(self):
        process = self.start(self.sql(rows=0), "--savepoint-dir", str(self.folder / "kept"))
        self.wait_until(lambda: self.shown())
        process.terminate()
        self.finish(process)
        (savepoint,) = (self.folder / "kept").iterdir()
        manifest = savepoint / "manifest"
        content = bytearray(manifest.read_bytes())
        content[len(content) // 2] ^= 1
        manifest.write_bytes(content)
        errors = self.finish(self.start(self.sql(rows=0), "--restore", str(savepoint),
                                        state="other"), code=4)
        self.assertIn("damaged", errors)

    def test_a_directory_that_is_a_file_is_exit_4(self):
        self.write("state", "not a directory")
        self.finish(self.start(self.sql(rows=10)), code=4)


class Usage(Case):
    def test_settings_that_exclude_each_other_are_usage_errors(self):
        state = ("--state-dir", str(self.folder / "state"))
        self.assert_fails(self.run_sql("SELECT 1", *state, "--fresh", "--restore", "x"), 2, "--fresh")
        self.assert_fails(self.run_sql("SELECT 1", *state, "--available-now", "--drain"), 2, "--drain")
        self.assert_fails(self.run_sql("SELECT 1", *state, "--available-now", "-D",
                                       "execution.checkpointing.mode=NONE"), 2, "NONE")

    def test_values_without_a_meaning_are_refused(self):
        for setting in ("pipeline.name=", "execution.checkpointing.timeout=0 s",
                        "execution.lease.timeout=0 s", "execution.checkpointing.num-retained=0",
                        "execution.checkpointing.tolerable-failed-checkpoints=-1"):
            self.assert_fails(self.run_sql("SELECT 1", "-D", setting), 2, setting.split("=")[0])

    def test_what_needs_a_directory_says_so(self):
        for option in ("--fresh", "--standby", "--available-now"):
            self.assert_fails(self.run_sql("SELECT 1", option), 2, option, "--state-dir")

    def test_a_restore_of_a_job_without_checkpoints_is_refused(self):
        done = self.run_sql("CREATE TABLE g (n INT) WITH ('connector' = 'datagen', 'number-of-rows' = '1'); "
                            "CREATE TABLE b (n INT) WITH ('connector' = 'blackhole'); INSERT INTO b SELECT n FROM g",
                            "--restore", "nosuch")
        self.assert_fails(done, 3, "--restore", "--state-dir")

    def test_available_now_is_for_streaming(self):
        done = self.run_sql("SELECT 1", "--available-now", "--state-dir", str(self.folder), "--mode",
                            "batch")
        self.assert_fails(done, 2, "streaming")

    def test_unaligned_checkpoints_are_refused_by_name(self):
        done = self.run_sql("SET 'execution.checkpointing.unaligned.enabled' = 'true'")
        self.assert_fails(done, 3, "execution.checkpointing.unaligned.enabled", "not supported yet")


if __name__ == "__main__":
    unittest.main()
