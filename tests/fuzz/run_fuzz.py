# SPDX-License-Identifier: Apache-2.0
"""Builds the fuzz preset and runs each libFuzzer target for a bounded time.

With a time box (HW_SUITE_SECONDS, set by ctest) what the build leaves of it is shared among the
targets, at most 30 seconds each; a person says --seconds. New inputs that reach new code are kept in
build/fuzz/corpus; an input that crashes is written to build/fuzz/crashes and named. The exit code is
1 when a target crashed, hung or does not build, and 77 (skipped, for ctest) when the build left no
time to fuzz.

What is tried follows from a seed, which is printed. In a time box it is made of the commit's id, so
that a commit always tries the same inputs, as far as its time goes: such a run, and one with --seed,
begins with the repository's inputs alone. Otherwise the seed is drawn, and what former runs kept is
where the next one begins.
"""

import argparse
import concurrent.futures
import os
import pathlib
import platform
import random
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "fuzz"
SECONDS_MAX = 30
SECONDS_MIN = 5
SKIPPED = 77
RSS_LIMIT_MB = 2048
INPUT_TIMEOUT_S = 10
SEED_MAX = 2**32 - 1


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


def seed_of_commit():
    """libFuzzer draws one itself where it is told 0."""
    done = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True,
                          text=True)
    return int(done.stdout.strip()[:8] or "1", 16) or 1


def at_fixed_addresses():
    """Words before a command: libFuzzer's choices depend on where code lies."""
    words = ["setarch", platform.machine(), "-R"]
    try:
        allowed = subprocess.run(words + ["true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        allowed = False
    return words if allowed else []


def fuzz(name, seconds, seed, kept):
    """Runs one target. `kept`: from what former runs kept on; else from the repository's inputs.

    Returns (name, failed, executions, text).
    """
    corpus = BUILD / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    if kept:
        return run_target(name, seconds, seed, corpus)
    with tempfile.TemporaryDirectory(dir=BUILD) as found:
        result = run_target(name, seconds, seed, pathlib.Path(found))
        for path in pathlib.Path(found).iterdir():
            path.replace(corpus / path.name)
    return result


def run_target(name, seconds, seed, found):
    here = ROOT / "tests" / "fuzz"
    crashes = BUILD / "crashes"
    crashes.mkdir(parents=True, exist_ok=True)
    command = at_fixed_addresses()
    command += [str(BUILD / "tests" / "fuzz" / f"fuzz_{name}"), str(found)]
    seeds = here / "corpus" / name
    if seeds.is_dir():
        command.append(str(seeds))
    words = here / f"{name}.dict"
    if words.exists():
        command.append(f"-dict={words}")
    # Without reload it does not look, by the clock, at what it has written itself.
    command += [f"-seed={seed}", "-reload=0",
                f"-max_total_time={seconds}", f"-timeout={INPUT_TIMEOUT_S}",
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
    parser.add_argument("--seed", type=int, help="repeats the run that printed it")
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
    seed, kept = args.seed, args.seed is None and box is None
    if seed is None:
        seed = seed_of_commit() if box else random.SystemRandom().randint(1, SEED_MAX)
    elif not 0 < seed <= SEED_MAX:
        sys.exit(f"fuzz: --seed is 1 to {SEED_MAX}, not {seed}")
    print(f"fuzz: seed {seed}{' (of the commit)' if box and args.seed is None else ''}, from "
          f"{'what former runs kept' if kept else 'the inputs of the repository'} on", flush=True)
    if not at_fixed_addresses():
        print("fuzz: setarch -R is not allowed here: another run of this seed tries other inputs")
    failed = []
    with concurrent.futures.ThreadPoolExecutor(lanes) as pool:
        for name, bad, executed, text in pool.map(
                lambda n: fuzz(n, seconds, seed, kept), names):
            print(f"{name}: {executed} executions in {seconds} s{' FAILED' if bad else ''}")
            if bad:
                failed.append(name)
                print(text[-6000:])
    if failed:
        again = f"./dev fuzz --seed {seed} --seconds {seconds} {' '.join(failed)}"
        sys.exit(f"fuzz: {' '.join(failed)} failed; the inputs are in build/fuzz/crashes"
                 f"{'' if kept else f'; to try the same again: {again}'}")


if __name__ == "__main__":
    main()
