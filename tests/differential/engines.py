# SPDX-License-Identifier: Apache-2.0
"""Runs queries: DuckDB in process, Headwater as a process that answers many queries in one script.

Between two queries the script selects a marker row, so that one run's output falls into pieces. When a
query fails, the script ends there: the failure belongs to the query after the last marker, and the rest
is run again without it.
"""

import dataclasses
import json
import subprocess

import duckdb

from expressions import MACROS

MARKER = "hw_marker"


@dataclasses.dataclass
class Answer:
    """Rows (lists of JSON values; numbers with a point as text), or an error."""

    rows: list = None
    error: str = None


class Oracle:
    def __init__(self, tables):
        self.connection = duckdb.connect()
        self.connection.execute("SET threads = 1")
        # It takes LIMIT 1 away above some outer joins, and answers with three rows (DuckDB 2.0).
        self.connection.execute("SET disabled_optimizers = 'statistics_propagation'")
        self.connection.execute("SET ieee_floating_point_ops = true")
        for macro in MACROS:
            self.connection.execute(macro)
        for table in tables:
            self.connection.register(f"{table.name}_arrow", table.arrow())
            self.connection.execute(f"CREATE TABLE {table.name} AS SELECT * FROM {table.name}_arrow")

    def answer(self, text):
        try:
            return Answer(rows=self.connection.execute(text).fetchall())
        except duckdb.Error as error:
            return Answer(error=str(error).split("\n\n")[0])


class Headwater:
    """Answers queries with one way of running them, over the tables of a folder."""

    def __init__(self, binary, prologue, arguments, timeout_s):
        self.binary = binary
        self.prologue = prologue
        self.arguments = arguments
        self.timeout_s = timeout_s
        self.streaming = "streaming" in arguments

    def answers(self, queries):
        """Returns one Answer a query text."""
        found = [None] * len(queries)
        first = 0
        while first < len(queries):
            pieces, error = self.run(queries[first:])
            for offset, piece in enumerate(pieces):
                found[first + offset] = piece
            first += len(pieces)
            if first < len(queries):
                found[first] = Answer(error=error or "the output ended without an error")
                first += 1
        return found

    def run(self, queries):
        """Runs until the first failure; returns the whole answers before it and its message."""
        script = list(self.prologue)
        for index, query in enumerate(queries):
            script += [query + ";", f"SELECT 'end {index}' AS {MARKER};"]
        try:
            done = subprocess.run([self.binary, "run", "-", *self.arguments], input="\n".join(script),
                                  capture_output=True, text=True, errors="replace",
                                  timeout=self.timeout_s)
            output, error = done.stdout, done.stderr.strip()
            if done.returncode == 0:
                error = ""
            elif not error:
                error = f"exit code {done.returncode} without a message"
            elif done.returncode < 0:
                error = f"signal {-done.returncode}: {error}"
        except subprocess.TimeoutExpired as expired:
            output = (expired.stdout or b"").decode("utf-8", "replace")
            error = f"no end within {self.timeout_s} s"
        return self.pieces(output), error

    def pieces(self, output):
        """Cuts the output at the markers; what follows the last marker is dropped."""
        pieces, lines = [], []
        for line in output.split("\n"):
            if not line:
                continue
            try:
                value = json.loads(line, parse_float=str)
            except ValueError:
                lines.append(("?", {"unreadable": line}))
                continue
            op, data = (value.get("op"), value.get("data")) if self.streaming else ("+I", value)
            if isinstance(data, dict) and list(data) == [MARKER]:
                pieces.append(self.folded(lines))
                lines = []
            else:
                lines.append((op, data))
        return pieces

    @staticmethod
    def folded(lines):
        """Folds a changelog as a multiset; keeps the order of last insertion."""
        rows = {}
        for op, data in lines:
            if not isinstance(data, dict) or op not in ("+I", "+U", "-U", "-D"):
                return Answer(error=f"not a row: {op} {data}")
            text = json.dumps(list(data.items()))
            row = list(data.values())
            if op in ("+I", "+U"):
                rows.setdefault(text, []).append(row)
            elif not rows.get(text):
                return Answer(error=f"retracts what is not there: {op} {text}")
            else:
                rows[text].pop()
        return Answer(rows=[row for kept in rows.values() for row in kept])
