# SPDX-License-Identifier: Apache-2.0
"""./dev bench tpch [q…]: TPC-H in batch mode beside DuckDB, on the same Parquet files.

The results are compared first: the rows, and the order of what a query orders by. CPU seconds of one
core: ours of the whole process, DuckDB's (one thread) without its start. A query that takes two
minutes of the clock is given up. `--scale 0.1` takes another size; about ten minutes at scale 1.
"""

import argparse
import math
import pathlib
import re
import statistics
import subprocess
import sys

import measure

ROOT = pathlib.Path(__file__).resolve().parents[1]
HERE = ROOT / "bench" / "tpch"
LIMIT_S = 120


def data_folder(scale):
    """The tables; made by tpchgen-cli the first time, in an environment of its own."""
    folder = ROOT / "build" / "data" / f"tpch-{scale}"
    if not (folder / "lineitem.parquet").exists():
        environment = ROOT / "build" / "tpch-venv"
        if not (environment / "bin" / "tpchgen-cli").exists():
            subprocess.run([sys.executable, "-m", "venv", environment], check=True)
            subprocess.run([environment / "bin" / "python", "-m", "pip", "install", "-q",
                            "tpchgen-cli==4.0.0"], check=True)
        subprocess.run([environment / "bin" / "tpchgen-cli", "parquet", "-s", str(scale),
                        f"--output-dir={folder}"], check=True, stdout=subprocess.DEVNULL)
    return folder


def tables(folder):
    """The CREATE TABLEs with the paths of the folder, and DuckDB's views on the same files."""
    ours = re.sub(r"'path' = '", f"'path' = '{folder}/", (HERE / "tables.sql").read_text())
    names = re.findall(r"CREATE TABLE (\w+)", ours)
    return ours, "".join(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder}/{name}.parquet');"
                         for name in names)


def ordered_by(query, output):
    """Which columns of the output, by their names in its header, the query orders by."""
    found = re.search(r"ORDER BY ([^()]+?)(?:\s+LIMIT \d+)?\s*;\s*$", query)
    header = output.split("\n", 1)[0].strip().split(",")
    return [header.index(key.split()[0]) for key in found[1].split(",")] if found else []


def what_differs(query, output, expected):
    rows = measure.rows_of_csv(output)
    if not measure.same_rows(rows, expected):
        return "the rows are not DuckDB's"
    keys = ordered_by(query, output)
    same = all(measure.same_cell(ours[key], theirs[key]) for ours, theirs in zip(rows, expected) for key in keys)
    return "" if same else "the rows are DuckDB's, but not their order"


def one(name, binary, ours_tables, duck_tables, rounds):
    """(our CPU, DuckDB's CPU, what is wrong)."""
    query = (HERE / "queries" / f"{name}.sql").read_text()
    ours, theirs, wrong = [], [], ""
    for _ in range(rounds):
        (cpu, expected), = measure.duck(duck_tables, [query])
        theirs.append(cpu)
        try:
            used = measure.run(["timeout", str(LIMIT_S), binary, "run", "-q", "--mode", "batch", "--parallelism", 1, "--output",
                                "csv", "-"], ours_tables + query)
        except measure.Failed as failed:
            said = str(failed).splitlines()[0]
            return None, statistics.median(theirs), said.replace("exit code 124", f"not done in {LIMIT_S} s")
        ours.append(used.cpu)
        wrong = wrong or what_differs(query, used.output, expected)
    return statistics.median(ours), statistics.median(theirs), wrong


def run(arguments, binary):
    parser = argparse.ArgumentParser(prog="./dev bench tpch", description=__doc__.splitlines()[0])
    parser.add_argument("queries", nargs="*")
    parser.add_argument("--scale", default="1")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    ours_tables, duck_tables = tables(data_folder(options.scale))
    print(f"TPC-H, scale {options.scale}: CPU seconds, batch, parallelism 1")
    print(f"{'':6} {'ours':>8} {'DuckDB':>8} {'ratio':>7}")
    ratios, bad = [], 0
    for name in options.queries or [f"q{i}" for i in range(1, 23)]:
        ours, theirs, wrong = one(name, binary, ours_tables, duck_tables, options.rounds)
        bad += bool(wrong)
        if ours is None:
            print(f"{name:6} {'-':>8} {theirs:8.3f} {'':>7}  {wrong}", flush=True)
            continue
        ratios.append(ours / max(theirs, 1e-3))
        print(f"{name:6} {ours:8.3f} {theirs:8.3f} {ratios[-1]:7.2f}  {wrong}", flush=True)
    if ratios:
        print(f"geometric mean of {len(ratios)}: {math.exp(statistics.fmean(map(math.log, ratios))):.2f}")
    return 1 if bad else 0
