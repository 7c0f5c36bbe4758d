# SPDX-License-Identifier: Apache-2.0
"""./dev soak kills [--kills N] [--seconds S]: the kill loops for as long as one likes. Each sink's
counts go to tests/kills/ledger.csv, which is part of the repository.
"""

import argparse
import datetime
import pathlib
import random
import subprocess
import sys
import time

import kill_loop
from sinks import SINKS

LEDGER = pathlib.Path(__file__).resolve().parent / "ledger.csv"
ROUND = 100  # kills of one sink at a time


def commit():
    done = subprocess.run(["git", "-C", str(kill_loop.ROOT), "rev-parse", "--short=10", "HEAD"],
                          capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def record(row):
    if not LEDGER.exists():
        LEDGER.write_text("date,commit,sink,seed,kills,sleepers,looks,result\n")
    with LEDGER.open("a") as ledger:
        ledger.write(",".join(map(str, row)) + "\n")


def main():
    parser = argparse.ArgumentParser(description="kill loops, recorded")
    parser.add_argument("--kills", type=int, default=3000)
    parser.add_argument("--seconds", type=float, default=3600)
    options = parser.parse_args()
    until = time.monotonic() + options.seconds
    total = 0
    names = sorted(SINKS)
    while total < options.kills and time.monotonic() < until:
        for name in names:
            seed = random.randrange(1 << 30)
            result = "ok"
            got = (0, 0, 0)
            try:
                got = kill_loop.run_loops(SINKS[name], min(ROUND, options.kills - total), 5,
                                          until - time.monotonic(), seed)
            except kill_loop.Wrong as wrong:
                result = "WRONG"
                print(f"{name}: WRONG: {wrong}", flush=True)
            record((datetime.date.today(), commit(), name, seed, *got, result))
            print(f"{name}: {got[0]} kills, {got[1]} sleepers, {got[2]} looks: {result}", flush=True)
            if result != "ok":
                return 1
            total += got[0]
            if total >= options.kills or time.monotonic() >= until:
                break
    print(f"{total} kills")
    return 0


if __name__ == "__main__":
    sys.exit(main())
