# SPDX-License-Identifier: Apache-2.0
"""Windows over TIMESTAMP_LTZ are windows of the wall clock: in 30 zones, around every transition from 1970
to 2037 and the next few years, which the compiled database does not list, every instant is in exactly one
tumbling window and in the right HOP and CUMULATE ones. Python's zoneinfo says what the clocks show.

  zones.py [--zone Europe/Berlin]

The stream's rows come in order with a watermark right behind them: a window that fired before its last
instant (in an overlap the later one) would miss the rows that come then.
"""

import argparse
import collections
import concurrent.futures
import datetime
import os
import pathlib
import shutil
import sys
import zoneinfo

import engines

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "zones"
# Half hours, quarters, days that do not exist, winters that are summers, transitions at midnight.
ZONES = ["Europe/Berlin", "Europe/London", "Europe/Dublin", "Europe/Moscow", "Europe/Istanbul", "Europe/Lisbon",
         "Europe/Athens", "Atlantic/Azores", "America/New_York", "America/Los_Angeles", "America/St_Johns",
         "America/Sao_Paulo", "America/Santiago", "America/Caracas", "America/Havana", "America/Asuncion",
         "America/Nuuk", "America/Mexico_City", "Africa/Cairo", "Africa/Casablanca", "Asia/Tehran", "Asia/Kolkata",
         "Asia/Kathmandu", "Asia/Gaza", "Asia/Pyongyang", "Australia/Lord_Howe", "Australia/Sydney",
         "Pacific/Apia", "Pacific/Chatham", "Antarctica/Troll"]
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
LAST = datetime.datetime(2042, 1, 1, tzinfo=datetime.timezone.utc)
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
# Around a transition: borders of half an hour for three hours, of quarters for one, and what lies a day away.
STEPS = sorted({s for k in range(-12, 13) for s in (k * 15 * MINUTE, k * 15 * MINUTE - 1) if k % 2 == 0 or abs(k) < 5} |
               {k * 6 * HOUR + d for k in range(-5, 6) for d in (-1, 0)})
# Name, arguments in SQL, size, step, offset in ms.
WINDOWS = [("TUMBLE", "INTERVAL '30' MINUTE", 30 * MINUTE, 30 * MINUTE, 0),
           ("TUMBLE", "INTERVAL '1' HOUR", HOUR, HOUR, 0),
           ("TUMBLE", "INTERVAL '1' DAY", DAY, DAY, 0),
           ("TUMBLE", "INTERVAL '7' HOUR, INTERVAL '20' MINUTE", 7 * HOUR, 7 * HOUR, 20 * MINUTE),
           ("HOP", "INTERVAL '15' MINUTE, INTERVAL '1' HOUR", HOUR, 15 * MINUTE, 0),
           ("CUMULATE", "INTERVAL '6' HOUR, INTERVAL '1' DAY", DAY, 6 * HOUR, 0)]
# Windows from here on are asked in batch too.
IN_BATCH = 3
TIMEOUT_S = 120


def offset_ms(zone, ms):
    moment = EPOCH + datetime.timedelta(milliseconds=ms)
    return int(moment.astimezone(zone).utcoffset() / datetime.timedelta(milliseconds=1))


def transitions(zone):
    """The instants in ms at which the offset changes, found by halving days."""
    found = []
    end = int((LAST - EPOCH) / datetime.timedelta(milliseconds=1))
    before = offset_ms(zone, 0)
    for day in range(DAY // 2, end + 1, DAY // 2):
        after = offset_ms(zone, day)
        if after != before:
            low, high = day - DAY // 2, day
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset_ms(zone, middle) == before else (low, middle)
            found.append(high)
        before = after
    return found


def windows_of(kind, size, step, offset, wall):
    """(start, end) of each window that a time on the clock is in."""
    if kind == "HOP":
        start = wall - (wall - offset) % step
        return [(s, s + size) for s in range(start, wall - size, -step)]
    start = wall - (wall - offset) % size
    if kind == "TUMBLE":
        return [(start, start + size)]
    return [(start, start + length) for length in range(step, size + 1, step) if start + length > wall]


def text_of(ms):
    moment = EPOCH + datetime.timedelta(milliseconds=ms)
    return moment.strftime("%Y-%m-%d %H:%M:%S.") + f"{moment.microsecond // 1000:03d}"


def rows_of(answer):
    """Rows with times as the format prints them: without a fraction that is 0."""
    return collections.Counter(tuple(v if isinstance(v, int) else f"{v}.000" if "." not in v else
                                     f"{v.split('.')[0]}.{v.split('.')[1]:0<3}" for v in row) for row in answer.rows)


def check(binary, name):
    """Returns (transitions, instants, what is wrong) of one zone."""
    zone = zoneinfo.ZoneInfo(name)
    at = transitions(zone)
    instants = sorted({t + step for t in at for step in STEPS})
    folder = FOLDER / name.replace("/", "-")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "t.jsonl"
    path.write_text("".join(f'{{"ts": "{text_of(t)}Z"}}\n' for t in instants))
    prologue = [f"SET 'table.local-time-zone' = '{name}';",
                "CREATE TABLE t (ts TIMESTAMP_LTZ(3), WATERMARK FOR ts AS ts - INTERVAL '0.001' SECOND) WITH "
                f"('connector' = 'filesystem', 'path' = '{path}', 'format' = 'json');"]
    queries = [f"SELECT window_start AS s, window_end AS e, COUNT(*) AS n FROM TABLE({kind}(TABLE t, DESCRIPTOR(ts), "
               f"{arguments})) GROUP BY window_start, window_end" for kind, arguments, *_ in WINDOWS]
    wrong = []
    walls = [t + offset_ms(zone, t) for t in instants]
    wanted = []
    for kind, _, size, step, offset in WINDOWS:
        counts = collections.Counter(w for wall in walls for w in windows_of(kind, size, step, offset, wall))
        wanted.append(collections.Counter((text_of(s), text_of(e), n) for (s, e), n in counts.items()))
    for arguments in (["--mode", "batch", "--output", "json"], ["--mode", "streaming", "--output", "changelog"]):
        # Which windows a row is in is the same code in both; when they fire is not.
        first = IN_BATCH if arguments[1] == "batch" else 0
        answers = engines.Headwater(binary, prologue, arguments + ["--parallelism", "1"],
                                    TIMEOUT_S).answers(queries[first:])
        for (kind, text, *_), expected, answer in zip(WINDOWS[first:], wanted[first:], answers):
            found = rows_of(answer) if not answer.error else collections.Counter()
            if found != expected:
                wrong.append(f"{name}, {arguments[1]}, {kind}({text}): {answer.error or ''}\n"
                             f"  missing      {list((expected - found).items())[:3]}\n"
                             f"  not expected {list((found - expected).items())[:3]}")
    shutil.rmtree(folder, ignore_errors=True)
    return len(at), len(instants), wrong


def main():
    parser = argparse.ArgumentParser(description="windows of the wall clock around transitions of zones")
    parser.add_argument("--binary", default=os.environ.get("HW_BINARY", str(ROOT / "build" / "ci" / "headwater")))
    parser.add_argument("--zone", action="append")
    options = parser.parse_args()
    zones = options.zone or ZONES
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        results = list(pool.map(lambda zone: check(options.binary, zone), zones))
    for _, _, wrong in results:
        print("".join(text + "\n" for text in wrong), end="")
    failures = sum(len(wrong) for *_, wrong in results)
    print(f"{len(zones)} zones, {sum(r[0] for r in results)} transitions, {sum(r[1] for r in results)} instants, "
          f"{len(WINDOWS)} kinds of windows as a stream, {len(WINDOWS) - IN_BATCH} in batch: {failures} wrong")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
