# SPDX-License-Identifier: Apache-2.0
"""execution.trigger over runs that go on from each other, and what is warned of when it or a hint does nothing."""

import json
import pathlib
import tempfile
import unittest

from binary import Case, headwater

CLICKS = """
CREATE TABLE clicks (page STRING, ms INT) WITH (
  'connector' = 'filesystem', 'path' = '{0}/in', 'format' = 'csv', 'source.monitor-interval' = '1 s');
CREATE TABLE pages (page STRING, n BIGINT) WITH (
  'connector' = 'filesystem', 'path' = '{0}/out', 'format' = 'changelog-json'{1});
SET 'execution.trigger' = '{2}';
SET 'pipeline.name' = 'pages';
INSERT INTO pages SELECT page, COUNT(*) FROM clicks GROUP BY page;
"""


class TriggerTest(Case):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "in").mkdir()
        self.seen = set()

    def add(self, name, rows):
        (self.folder / "in" / name).write_text("".join(f"{page},1\n" for page in rows))

    def run_job(self, trigger, sink_options=""):
        """What this run has written, in order within a part."""
        script = self.folder / "job.sql"
        script.write_text(CLICKS.format(self.folder, sink_options, trigger))
        done = headwater("run", str(script), "--state-dir", str(self.folder / "state"), "--parallelism", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        changes = []
        for part in sorted((self.folder / "out").glob("**/*")):
            if part in self.seen or not part.is_file():
                continue
            self.seen.add(part)
            for line in part.read_text().splitlines():
                change = json.loads(line)
                changes.append((change["op"], *change["data"].values()))
        return changes

    def test_once_shows_one_result_and_the_next_run_what_has_changed_since(self):
        self.add("1.csv", ["owl", "cat", "owl", "owl"])
        self.assertEqual(sorted(self.run_job("once")), [("+I", "cat", 1), ("+I", "owl", 3)])
        self.add("2.csv", ["owl", "owl"])
        self.assertEqual(self.run_job("once"), [("-U", "owl", 3), ("+U", "owl", 5)])
        self.assertEqual(self.run_job("once"), [])

    def test_available_now_shows_changes_as_they_come(self):
        self.add("1.csv", ["owl", "owl"])
        self.assertEqual(self.run_job("available-now")[-1][1:], ("owl", 2))
        self.add("2.csv", ["owl"])
        self.assertEqual(self.run_job("available-now"), [("-U", "owl", 2), ("+U", "owl", 3)])

    def test_complete_shows_again_what_stands(self):
        self.add("1.csv", ["owl", "cat"])
        complete = ", 'output-mode' = 'complete'"
        self.assertEqual(sorted(self.run_job("once", complete)), [("+I", "cat", 1), ("+I", "owl", 1)])
        self.add("2.csv", ["owl"])
        self.assertEqual(sorted(self.run_job("once", complete)),
                         [("+U", "cat", 1), ("+U", "owl", 2), ("-U", "cat", 1), ("-U", "owl", 1)])
        self.assertEqual(self.run_job("once", complete), [])

    def test_a_hint_for_the_age_of_state_that_reaches_none_is_warned_of(self):
        rows = "(VALUES (1, 2)) AS t(a, b)"
        done = headwater("run", "-e", f"SELECT /*+ STATE_TTL('t' = '1 d') */ a FROM {rows}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("hint STATE_TTL for 't' changes nothing", done.stderr)
        for query in (f"SELECT /*+ STATE_TTL('t' = '1 d') */ a, COUNT(*) FROM {rows} GROUP BY a",
                      f"SELECT /*+ STATE_TTL('t' = '1 d') */ DISTINCT a FROM {rows}",
                      f"SELECT /*+ STATE_TTL('t' = '1 d', 'u' = '1 h') */ t.a FROM {rows} JOIN (VALUES (1)) AS u(a) "
                      "ON t.a = u.a"):
            done = headwater("run", "-e", query)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn("STATE_TTL", done.stderr, query)


if __name__ == "__main__":
    unittest.main()
