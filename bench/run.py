#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./dev bench [core|text|recovery|nexmark|tpch|flights|peers|latency|ratios]: what the engine reaches beside a reference of the same run.

Every line states ours, the reference and their ratio, so that a noisy or shared machine shifts
both. The machine's floor (memory bandwidth, process start) is printed first.
"""

import os
import pathlib
import re
import subprocess
import sys
import time

import flights
import nexmark_bench
import peers
import ratios
import recovery
import tpch

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "release"
BINARY = BUILD / "headwater"
NEXMARK = """
CREATE TABLE nexmark (event_type INT,
  person ROW<id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING,
    state STRING, dateTime TIMESTAMP(3), extra STRING>,
  auction ROW<id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT,
    dateTime TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra STRING>,
  bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING,
    dateTime TIMESTAMP(3), extra STRING>,
  event_time AS CASE WHEN event_type = 0 THEN person.dateTime WHEN event_type = 1
    THEN auction.dateTime ELSE bid.dateTime END,
  WATERMARK FOR event_time AS event_time - INTERVAL '4' SECOND)
WITH ('connector' = 'nexmark', 'events.num' = '{events}', 'first-event.rate' = '{rate}',
  'next-event.rate' = '{rate}');
"""


def line(what, ours, reference, ratio):
    print(f"{what:<46} {ours:>16} {reference:>18} {ratio:>10}", flush=True)


def timed(command):
    """Wall seconds and peak RSS (KiB) of a process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, errors = process.communicate()
    seconds = time.perf_counter() - start
    if process.returncode != 0:
        sys.exit(f"{command}: {errors.decode()}")
    return seconds


def process_start():
    ours = min(timed([BINARY, "run", "-e", "SELECT 1"]) for _ in range(25))
    bare = min(timed(["/bin/true"]) for _ in range(25))
    line("process start, SELECT 1 (min of 25)", f"{ours * 1e3:.1f} ms", f"{bare * 1e3:.1f} ms /bin/true",
         f"{ours / bare:.0f} x")


def rss_kib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))


def idle_memory():
    """RSS two seconds after a SELECT from a socket that stays silent."""
    import socket
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        port = server.getsockname()[1]
        sql = (f"CREATE TABLE s (line STRING) WITH ('connector' = 'socket', 'hostname' = '127.0.0.1', "
               f"'port' = '{port}', 'format' = 'raw'); SELECT * FROM s")
        process = subprocess.Popen([BINARY, "run", "-e", sql], stdout=subprocess.DEVNULL)
        time.sleep(2)
        rss = rss_kib(process.pid)
        process.kill()
        process.wait()
    line("idle RSS, silent socket, after 2 s", f"{rss / 1024:.1f} MB", "80 MB bound", "")


def stream_memory(events=80_000_000):
    """RSS while a windowed query runs over a long stream: after window 4 against the end."""
    sql = (NEXMARK.format(events=events, rate=1000) +
           "CREATE TABLE out_t (a BIGINT, n BIGINT, s TIMESTAMP(3), e TIMESTAMP(3)) WITH ('connector' = 'print');"
           "INSERT INTO out_t SELECT MAX(bid.price), COUNT(*), window_start, window_end FROM "
           "TABLE(TUMBLE(TABLE nexmark, DESCRIPTOR(event_time), INTERVAL '1' HOUR)) "
           "GROUP BY window_start, window_end")
    process = subprocess.Popen([BINARY, "run", "--parallelism", "1", "-e", sql], stdout=subprocess.PIPE,
                               text=True)
    samples = []
    for _ in process.stdout:
        try:
            samples.append(rss_kib(process.pid))
        except (FileNotFoundError, AttributeError):
            break
    process.wait()
    if len(samples) < 6:
        sys.exit("the stream ended before its sixth window")
    # The last windows fire at the end of the input; the one before them is the last under load.
    early, late = samples[3], samples[-2]
    gigabytes = events * 200 / 1e9
    line(f"RSS over about {gigabytes:.0f} GB of stream, windows 4 and {len(samples) - 1}",
         f"{late / 1024:.1f} MB", f"{early / 1024:.1f} MB", f"{100 * late / early:.1f} %")


def run_program(name, *arguments):
    program = BUILD / "bench" / name
    if not program.exists():
        print(f"{name}: not built", flush=True)
        return
    subprocess.run([program, *map(str, arguments)], check=True)


def core():
    line("", "ours", "reference", "ratio")
    process_start()
    idle_memory()
    stream_memory()
    print()
    run_program("bench_core")
    for program in sorted((BUILD / "bench").glob("*_bench")):
        print()
        run_program(program.name)


def main():
    what = sys.argv[1] if len(sys.argv) > 1 else "core"
    if what == "nexmark":
        return nexmark_bench.run(sys.argv[2:], BUILD / "bench" / "bench_nexmark", ROOT / "bench" / "nexmark")
    if what == "tpch":
        return tpch.run(sys.argv[2:], BINARY)
    if what == "flights":
        return flights.run(sys.argv[2:], BINARY)
    if what == "peers":
        return peers.run(sys.argv[2:], BINARY)
    if what == "ratios":
        return ratios.run(sys.argv[2:], BUILD / "bench" / "bench_nexmark", BINARY)
    if what == "text":
        return subprocess.run([BUILD / "bench" / "bench_text", *sys.argv[2:]], check=False).returncode
    if what == "latency":
        return subprocess.run([BUILD / "bench" / "bench_latency", *sys.argv[2:]], check=False).returncode
    if what not in ("core", "recovery"):
        sys.exit(f"there is no benchmark '{what}'; there are: core, text, recovery, nexmark, tpch, flights, "
                 "peers, latency, ratios")
    if len(sys.argv) > 2:
        sys.exit(f"./dev bench {what} measures all it has and takes nothing more, but was given '{sys.argv[2]}'")
    print(f"machine: {os.cpu_count()} cores; one engine core is used; medians, CPU time where not said otherwise\n")
    if what == "core":
        core()
    else:
        recovery.run(line, BINARY, run_program)
    return 0


if __name__ == "__main__":
    sys.exit(main())
