# SPDX-License-Identifier: Apache-2.0
"""./dev bench flights: three million flights by their origin, in batch mode beside DuckDB.

Count and average delay per origin, the same query many times in one process; both read the same
Parquet file each time. CPU seconds, ours of the whole process, DuckDB's (one thread) without its start.
The rows are compared first.
"""

import argparse
import pathlib
import statistics
import sys

import measure

ROOT = pathlib.Path(__file__).resolve().parents[1]
TABLE = ("CREATE TABLE flights (`date` TIMESTAMP(3), delay BIGINT, distance BIGINT, origin STRING, destination STRING) "
         "WITH ('connector' = 'filesystem', 'path' = '{file}', 'format' = 'parquet');\n")
QUERY = "SELECT origin, COUNT(*) AS flights, AVG(CAST(delay AS DOUBLE)) AS delay FROM flights GROUP BY origin;\n"


def ours(binary, file, repeats):
    return measure.run([binary, "run", "-q", "--mode", "batch", "--parallelism", 1, "--output", "csv", "-"],
                       TABLE.format(file=file) + QUERY * repeats)


def run(arguments, binary):
    parser = argparse.ArgumentParser(prog="./dev bench flights", description=__doc__.splitlines()[0])
    parser.add_argument("--file", default=str(ROOT / "build" / "data" / "flights-3m.parquet"))
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    if not pathlib.Path(options.file).exists():
        sys.exit(f"there is no {options.file}; ./dev data fetches it")
    view = f"CREATE VIEW flights AS SELECT * FROM read_parquet('{options.file}');"
    duck_query = QUERY.replace("CAST(delay AS DOUBLE)", "delay::DOUBLE")
    (_, expected), = measure.duck(view, [duck_query])
    same = measure.same_rows(measure.rows_of_csv(ours(binary, options.file, 1).output), expected)
    mine, theirs = [], []
    for _ in range(options.rounds):
        theirs.append(sum(cpu for cpu, _ in measure.duck(view, [duck_query] * options.repeats)))
        mine.append(ours(binary, options.file, options.repeats).cpu)
    cpu, duck = statistics.median(mine), statistics.median(theirs)
    print(f"flights by origin, {options.repeats} times: {cpu:.2f} CPU-s, DuckDB {duck:.2f}, ratio {cpu / duck:.2f}"
          f"{'' if same else '  the rows are not DuckDB' + chr(39) + 's'}")
    return 0 if same else 1
