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
    """Names of a list of column declarations, watermark and key left out."""
    names, depth, word = [], 0, ""
    for char in columns + ",":
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and depth == 0:
            names.append(word.split()[0])
            word = ""
        else:
            word += char
    return [name for name in names if name not in ("WATERMARK", "PRIMARY")]


def write_rows(path, case, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    names = field_names(case.columns)
    lines = [dict(zip(names, row)) for row in rows]
    if case.changes:
        lines = [{"op": row[0], "data": dict(zip(names, row[1:]))} for row in rows]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def run(case, folder, *arguments):
    """Runs the case in `folder`, which has its input. Returns the finished process."""
    script = folder / "job.sql"
    script.write_text(case.script())
    return subprocess.run([BINARY, "run", "job.sql", "--available-now", *arguments], cwd=folder,
                          capture_output=True, text=True, timeout=120)


def changes_in(folder):
    """Op and row of each line of all parts, those of the first run first: names begin with the number
    that a run drew, which says nothing of its time."""
    for part in sorted((folder / "out").glob("**/*"), key=lambda path: path.stat().st_mtime_ns):
        if not part.is_file() or part.name.startswith((".", "_")):
            continue
        for line in part.read_text().splitlines():
            change = json.loads(line)
            yield change["op"], tuple(change["data"].values())


def rows_in_topic(case, folder):
    done = subprocess.run([BINARY, "run", "-e", case.topic_table() + "SELECT * FROM o", "--mode", "batch",
                           "--output", "json"], cwd=folder, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return collections.Counter(tuple(json.loads(line).values()) for line in done.stdout.splitlines())


def shown(case, folder):
    """What the sink shows: the changes added up, or the newest row of each key."""
    rows, newest = collections.Counter(), {}
    if case.topic:
        return rows_in_topic(case, folder), {}
    for op, row in changes_in(folder):
        if case.keys and op == "-D":
            newest.pop(row[:case.keys], None)
        elif case.keys:
            newest[row[:case.keys]] = row
        else:
            rows[row] += 1 if op in ("+I", "+U") else -1
    rows.update(newest.values())
    return +rows, -rows


def expected(case):
    """The rows that both files lead to, by DuckDB."""
    import duckdb
    connection = duckdb.connect()
    duck = case.duck_columns or case.columns
    rows = [*case.first, *case.second]
    if case.changes:
        duck = f"seq BIGINT, op VARCHAR, {duck}"
        rows = [(number, *row) for number, row in enumerate(rows)]
    connection.execute(f"CREATE TABLE t ({duck.replace('STRING', 'VARCHAR')})")
    marks = ", ".join("?" for _ in rows[0])
    connection.executemany(f"INSERT INTO t VALUES ({marks})", rows)
    rows = connection.execute(case.expected).fetchall()
    return collections.Counter(tuple(str(cell) if hasattr(cell, "isoformat") else cell
                                     for cell in row) for row in rows)
