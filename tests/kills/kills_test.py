# SPDX-License-Identifier: Apache-2.0
"""The kill loops within their time: every sink gets its share of kills and of sleepers that wake.

Target per run on an idle machine: 200 kills and 20 sleepers; a third has to be reached. `./dev soak
kills` goes on for as long as one likes and writes tests/kills/ledger.csv.
"""

import os
import random
import subprocess
import sys
import time

import kill_loop
from sinks import SINKS

KILLS = 200
ZOMBIES = 20


def seed_of_commit():
    done = subprocess.run(["git", "-C", str(kill_loop.ROOT), "rev-parse", "HEAD"],
                          capture_output=True, text=True)
    return int(done.stdout[:8], 16) if done.returncode == 0 else random.randrange(1 << 30)


def main():
    seconds = float(os.environ.get("HW_SUITE_SECONDS", "240")) * 0.7
    seed = seed_of_commit()
    names = sorted(SINKS)
    turn = seed % len(names)
    names = names[turn:] + names[:turn]
    print(f"seed {seed}", flush=True)
    until = time.monotonic() + seconds
    kills = zombies = 0
    for i, name in enumerate(names):
        left = len(names) - i
        wanted = (-(-(KILLS - kills) // left), -(-(ZOMBIES - zombies) // left))
        try:
            got = kill_loop.run_loops(SINKS[name], *wanted, (until - time.monotonic()) / left,
                                      seed + 1000 * i)
        except kill_loop.Wrong as wrong:
            print(f"{name}: WRONG: {wrong}")
            return 1
        print(f"{name}: {got[0]} kills, {got[1]} sleepers, {got[2]} looks", flush=True)
        kills += got[0]
        zombies += got[1]
    print(f"{kills} of {KILLS} kills, {zombies} of {ZOMBIES} sleepers: nothing lost, nothing twice, "
          "nothing torn")
    return 0 if kills >= KILLS / 3 and zombies >= ZOMBIES / 3 else 1


if __name__ == "__main__":
    sys.exit(main())
