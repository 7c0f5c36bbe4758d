# SPDX-License-Identifier: Apache-2.0
"""./dev soak damage [--cases N] [--rounds N]: damaged checkpoints and topics for as long as one
likes; each round has another seed and sees other bytes. Counts go to tests/damage/ledger.csv, which
is part of the repository.

With --commit the one round of a CI run, its seed drawn from the commit, and nothing recorded.
"""

import argparse
import datetime
import pathlib
import random
import re
import subprocess
import sys
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
LEDGER = pathlib.Path(__file__).resolve().parent / "ledger.csv"
CI_CASES = 24_000


def commit():
    done = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short=10", "HEAD"],
                          capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def run(binary, cases, seed):
    """One round; returns (text, counts) with the counts of the last line, or none of them."""
    done = subprocess.run([binary, "--cases", str(cases), "--seed", str(seed)], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    last = re.search(r"damage: (\d+) cases: (\d+) harmless, (\d+) fell back, (\d+) stopped, "
                     r"(\d+) wrong", done.stdout)
    return done.returncode, done.stdout, last.groups() if last else None


def main():
    parser = argparse.ArgumentParser(description="damage, recorded")
    parser.add_argument("--binary", default=str(ROOT / "build" / "ci" / "damage"))
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--commit", action="store_true")
    options = parser.parse_args()
    if options.commit:
        seed = zlib.crc32(commit().encode()) % 1_000_003
        code, text, _ = run(options.binary, CI_CASES, seed)
        print(f"{text}damage: seed {seed}")
        return code
    for _ in range(options.rounds):
        seed = random.randrange(1 << 30)
        code, text, counts = run(options.binary, options.cases, seed)
        if not LEDGER.exists():
            LEDGER.write_text("date,commit,seed,cases,harmless,fell_back,stopped,wrong\n")
        row = (datetime.date.today(), commit(), seed, *(counts or ("CRASHED", "", "", "", "")))
        with LEDGER.open("a") as ledger:
            ledger.write(",".join(map(str, row)) + "\n")
        print(text.splitlines()[-1] if counts else text[-4000:], flush=True)
        if code != 0:
            print(text[-8000:])
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
