# SPDX-License-Identifier: Apache-2.0
"""The simulator in CI: all kept scenarios, fixed seeds and others at each commit, three planted bugs.

Runs within its time box (HW_SUITE_SECONDS), one search a core. Fails when a scenario or a seed does,
when a planted bug is not found, or when too little was searched to mean anything.
"""

import csv
import os
import pathlib
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SIM = pathlib.Path(os.environ.get("HW_BUILD", ROOT / "build" / "ci")) / "sim"
SECONDS = float(os.environ.get("HW_SUITE_SECONDS", "150"))
CORES = os.cpu_count() or 1
FIXED_SEEDS = 1000  # the same at each commit: what breaks one of them is the change
FRESH_SEEDS = 3000  # a core; others at each commit
FRESH_FIRST = 1_000_000_000
SEEDS_MIN = 500  # a machine that does less in the box searches nothing
PLANTED_A_RUN = 3
PLANTED_SEEDS_MAX = 20_000

SUMMARY = re.compile(r"^(\d+) seeds, (\d+) failures, (\d+) kills, (\d+) pauses", re.MULTILINE)


def commit_number():
    done = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True,
                          text=True)
    return int(done.stdout.strip()[:12] or "1", 16)


def start(*words):
    return subprocess.Popen([str(SIM), *map(str, words)], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, errors="replace")


def planted_bugs():
    with (HERE / "planted.csv").open() as table:
        return [int(row["bug"]) for row in csv.DictReader(table)]


def replay_scenarios():
    kept = sorted(str(path) for path in (HERE / "scenarios").glob("*.scenario"))
    if not kept:
        return True
    process = start("--scenario", *kept)
    text = process.communicate()[0]
    print(text.splitlines()[-1])
    if process.returncode != 0:
        print(text)
    return process.returncode == 0


def find_planted(number, until):
    """Three of them, others at each commit."""
    bugs = planted_bugs()
    found_all = True
    for i in range(min(PLANTED_A_RUN, len(bugs))):
        bug = bugs[(number * PLANTED_A_RUN + i) % len(bugs)]
        left = until - time.monotonic()
        process = start("--planted", bug, "--seeds", PLANTED_SEEDS_MAX, "--minutes", left / 60,
                        "--no-matrix")
        text = process.communicate()[0]
        seeds = len(re.findall(r"^seed \d+$", text, re.MULTILINE))
        found = process.returncode != 0
        print(f"planted bug {bug}: {'found' if found else 'NOT FOUND'} after {seeds} seeds")
        # Out of time is not out of seeds.
        found_all = found_all and (found or seeds < PLANTED_SEEDS_MAX)
    return found_all


def search(number, until):
    """Each core: some of the fixed seeds, then fresh ones, until the time is over."""
    keep = ROOT / "build" / "scenarios"
    keep.mkdir(parents=True, exist_ok=True)
    fresh = FRESH_FIRST + number % 1_000_000 * 100_000
    print(f"seeds 1 to {FIXED_SEEDS}, and from {fresh} on (commit {number:012x}); "
          "one of them again: ./dev sim --seed SEED --verbose")
    share = FIXED_SEEDS // CORES
    parts = [[(1 + core * share, share), (fresh + core * FRESH_SEEDS, FRESH_SEEDS)]
             for core in range(CORES)]
    ok, seeds = True, 0
    for turn in range(2):
        # A machine that is busy does less of both.
        minutes = max(0.05, (until - time.monotonic()) / 60 * (0.4 if turn == 0 else 1))
        runs = [start("--seed", parts[core][turn][0], "--seeds", parts[core][turn][1],
                      "--minutes", minutes, "--keep", keep,
                      *(["--no-matrix"] if core > 0 or turn == 0 else []))
                for core in range(CORES)]
        for run in runs:
            text = run.communicate()[0]
            summary = SUMMARY.search(text)
            seeds += int(summary[1]) if summary else 0
            ok = ok and run.returncode == 0 and summary is not None
            print(text)
    print(f"{seeds} seeds in all")
    return ok and seeds >= SEEDS_MIN


def main():
    begin = time.monotonic()
    number = commit_number()
    ok = replay_scenarios()
    ok = find_planted(number, begin + 0.25 * SECONDS) and ok
    ok = search(number, begin + 0.85 * SECONDS) and ok
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
