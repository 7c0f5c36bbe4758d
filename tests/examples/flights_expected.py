# SPDX-License-Identifier: Apache-2.0
"""examples/flights.sql against DuckDB over the same files; passed over, loudly, when nobody has fetched
them (`./dev data`)."""

import csv
import io
import pathlib
import subprocess

import duckdb

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "build" / "data"
QUERIES = (
    """WITH departures AS (
         SELECT (SELECT city FROM airports WHERE iata = origin) AS city, date_part('hour', date) AS h, delay
         FROM flights)
       SELECT city, h, count(*), avg(delay), 100 * count_if(delay > 14) / count(*)
       FROM departures WHERE city IS NOT NULL GROUP BY ALL HAVING count(*) > 10000 ORDER BY ALL""",
    """WITH routes AS (
         SELECT origin, destination, count(*) AS n, min(distance) AS miles, avg(delay) AS late
         FROM flights GROUP BY ALL)
       SELECT d.city, a.city, n, miles, late FROM airports d, airports a, routes
       WHERE d.iata = origin AND a.iata = destination ORDER BY n DESC, 1, 2 LIMIT 10""",
)


def same(ours, expected):
    """A stream may show rows in another order, so that they are looked at by their first columns."""
    ours, expected = sorted(ours), sorted(([str(cell) for cell in row] for row in expected))
    return len(ours) == len(expected) and all(
        a[:2] == b[:2] and all(abs(float(x) - float(y)) < 1e-6 for x, y in zip(a[2:], b[2:]))
        for a, b in zip(ours, expected))


def check(binary):
    """Returns how many ways to run it gave something else."""
    if not (DATA / "flights-3m.parquet").exists():
        print("flights.sql: NOT CHECKED: its data are not there; ./dev data fetches them")
        return 0
    duck = duckdb.connect()
    duck.execute(f"CREATE VIEW flights AS SELECT * FROM '{DATA}/flights-3m.parquet';"
                 f"CREATE VIEW airports AS SELECT * FROM '{DATA}/airports.csv'")
    expected = [duck.execute(query).fetchall() for query in QUERIES]
    failed = 0
    for mode, parallelism in (("batch", 1), ("batch", 4), ("streaming", 2)):
        done = subprocess.run([binary, "run", "-q", "examples/flights.sql", "--mode", mode, "--parallelism",
                               str(parallelism), "--output", "csv"], cwd=ROOT, capture_output=True, text=True)
        rows = list(csv.reader(io.StringIO(done.stdout)))
        second = next((i for i, row in enumerate(rows) if row[:2] == ["departure", "arrival"]), len(rows))
        ours = [rows[1:second], rows[second + 1:]]
        right = done.returncode == 0 and all(map(same, ours, expected))
        print(f"flights.sql, {mode}, parallelism {parallelism}: {'as expected' if right else 'FAILED'}")
        if not right:
            print(f"{[len(one) for one in ours]} rows, expected {[len(one) for one in expected]}\n"
                  f"{done.stdout[:500]}{done.stderr[-1000:]}")
            failed += 1
    return failed
