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


if __name__ == "__main__":
    unittest.main()
