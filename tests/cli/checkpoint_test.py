# SPDX-License-Identifier: Apache-2.0
"""headwater checkpoint inspect and verify, over the state directory of a job that has stopped."""

import json
import unittest

from binary import Case, headwater


class CheckpointCommandTest(Case):

    def setUp(self):
        super().setUp()
        self.write("in/1.json", "".join(f'{{"k":{n % 7},"v":{n}}}\n' for n in range(100)))
        self.state = self.folder / "state"
        done = self.run_sql(
            "CREATE TABLE t (k INT, v BIGINT) WITH ('connector' = 'filesystem', "
            "'path' = 'in', 'format' = 'json'); "
            "CREATE TABLE o (k INT, n BIGINT, total BIGINT) WITH ('connector' = 'blackhole'); "
            "SET 'pipeline.name' = 'sums'; "
            "INSERT INTO o SELECT k, COUNT(*), SUM(v) FROM t GROUP BY k",
            "--available-now", "--state-dir", str(self.state), "--parallelism", "2",
            cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_shows_what_a_checkpoint_holds(self):
        done = headwater("checkpoint", "inspect", str(self.state))
        self.assertEqual(done.returncode, 0, done.stderr)
        for part in ("checkpoint 1 of job 'sums'", "key groups", "GroupAggregate(groupBy=[k]",
                     "state groups: 7 rows", "keyed (key_k INT, COUNT(*).count BIGINT NOT NULL",
                     "7 key groups in use", "source "):
            self.assertIn(part, done.stdout)

    def test_shows_it_as_json(self):
        done = headwater("checkpoint", "inspect", str(self.state), "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        seen = json.loads(done.stdout)
        self.assertFalse(seen["damaged"])
        (one,) = seen["checkpoints"]
        self.assertEqual((one["job"], one["checkpoint"], one["published"]), ("sums", 1, True))
        self.assertGreater(one["bytes"], 0)
        (groups,) = [state for op in one["operators"] for state in op["states"]]
        self.assertEqual((groups["name"], groups["rows"]), ("groups", 7))

    def test_a_manifest_can_be_named(self):
        (manifest,) = (self.state / "sums").glob("checkpoint-*")
        done = headwater("checkpoint", "verify", str(manifest))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("ok ", done.stdout)
        self.assertIn("1 checkpoint, 0 damaged", done.stdout)

    def test_any_damage_is_found_and_named(self):
        files = [path for path in self.state.glob("**/*") if path.is_file() and path.stat().st_size]
        self.assertGreater(len(files), 4)
        for path in files:
            whole = path.read_bytes()
            middle = len(whole) // 2
            for damaged in (whole[:-1], whole[:middle] + bytes([whole[middle] ^ 1])
                            + whole[middle + 1:]):
                path.write_bytes(damaged)
                done = headwater("checkpoint", "verify", str(self.state))
                self.assertEqual(done.returncode, 1, path)
                self.assertIn("damaged", done.stdout)
            path.write_bytes(whole)
        self.assertEqual(headwater("checkpoint", "verify", str(self.state)).returncode, 0)

    def test_a_missing_file_is_damage(self):
        next((self.state / "sums" / "data").iterdir()).unlink()
        done = headwater("checkpoint", "verify", str(self.state))
        self.assertEqual(done.returncode, 1)
        self.assertIn("1 checkpoint, 1 damaged", done.stdout)


class CheckpointUsageTest(Case):

    def test_says_when_there_is_nothing(self):
        done = headwater("checkpoint", "verify", str(self.folder))
        self.assert_fails(done, 1, "there is no checkpoint or savepoint at")

    def test_needs_a_path_and_a_verb(self):
        self.assertEqual(headwater("checkpoint", "verify").returncode, 2)
        self.assertEqual(headwater("checkpoint").returncode, 2)

    def test_refuses_what_is_no_checkpoint(self):
        path = self.write("notes.txt", "this is no checkpoint\n")
        done = headwater("checkpoint", "verify", str(path))
        self.assertEqual(done.returncode, 1)
        self.assertIn("notes.txt", done.stdout + done.stderr)

    def test_help_has_examples(self):
        done = headwater("checkpoint", "verify", "--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn("headwater checkpoint verify state/", done.stdout)


if __name__ == "__main__":
    unittest.main()
