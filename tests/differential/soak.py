# SPDX-License-Identifier: Apache-2.0
"""./dev soak differential [--seconds S] [--rows N]: generated jobs on the engine against the reference,
for as long as one likes. Counts go to tests/differential/ledger.csv, which is part of the repository;
failures, made small, to build/differential/failures.txt.
"""

import argparse
import datetime
import os
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "reference"))
import random_queries  # noqa: E402

LEDGER = pathlib.Path(__file__).resolve().parent / "ledger.csv"
FAILURES = random_queries.ROOT / "build" / "differential" / "failures.txt"
ROUND_S = 60


def record(tally, rows):
    if not LEDGER.exists():
        LEDGER.write_text("date,commit,first_seed,last_seed,rows_max,jobs,engine_runs,failures,refused\n")
    row = [datetime.date.today().isoformat(), random_queries.commit()[:10], tally.first_seed, tally.last_seed,
           rows, tally.jobs, tally.runs, tally.failures, tally.refused]
    with LEDGER.open("a") as ledger:
        ledger.write(",".join(map(str, row)) + "\n")


def main():
    parser = argparse.ArgumentParser(description="generated jobs against the reference, recorded")
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--rows", type=int, default=60, help="rows of a table at most")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    # One line a process in the ledger: the rounds of one go on where the last ended.
    seeds = [random.randrange(10**9, 10**15) for _ in range(options.processes)]
    totals = [random_queries.Tally(first_seed=seed, last_seed=seed - 1) for seed in seeds]
    left = options.seconds
    while left > 0:
        round_s = min(left, ROUND_S)
        left -= round_s
        starts = [t.last_seed + 1 for t in totals]
        for total, tally in zip(totals, random_queries.run(starts, round_s, ["--rows", str(options.rows)])):
            total.jobs += tally.jobs
            total.runs += tally.runs
            total.failures += tally.failures
            total.refused += tally.refused
            total.last_seed = tally.last_seed
            if tally.failures or tally.refused:
                FAILURES.parent.mkdir(parents=True, exist_ok=True)
                with FAILURES.open("a") as file:
                    file.write(tally.text)
        print(f"{sum(t.jobs for t in totals)} jobs, {sum(t.runs for t in totals)} runs, "
              f"{sum(t.failures for t in totals)} failures, {sum(t.refused for t in totals)} refused",
              flush=True)
    for total in totals:
        record(total, options.rows)
    sys.exit(1 if any(t.failures or t.refused for t in totals) else 0)


if __name__ == "__main__":
    main()
