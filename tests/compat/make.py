# SPDX-License-Identifier: Apache-2.0
"""Makes the corpus of the present format: `make.py` adds what is missing, `make.py NAME …` makes
these again. Only cases that no release has seen may be made again: what is here is restored by every
version to come.
"""

import shutil
import sys
import tempfile
import pathlib

from cases import CASES, FORMAT
from jobs import CORPUS, run, write_rows


def make(case):
    place = CORPUS / FORMAT / case.name
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_rows(folder / "in" / "1.json", case, case.first)
        done = run(case, folder, "--parallelism", str(case.parallelism), "--state-dir", "state")
        if done.returncode != 0:
            sys.exit(f"{case.name}: {done.stderr}")
        job = folder / "state" / case.name
        (manifest,) = job.glob("checkpoint-*")
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        shutil.copy(manifest, place / "checkpoint")
        shutil.copytree(job / "data", place / "data")
        if (folder / "out").exists():
            shutil.copytree(folder / "out", place / "out")
            for path in [*(place / "out").glob("**/")]:
                if not any(path.iterdir()):
                    (path / ".keep").touch()  # git has no empty folders
    print(f"{case.name}: made")


def main():
    for case in CASES:
        there = (CORPUS / FORMAT / case.name).exists()
        if case.name in sys.argv[1:] or (len(sys.argv) == 1 and not there):
            make(case)


if __name__ == "__main__":
    main()
