# SPDX-License-Identifier: Apache-2.0
"""The command line itself: options and their order, usage errors, what is shown on a terminal."""

import unittest

from binary import Case, headwater


class Settings(Case):
    def test_of_flags_and_settings_the_last_one_wins(self):
        streams = lambda *more: "| op |" in headwater("run", "-e", "SELECT 1 AS a", *more).stdout
        mode = "execution.runtime-mode"
        self.assertFalse(streams("-D", f"{mode}=streaming", "--mode", "batch"))
        self.assertTrue(streams("--mode", "batch", "-D", f"{mode}=streaming"))
        self.assertFalse(streams("--mode", "streaming", f"-D{mode}=streaming", "--mode=batch"))
        parallelism = lambda *more: [line for line in headwater(
            "run", "-e", "SET", "--output", "csv", *more).stdout.splitlines() if "parallelism.default" in line]
        self.assertEqual(parallelism("-D", "parallelism.default=2", "--parallelism", "1"), ["parallelism.default,1"])
        self.assertEqual(parallelism("--parallelism", "1", "-D", "parallelism.default=2"), ["parallelism.default,2"])


class Tables(Case):
    def test_bytes_are_shown_as_literals_and_controls_are_spelled_out(self):
        done = self.run_sql(r"SELECT x'00ff' AS b, E'\x1b[31mred' AS c, ROW(x'ff') AS r", "--mode", "batch")
        self.assertIn(r"| x'00ff' | \x1b[31mred | (\xff) |", done.stdout)


if __name__ == "__main__":
    unittest.main()
