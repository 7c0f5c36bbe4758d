# SPDX-License-Identifier: Apache-2.0
"""./dev bench nexmark [q…]: each query beside a plain program, on the same batches in memory.

Results are compared first. Turns of engine and plain program are interleaved; CPU seconds of the
process, medians. CPU seconds per 100 M events are the slope between half of the events and all of
them, so that starts drop out; events a second are its inverse. `--events 10000000 --rounds 5` is what
is published: about ten minutes on an idle machine.
"""

import argparse
import json
import math
import statistics
import subprocess
import sys

# The published mean is over what has a plain program; q7's second form is a line of its own.
NOT_IN_MEAN = {"q6", "q7top"}


def slope(whole, half, events):
    """CPU seconds per 100 M events."""
    return max(whole - half, 1e-9) / (events / 2) * 1e8


def floor(program):
    line = subprocess.run([program, "--floor"], check=True, capture_output=True, text=True).stdout
    found = json.loads(line)
    print(f"this machine: read {found['read_gb_s']:.1f} GB/s, memcpy {found['memcpy_gb_s']:.1f} GB/s, "
          f"dependent load {found['load_1mb_ns']:.0f} ns (1 MB), {found['load_256mb_ns']:.0f} ns (256 MB)\n")


def line(found):
    """Prints one query. Returns the share of the plain program, if there is one."""
    events = found["events"]
    ours = slope(found["engine"], found["engine_half"], events)
    text = f"{found['query']:6} {100 / ours:9.1f} {ours:10.2f} {found['peak_kb'] / 1024:9.0f}"
    if not found["plain"]:
        print(text, flush=True)
        return None
    plain = slope(found["plain"], found["plain_half"], events)
    share = found["plain"] / found["engine"]
    print(f"{text} {100 / plain:9.1f} {100 * share:7.0f} %", flush=True)
    return share


def run(arguments, program, folder):
    parser = argparse.ArgumentParser(prog="./dev bench nexmark", description=__doc__.splitlines()[0])
    parser.add_argument("queries", nargs="*")
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parallelism", type=int, default=1)
    options = parser.parse_args(arguments)
    floor(program)
    print(f"{options.events} events, {options.rounds} rounds, parallelism {options.parallelism}")
    print(f"{'':6} {'M ev/s':>9} {'CPU-s/100M':>10} {'peak MB':>9} {'plain':>9} {'share':>9}")
    names = options.queries or [f"q{i}" for i in range(8)] + ["q7top"] + [f"q{i}" for i in range(8, 23)]
    shares = []
    for name in names:
        # A process each: what one query leaves in memory is not the next one's affair.
        done = subprocess.run([program, folder, "--events", str(options.events), "--rounds",
                               str(options.rounds), "--parallelism", str(options.parallelism), "--check",
                               name], capture_output=True, text=True)
        if done.returncode != 0:
            print(f"{name:6} {done.stderr.strip().splitlines()[0] if done.stderr else 'died'}", flush=True)
            continue
        share = line(json.loads(done.stdout))
        if share and name not in NOT_IN_MEAN:
            shares.append(share)
    if shares:
        mean = math.exp(statistics.fmean(map(math.log, shares)))
        print(f"geometric mean of {len(shares)}: {100 * mean:.0f} % of the plain programs")
    return 0


if __name__ == "__main__":
    sys.exit("run it by ./dev bench nexmark")
