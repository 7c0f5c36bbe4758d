# SPDX-License-Identifier: Apache-2.0
"""Compiles every header of src/ and include/ alone, twice in one file (so a missing #pragma once shows).

Through ccache an unchanged header costs nothing. A cold run compiles within its time box: headers
changed by the newest commit or in the working tree first, then the others in an order that the commit
id turns, so that what one run leaves out another takes. The closing line says how many were compiled.
"""

import argparse
import concurrent.futures
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
FLAGS = ["-std=c++20", "-O0", "-g0", "-march=x86-64-v3", "-DHW_DEBUG_CHECKS=1", "-Wall", "-Wextra",
         "-Wno-unused-parameter", "-Wno-missing-field-initializers", "-Werror=return-type"]


def git(*words):
    done = subprocess.run(["git", *words], cwd=ROOT, text=True, capture_output=True)
    return done.stdout.split() if done.returncode == 0 else []


def in_order(headers):
    """Changed headers first, the rest in an order that depends on the commit."""
    changed = set(git("diff", "--name-only", "HEAD")) | set(git("diff", "--name-only", "HEAD~1"))
    commit = "".join(git("rev-parse", "HEAD"))

    def rank(header):
        turned = hashlib.sha256((commit + header).encode()).hexdigest()
        return (header not in changed, turned)

    return sorted(headers, key=rank)


def compile_alone(header, args, folder):
    """Returns the compiler's words, empty when the header compiles."""
    source = folder / (header.replace("/", "_") + ".cc")
    include = header.split("/", 1)[1]
    text = f'#include "{include}"\n#include "{include}"\n'
    if not source.exists() or source.read_text() != text:
        source.write_text(text)
    launcher = ["ccache"] if shutil.which("ccache") else []
    command = launcher + [args.compiler, *FLAGS, "-I", str(ROOT / "src"), "-I", str(ROOT / "include")]
    for system in args.system_include:
        command += ["-isystem", system]
    command += ["-c", str(source), "-o", str(source.with_suffix(".o"))]
    environment = dict(os.environ, CCACHE_BASEDIR=str(ROOT), CCACHE_NOHASHDIR="1")
    done = subprocess.run(command, text=True, capture_output=True, env=environment)
    return done.stderr if done.returncode != 0 else ""


def main():
    parser = argparse.ArgumentParser(description="compile each header alone")
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--system-include", action="append", default=[])
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("headers", nargs="*")
    args = parser.parse_args()

    box = float(os.environ.get("HW_SUITE_SECONDS", "0"))
    deadline = time.monotonic() + 0.8 * box if box else None
    folder = pathlib.Path(os.environ.get("HW_BUILD", ROOT / "build")) / "headers_alone"
    folder.mkdir(parents=True, exist_ok=True)
    headers = args.headers or [str(p.relative_to(ROOT)) for top in ("src", "include")
                               for p in sorted((ROOT / top).rglob("*.h"))]

    def check(header):
        if deadline is not None and time.monotonic() > deadline:
            return header, None
        return header, compile_alone(header, args, folder)

    failed, skipped = [], 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for header, words in pool.map(check, in_order(headers)):
            if words is None:
                skipped += 1
            elif words:
                failed.append(header)
                print(f"{header} does not compile alone:\n{words[:3000]}")
    print(f"{len(headers) - skipped} of {len(headers)} headers compiled alone, {len(failed)} failed"
          + (f"; {skipped} left for other commits by the time box" if skipped else ""))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
