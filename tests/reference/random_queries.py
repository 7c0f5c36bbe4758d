# SPDX-License-Identifier: Apache-2.0
"""Runs build/ci/random_queries on all cores: generated jobs on the engine against the reference.

  random_queries.py                 as CI runs it: within HW_SUITE_SECONDS
  random_queries.py --seconds 600   for so long

Every second process takes fixed seeds, the others seeds that come from the commit: jobs that nobody has seen.
`./dev soak differential` records what it runs.
"""

import argparse
import dataclasses
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("HW_BUILD", ROOT / "build" / "ci")) / "random_queries"
SHOWN_MAX = 20_000
# A machine that does nothing else reaches QUERIES_IDLE; one that is in use goes on for longer, if it must.
QUERIES_IDLE = 10_000
QUERIES_MIN = QUERIES_IDLE // 3
SHARE_OF_BOX, SHARE_OF_BOX_MAX = 0.85, 0.95
SECONDS_MIN = 1
# Jobs are small and many: blocks are kept for the next one instead of going back to the system.
ENVIRONMENT = os.environ | {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=2000:"
                            "glibc.malloc.trim_threshold=1000000000:glibc.malloc.mmap_threshold=1000000000"}


@dataclasses.dataclass
class Tally:
    jobs: int = 0
    queries: int = 0
    runs: int = 0
    failures: int = 0
    refused: int = 0
    first_seed: int = 0
    last_seed: int = 0
    text: str = ""


def commit():
    done = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def fresh_seed(name):
    return 10**9 + int(hashlib.sha256(name.encode()).hexdigest()[:10], 16)


def tally_of(text, first_seed):
    """What a process has printed; one that ended in the middle counts as a failure."""
    found = re.search(r"jobs=(\d+) queries=(\d+) runs=(\d+) failures=(\d+) refused=(\d+) last_seed=(\d+)", text)
    if not found:
        crash = re.search(r"CRASHED seed (\d+)", text)
        return Tally(failures=1, first_seed=first_seed, last_seed=int(crash.group(1)) if crash else first_seed,
                     text=text + "\nthe process ended before its time")
    jobs, queries, runs, failures, refused, last = map(int, found.groups())
    return Tally(jobs, queries, runs, failures, refused, first_seed, last, text)


def run(seeds, seconds, arguments=(), patience_s=300):
    """One process a first seed, side by side. A job that goes on for so long behind the time is a failure."""
    end = time.monotonic() + seconds + patience_s
    processes = [(seed, subprocess.Popen([BINARY, "--seed", str(seed), "--seconds", str(seconds), *arguments],
                                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=ENVIRONMENT))
                 for seed in seeds]
    tallies = []
    for seed, process in processes:
        try:
            text = process.communicate(timeout=max(end - time.monotonic(), 0))[0]
        except subprocess.TimeoutExpired:
            process.terminate()
            text = process.communicate()[0]
        # Rows may hold bytes that are no text.
        tallies.append(tally_of(text.decode("utf-8", "replace"), seed))
    return tallies


def run_in_box(seeds, box):
    """Most of the time box; as long as queries are wanting and it has room, a little more."""
    began = time.monotonic()
    patience_s = (SHARE_OF_BOX_MAX - SHARE_OF_BOX) * box
    tallies = run(seeds, SHARE_OF_BOX * box, patience_s=patience_s)
    while sum(t.queries for t in tallies) < QUERIES_MIN and not any(t.failures for t in tallies):
        left = SHARE_OF_BOX_MAX * box - (time.monotonic() - began)
        if left < SECONDS_MIN:
            break
        tallies += run([t.last_seed + 1 for t in tallies[-len(seeds):]], left, patience_s=0.03 * box)
    return tallies


def main():
    parser = argparse.ArgumentParser(description="generated jobs against the reference")
    parser.add_argument("--seconds", type=float)
    options = parser.parse_args()
    cores = os.cpu_count() or 1
    name = commit()
    seeds = [1 + 2 * 10**6 * i if i % 2 == 0 else fresh_seed(f"{name} {i}") for i in range(max(cores, 2))]
    if options.seconds is None:
        tallies = run_in_box(seeds, float(os.environ.get("HW_SUITE_SECONDS", "60")))
    else:
        tallies = run(seeds, options.seconds)
    for tally in tallies:
        if tally.failures or tally.refused:
            print(tally.text[:SHOWN_MAX])
    jobs, queries, runs = (sum(getattr(t, name) for t in tallies) for name in ("jobs", "queries", "runs"))
    failures, refused = sum(t.failures for t in tallies), sum(t.refused for t in tallies)
    print("seeds: " + ", ".join(f"{t.first_seed}..{t.last_seed}" for t in tallies))
    few = options.seconds is None and queries < QUERIES_MIN
    if few:
        print(f"at least {QUERIES_MIN} queries are needed, a third of what an idle machine reaches")
    print(f"{queries} queries ({QUERIES_IDLE} on an idle machine), {jobs} jobs, {runs} runs of the engine, "
          f"{failures} failures, {refused} refused by the reference")
    sys.exit(1 if failures or refused or few else 0)


if __name__ == "__main__":
    main()
