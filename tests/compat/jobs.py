# SPDX-License-Identifier: Apache-2.0
"""Runs a case of the corpus through the binary: up to its checkpoint, or on from it."""

import collections
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("HW_BINARY", str(ROOT / "build" / "ci" / "headwater"))
CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"


def field_names(columns):
    """Names of a list of column declarations, the watermark left out."""
    names, depth, word = [], 0, ""
    for char in columns + ",":
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and depth == 0:
            names.append(word.split()[0])
            word = ""
        else:
            word += char
    return [name for name in names if name != "WATERMARK"]


def write_rows(path, columns, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    names = field_names(columns)
    path.write_text("".join(json.dumps(dict(zip(names, row))) + "\n" for row in rows))


def run(case, folder, *arguments):
    """Runs the case in `folder`, which has its input. Returns the finished process."""
    script = folder / "job.sql"
    script.write_text(case.script())
    return subprocess.run([BINARY, "run", "job.sql", "--available-now", *arguments], cwd=folder,
                          capture_output=True, text=True, timeout=120)


def shown(folder):
    """What the sink shows: the changes of all parts added up."""
    rows = collections.Counter()
    for part in sorted((folder / "out").glob("**/*")):
        if not part.is_file() or part.name.startswith((".", "_")):
            continue
        for line in part.read_text().splitlines():
            change = json.loads(line)
            rows[tuple(change["data"].values())] += 1 if change["op"] in ("+I", "+U") else -1
    return +rows, -rows


def expected(case):
    """The rows that both files lead to, by DuckDB."""
    import duckdb
    connection = duckdb.connect()
    duck = case.duck_columns or case.columns
    connection.execute(f"CREATE TABLE t ({duck.replace('STRING', 'VARCHAR')})")
    marks = ", ".join("?" for _ in case.first[0])
    connection.executemany(f"INSERT INTO t VALUES ({marks})", [*case.first, *case.second])
    rows = connection.execute(case.expected).fetchall()
    return collections.Counter(tuple(str(cell) if hasattr(cell, "isoformat") else cell
                                     for cell in row) for row in rows)
