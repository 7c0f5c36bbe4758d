# SPDX-License-Identifier: Apache-2.0
"""The sinks of the kill loops: how a job writes them and what a reader sees in them."""

import json
import os
import subprocess

import pyarrow
import pyarrow.parquet

import kill_loop


class Files:
    """A directory of part files."""

    def __init__(self, folder, file_format, options="", partitioned=False):
        self.directory = folder / "out"
        self.format = file_format
        self.options = options
        self.partitioned = partitioned

    def sql(self, source):
        by = " PARTITIONED BY (k)" if self.partitioned else ""
        return (f"CREATE TABLE shown (n BIGINT, k BIGINT){by} WITH ('connector' = 'filesystem', "
                f"'path' = '{self.directory}', 'format' = '{self.format}'{self.options});"
                f"INSERT INTO shown SELECT n, k FROM {source};")

    def paths(self):
        for parent, directories, names in os.walk(self.directory):
            directories[:] = [name for name in directories if name[0] not in "._"]
            for name in names:
                if name[0] not in "._":
                    yield os.path.join(parent, name)

    def numbers(self):
        numbers = []
        for path in list(self.paths()):
            numbers += self.numbers_of(path)
        return numbers

    def numbers_of(self, path):
        if self.format == "parquet":
            try:
                return pyarrow.parquet.ParquetFile(path).read(["n"])["n"].to_pylist()
            except (pyarrow.ArrowInvalid, OSError) as error:
                raise kill_loop.Wrong(f"{path} is torn: {error}") from error
        with open(path, "rb") as file:
            content = file.read()
        if not content.endswith(b"\n"):
            raise kill_loop.Wrong(f"{path} is torn")
        lines = content.decode().splitlines()
        try:
            if self.format == "json":
                return [json.loads(line)["n"] for line in lines]
            return [int(line.split(",")[0]) for line in lines]
        except (ValueError, KeyError) as error:
            raise kill_loop.Wrong(f"{path} is torn: {error}") from error


class Log:
    """A topic of several partitions, read by processes of their own. `hashed`: a row's hash says its
    partition, and so which writer gets it; else writers take what comes."""

    def __init__(self, folder, partitions=3, hashed=False):
        self.directory = folder / "log"
        self.options = f"'partitions' = '{partitions}'" + (", 'changelog-mode' = 'all'" if hashed else "")

    def table(self):
        return (f"CREATE TABLE shown (n BIGINT, k BIGINT) WITH ('connector' = 'log', "
                f"'topic' = 'shown', 'path' = '{self.directory}', {self.options});")

    def sql(self, source):
        return self.table() + f"INSERT INTO shown SELECT n, k FROM {source};"

    def numbers(self):
        if not (self.directory / "shown").exists():
            return []
        done = subprocess.run(
            [kill_loop.BINARY, "run", "--mode", "batch", "--output", "csv", "-e",
             self.table() + "SELECT n FROM shown"], capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise kill_loop.Wrong(f"the topic cannot be read: {done.stderr}")
        return [int(line) for line in done.stdout.splitlines()[1:]]


# Files become visible while the job runs, not only at its end.
SOON = (", 'sink.rolling-policy.rollover-interval' = '100 ms', "
        "'sink.rolling-policy.check-interval' = '20 ms'")

SINKS = {
    "json": lambda folder: Files(folder, "json", SOON),
    "csv": lambda folder: Files(folder, "csv"),
    "parquet": lambda folder: Files(folder, "parquet"),
    "rolling": lambda folder: Files(folder, "json", ", 'sink.rolling-policy.file-size' = '20kb'"),
    "partitioned": lambda folder: Files(folder, "csv", SOON, partitioned=True),
    "log": Log,
    "hashed-log": lambda folder: Log(folder, partitions=8, hashed=True),
}
