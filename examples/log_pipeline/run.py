#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A pipeline of two jobs, killed again and again before your eyes: files -> log -> counts -> files.

    ./dev build && python3 examples/log_pipeline/run.py [--kills N]

Bid files are dropped into a folder one by one. One job moves their rows into a topic, another one
counts them per ten seconds of event time. Both are killed with SIGKILL at random moments and started
again. In the end the counts are compared with a batch over the topic, and the topic with the files.
Everything is made in examples/log_pipeline/scratch, which is removed first.
"""

import argparse
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BINARY = os.environ.get("HW_BINARY", str(ROOT / "build" / "ci" / "headwater"))
WORK = HERE / "scratch"


def run(script, *arguments):
    done = subprocess.run([BINARY, "run", script, *arguments], cwd=HERE, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{script}: {done.stderr}")
    return done.stdout


def start(script):
    return subprocess.Popen([BINARY, "run", script, "--state-dir", "scratch/state", "-D",
                             "execution.checkpointing.interval=200 ms", "--drain"], cwd=HERE,
                            stderr=subprocess.PIPE, text=True)


def lines_below(folder):
    lines = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name[0] not in "._":
            lines += path.read_text().splitlines()
    return lines


def batch():
    """The windows as a batch over the topic has them."""
    return sorted(run("batch.sql", "--mode", "batch", "--output", "csv").splitlines()[1:])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    shutil.rmtree(WORK, ignore_errors=True)
    (WORK / "inbox").mkdir(parents=True)
    print("making bids ...", flush=True)
    run("make_bids.sql", "--parallelism", "1")
    # A part's last number counts them: part-prepared-0-prepared-0-0-12.json.
    files = sorted((path for path in (WORK / "prepared").iterdir() if path.name[0] not in "._"),
                   key=lambda path: int(path.stem.rsplit("-", 1)[1]))
    jobs = {name: start(name) for name in ("ingest.sql", "count.sql")}
    kills = 0
    # Pieces are renamed into the inbox, so that none is ever seen half.
    for i, path in enumerate(files):
        path.rename(WORK / "inbox" / f"{i:04}.json")
        time.sleep(rng.uniform(0.05, 0.25))
        if kills < options.kills and rng.random() < 1.5 * options.kills / len(files):
            name = rng.choice(sorted(jobs))
            jobs[name].send_signal(signal.SIGKILL)
            jobs[name].communicate()
            kills += 1
            shown = len(lines_below(WORK / "counts"))
            print(f"kill -9 {name} after file {i + 1} of {len(files)}; {shown} windows so far; "
                  "starting it again", flush=True)
            jobs[name] = start(name)
    rows = sum(len(path.read_text().splitlines()) for path in (WORK / "inbox").iterdir())
    print(f"{len(files)} files with {rows} bids are in; waiting for the last windows", flush=True)
    until = time.monotonic() + 60
    # The watermark is five minutes behind the newest bid: the windows before it come by themselves.
    complete = sum(1 for line in batch() if line < "2015-07-15 00:05:00")
    while (len(lines_below(WORK / "counts")) < complete or
           sum(int(line.split(",")[1]) for line in batch()) < rows) and time.monotonic() < until:
        time.sleep(0.1)
        complete = sum(1 for line in batch() if line < "2015-07-15 00:05:00")
    time.sleep(1)
    print("stopping both; --drain lets the windows fire that are still open", flush=True)
    for process in jobs.values():
        process.terminate()
    for name, process in jobs.items():
        _, errors = process.communicate()
        if process.returncode != 0:
            sys.exit(f"{name}: {errors}")
    expected = batch()
    counted = sum(int(line.split(",")[1]) for line in expected)
    stream = sorted(lines_below(WORK / "counts"))
    print(f"{kills} kills; in the topic: {counted} of {rows} bids; windows of the stream: {len(stream)}")
    if counted != rows or stream != expected:
        print("WRONG: the stream differs from the batch")
        return 1
    print("every bid once, and every window as the batch has it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
