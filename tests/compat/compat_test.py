# SPDX-License-Identifier: Apache-2.0
"""Every checkpoint of the corpus, of every format there ever was, is restored and gone on from: what
its sink shows in the end is what both inputs lead to, at any parallelism, once.
"""

import pathlib
import shutil
import tempfile
import unittest

from cases import CASES
from jobs import CORPUS, expected, run, shown, write_rows

BY_NAME = {case.name: case for case in CASES}


class CompatTest(unittest.TestCase):

    def go_on(self, place, parallelism):
        case = BY_NAME[place.name]
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            write_rows(folder / "in" / "1.json", case, case.first)
            write_rows(folder / "in" / "2.json", case, case.second)
            shutil.copytree(place, folder, dirs_exist_ok=True)
            done = run(case, folder, "--parallelism", str(parallelism), "--state-dir", "state",
                       "--restore", "checkpoint")
            self.assertEqual(done.returncode, 0, done.stderr)
            rows, negative = shown(case, folder)
            self.assertFalse(negative, "taken back, but never shown")
            self.assertEqual(rows, expected(case))

    def test_every_checkpoint_goes_on(self):
        places = sorted(path.parent for path in CORPUS.glob("*/*/checkpoint"))
        self.assertTrue(places)
        for place in places:
            for parallelism in (1, 2, 3):
                with self.subTest(checkpoint=str(place.relative_to(CORPUS)),
                                  parallelism=parallelism):
                    self.go_on(place, parallelism)

    def test_every_case_is_there(self):
        there = {path.parent.name for path in CORPUS.glob("*/*/checkpoint")}
        self.assertEqual(there, set(BY_NAME))


if __name__ == "__main__":
    unittest.main()
