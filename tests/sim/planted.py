# SPDX-License-Identifier: Apache-2.0
"""How many seeds it takes to find each planted bug: rewrites the last column of planted.csv.

    python planted.py [--seeds N] [--seconds S] [BUG…]
"""

import argparse
import csv
import pathlib
import re
import statistics

import simulation

TABLE = pathlib.Path(__file__).resolve().parent / "planted.csv"


def seeds_to_find(bug, seeds, seconds):
    """Returns the number of seeds, or None when it was not found."""
    process = simulation.start("--planted", bug, "--seeds", seeds, "--minutes", seconds / 60,
                               "--no-matrix")
    text = process.communicate()[0]
    tried = len(re.findall(r"^seed \d+$", text, re.MULTILINE))
    return tried if process.returncode != 0 else None


def main():
    parser = argparse.ArgumentParser(description="seeds to detection of planted bugs")
    parser.add_argument("--seeds", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("bugs", type=int, nargs="*")
    options = parser.parse_args()
    with TABLE.open() as table:
        rows = list(csv.DictReader(table))
    for row in rows:
        if options.bugs and int(row["bug"]) not in options.bugs:
            continue
        found = seeds_to_find(int(row["bug"]), options.seeds, options.seconds)
        row["seeds to detection"] = found if found is not None else "not found"
        print(row["bug"], row["seeds to detection"], row["what it does"], flush=True)
        with TABLE.open("w", newline="") as table:
            writer = csv.DictWriter(table, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    counts = [int(row["seeds to detection"]) for row in rows
              if str(row["seeds to detection"]).isdigit()]
    if counts:
        print(f"{len(counts)} of {len(rows)} found; median {statistics.median(counts)}, "
              f"worst {max(counts)}")


if __name__ == "__main__":
    main()
