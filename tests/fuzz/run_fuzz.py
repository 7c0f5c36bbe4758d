# SPDX-License-Identifier: Apache-2.0
"""Builds the fuzz preset and runs each libFuzzer target for a bounded time.

With a time box (HW_SUITE_SECONDS, set by ctest) what the build leaves of it is shared among the
targets, at most 30 seconds each; a person says --seconds. New inputs that reach new code are kept in
build/fuzz/corpus; an input that crashes is written to build/fuzz/crashes and named. The exit code is
1 when a target crashed, hung or does not build, and 77 (skipped, for ctest) when the build left no
time to fuzz.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "fuzz"
SECONDS_MAX = 30
SECONDS_MIN = 5
SKIPPED = 77
RSS_LIMIT_MB = 2048
INPUT_TIMEOUT_S = 10


def build(targets, deadline):
    """Configures when needed and builds; the compiler's words are shown only when it fails."""
    if not (BUILD / "build.ninja").exists():
        run(["cmake", "--preset", "fuzz", "-Wno-dev"], deadline)
    run(["ninja", "-C", str(BUILD)] + (targets or ["fuzz_targets"]), deadline)


def run(command, deadline):
    left = None if deadline is None else max(1.0, deadline - time.monotonic())
    try:
        done = subprocess.run(command, cwd=ROOT, timeout=left, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except subprocess.TimeoutExpired:
        # ctest shows the suite as skipped: nothing was fuzzed, and nothing failed.
        print(f"fuzz: {' '.join(command[:3])} did not end within the time box; no target was run")
        sys.exit(SKIPPED)
    if done.returncode != 0:
        print(done.stdout[-8000:])
        sys.exit(f"fuzz: {' '.join(command[:3])} failed")


def fuzz(name, seconds):
    """Runs one target; returns (name, failed, executions, text)."""
    here = ROOT / "tests" / "fuzz"
    found = BUILD / "corpus" / name
    crashes = BUILD / "crashes"
    found.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(parents=True, exist_ok=True)
    command = [str(BUILD / "tests" / "fuzz" / f"fuzz_{name}"), str(found)]
    seeds = here / "corpus" / name
    if seeds.is_dir():
        command.append(str(seeds))
    words = here / f"{name}.dict"
    if words.exists():
        command.append(f"-dict={words}")
    command += [f"-max_total_time={seconds}", f"-timeout={INPUT_TIMEOUT_S}",
                f"-rss_limit_mb={RSS_LIMIT_MB}", "-print_final_stats=1",
                f"-artifact_prefix={crashes}/{name}-"]
    environment = dict(os.environ, ARROW_DEFAULT_MEMORY_POOL="system",
                       ASAN_OPTIONS="allocator_may_return_null=1:detect_odr_violation=0",
                       UBSAN_OPTIONS="print_stacktrace=1")
    done = subprocess.run(command, env=environment, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    stat = re.search(r"number_of_executed_units: (\d+)", done.stdout)
    executed = int(stat.group(1)) if stat else 0
    # A target that ran nothing has shown nothing.
    return name, done.returncode != 0 or executed == 0, executed, done.stdout


def main():
    parser = argparse.ArgumentParser(description="build and run the fuzz targets")
    parser.add_argument("--seconds", type=int, help="seconds a target")
    parser.add_argument("--root", help=argparse.SUPPRESS)
    parser.add_argument("targets", nargs="*", help="names without fuzz_ (default: all)")
    args = parser.parse_args()

    box = os.environ.get("HW_SUITE_SECONDS")
    # A tenth of the box is kept for what cannot be planned.
    deadline = time.monotonic() + 0.9 * int(box) if box else None
    known = sorted(p.name[:-len("_fuzz.cc")] for p in (ROOT / "tests" / "fuzz").glob("*_fuzz.cc"))
    unknown = [t for t in args.targets if t not in known]
    if unknown or not known:
        sys.exit(f"fuzz: no target {' '.join(unknown)}; there are: {' '.join(known) or 'none'}")
    names = args.targets or known
    began = time.monotonic()
    build([f"fuzz_{name}" for name in args.targets], deadline)
    print(f"fuzz: built in {time.monotonic() - began:.0f} s", flush=True)

    lanes = max(1, min(os.cpu_count() or 1, len(names)))
    seconds = args.seconds or SECONDS_MAX
    if deadline is not None:
        rounds = -(-len(names) // lanes)
        seconds = min(seconds, int((deadline - time.monotonic()) / rounds))
        if seconds < SECONDS_MIN:
            print(f"fuzz: the build left {seconds} s a target, and {SECONDS_MIN} s each are needed; "
                  "no target was run")
            sys.exit(SKIPPED)
    failed = []
    with concurrent.futures.ThreadPoolExecutor(lanes) as pool:
        for name, bad, executed, text in pool.map(lambda n: fuzz(n, seconds), names):
            print(f"{name}: {executed} executions in {seconds} s{' FAILED' if bad else ''}")
            if bad:
                failed.append(name)
                print(text[-6000:])
    if failed:
        sys.exit(f"fuzz: {' '.join(failed)} failed; the inputs are in build/fuzz/crashes")


if __name__ == "__main__":
    main()
