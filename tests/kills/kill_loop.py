# SPDX-License-Identifier: Apache-2.0
"""Kills a job again and again while somebody reads what it shows.

A job numbers rows from 1 and writes them to a sink. It is killed (SIGKILL, or stopped for longer
than its lease lives and woken again) at random moments and started again, at a random parallelism.
A reader looks at the sink all the time. What it may never see: a torn row, a row twice. What has to
be there at the end: every number once.

    python tests/kills/kill_loop.py files --format json --kills 200 --seed 7
"""

import argparse
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("HW_BINARY", str(ROOT / "build" / "ci" / "headwater"))


class Wrong(Exception):
    """The sink showed what it never may."""


class Reader(threading.Thread):
    """Reads the sink until told to stop; remembers the first thing that was wrong."""

    def __init__(self, sink):
        super().__init__(daemon=True)
        self.sink = sink
        self.looks = 0
        self.wrong = None
        self.ending = threading.Event()

    def run(self):
        while not self.ending.is_set() and self.wrong is None:
            try:
                check_once(self.sink.numbers())
            except Wrong as wrong:
                self.wrong = wrong
            self.looks += 1
            self.ending.wait(0.01)

    def end(self):
        self.ending.set()
        self.join()
        if self.wrong is not None:
            raise self.wrong


def check_once(numbers):
    """Every number at most once."""
    seen = set()
    for number in numbers:
        if number in seen:
            raise Wrong(f"row {number} is shown twice")
        seen.add(number)


def source_sql(rows, rate):
    return (f"CREATE TABLE numbers (n BIGINT, k AS n % 7) WITH ('connector' = 'datagen', "
            f"'rows-per-second' = '{rate}', 'number-of-rows' = '{rows}', "
            f"'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '{rows}');")


class Job:
    """The command line of the job, and its process while it lives."""

    def __init__(self, folder, sql, lease_ms, rng):
        self.folder = folder
        self.sql = sql
        self.lease_ms = lease_ms
        self.rng = rng

    def start(self, *arguments):
        return subprocess.Popen(
            [BINARY, "run", "-e", self.sql, "--state-dir", str(self.folder / "state"),
             "--parallelism", str(self.rng.randint(1, 4)),
             "-D", "execution.checkpointing.interval=30 ms",
             "-D", f"execution.lease.timeout={self.lease_ms} ms", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def finish(process, codes=(0,)):
    """Waits for a process that was not killed; what it said."""
    _, errors = process.communicate(timeout=120)
    if process.returncode not in codes:
        raise Wrong(f"exit code {process.returncode}: {errors}")
    return errors


def kill_until_done(job, kills, deadline, reader):
    """Kills at random moments. Returns how often."""
    done = 0
    while done < kills and time.monotonic() < deadline and reader.wrong is None:
        process = job.start()
        try:
            process.wait(timeout=job.rng.uniform(0.03, 0.35))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            done += 1
            continue
        finish(process)
        break
    return done


def wake_zombies(job, zombies, deadline, reader):
    """Stops the job for longer than its lease lives, lets another take over, wakes it."""
    done = 0
    process = job.start()
    while done < zombies and time.monotonic() < deadline and reader.wrong is None:
        time.sleep(job.rng.uniform(0.1, 0.4))
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGSTOP)
        successor = job.start("--standby")
        time.sleep(2.5 * job.lease_ms / 1000)
        process.send_signal(signal.SIGCONT)
        # Taken over: exit code 4. Or it had come to its end.
        finish(process, codes=(0, 4))
        process = successor
        done += 1
    process.kill()
    process.communicate()
    return done


def loop(sink, rows, rate, kills, zombies, seconds, seed, folder):
    """One whole life of a job. Returns (kills, zombies, looks)."""
    rng = random.Random(seed)
    job = Job(folder, source_sql(rows, rate) + sink.sql("numbers"), 400, rng)
    deadline = time.monotonic() + seconds
    reader = Reader(sink)
    reader.start()
    try:
        woken = wake_zombies(job, zombies, deadline, reader) if zombies else 0
        killed = kill_until_done(job, kills, deadline, reader)
        finish(job.start())
    finally:
        reader.end()
    numbers = sorted(sink.numbers())
    if numbers != list(range(1, rows + 1)):
        missing = sorted(set(range(1, rows + 1)) - set(numbers))[:5]
        raise Wrong(f"{len(numbers)} of {rows} rows; missing {missing}")
    return killed, woken, reader.looks


def run_loops(make_sink, kills, zombies, seconds, seed, rows=60_000, rate=20_000):
    """Lives after lives until so many kills, or the time is up. Returns (kills, zombies, looks)."""
    until = time.monotonic() + seconds
    totals = [0, 0, 0]
    life = 0
    while (totals[0] < kills or totals[1] < zombies) and time.monotonic() < until:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="headwater-kills-"))
        try:
            got = loop(make_sink(folder), rows, rate, kills - totals[0], zombies - totals[1],
                       until - time.monotonic(), seed + life, folder)
        except Wrong as wrong:
            raise Wrong(f"seed {seed + life}, kept in {folder}: {wrong}") from wrong
        shutil.rmtree(folder)
        totals = [total + one for total, one in zip(totals, got)]
        life += 1
    return totals


def main():
    from sinks import SINKS
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sink", choices=sorted(SINKS))
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--zombies", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    try:
        kills, zombies, looks = run_loops(SINKS[options.sink], options.kills, options.zombies,
                                          options.seconds, options.seed)
    except Wrong as wrong:
        print(f"WRONG: {wrong}")
        return 1
    print(f"{options.sink}: {kills} kills, {zombies} zombies, {looks} looks: nothing lost, "
          f"nothing twice, nothing torn")
    return 0


if __name__ == "__main__":
    sys.exit(main())
