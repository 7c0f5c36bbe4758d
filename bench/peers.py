# SPDX-License-Identifier: Apache-2.0
"""./dev bench peers [q…]: Nexmark as a batch beside DuckDB, one thread each, on the same Parquet files.

One file each of persons, auctions and bids. CPU seconds; DuckDB's without its start, and its rows are
counted and thrown away as those of the blackhole are. DuckDB runs the SQL of the suite's independent
proof (tests/nexmark/oracle.py), which `./dev test nexmark` compares with the engine's rows. Of Flink
this command says only whether it is there: its figures are in no table that it makes.
"""

import argparse
import math
import os
import pathlib
import re
import shutil
import statistics
import sys

import measure
import recovery

ROOT = pathlib.Path(__file__).resolve().parents[1]
NEXMARK = ROOT / "bench" / "nexmark"
KINDS = {"person": 0, "auction": 1, "bid": 2}
# q6 and q9 go by order within the merged file, q10 writes files, q12 goes by the clock.
RUN = [f"q{i}" for i in range(23) if i not in (6, 9, 10, 12)]

DUCK_VIEWS = """
CREATE VIEW person AS SELECT *, file_row_number AS seq, epoch_ms(dateTime) AS t
  FROM read_parquet('{folder}/person.parquet', file_row_number = true);
CREATE VIEW auction AS SELECT *, file_row_number AS seq, epoch_ms(dateTime) AS t, epoch_ms(expires) AS till
  FROM read_parquet('{folder}/auction.parquet', file_row_number = true);
CREATE VIEW bid AS SELECT *, file_row_number AS seq, epoch_ms(dateTime) AS t
  FROM read_parquet('{folder}/bid.parquet', file_row_number = true);
CREATE TABLE side AS SELECT range AS key, 'side ' || range AS value FROM range(10000);
CREATE VIEW valid AS
  SELECT a.id, a.seller, a.category, b.price, b.t, b.seq AS bid_seq, a.seq AS auction_seq
  FROM bid b, auction a WHERE b.auction = a.id AND b.t >= a.t AND b.t <= a.till;
CREATE VIEW winner AS SELECT id, any_value(category) AS category, max(price) AS price
  FROM valid GROUP BY id;
"""


def columns_of(kind):
    """`name TYPE` of the fields of one of the merged table's rows."""
    text = (NEXMARK / "tables" / "generator.sql").read_text()
    return " ".join(re.search(rf"\b{kind} ROW<(.*?)>,\n", text, re.S).group(1).split())


def write_files(binary, folder, events):
    merged = (NEXMARK / "tables" / "generator.sql").read_text().replace("'1000000'", f"'{events}'")
    for kind, number in KINDS.items():
        columns = columns_of(kind)
        names = ", ".join(f"{kind}.{field.split()[0]}" for field in columns.split(", "))
        parts = folder / f"{kind}-parts"
        measure.run([binary, "run", "-q", "--parallelism", 1, "-"],
                    f"{merged}CREATE TABLE written ({columns}) WITH ('connector' = 'filesystem', "
                    f"'path' = '{parts}', 'format' = 'parquet', 'sink.rolling-policy.file-size' = '1000gb', "
                    "'sink.rolling-policy.rollover-interval' = '9 d'); "
                    f"INSERT INTO written SELECT {names} FROM nexmark WHERE event_type = {number};")
        part, = [path for path in parts.iterdir() if path.name[0] not in "._"]
        part.rename(folder / f"{kind}.parquet")
    (folder / "side_input.csv").write_text("".join(f"{i},side {i}\n" for i in range(10000)))


def tables(folder):
    return "".join(
        f"CREATE TABLE {kind} ({columns_of(kind)}, WATERMARK FOR dateTime AS dateTime - INTERVAL '4' SECOND) "
        f"WITH ('connector' = 'filesystem', 'path' = '{folder}/{kind}.parquet', 'format' = 'parquet');\n"
        for kind in KINDS)


def ours(binary, folder, query):
    text = (NEXMARK / "queries" / f"{query}.sql").read_text()
    text = text.replace("'side_input.csv'", f"'{folder}/side_input.csv'")
    return measure.run([binary, "run", "-q", "--mode", "batch", "--parallelism", 1, "-"],
                       tables(folder) + text).cpu


def duck(folder, sql):
    """EXPLAIN ANALYZE runs the whole query and keeps no row."""
    (cpu, _), = measure.duck(DUCK_VIEWS.format(folder=folder), [f"EXPLAIN ANALYZE {sql}"])
    return cpu


def flink():
    home = os.environ.get("FLINK_HOME")
    if home or shutil.which("flink"):
        return f"Flink at {home or shutil.which('flink')} is not run: not supported yet"
    return "Flink: not installed"


def run(arguments, binary):
    parser = argparse.ArgumentParser(prog="./dev bench peers", description=__doc__.splitlines()[0])
    parser.add_argument("queries", nargs="*")
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    sys.path.insert(0, str(ROOT / "tests" / "nexmark"))
    import oracle
    if unknown := set(options.queries) - set(RUN):
        sys.exit(f"not compared: {', '.join(sorted(unknown))}; there are {', '.join(RUN)}")
    folder = recovery.memory_folder()
    ratios = []
    try:
        write_files(binary, folder, options.events)
        print(f"{options.events} events as Parquet, batch, one thread; CPU-s\n"
              f"{'':6} {'ours':>8} {'DuckDB':>8} {'ratio':>7}")
        for query in options.queries or RUN:
            sql = oracle.QUERIES[int(query[1:])].sql
            try:
                mine, theirs = [], []
                for _ in range(options.rounds):
                    mine.append(ours(binary, folder, query))
                    theirs.append(duck(folder, sql))
            except measure.Failed as error:
                print(f"{query:6} {str(error).splitlines()[-1]}", flush=True)
                continue
            cpu, reference = statistics.median(mine), max(statistics.median(theirs), 1e-3)
            ratios.append(cpu / reference)
            print(f"{query:6} {cpu:8.2f} {reference:8.2f} {ratios[-1]:7.2f}", flush=True)
    finally:
        measure.remove(folder)
    if ratios:
        mean = math.exp(statistics.fmean(map(math.log, ratios)))
        print(f"geometric mean of {len(ratios)}: {mean:.2f} times DuckDB's CPU")
    print(flink())
    return 0
