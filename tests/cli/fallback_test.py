# SPDX-License-Identifier: Apache-2.0
"""A newest checkpoint that is damaged: passed over where the sink can say that it has shown nothing of
it, a stop where it has.
"""

import json
import unittest

from binary import Case, headwater

COMMIT = 2  # the kind of a record of the log that shows rows; it stands behind magic, number and time
KIND_AT = 24


class Fallback(Case):
    def setUp(self):
        super().setUp()
        self.log = self.folder / "log"
        tables = "".join(f"CREATE TABLE {name} (id BIGINT) WITH ('connector' = 'log', 'path' = '{self.log}', "
                         f"'topic' = '{name}'); " for name in "ab")
        self.script = self.write("q.sql", "SET 'pipeline.name' = 'copy'; " + tables + "INSERT INTO b SELECT id FROM a")
        for first in (0, 10):
            self.append(first, first + 10)
            self.assertEqual(self.run_job().returncode, 0)

    def append(self, first, last):
        rows = "".join(f'{{"id": {row}}}\n' for row in range(first, last))
        done = headwater("log", "append", str(self.log), "a", "--schema", "(id BIGINT)", stdin=rows)
        self.assertEqual(done.returncode, 0, done.stderr)

    def run_job(self):
        return headwater("run", str(self.script), "--state-dir", str(self.folder / "state"), "--available-now", "-D",
                         "execution.checkpointing.num-retained=2")

    def shown(self):
        done = headwater("log", "tail", str(self.log), "b", "-n", "1000")
        return sorted(json.loads(line)["id"] for line in done.stdout.splitlines())

    def damage_newest(self):
        newest = sorted((self.folder / "state" / "copy").glob("checkpoint-*"))[-1]
        content = bytearray(newest.read_bytes())
        content[len(content) // 2] ^= 1
        newest.write_bytes(content)

    def take_back_last_commit(self):
        """The topic as a kill leaves it behind the publication of the checkpoint, before the commit."""
        records = sorted((self.log / "b" / "chain").glob("*.rec"))
        commit = max(record for record in records if record.read_bytes()[KIND_AT] == COMMIT)
        for path in (self.log / "b" / "chain").iterdir():
            if path.name[:16] >= commit.name[:16]:
                path.unlink()

    def test_a_checkpoint_whose_rows_are_shown_stops_the_job(self):
        self.damage_newest()
        done = self.run_job()
        self.assert_fails(done, 4, "shows epoch", "--restore", "--fresh")
        self.assertEqual(self.shown(), list(range(20)))

    def test_a_checkpoint_whose_rows_are_not_shown_is_passed_over_and_each_row_is_shown_once(self):
        self.take_back_last_commit()
        self.assertEqual(self.shown(), list(range(10)))
        self.damage_newest()
        self.append(20, 30)
        done = self.run_job()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("is damaged and passed over", done.stderr)
        self.assertEqual(self.shown(), list(range(30)))

    def test_what_was_not_shown_is_shown_from_the_checkpoint_if_that_is_intact(self):
        self.take_back_last_commit()
        self.append(20, 30)
        self.assertEqual(self.run_job().returncode, 0)
        self.assertEqual(self.shown(), list(range(30)))


if __name__ == "__main__":
    unittest.main()
