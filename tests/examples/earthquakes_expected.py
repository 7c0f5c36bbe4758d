# SPDX-License-Identifier: Apache-2.0
"""Computes what examples/earthquakes.sql must print, without Headwater: lateness in plain Python (it
depends on the order of the rows), grouping in DuckDB.

Writes earthquakes_stream.csv and earthquakes_batch.csv beside itself and fails when a known fact about
the data does not hold. Run it after a change of the data or the query:

  build/venv/bin/python tests/examples/earthquakes_expected.py
"""

import collections
import csv
import datetime
import json
import pathlib
import sys

import duckdb

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parents[1] / "examples" / "earthquakes.jsonl"
EPOCH = datetime.datetime(1970, 1, 1)
HOUR_MS = 3_600_000
DELAY_MS = 2 * 24 * HOUR_MS

# Facts about the data, stated before anything was computed.
FACTS = {
    "rows": 1707, "earthquake": 1679, "explosion": 15, "quarry blast": 13,
    "at or below the watermark": 139, "dropped by hourly windows": 136,
    "region-hours as a stream": 773, "region-hours as a batch": 815,
}


def milliseconds(text):
    moment = datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f")
    return (moment - EPOCH) // datetime.timedelta(milliseconds=1)


def judge(rows):
    """Returns how many rows are at or below the watermark, and the rows that a window still takes.

    The watermark before a row is the greatest event time of the rows before it, minus two days. An
    hourly window is closed once its last millisecond is at or below the watermark.
    """
    watermark, late, taken = None, 0, []
    for row in rows:
        time_ms = milliseconds(row["event_time"])
        last_ms = time_ms - time_ms % HOUR_MS + HOUR_MS - 1
        if watermark is not None and time_ms <= watermark:
            late += 1
        if watermark is None or last_ms > watermark:
            taken.append(row["id"])
        watermark = max(time_ms - DELAY_MS, time_ms - DELAY_MS if watermark is None else watermark)
    return late, taken


def region_hours(connection, condition):
    """Returns (hour, region, events, strongest) of the rows that fulfil the condition, sorted."""
    return connection.execute(f"""
        SELECT strftime(date_trunc('hour', event_time), '%Y-%m-%d %H:%M:%S') AS hour,
               trim(split_part(place, ',', -1)) AS region,
               count(*) AS events,
               max(mag) AS strongest
        FROM events WHERE {condition}
        GROUP BY ALL ORDER BY ALL""").fetchall()


def write(name, rows):
    with open(HERE / name, "w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink, lineterminator="\n")
        writer.writerow(["hour", "region", "events", "strongest"])
        writer.writerows(rows)


def main():
    with open(DATA, encoding="utf-8") as source:
        rows = [json.loads(line) for line in source]
    late, taken = judge(rows)
    connection = duckdb.connect()
    connection.execute(f"""
        CREATE TABLE events AS SELECT id, event_time::TIMESTAMP AS event_time, mag::DOUBLE AS mag, place
        FROM read_json('{DATA}', format = 'newline_delimited')""")
    connection.execute("CREATE TABLE taken (id VARCHAR)")
    connection.executemany("INSERT INTO taken VALUES (?)", [[t] for t in taken])
    stream = region_hours(connection, "id IN (SELECT id FROM taken)")
    batch = region_hours(connection, "TRUE")

    found = {"rows": len(rows), **collections.Counter(row["type"] for row in rows),
             "at or below the watermark": late, "dropped by hourly windows": len(rows) - len(taken),
             "region-hours as a stream": len(stream), "region-hours as a batch": len(batch)}
    for fact, count in FACTS.items():
        print(f"{fact}: {found[fact]}" + ("" if found[fact] == count else f", but {count} expected"))
    if found != FACTS:
        sys.exit("the facts do not hold")
    write("earthquakes_stream.csv", stream)
    write("earthquakes_batch.csv", batch)


if __name__ == "__main__":
    main()
