# SPDX-License-Identifier: Apache-2.0
"""Runs a Nexmark query of bench/nexmark with its rows written to files."""

import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("HW_BINARY", str(ROOT / "build" / "ci" / "headwater"))
NEXMARK = ROOT / "bench" / "nexmark"


class Wrong(Exception):
    """A run that failed, or a result that is not the expected one."""


def columns_of(number):
    """(name, SQL type) of the query's sink."""
    text = (NEXMARK / "queries" / f"q{number}.sql").read_text()
    body = re.search(rf"CREATE TABLE q{number} \(\n(.*?)\n\)", text, re.S).group(1)
    return re.findall(r"`?(\w+)`? (BIGINT|INT|STRING|TIMESTAMP\(3\)|DECIMAL\(23, 3\))", body)


def table_sql(source, events, group=1, folder=None):
    """The merged table from `source` (generator, json, parquet) and the views on it."""
    text = (NEXMARK / "tables" / f"{source}.sql").read_text()
    text = text.replace("'1000000'", f"'{events}', 'out-of-order.group-size' = '{group}'")
    text = re.sub(r"'path' = '(nexmark\.\w+)'", rf"'path' = '{folder}/\1'", text)
    return text + (NEXMARK / "tables" / "views.sql").read_text()


def query_sql(number, folder, out):
    """The query, its rows in files of changes in `out`; q10 writes as it always does."""
    text = (NEXMARK / "queries" / f"q{number}.sql").read_text()
    text = text.replace("'side_input.csv'", f"'{folder}/side_input.csv'")
    text = text.replace("'nexmark-q10'", f"'{out}'")
    return text.replace(
        "WITH ('connector' = 'blackhole')",
        f"WITH ('connector' = 'filesystem', 'path' = '{out}', 'format' = 'changelog-json')")


def run(sql, *arguments, timeout=600):
    done = subprocess.run([BINARY, "run", "-q", *arguments, "-"], input=sql, text=True, timeout=timeout,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise Wrong(f"exit code {done.returncode}: {done.stderr}")


def write_events(folder, events):
    """nexmark.parquet, nexmark.jsonl and side_input.csv in `folder`; rows in order of time."""
    columns = re.search(r"CREATE TABLE nexmark \(\n(.*?),\n  dateTime AS",
                        (NEXMARK / "tables" / "generator.sql").read_text(), re.S).group(1)
    for name, file_format in (("nexmark.parquet", "parquet"), ("nexmark.jsonl", "json")):
        parts = folder / f"{file_format}-parts"
        run(table_sql("generator", events) +
            f"CREATE TABLE written (\n{columns}\n) WITH ('connector' = 'filesystem', "
            f"'path' = '{parts}', 'format' = '{file_format}', "
            "'sink.rolling-policy.file-size' = '1000gb', 'sink.rolling-policy.rollover-interval' = '9 d');"
            "INSERT INTO written SELECT event_type, person, auction, bid FROM nexmark;",
            "--parallelism", "1")
        part, = [path for path in parts.iterdir() if path.name[0] not in "._"]
        part.rename(folder / name)
        parts.rmdir()
    (folder / "side_input.csv").write_text("".join(f"{i},side {i}\n" for i in range(10000)))


def kill_often(sql, state, kills, seed):
    """Kills a durable job as often, each time soon after a checkpoint more; then lets it end. Each life
    has another parallelism. Returns how many kills there were before it ended by itself."""
    rng = random.Random(seed)

    def start():
        return subprocess.Popen(
            [BINARY, "run", "-q", "-e", sql, "--state-dir", str(state), "--parallelism",
             str(rng.choice((1, 2, 4))), "-D", "execution.checkpointing.interval=20 ms"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    for done in range(kills + 1):
        # Taking the job over is a record of its lease, each checkpoint another one.
        enough = newest_record(state) + 2
        process = start()
        while done < kills and process.poll() is None and newest_record(state) < enough:
            time.sleep(0.002)
        if done < kills and process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            continue
        _, errors = process.communicate(timeout=600)
        if process.returncode != 0:
            raise Wrong(f"exit code {process.returncode} after {done} kills: {errors}")
        return done


def newest_record(state):
    names = [path.name for path in state.glob("*/lease/0*")]
    return int(max(names, default="0"))


def remove(path):
    shutil.rmtree(path, ignore_errors=True)
