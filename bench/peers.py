# SPDX-License-Identifier: Apache-2.0
"""./dev bench peers [--json] [q…]: the Nexmark queries beside Flink 2.3 and DuckDB, on the same files.

Streams: the merged events as one Parquet file, parallelism 1, rows into blackhole, ours against Flink
(heap state, mini-batches of 2 s or 50,000 rows, split distinct, object reuse). Flink runs the query once
over all events before anything of it is counted; a process a query. Batch: a Parquet file a type, ours
against DuckDB with one thread, which hands its rows over as Arrow batches. CPU seconds of the processes per
million events, the slope between half of the events and all of them, so that starts drop out. What the
queries give is compared elsewhere: ./dev test nexmark. `--install` fetches Flink (400 MB) into
build/flink; without it Flink's columns are left out. `--json`: streams only, from a file of JSON lines, q0
and q5 unless others are named.
"""

import argparse
import json
import math
import pathlib
import re
import statistics
import sys
import tempfile

import flink
import measure

ROOT = pathlib.Path(__file__).resolve().parents[1]
NEXMARK = ROOT / "bench" / "nexmark"
# The queries without these: Flink cannot run q6, and q13 joins a file that is no lookup source there.
NAMES = [f"q{i}" for i in range(23) if i != 6]
TYPES = ("person", "auction", "bid")
# What a worker of Flink with 8 GB gives its heap.
HEAP_MB = 6600


def columns_of_types():
    """The columns of person, auction and bid, from the rows of the merged table."""
    text = (NEXMARK / "tables" / "parquet.sql").read_text()
    return {name: re.search(rf"\n  {name} ROW<(.*?)>,\n", text, re.S).group(1) for name in TYPES}


def merged(folder, count, form="parquet"):
    """CREATE TABLE nexmark over the file of so many events, and the views."""
    text = (NEXMARK / "tables" / f"{form}.sql").read_text()
    text = text.replace("'nexmark.jsonl'", "'nexmark.json'")
    text = text.replace(f"'nexmark.{form}'", f"'{folder}/nexmark-{count}.{form}'")
    return text + (NEXMARK / "tables" / "views.sql").read_text()


def by_type(folder, count):
    """CREATE TABLEs over a file a type."""
    return "".join(
        f"CREATE TABLE {name} (\n  {columns},\n  WATERMARK FOR dateTime AS dateTime - INTERVAL '4' SECOND\n) "
        f"WITH ('connector' = 'filesystem', 'path' = '{folder}/{name}-{count}.parquet', 'format' = 'parquet');\n"
        for name, columns in columns_of_types().items())


def write_files(binary, folder, count):
    """The events as files, each a single part. Times as INT96: Flink reads nested ones in no other form."""
    import pyarrow.parquet
    if (folder / f"nexmark-{count}.parquet").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    script = (NEXMARK / "tables" / "generator.sql").read_text().replace("'1000000'", f"'{count}'")
    script += (NEXMARK / "tables" / "views.sql").read_text()
    columns = columns_of_types()
    merged_columns = "event_type INT, " + ", ".join(f"{name} ROW<{columns[name]}>" for name in TYPES)
    with tempfile.TemporaryDirectory(dir=folder) as parts:
        parts = pathlib.Path(parts)
        selects = {"nexmark": "event_type, person, auction, bid"} | dict.fromkeys(TYPES, "*")
        for name, select in selects.items():
            measure.run([binary, "run", "-q", "--parallelism", 1, "-"], script +
                        f"CREATE TABLE written ({merged_columns if name == 'nexmark' else columns[name]}) WITH "
                        f"('connector' = 'filesystem', 'path' = '{parts}/{name}', 'format' = 'parquet', "
                        "'sink.rolling-policy.file-size' = '1000gb', 'sink.rolling-policy.rollover-interval' = "
                        f"'9 d'); INSERT INTO written SELECT {select} FROM {name};")
        for name in sorted(selects, key=lambda name: name == "nexmark"):
            part, = [path for path in (parts / name).iterdir() if path.name[0] not in "._"]
            if name != "nexmark":
                part.rename(folder / f"{name}-{count}.parquet")
                continue
            pyarrow.parquet.write_table(pyarrow.parquet.read_table(part), parts / "int96", compression="snappy",
                                        row_group_size=500_000, use_deprecated_int96_timestamps=True)
            (parts / "int96").rename(folder / f"nexmark-{count}.parquet")
    (folder / "side_input.csv").write_text("".join(f"{i},side {i}\n" for i in range(10_000)))


def write_json(binary, folder, count):
    """The merged events as one file of lines."""
    if (folder / f"nexmark-{count}.json").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    columns = columns_of_types()
    with tempfile.TemporaryDirectory(dir=folder) as parts:
        measure.run([binary, "run", "-q", "--parallelism", 1, "-"],
                    (NEXMARK / "tables" / "generator.sql").read_text().replace("'1000000'", f"'{count}'") +
                    "CREATE TABLE written (event_type INT, " +
                    ", ".join(f"{name} ROW<{columns[name]}>" for name in TYPES) +
                    f") WITH ('connector' = 'filesystem', 'path' = '{parts}', 'format' = 'json', "
                    "'sink.rolling-policy.file-size' = '1000gb', 'sink.rolling-policy.rollover-interval' = "
                    "'9 d'); INSERT INTO written SELECT event_type, person, auction, bid FROM nexmark;")
        part, = [path for path in pathlib.Path(parts).iterdir() if path.name[0] not in "._"]
        part.rename(folder / f"nexmark-{count}.json")


def query(name, folder, out):
    text = (NEXMARK / "queries" / f"{name}.sql").read_text()
    return text.replace("'side_input.csv'", f"'{folder}/side_input.csv'").replace("'nexmark-q10'", f"'{out}'")


def ours(binary, tables, name, folder, mode):
    """CPU seconds of the process."""
    with tempfile.TemporaryDirectory() as out:
        return measure.run([binary, "run", "-q", "--mode", mode, "--parallelism", 1, "-"],
                           tables + query(name, folder, out + "/out")).cpu


def flinks(name, folder, half, whole, form):
    """CPU seconds per million events of a process that is warm."""
    def in_its_words(text):
        text = re.sub(r"^--.*\n", "", text, flags=re.M)
        return re.sub(r"(?<![`\w])dateTime(?![`\w])", "`dateTime`", text)

    with tempfile.TemporaryDirectory() as out:
        out = pathlib.Path(out)
        script = ""
        for count in (half, whole):
            text = in_its_words(merged(folder, count, form) + query(name, folder, out / str(count)))
            at = text.index("INSERT INTO")
            script += f"CREATE DATABASE db{count};\nUSE db{count};\n{text[:at]}"
        insert = in_its_words(query(name, folder, ""))
        insert = insert[insert.index("INSERT INTO"):]
        script += "".join(f"USE db{count};\n{insert}" for count in (whole, half, whole))
        warm, after_half, after_whole = flink.cpu_of_inserts(script, out, HEAP_MB)
    return ((after_whole - after_half) - (after_half - warm)) / ((whole - half) / 1e6)


def duck_queries():
    parts = re.split(r"^-- (q\d+)$", (NEXMARK / "duckdb.sql").read_text(), flags=re.M)[1:]
    return dict(zip(parts[::2], parts[1::2]))


def ducks(text, folder, count):
    """CPU seconds of one thread from the start of the query to its last batch."""
    program = (
        "import duckdb, json, resource, sys\n"
        "views, query = json.load(sys.stdin)\n"
        "duck = duckdb.connect(config={'threads': 1})\n"
        "duck.execute('SET enable_progress_bar = false')\n"
        "duck.execute(views)\n"
        "def cpu():\n"
        "    used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "    return used.ru_utime + used.ru_stime\n"
        "import pyarrow\n"
        "before = cpu()\n"
        "rows = sum(batch.num_rows for batch in duck.execute(query).to_arrow_reader(100_000))\n"
        "print(cpu() - before)\n")
    views = "".join(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder}/{name}-{count}.parquet');"
                    for name in TYPES)
    views += f"CREATE TABLE side AS SELECT * FROM read_csv('{folder}/side_input.csv', names = ['key', 'value']);"
    return float(measure.run([sys.executable, "-c", program], json.dumps([views, text])).output)


def slope(rounds, half, whole, cpu):
    """Of `cpu(count)`: medians of so many rounds, per million events."""
    halves, wholes = [], []
    for _ in range(rounds):
        halves.append(cpu(half))
        wholes.append(cpu(whole))
    return max(statistics.median(wholes) - statistics.median(halves), 1e-4) / ((whole - half) / 1e6)


def mean(ratios):
    return math.exp(statistics.fmean(map(math.log, ratios)))


def cell(value):
    return f"{value:8.3f}" if value is not None else f"{'-':>8}"


def one(name, binary, folder, options):
    """(ours, Flink's, ours in batch, DuckDB's), None where there is none."""
    half, whole = options.events // 2, options.events
    form = "json" if options.json else "parquet"
    streaming = slope(options.rounds, half, whole, lambda count: ours(
        binary, merged(folder, count, form), name, folder, "streaming"))
    flinks_own = None
    if flink.installed() and not options.without_flink:
        try:
            flinks_own = flinks(name, folder, half, whole, form)
        except RuntimeError as failed:
            print(f"{name}: Flink: {failed}", file=sys.stderr, flush=True)
    text = duck_queries().get(name)
    if text is None or options.json:
        return streaming, flinks_own, None, None
    batch = slope(options.rounds, half, whole, lambda count: ours(
        binary, by_type(folder, count), name, folder, "batch"))
    duck = slope(options.rounds, half, whole, lambda count: ducks(text, folder, count))
    return streaming, flinks_own, batch, duck


def run(arguments, binary):
    parser = argparse.ArgumentParser(prog="./dev bench peers", description=__doc__.splitlines()[0])
    parser.add_argument("queries", nargs="*")
    parser.add_argument("--events", type=int, default=4_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--install", action="store_true", help="fetch Flink into build/flink first")
    parser.add_argument("--without-flink", action="store_true")
    parser.add_argument("--json", action="store_true", help="streams only, from JSON lines")
    options = parser.parse_args(arguments)
    if options.install:
        flink.install()
    folder = ROOT / "build" / "data" / "peers"
    for count in (options.events // 2, options.events):
        write_json(binary, folder, count) if options.json else write_files(binary, folder, count)
    if not flink.installed():
        print("Flink is not installed (--install fetches it); its columns are empty")
    print(f"CPU seconds per million events, {options.events} events, {options.rounds} rounds")
    print(f"{'':6} {'streams':>8} {'Flink':>8} {'ratio':>7}  {'batch':>8} {'DuckDB':>8} {'ratio':>7}")
    less, more = [], []
    for name in options.queries or (["q0", "q5"] if options.json else NAMES):
        streaming, theirs, batch, duck = one(name, binary, folder, options)
        ratio_text, batch_text = f"{'':>7}", f"{'':>7}"
        if theirs is not None:
            less.append(theirs / streaming)
            ratio_text = f"{less[-1]:6.1f}x"
        if duck is not None:
            more.append(batch / duck)
            batch_text = f"{more[-1]:6.2f}x"
        print(f"{name:6} {cell(streaming)} {cell(theirs)} {ratio_text}  {cell(batch)} {cell(duck)} {batch_text}",
              flush=True)
    if less:
        print(f"Flink takes {mean(less):.1f} times our CPU in the geometric mean of {len(less)}, "
              f"at least {min(less):.1f} times")
    if more:
        print(f"in batch mode we take {mean(more):.2f} times DuckDB's CPU in the geometric mean of {len(more)}")
    return 0
