# SPDX-License-Identifier: Apache-2.0
"""Every Nexmark query against DuckDB: as stream and batch, parallel, shuffled, killed, from files.

Each query goes from one mode to the next until the time is up; which query comes first and in which
mode moves on from commit to commit (HW_ROTATION). `./dev soak nexmark` goes through all of them.

    python tests/nexmark/nexmark_test.py --events 4000000 --all q4 q9
"""

import argparse
import os
import pathlib
import sys
import tempfile
import time

import engine
import oracle
from engine import Wrong
from proof import Proof

# name: (source, runtime mode, parallelism, events shuffled within groups of). One reader of events
# that are not shuffled gives them in order.
MODES = {
    "stream": ("generator", "streaming", 1, 1),
    "batch": ("generator", "batch", 1, 1),
    "stream x2": ("generator", "streaming", 2, 1),
    "batch x2": ("generator", "batch", 2, 1),
    "killed": ("generator", "streaming", 0, 1),
    "stream x4": ("generator", "streaming", 4, 1),
    "batch x4": ("generator", "batch", 4, 1),
    # Within a second of event time; the watermark waits for four.
    "shuffled x2": ("generator", "streaming", 2, 100_000),
    "shuffled batch x4": ("generator", "batch", 4, 100_000),
    "parquet": ("parquet", "streaming", 1, 1),
    "json": ("json", "streaming", 1, 1),
    "parquet batch x2": ("parquet", "batch", 2, 1),
    "json batch x4": ("json", "batch", 4, 1),
}
KILLS = 5
# What fails because it is not built yet, with the words of the error; it is checked once they are gone.
NOT_YET = {11: "not supported yet"}


class Checks:
    def __init__(self, folder, events):
        self.folder = folder
        self.events = events
        engine.write_events(folder, events)
        self.proof = Proof(folder / "nexmark.parquet")

    def check(self, number, mode):
        """Runs the query in the mode and compares. Returns what to say about it."""
        source, runtime, parallelism, group = MODES[mode]
        said = ""
        with tempfile.TemporaryDirectory(dir=self.folder) as place:
            out = pathlib.Path(place) / "out"
            sql = (engine.table_sql(source, self.events, group, self.folder) +
                   engine.query_sql(number, self.folder, out))
            if mode == "killed":
                kills = engine.kill_often(sql, pathlib.Path(place) / "state", KILLS, number)
                said = f", killed {kills} times"
            else:
                engine.run(sql, "--mode", runtime, "--parallelism", str(parallelism))
            rows = self.proof.compare(number, out, in_order=parallelism == 1 and group == 1)
            if number == 10:
                check_success_files(out)
        return f"{rows} rows{said}"


def check_success_files(out):
    for folder in out.glob("*/*"):
        if not (folder / "_SUCCESS").exists():
            raise Wrong(f"{folder.name} has no _SUCCESS file")


def turns(numbers, rotation):
    """(query, mode): in each round every query, in another mode than in the rounds before."""
    modes = list(MODES)
    first = 7 * rotation % len(numbers)
    for turn in range(len(modes)):
        for number in numbers[first:] + numbers[:first]:
            yield number, modes[(rotation + 5 * number + turn) % len(modes)]


class Tally:
    def __init__(self):
        self.compared, self.waiting, self.wrong = set(), set(), []
        self.comparisons = 0

    def run(self, checks, number, mode):
        began = time.monotonic()
        try:
            said = checks.check(number, mode)
            self.comparisons += 1
            self.compared.add(number)
        except Wrong as error:
            if NOT_YET.get(number, "\0") in str(error):
                self.waiting.add(number)
                said = "not supported yet"
            else:
                self.wrong.append(f"q{number} {mode}")
                said = f"WRONG: {error}"
        print(f"q{number:<3} {mode:18} {time.monotonic() - began:5.1f} s  {said}", flush=True)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("queries", nargs="*", help="q0 .. q22; default: all")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--all", action="store_true", help="all modes, however long it takes")
    parser.add_argument("--mode", choices=list(MODES), help="this one only")
    return parser.parse_args()


def main():
    options = parse_arguments()
    numbers = [int(name.removeprefix("q")) for name in options.queries] or sorted(oracle.QUERIES)
    until = time.monotonic() + 0.75 * float(os.environ.get("HW_SUITE_SECONDS", "120"))
    bounded = not options.all and options.mode is None
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="headwater-nexmark-") as folder:
        checks = Checks(pathlib.Path(folder), options.events)
        for number, mode in turns(numbers, int(os.environ.get("HW_ROTATION", "0"))):
            if options.mode not in (None, mode) or number in tally.waiting:
                continue
            if bounded and time.monotonic() > until:
                break
            tally.run(checks, number, mode)
    waiting = ", ".join(f"q{number}" for number in sorted(tally.waiting)) or "none"
    print(f"{tally.comparisons} comparisons of {len(tally.compared)} queries at {options.events} events; "
          f"wrong: {', '.join(tally.wrong) or 'none'}; not supported yet: {waiting}")
    # All of them on an idle machine; under load a third has to be reached.
    enough = len(tally.compared) + len(tally.waiting) >= len(numbers) / 3
    return 0 if enough and not tally.wrong else 1


if __name__ == "__main__":
    sys.exit(main())
