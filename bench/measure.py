# SPDX-License-Identifier: Apache-2.0
"""CPU seconds and memory of processes, and sums of rows that two engines can be compared by."""

import csv
import decimal
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time


class Usage:
    """Of one process that has ended: user and system seconds, peak RSS in MB, wall seconds."""

    def __init__(self, cpu, rss_mb, wall, output):
        self.cpu = cpu
        self.rss_mb = rss_mb
        self.wall = wall
        self.output = output


class Failed(Exception):
    """A process that did not end well."""


def run(command, text="", cwd=None):
    """Runs a command with `text` as its input. Fails (Failed) with what it said."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors, \
            tempfile.TemporaryFile("w+") as given:
        given.write(text)
        given.seek(0)
        start = time.perf_counter()
        process = subprocess.Popen(list(map(str, command)), stdin=given, stdout=output, stderr=errors,
                                   cwd=cwd)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
        output.seek(0)
        if process.returncode != 0:
            errors.seek(0)
            raise Failed(errors.read().strip() or f"exit code {process.returncode}")
        return Usage(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, wall, output.read())


def duck(script, queries, threads=1):
    """Runs SQL in a fresh DuckDB: `script` unmeasured, each of `queries` once. Returns [(cpu, rows as
    CSV)]. The process' own start is not in it."""
    program = (
        "import duckdb, json, resource, sys\n"
        "script, queries, threads = json.load(sys.stdin)\n"
        "duck = duckdb.connect(config={'threads': threads})\n"
        "duck.execute('SET enable_progress_bar = false')\n"
        "duck.execute(script)\n"
        "def cpu():\n"
        "    used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "    return used.ru_utime + used.ru_stime\n"
        "done = []\n"
        "for query in queries:\n"
        "    before = cpu()\n"
        "    result = duck.execute(query)\n"
        "    rows = result.fetchall() if result.description else []\n"
        "    done.append((cpu() - before, [[None if c is None else str(c) for c in row] for row in rows]))\n"
        "json.dump(done, sys.stdout)\n")
    done = run([sys.executable, "-c", program], json.dumps([script, queries, threads]))
    return json.loads(done.output)


def remove(folder):
    shutil.rmtree(folder, ignore_errors=True)


def rows_of_csv(text):
    """Rows below the header; an empty cell is NULL."""
    return [[cell if cell != "" else None for cell in row] for row in list(csv.reader(io.StringIO(text)))[1:]]


def same_cell(left, right):
    """Numbers by value, to a millionth: a quotient has as many digits as its engine gives it."""
    if left == right:
        return True
    try:
        a, b = decimal.Decimal(left), decimal.Decimal(right)
    except (decimal.InvalidOperation, TypeError):
        return bool(left and right) and re.sub(r"(:\d\d)\.0+$", r"\1", left) == re.sub(
            r"(:\d\d)\.0+$", r"\1", right)
    return abs(a - b) <= max(abs(a), abs(b), 1) * decimal.Decimal("1e-6")


def same_rows(left, right):
    """As sequences, or else as sets: rows that are equal in what a query orders by come in any order."""
    if len(left) != len(right):
        return False
    if all(len(a) == len(b) and all(map(same_cell, a, b)) for a, b in zip(left, right)):
        return True
    left, right = sorted(left, key=str), sorted(right, key=str)
    return all(len(a) == len(b) and all(map(same_cell, a, b)) for a, b in zip(left, right))
