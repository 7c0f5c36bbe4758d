# SPDX-License-Identifier: Apache-2.0
"""Compares the rows that a query wrote with those of oracle.py, as multisets, in DuckDB."""

import duckdb

import engine
import oracle
from engine import Wrong

DUCK = {"BIGINT": "BIGINT", "INT": "INTEGER", "STRING": "VARCHAR", "TIMESTAMP(3)": "TIMESTAMP",
        "DECIMAL(23, 3)": "DECIMAL(23, 3)"}


def columns_of(number):
    """(quoted name, DuckDB type) of what is compared."""
    if number == 12:
        return [('"bidder"', "BIGINT"), ('"bids"', "BIGINT")]
    return [(f'"{name}"', DUCK[kind]) for name, kind in engine.columns_of(number)]


def names_of(number):
    return ", ".join(name for name, _ in columns_of(number))


class Proof:
    """The events in DuckDB, the expected rows of each query once they are asked for."""

    def __init__(self, events_path):
        self.duck = duckdb.connect()
        self.duck.execute(oracle.EVENTS.format(path=events_path))
        self.wanted = set()

    def want(self, number):
        """Makes the tables want_N and among_N, with the names and types of the query's sink."""
        if number in self.wanted:
            return
        query = oracle.QUERIES[number]
        casts = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in columns_of(number))
        for table, sql in (("want", query.sql), ("among", query.among)):
            if sql:
                self.duck.execute(f"CREATE TABLE {table}_{number} AS "
                                  f"SELECT {casts} FROM ({sql}) r({names_of(number)})")
        self.wanted.add(number)

    def got(self, number, out):
        """Makes the table `got`: rows of files of changes, each with its weight: 1 or -1."""
        names = names_of(number)
        files = [str(path) for path in out.glob("[!._]*")] if out.exists() else []
        if number == 10:
            types = ", ".join(f"'{name[1:-1]}': '{kind}'" for name, kind in columns_of(number)[:5])
            rows = (f"SELECT {names}, 1 AS weight FROM read_csv('{out}/*/*/part-*.csv', header = false, "
                    f"hive_partitioning = true, hive_types_autocast = false, columns = {{{types}}})")
        elif not files:
            rows = f"SELECT *, 1 AS weight FROM want_{number} LIMIT 0"
        else:
            fields = ", ".join(f'"{name}" {DUCK[kind]}' for name, kind in engine.columns_of(number))
            rows = ("SELECT unnest(data), CASE WHEN op IN ('+I', '+U') THEN 1 ELSE -1 END AS weight "
                    f"FROM read_json({files}, format = 'newline_delimited', "
                    f"columns = {{op: 'VARCHAR', data: 'STRUCT({fields})'}})")
        if number == 12:
            rows = (f"SELECT bidder, sum(bids * weight)::BIGINT AS bids, 1 AS weight FROM ({rows}) "
                    "GROUP BY bidder")
        self.duck.execute(f"CREATE OR REPLACE TEMP TABLE got AS {rows}")

    def compare(self, number, out, in_order):
        """Fails (Wrong) when the rows in `out` are not those expected. Returns their number. Unless rows
        came in order, those of equal rank may be any of them."""
        self.want(number)
        self.got(number, out)
        query = oracle.QUERIES[number]
        select = query.select if query.among and not in_order else names_of(number)
        both = (f"SELECT struct_pack({select}) AS r, weight FROM got UNION ALL BY NAME "
                f"SELECT struct_pack({select}) AS r, -1 AS weight FROM want_{number}")
        rows, surplus, sum_of_hashes = self.duck.execute(
            "SELECT count(*) FILTER (weight = -1), coalesce(sum(weight), 0), "
            f"coalesce(sum(hash(r)::HUGEINT * weight), 0) FROM ({both})").fetchone()
        if surplus != 0 or sum_of_hashes != 0:
            samples = self.duck.execute(f"SELECT sum(weight), r FROM ({both}) GROUP BY r "
                                        "HAVING sum(weight) <> 0 ORDER BY ALL LIMIT 6").fetchall()
            raise Wrong(f"{surplus} rows too many; too many (or missing, if negative):\n" +
                        "\n".join(f"  {weight}: {row}" for weight, row in samples))
        if query.among and not in_order:
            self.check_members(number)
        return self.duck.execute(f"SELECT count(*) FROM want_{number}").fetchone()[0]

    def check_members(self, number):
        names = names_of(number)
        strangers = self.duck.execute(
            f"SELECT * FROM (SELECT {names} FROM got GROUP BY ALL HAVING sum(weight) <> 0) "
            f"ANTI JOIN among_{number} USING ({names}) LIMIT 3").fetchall()
        if strangers:
            raise Wrong(f"rows that cannot be: {strangers}")
