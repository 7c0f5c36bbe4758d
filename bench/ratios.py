# SPDX-License-Identifier: Apache-2.0
"""./dev bench ratios [modes|parallel|hop|skew|memory|json …]: figures that compare the engine with itself.

modes      streaming against its own batch mode, queries that only append, from memory (CPU)
parallel   parallelism 2 against two independent copies beside each other, from memory (wall clock)
hop        COUNT and SUM of 10,000 keys, steps of 1 s: windows of 3,600 s against 5 s, in turns from the
           moment when both are full (CPU)
skew       a count per key and an hour's window, and distinct counts per day, at parallelism 4: one key
           with half of the rows, and Zipf 1.2, against uniform keys (wall clock)
memory     q18 over 100 M events in one process: peak RSS
json       q0 from JSON lines: events a second (CPU)
Without names: all of them.
"""

import argparse
import concurrent.futures
import json
import math
import pathlib
import statistics
import subprocess
import sys

import measure
import recovery

ROOT = pathlib.Path(__file__).resolve().parents[1]
NEXMARK = ROOT / "bench" / "nexmark"
APPENDING = ("q0", "q1", "q2", "q3", "q5", "q7", "q8", "q11", "q13", "q14", "q20", "q21", "q22")
SPREAD = ("q4", "q5", "q8", "q11", "q15", "q17", "q18")
MERGED_TO_BIDS = (NEXMARK / "tables" / "views.sql")


def mean(values):
    return math.exp(statistics.fmean(map(math.log, values)))


def show(what, ours, reference, share):
    print(f"{what:<44} {ours:>14} {reference:>14} {100 * share:>6.0f} %", flush=True)


def in_memory(program, query, events, rounds, *arguments):
    done = subprocess.run([program, NEXMARK, "--events", str(events), "--rounds", str(rounds), "--only",
                           "engine", *arguments, query], capture_output=True, text=True)
    if done.returncode != 0:
        raise measure.Failed(done.stderr.strip() or "the program died")
    return json.loads(done.stdout)


def modes(program, binary, options):
    shares = []
    for query in APPENDING:
        stream = in_memory(program, query, options.events, options.rounds)["engine"]
        batch = in_memory(program, query, options.events, options.rounds, "--batch")["engine"]
        shares.append(batch / stream)
        show(f"{query}: streaming, batch (CPU-s)", f"{stream:.2f}", f"{batch:.2f}", shares[-1])
    show("streaming by batch, geometric mean", "", "", mean(shares))


def parallel(program, binary, options):
    """Two copies do twice the work in their time. Turns of a process each: what slows a shared machine down
    often stays for the life of one."""
    shares = []
    for query in SPREAD:
        both, alone = [], []
        for _ in range(options.rounds):
            both.append(in_memory(program, query, options.events, 1, "--parallelism", "2")["engine_wall"])
            with concurrent.futures.ThreadPoolExecutor() as pool:
                copies = [pool.submit(in_memory, program, query, options.events, 1) for _ in range(2)]
                alone += [copy.result()["engine_wall"] for copy in copies]
        ours, reference = statistics.median(both), statistics.median(alone)
        shares.append(reference / (2 * ours))
        show(f"{query}: parallelism 2, two copies (s)", f"{ours:.2f}", f"{reference:.2f}", shares[-1])
    show("parallelism 2 by two copies, geometric mean", "", "", mean(shares))


def hop(program, binary, options):
    """Both in one process, taking turns once the long window is full (bench/hop)."""
    done = subprocess.run([program.parent / "bench_hop", str(options.rate)], capture_output=True, text=True)
    if done.returncode != 0:
        raise measure.Failed(done.stderr.strip() or "the program died")
    took = json.loads(done.stdout)
    show("HOP 3,600 s and 5 s, M rows/s", f"{1e3 / took['long']:.2f}", f"{1e3 / took['short']:.2f}", took["share"])


SKEWED = """
CREATE TABLE bids (k BIGINT, v BIGINT, t TIMESTAMP(3), WATERMARK FOR t AS t - INTERVAL '4' SECOND)
  WITH ('connector' = 'filesystem', 'path' = '{folder}', 'format' = 'parquet');
"""
COUNTS = """
CREATE TABLE out_t (k BIGINT, n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO out_t SELECT k, COUNT(*) FROM TABLE(HOP(TABLE bids, DESCRIPTOR(t), INTERVAL '2' SECOND,
  INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
"""
DISTINCTS = """
CREATE TABLE out_t (k BIGINT, n BIGINT, d BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO out_t SELECT k, COUNT(*), COUNT(DISTINCT v) FROM bids GROUP BY k;
"""
WRITE_SKEWED = """
import sys, random, pyarrow, pyarrow.parquet
folder, rows, kind = sys.argv[1], int(sys.argv[2]), sys.argv[3]
draw, keys = random.Random(7), 10000
weights = [1 / (i + 1) ** 1.2 for i in range(keys)]
for part in range(4):
    n = rows // 4
    k = (draw.choices(range(keys), weights, k=n) if kind == 'zipf' else
         [0 if kind == 'half' and draw.random() < 0.5 else draw.randrange(keys) for _ in range(n)])
    v = [draw.randrange(1000000) for _ in range(n)]
    t = pyarrow.array([(part + 4 * i) // 100 for i in range(n)], pyarrow.timestamp('ms'))
    pyarrow.parquet.write_table(pyarrow.table({'k': k, 'v': v, 't': t}), f'{folder}/{part}.parquet')
"""


def skew(program, binary, options):
    folder = recovery.memory_folder()
    kinds = ("uniform", "half", "zipf")
    for kind in kinds:
        (folder / kind).mkdir()
        measure.run([sys.executable, "-c", WRITE_SKEWED, folder / kind, options.rows, kind])
    for what, query in (("count per key and window", COUNTS), ("distinct counts per key", DISTINCTS)):
        walls = {kind: statistics.median(
            measure.run([binary, "run", "-q", "--parallelism", 4, "-"],
                        SKEWED.format(folder=folder / kind) + query).wall
            for _ in range(options.rounds)) for kind in kinds}
        for kind in kinds[1:]:
            show(f"{what}: {kind}, uniform (s)", f"{walls[kind]:.2f}", f"{walls['uniform']:.2f}",
                 walls["uniform"] / walls[kind])
    measure.remove(folder)


def nexmark_sql(table, query, events, path=""):
    text = (NEXMARK / "tables" / f"{table}.sql").read_text().replace("'1000000'", f"'{events}'")
    text = text.replace("'nexmark.jsonl'", f"'{path}'")
    return text + MERGED_TO_BIDS.read_text() + (NEXMARK / "queries" / f"{query}.sql").read_text()


def memory(program, binary, options):
    used = measure.run([binary, "run", "-q", "--parallelism", 1, "-"],
                       nexmark_sql("generator", "q18", options.memory_events))
    print(f"q18, {options.memory_events} events in process: {used.rss_mb / 1024:.2f} GB peak RSS, "
          f"{used.cpu:.0f} CPU-s", flush=True)


def json_lines(program, binary, options):
    folder = recovery.memory_folder()
    columns = (NEXMARK / "tables" / "json.sql").read_text().split("CREATE TABLE nexmark (")[1]
    columns = columns.split(",\n  dateTime AS")[0]
    ends = []
    for events in (options.json_events // 2, options.json_events):
        parts = folder / str(events)
        measure.run([binary, "run", "-q", "--parallelism", 1, "-"],
                    (NEXMARK / "tables" / "generator.sql").read_text().replace("'1000000'", f"'{events}'") +
                    f"CREATE TABLE written ({columns}) WITH ('connector' = 'filesystem', 'path' = '{parts}', "
                    "'format' = 'json'); INSERT INTO written SELECT event_type, person, auction, bid FROM nexmark;")
        ends.append(statistics.median(
            measure.run([binary, "run", "-q", "--parallelism", 1, "-"],
                        nexmark_sql("json", "q0", events, parts)).cpu for _ in range(options.rounds)))
    rate = options.json_events / 2 / max(ends[1] - ends[0], 1e-9)
    print(f"q0 from JSON lines: {rate / 1e6:.2f} M events/s", flush=True)
    measure.remove(folder)


LINES = {"modes": modes, "parallel": parallel, "hop": hop, "skew": skew, "memory": memory,
         "json": json_lines}


def run(arguments, program, binary):
    parser = argparse.ArgumentParser(prog="./dev bench ratios", description=__doc__.splitlines()[0])
    parser.add_argument("lines", nargs="*", help=", ".join(LINES))
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rate", type=int, default=50_000, help="rows a second of event time, for hop")
    parser.add_argument("--rows", type=int, default=4_000_000, help="for skew")
    parser.add_argument("--memory-events", type=int, default=100_000_000)
    parser.add_argument("--json-events", type=int, default=2_000_000)
    options = parser.parse_args(arguments)
    if unknown := set(options.lines) - set(LINES):
        sys.exit(f"there is no line {', '.join(sorted(unknown))}; there are {', '.join(LINES)}")
    for name in options.lines or LINES:
        try:
            LINES[name](program, binary, options)
        except measure.Failed as error:
            print(f"{name}: {error}", flush=True)
    return 0
