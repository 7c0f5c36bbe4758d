# SPDX-License-Identifier: Apache-2.0
"""./dev bench recovery: what exactly-once costs, and how soon a killed job is back.

Throughput with a checkpoint a second beside the same job without, interleaved, medians of wall
time; state directories on a tmpfs where there is one (/dev/shm), so that the engine is measured and
not a shared disk.
"""

import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

NEXMARK = pathlib.Path(__file__).resolve().parent / "nexmark"
ROUNDS = 5
DISK = pathlib.Path(__file__).resolve().parents[1] / "build"
# Of a changed row: key and values, with what the files add.
CHANGED_BYTES = 64
# More than that one worker cannot change.
ROWS_MAX = 1_000_000
CHECKPOINTS = ("-D", "execution.checkpointing.interval=1 s")

BIDS = """
CREATE TABLE bids (auction BIGINT, bidder BIGINT, price BIGINT, dateTime TIMESTAMP(3), extra STRING,
  WATERMARK FOR dateTime AS dateTime - INTERVAL '4' SECOND)
WITH ('connector' = 'nexmark', 'event-type' = 'bid', 'events.num' = '{events}');
"""
Q1 = """
CREATE TABLE out_t (auction BIGINT, bidder BIGINT, price DECIMAL(23, 3), dateTime TIMESTAMP(3))
  WITH ('connector' = 'blackhole');
INSERT INTO out_t SELECT auction, bidder, 0.908 * price, dateTime FROM bids
"""
HOP = """
CREATE TABLE out_t (auction BIGINT, num BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO out_t SELECT auction, COUNT(*) FROM TABLE(HOP(TABLE bids, DESCRIPTOR(dateTime),
  INTERVAL '2' SECOND, INTERVAL '10' SECOND)) GROUP BY auction, window_start, window_end
"""
EVERY_ROW = """
CREATE TABLE out_t (bidder BIGINT, auction BIGINT, n BIGINT, p BIGINT, t TIMESTAMP(3),
  PRIMARY KEY (bidder, auction) NOT ENFORCED) WITH ('connector' = 'blackhole');
INSERT INTO out_t SELECT bidder, auction, COUNT(*), MAX(price), MAX(dateTime) FROM bids
  GROUP BY bidder, auction
"""
# Few rows come out, all state is kept.
SELDOM = """
CREATE TABLE out_t (bidder BIGINT, auction BIGINT, n BIGINT, p BIGINT)
  WITH ('connector' = 'filesystem', 'path' = '{out}', 'format' = 'changelog-json');
INSERT INTO out_t SELECT bidder, auction, COUNT(*), MAX(price) FROM bids
  GROUP BY bidder, auction HAVING COUNT(*) > 3
"""


def memory_folder():
    parent = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    return pathlib.Path(tempfile.mkdtemp(prefix="headwater-bench-", dir=parent))


def seconds_of(binary, sql, *arguments, workers=1):
    start = time.perf_counter()
    done = subprocess.run([binary, "run", "--parallelism", str(workers), "-q", *arguments, "-e", sql],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return time.perf_counter() - start


def nexmark(query, events):
    """A query of the suite over the whole merged table of the generator."""
    parts = (NEXMARK / "tables" / "generator.sql", NEXMARK / "tables" / "views.sql",
             NEXMARK / "queries" / f"{query}.sql")
    return "".join(part.read_text() for part in parts).replace("'1000000'", f"'{events}'")


def share(line, binary, what, sql, bids):
    """Throughput with checkpoints against without."""
    without, with_them = [], []
    for _ in range(ROUNDS):
        without.append(seconds_of(binary, sql))
        folder = memory_folder()
        with_them.append(seconds_of(binary, sql, "--state-dir", str(folder), *CHECKPOINTS))
        shutil.rmtree(folder)
    ours, reference = statistics.median(with_them), statistics.median(without)
    line(f"{what}, 1 s checkpoints against none", f"{bids / ours / 1e6:.2f} M bids/s",
         f"{bids / reference / 1e6:.2f} M bids/s", f"{100 * reference / ours:.0f} %")


def bytes_below(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def checkpoint_bytes(binary, state):
    """What the newest checkpoint of the one job below names; files of older ones lie there, too."""
    done = subprocess.run([binary, "checkpoint", "inspect", "--json", str(state)],
                          capture_output=True, text=True)
    try:
        return max(found["bytes"] for found in json.loads(done.stdout)["checkpoints"])
    except (ValueError, KeyError):
        return 0


def back_again(line, binary, gigabytes=1.0):
    """SIGKILL at a state of so many bytes; until the first new part is visible."""
    folder = memory_folder()
    out, state = folder / "out", folder / "state"
    sql = BIDS.format(events=0) + SELDOM.format(out=out)
    command = [binary, "run", "--parallelism", "2", "--state-dir", str(state), "-q",
               "-D", "execution.checkpointing.interval=1 s", "-e", sql]

    def shown():
        return {path.name for path in out.glob("*") if path.name[0] not in "._"}

    process = subprocess.Popen(command)
    until = time.monotonic() + 300
    while (bytes_below(state) < gigabytes * 1e9 or
           checkpoint_bytes(binary, state) < gigabytes * 1e9):
        if process.poll() is not None or time.monotonic() > until:
            process.kill()
            shutil.rmtree(folder)
            return line(f"back after SIGKILL, {gigabytes:.0f} GB of state", "not reached", "", "")
        time.sleep(1)
    process.kill()
    process.wait()
    size, before = checkpoint_bytes(binary, state), shown()
    start = time.perf_counter()
    process = subprocess.Popen(command)
    while not shown() - before and process.poll() is None:
        time.sleep(0.005)
    seconds = time.perf_counter() - start
    process.kill()
    process.wait()
    shutil.rmtree(folder)
    line(f"SIGKILL to the first new row, {size / 1e9:.1f} GB of checkpoint", f"{seconds:.2f} s",
         "5 s bound", "")


def disk_folder():
    """On the disk that the tree is on, and not in memory."""
    return pathlib.Path(tempfile.mkdtemp(prefix="headwater-bench-", dir=DISK))


def disk_floor(seconds=3.0):
    """Bytes a second of one large file, written in blocks of 4 MB and synced at the end."""
    folder = disk_folder()
    block = b"x" * (4 << 20)
    count, start = 0, time.perf_counter()
    with open(folder / "plain", "wb", buffering=0) as file:
        while time.perf_counter() - start < seconds:
            count += file.write(block)
        os.fsync(file.fileno())
    rate = count / (time.perf_counter() - start)
    shutil.rmtree(folder)
    return rate


def on_a_disk(line, binary, seconds=30):
    """Every row changes a row of state, at a rate at which the changed bytes stay below half of what
    the disk does; each second a checkpoint, of which none may be missed."""
    floor = disk_floor()
    rate = int(min(0.4 * floor / CHANGED_BYTES, ROWS_MAX))
    folder = disk_folder()
    sql = ("CREATE TABLE changes (k BIGINT, v BIGINT) WITH ('connector' = 'datagen', "
           f"'rows-per-second' = '{rate}', 'number-of-rows' = '{rate * seconds}', 'fields.k.min' = '0', "
           f"'fields.k.max' = '{10 * rate}', 'seed' = '1');"
           "CREATE TABLE out_t (k BIGINT, n BIGINT, most BIGINT, PRIMARY KEY (k) NOT ENFORCED) "
           "WITH ('connector' = 'blackhole');"
           "INSERT INTO out_t SELECT k, COUNT(*), MAX(v) FROM changes GROUP BY k")
    start = time.perf_counter()
    done = subprocess.run([binary, "run", "--parallelism", "1", "--state-dir", str(folder), *CHECKPOINTS,
                           "-D", "execution.checkpointing.timeout=1 s",
                           "-D", "execution.checkpointing.tolerable-failed-checkpoints=1000", "-e", sql],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    took = time.perf_counter() - start
    missed = len(re.findall(r"checkpoint \d+ is abandoned", done.stderr))
    made = max([int(path.name.split("-")[1]) for path in folder.glob("*/checkpoint-*")], default=0)
    shutil.rmtree(folder)
    line(f"1 s checkpoints on a disk, {rate / 1e6:.2f} M changes/s", f"{missed} missed of {made}",
         f"{floor / 1e6:.0f} MB/s disk", f"{took:.0f} s")


def bounded_read(line, binary, rows=10_000_000):
    """One partition, read as a batch by four workers and by one."""
    folder = memory_folder()
    table = ("CREATE TABLE t (id BIGINT, price BIGINT, extra STRING) WITH ('connector' = 'log', "
             f"'path' = '{folder}', 'topic' = 't', 'segment.bytes' = '32mb', 'flush' = 'none');")
    fill = ("CREATE TABLE made (id BIGINT, price BIGINT, extra STRING) WITH ('connector' = 'datagen', "
            f"'rows-per-second' = '100000000', 'number-of-rows' = '{rows}', 'fields.extra.length' = '80', "
            "'seed' = '1'); INSERT INTO t SELECT * FROM made")
    read = "SELECT COUNT(*), MAX(price), MAX(CHAR_LENGTH(extra)) FROM t"
    seconds_of(binary, table + fill, "--mode", "batch")
    seconds = {1: [], 4: []}
    for _ in range(ROUNDS):
        for workers, taken in seconds.items():
            taken.append(seconds_of(binary, table + read, "--mode", "batch", workers=workers))
    shutil.rmtree(folder)
    one, four = (statistics.median(taken) for taken in seconds.values())
    line(f"log, one partition, 4 workers on {os.cpu_count()} cores", f"{rows / four / 1e6:.1f} M rows/s",
         f"{rows / one / 1e6:.1f} M rows/s, 1 worker", f"{one / four:.2f} x")


def latency(binary, run_program, seconds=20):
    """A row's way through two topics and a stateless query between them."""
    folder = memory_folder()
    tables = "".join(f"CREATE TABLE {name} (id BIGINT, sent_ns BIGINT) WITH ('connector' = 'log', 'path' = "
                     f"'{folder}', 'topic' = '{name}', 'flush' = 'none', "
                     "'sink.delivery-guarantee' = 'at-least-once');" for name in "ab")
    for name in "ab":
        seconds_of(binary, tables + f"INSERT INTO {name} SELECT 0, 0", "--mode", "batch")
    job = subprocess.Popen([binary, "run", "--parallelism", "1", "-q", "-e", tables +
                            "INSERT INTO b SELECT id, sent_ns FROM a WHERE id >= 0"])
    run_program("log_latency_bench", folder, seconds)
    job.kill()
    job.wait()
    shutil.rmtree(folder)


def run(line, binary, run_program):
    line("", "ours", "reference", "ratio")
    of_bids = 46 / 50
    for what, query, events in (("q1", Q1, 30_000_000),
                                ("count per auction, HOP 10 s / 2 s", HOP, 20_000_000),
                                ("every bid changes a row", EVERY_ROW, 6_000_000)):
        share(line, binary, what, BIDS.format(events=events) + query, events * of_bids)
    for query, events in (("q5", 20_000_000), ("q18", 10_000_000)):
        share(line, binary, f"Nexmark {query}, merged events", nexmark(query, events), events * of_bids)
    back_again(line, binary)
    print()
    run_program("snapshot_bench")
    print()
    folder = memory_folder()
    run_program("log_bench", folder / "log")
    shutil.rmtree(folder)
    folder = disk_folder()
    run_program("log_disk_bench", folder / "log")
    shutil.rmtree(folder)
    bounded_read(line, binary)
    latency(binary, run_program)
    on_a_disk(line, binary)
