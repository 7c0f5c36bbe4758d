# SPDX-License-Identifier: Apache-2.0
"""Flink 2.3 as a peer: fetched on request, run as one process, its CPU read between two statements.

The distribution is PyPI's apache-flink-libraries; the SQL gateway, the Parquet format and what of Hadoop
that needs come from Maven. Everything lies in build/flink.
"""

import os
import pathlib
import shutil
import subprocess
import sys

VERSION = "2.3.0"
HOME = pathlib.Path(__file__).resolve().parents[1] / "build" / "flink"
JARS = (f"flink-sql-gateway:{VERSION}", f"flink-sql-gateway-api:{VERSION}", f"flink-sql-parquet:{VERSION}",
        "flink-shaded-hadoop-2-uber:2.8.3-10.0")
# Heap state, mini-batches and everything else that its makers set for Nexmark.
SETTINGS = {
    "execution.target": "local",
    "execution.runtime-mode": "streaming",
    "parallelism.default": "1",
    "pipeline.object-reuse": "true",
    "state.backend.type": "hashmap",
    "table.dml-sync": "true",
    "table.exec.mini-batch.enabled": "true",
    "table.exec.mini-batch.allow-latency": "2 s",
    "table.exec.mini-batch.size": "50000",
    "table.optimizer.distinct-agg.split.enabled": "true",
}
DONE = "Complete execution of the SQL update statement"


def client():
    return HOME / "pyflink" / "bin" / "sql-client.sh"


def installed():
    return client().exists() and all(
        (HOME / "pyflink" / "lib" / f"{jar.replace(':', '-')}.jar").exists() for jar in JARS)


def install():
    """About 400 MB. Needs a JDK and Maven."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            sys.exit(f"Flink needs {program}, which is not installed: apt install default-jdk maven")
    if not client().exists():
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", f"--target={HOME}",
                        f"apache-flink=={VERSION}", f"apache-flink-libraries=={VERSION}"], check=True)
    for jar in JARS:
        subprocess.run(["mvn", "-q", "dependency:copy", f"-Dartifact=org.apache.flink:{jar}",
                        f"-DoutputDirectory={HOME / 'pyflink' / 'lib'}"], check=True)


def cpu_of(root):
    """User and system seconds of a process and all below it that live, with what ended children took."""
    children, times = {}, {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(") ")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(entry.name))
        times[int(entry.name)] = sum(map(int, fields[11:15]))
    total, todo = 0, [root]
    while todo:
        process = todo.pop()
        total += times.get(process, 0)
        todo += children.get(process, [])
    return total / os.sysconf("SC_CLK_TCK")


def cpu_of_inserts(script, folder, heap_mb):
    """Runs a script of tables and INSERTs in a fresh process. CPU seconds up to the end of each INSERT.

    Raises RuntimeError with Flink's words when a statement fails."""
    path = folder / "flink.sql"
    path.write_text("".join(f"SET '{key}' = '{value}';\n" for key, value in SETTINGS.items()) + script)
    environment = dict(os.environ, FLINK_HOME=str(HOME / "pyflink"), TZ="UTC",
                       JVM_ARGS=f"-Xmx{heap_mb}m", FLINK_LOG_DIR=str(folder))
    process = subprocess.Popen([client(), "embedded", "-f", path], env=environment, text=True, cwd=folder,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    seconds, said = [], []
    for line in process.stdout:
        if DONE in line:
            seconds.append(cpu_of(process.pid))
        elif "[ERROR]" in line or said:
            said.append(line.strip())
    process.wait()
    if said or process.returncode != 0:
        said = [line for line in said if not line.startswith("at ")]
        raise RuntimeError(" ".join(said[1:3]) or f"exit code {process.returncode}")
    return seconds
