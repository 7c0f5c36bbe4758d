# SPDX-License-Identifier: Apache-2.0
"""Runs every examples/*.sql through the binary, as a user would, and compares what it prints with
results that were computed without Headwater (earthquakes_expected.py).

An example without an expectation here fails the suite: nothing is shown to a newcomer untested.
"""

import collections
import csv
import io
import os
import pathlib
import re
import subprocess
import sys

import flights_expected

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
BINARY = os.environ.get("HW_BINARY", str(ROOT / "build" / "ci" / "headwater"))

# file -> (expected rows as a stream, as a batch, what the stream says about late rows).
EXAMPLES = {
    "earthquakes.sql": ("earthquakes_stream.csv", "earthquakes_batch.csv", r"\b136\b.*\blate\b|"
                                                                           r"\blate\b.*\b136\b"),
}
WAYS = [(mode, parallelism) for mode in ("streaming", "batch") for parallelism in (1, 2, 4)]


def comparable(cell):
    """Numbers by value and times without an empty fraction, so that only content is compared."""
    if re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", cell):
        return float(cell)
    return re.sub(r"(\d\d:\d\d:\d\d)\.0+$", r"\1", cell)


def rows_of(text):
    header, *rows = csv.reader(io.StringIO(text))
    return header, collections.Counter(tuple(comparable(c) for c in row) for row in rows)


def difference(expected, found):
    missing, extra = expected - found, found - expected
    lines = [f"    missing: {row}" for row in list(missing)[:5]]
    lines += [f"    not expected: {row}" for row in list(extra)[:5]]
    return "\n".join([f"    {sum(missing.values())} missing, {sum(extra.values())} not expected"] + lines)


def check(example, mode, parallelism):
    """Returns what is wrong, or nothing."""
    stream, batch, late = EXAMPLES[example]
    command = [BINARY, "run", f"examples/{example}", "--mode", mode, "--parallelism",
               str(parallelism), "--output", "csv"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        return f"    exit code {done.returncode}\n{done.stderr[-2000:]}"
    expected = (HERE / (stream if mode == "streaming" else batch)).read_text(encoding="utf-8")
    if rows_of(expected) != rows_of(done.stdout):
        if rows_of(expected)[0] != rows_of(done.stdout)[0]:
            return f"    header {rows_of(done.stdout)[0]}, expected {rows_of(expected)[0]}"
        return difference(rows_of(expected)[1], rows_of(done.stdout)[1])
    if mode == "streaming" and late and not re.search(late, done.stderr):
        return f"    stderr does not report the late rows ({late}):\n{done.stderr[-1000:]}"
    return None


def check_pipeline():
    """The pipeline checks itself: exit code 0 after its kills."""
    done = subprocess.run([sys.executable, "examples/log_pipeline/run.py", "--kills", "6"], cwd=ROOT,
                          capture_output=True, text=True, env={**os.environ, "HW_BINARY": BINARY})
    print(f"log_pipeline: {'FAILED' if done.returncode else 'as expected'}")
    if done.returncode:
        print(done.stdout[-3000:] + done.stderr[-2000:])
    return done.returncode != 0


def main():
    failed = check_pipeline()
    for path in sorted((ROOT / "examples").glob("*.sql")):
        if path.name == "flights.sql":
            failed += flights_expected.check(BINARY)
            continue
        if path.name not in EXAMPLES:
            print(f"{path.name}: FAILED, no expectation in {pathlib.Path(__file__).name}")
            failed += 1
            continue
        for mode, parallelism in WAYS:
            wrong = check(path.name, mode, parallelism)
            print(f"{path.name}, {mode}, parallelism {parallelism}: {'FAILED' if wrong else 'as expected'}")
            if wrong:
                print(wrong)
                failed += 1
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
