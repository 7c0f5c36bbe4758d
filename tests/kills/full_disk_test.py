# SPDX-License-Identifier: Apache-2.0
"""A disk that is full: the job waits, says so, and goes on when there is room. Nothing is lost."""

import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import kill_loop
from sinks import SINKS

SKIPPED = 77
ROWS = 40_000


def run_on(disk, name, seed):
    """One life on a small disk that somebody fills and clears."""
    sink = SINKS[name](disk)
    job = kill_loop.Job(disk, kill_loop.source_sql(ROWS, 20_000) + sink.sql("numbers"), 5_000,
                        random.Random(seed))
    process = job.start()
    time.sleep(0.6)
    filler = disk / "filler"
    try:
        with open(filler, "wb", buffering=0) as file:
            while True:
                file.write(bytes(1 << 16))
    except OSError:
        pass
    time.sleep(2.5)
    if process.poll() is not None:
        raise kill_loop.Wrong(f"the job did not wait: {process.communicate()[1]}")
    filler.unlink(missing_ok=True)
    errors = kill_loop.finish(process)
    if "has no room" not in errors:
        raise kill_loop.Wrong(f"nobody was told of the full disk: {errors}")
    kill_loop.check_once(sink.numbers())
    if sorted(sink.numbers()) != list(range(1, ROWS + 1)):
        raise kill_loop.Wrong(f"{len(sink.numbers())} of {ROWS} rows")


def main():
    wrong = 0
    for seed, name in enumerate(("json", "parquet", "log")):
        with tempfile.TemporaryDirectory(prefix="headwater-disk-") as folder:
            mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", folder],
                                     capture_output=True, text=True)
            if mounted.returncode != 0:
                print(f"skipped: a small disk cannot be mounted: {mounted.stderr.strip()}")
                return SKIPPED
            try:
                run_on(pathlib.Path(folder), name, seed)
                print(f"{name}: waited, said so, went on", flush=True)
            except kill_loop.Wrong as error:
                print(f"{name}: WRONG: {error}", flush=True)
                wrong = 1
            finally:
                subprocess.run(["umount", "-l", folder], check=False)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
