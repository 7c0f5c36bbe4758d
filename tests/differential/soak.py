# SPDX-License-Identifier: Apache-2.0
"""./dev soak differential [--seconds S] [--against duckdb | reference]: random queries for as long as one
likes: in their first half against DuckDB in every mode of golden files, in the second generated jobs against
the reference. Counts go to tests/differential/ledger.csv, which is part of the repository, after every
minute, so that a soak may be ended at any time; failures to build/differential/failures.txt.
"""

import argparse
import datetime
import fcntl
import os
import pathlib
import random
import re
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "reference"))
import random_queries  # noqa: E402

LEDGER = FOLDER / "ledger.csv"
FAILURES = random_queries.ROOT / "build" / "differential" / "failures.txt"
LOCK = FAILURES.with_name("ledger.lock")
ROUND_S = 60


def run_against_duckdb(seeds, seconds):
    """As random_queries.run: one process a first seed, side by side."""
    processes = [(seed, subprocess.Popen(
        [sys.executable, str(FOLDER / "differential.py"), "--from-seed", str(seed), "--seconds", str(seconds),
         "--jobs", "1"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)) for seed in seeds]
    tallies = []
    for seed, process in processes:
        text = process.communicate()[0].decode("utf-8", "replace")
        found = re.search(r"queries=(\d+) runs=(\d+) failures=(\d+) refused=(\d+) last_seed=(\d+)", text)
        jobs, runs, failures, refused, last = map(int, found.groups()) if found else (0, 0, 1, 0, seed)
        tallies.append(random_queries.Tally(jobs, jobs, runs, failures, refused, seed, last, text))
    return tallies


def record(against, tally):
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        write_line(against, tally)


def write_line(against, tally):
    if not LEDGER.exists():
        LEDGER.write_text("date,commit,against,first_seed,last_seed,queries,engine_runs,failures,refused\n")
    start = f"{against},{tally.first_seed},"
    row = [datetime.date.today().isoformat(), random_queries.commit()[:10], f"{start}{tally.last_seed}",
           tally.queries, tally.runs, tally.failures, tally.refused]
    # The line of the soak's last round, if there is one, is replaced.
    kept = [line for line in LEDGER.read_text().splitlines() if f",{start}" not in line]
    made = LEDGER.with_suffix(".new")
    made.write_text("\n".join([*kept, ",".join(map(str, row))]) + "\n")
    made.replace(LEDGER)


def soak(against, run, seconds, processes):
    """Runs until the time is over; returns whether all went well. One line a process in the ledger: the
    rounds of one go on where the last ended."""
    seeds = [random.randrange(10**9, 10**15) for _ in range(processes)]
    totals = [random_queries.Tally(first_seed=seed, last_seed=seed - 1) for seed in seeds]
    while seconds > 0:
        round_s = min(seconds, ROUND_S)
        seconds -= round_s
        for total, tally in zip(totals, run([t.last_seed + 1 for t in totals], round_s)):
            total.queries += tally.queries
            total.runs += tally.runs
            total.failures += tally.failures
            total.refused += tally.refused
            total.last_seed = tally.last_seed
            if tally.failures or tally.refused:
                FAILURES.parent.mkdir(parents=True, exist_ok=True)
                with FAILURES.open("a") as file:
                    file.write(tally.text)
        print(f"against {against}: {sum(t.queries for t in totals)} queries, {sum(t.runs for t in totals)} runs, "
              f"{sum(t.failures for t in totals)} failures, {sum(t.refused for t in totals)} refused", flush=True)
        for total in totals:
            record(against, total)
    return not any(t.failures for t in totals)


def main():
    parser = argparse.ArgumentParser(description="random queries against other engines, recorded")
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--rows", type=int, default=60, help="rows of a table of generated jobs at most")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--against", choices=["duckdb", "reference"])
    options = parser.parse_args()

    def reference(seeds, seconds):
        return random_queries.run(seeds, seconds, ["--rows", str(options.rows)])

    ways = {"duckdb": run_against_duckdb, "reference": reference}
    if options.against:
        ways = {options.against: ways[options.against]}
    good = [soak(against, run, options.seconds / len(ways), options.processes) for against, run in ways.items()]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
