# SPDX-License-Identifier: Apache-2.0
"""Random queries over random tables: Headwater in batch, Headwater as a folded stream, and DuckDB must
agree as bags.

  differential.py                    as CI runs it: within HW_SUITE_SECONDS, at least 1,000 queries
  differential.py --seed 17          one round of tables and queries; prints every disagreement
  differential.py --seed 17 --query 3 --keep    one query; its files stay in build/differential
  differential.py --oracle-only      the generator against DuckDB alone
  differential.py --from-seed 1000 --seconds 600    rounds one after another, and a line that soak.py reads

A round is one seed: three tables, eighty queries, one process for batch and one for the stream.
Half of the seeds of a run are fixed, half come from the commit; all are printed. The run fails when a
query disagrees and is not excused in disagreements.txt, when more than 1 % are excused, or when DuckDB
refuses more than 1 % of the queries (the generator's fault).
"""

import argparse
import collections
import concurrent.futures
import copy
import hashlib
import itertools
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import time

import compare
import engines
import golden_rounds
import queries
import shrinking
import tables

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "differential"
GOLDEN = pathlib.Path(os.environ.get("HW_BUILD", ROOT / "build" / "ci")) / "golden"
QUERIES_A_ROUND = 80
QUERIES_MIN = 1000
GOLDEN_EVERY = 8
EMPTY_TRIES = 4
ROUND_TIMEOUT_S = 180
SHARE_MAX = 0.01
SHOWN_MAX = 12
SHRUNK_MAX = 3  # of a process
NOT_YET = "not supported yet:"


class Round:
    """The tables and queries of one seed."""

    def __init__(self, seed, folder, in_all_modes=False):
        self.seed, self.folder = seed, folder
        self.in_all_modes = in_all_modes
        source = random.Random(seed)
        rows_max = source.choice([12, 12, 40] if in_all_modes else [12, 60, 60, 3000])
        self.tables = [tables.Table(source, f"t{i}", rows_max if i == 0 else min(rows_max, 60), in_all_modes)
                       for i in range(3)]
        self.versions = tables.Table.versions(source, "v0", in_all_modes)
        # The same rows without the key, of which a view makes versions.
        self.log_of_versions = copy.copy(self.versions)
        self.log_of_versions.name, self.log_of_versions.is_versioned = "v1", False
        self.parallelism = source.choice([1, 2, 4])
        self.all_tables = [*self.tables, self.versions, self.log_of_versions]
        self.changes = source
        self.queries = {}

    def ask(self, index, oracle):
        """Makes query `index`; returns DuckDB's two answers. An empty result says little, so three in
        four of them are thrown away for another try. Each query has its own stream of chance: --query
        does not depend on the others."""
        for attempt in range(EMPTY_TRIES):
            chance = random.Random((self.seed * 1000 + index) * EMPTY_TRIES + attempt)
            query = self.queries[index] = queries.Queries(chance, self.tables, self.versions).query()
            answers = [oracle.answer(query.batch)]
            answers.append(answers[0] if query.stream == query.batch else oracle.answer(query.stream))
            if any(a.error for a in answers) or answers[0].rows or chance.random() < 0.25:
                break
        return answers

    def write(self):
        """Writes the tables' files; returns the statements that create the tables."""
        self.folder.mkdir(parents=True, exist_ok=True)
        statements = []
        for table in self.all_tables:
            statements.append(table.write(self.folder / f"{table.name}.rows", self.changes))
        return statements + [self.log_of_versions.view_statement() + ";"]

    def write_golden(self, asked, expected):
        """Writes the queries with what they must give as a golden file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        text, lines = golden_rounds.file_text(self.all_tables, self.changes,
                                              [(i, self.queries[i], *expected[i]) for i in asked],
                                              [self.log_of_versions.view_statement()])
        path = self.folder / "round.slt"
        path.write_text(text, encoding="utf-8")
        return path, lines


class Verdict:
    """What came out of a round."""

    def __init__(self):
        self.checked, self.runs = 0, 0
        self.refused, self.wrong, self.excused, self.unsupported = [], [], [], []


def excuses():
    found = []
    for line in (pathlib.Path(__file__).parent / "disagreements.txt").read_text().split("\n"):
        if line.strip() and not line.startswith("#"):
            pattern, reason, _ = (part.strip() for part in line.rsplit("|", 2))
            found.append((re.compile(pattern, re.S), reason))
    return found


def judge(round, binary, selected, keep):
    """Runs one round and returns its verdict."""
    verdict = Verdict()
    chosen = [i for i in range(QUERIES_A_ROUND) if selected is None or i == selected]
    oracle = engines.Oracle(round.all_tables)
    expected = {}
    for i in chosen:
        answers = round.ask(i, oracle)
        if any(a.error for a in answers):
            verdict.refused.append((i, next(a.error for a in answers if a.error)))
        else:
            expected[i] = answers
    asked = list(expected)
    verdict.checked = len(asked)
    if binary and round.in_all_modes:
        run_golden(verdict, round, asked, expected)
    elif binary:
        prologue = round.write()
        texts = [round.queries[i].sql for i in asked]
        ways = [("batch", ["--mode", "batch", "--output", "json"], 0),
                ("streaming", ["--mode", "streaming", "--output", "changelog"], 1)]
        for name, arguments, which in ways:
            engine = engines.Headwater(binary, prologue,
                                       arguments + ["--parallelism", str(round.parallelism)],
                                       ROUND_TIMEOUT_S)
            verdict.runs += len(asked)
            for i, answer in zip(asked, engine.answers(texts)):
                weigh(verdict, round, i, name, expected[i][which], answer)
    if not keep:
        shutil.rmtree(round.folder, ignore_errors=True)
    return verdict


def run_golden(verdict, round, asked, expected):
    path, lines = round.write_golden(asked, expected)
    failures, runs, error = golden_rounds.run(GOLDEN, path, round.seed)
    verdict.runs += runs
    if error:
        verdict.wrong.append(f"seed {round.seed}, as a golden file: {error}")
    wrong = {}  # modes by query and message
    for line, mode, message in failures:
        index = lines.get(line, -1)
        if NOT_YET in message:
            verdict.unsupported.append(message.split(NOT_YET)[1].split("\n")[0].strip())
        elif index < 0:
            verdict.wrong.append(f"seed {round.seed}, line {line} of its golden file, mode {mode}: {message}")
        elif not any(pattern.search(round.queries[index].sql) for pattern, _ in EXCUSES):
            wrong.setdefault(index, {}).setdefault(message, []).append(mode)
    for index, messages in wrong.items():
        small = shrunk(round, index, next(iter(messages.values()))[0])
        message, modes = next(iter(messages.items()))
        verdict.wrong.append(f"seed {round.seed}, query {index}, golden modes {' '.join(sum(messages.values(), []))}:\n"
                             f"  {round.queries[index].sql}\n  DuckDB: {round.queries[index].stream}\n"
                             f"  in mode {modes[0]}: {message}{small}")


def shrunk(round, index, mode):
    """The failure as a small golden file, if it is seen in that mode of golden files."""
    if len(SHRUNK) >= SHRUNK_MAX:
        return ""
    SHRUNK.append((round.seed, index))
    text = shrinking.Shrinking(GOLDEN, round.folder, round.all_tables, [round.log_of_versions.view_statement()],
                               round.queries[index], mode).run()
    return f"\nmade small, mode {mode}:\n{text}" if text else ""


def weigh(verdict, round, index, mode, expected, answer):
    query = round.queries[index]
    if answer.error and NOT_YET in answer.error:
        verdict.unsupported.append(answer.error.split(NOT_YET)[1].split("\n")[0].strip())
        return
    problem = answer.error or compare.difference(
        expected.rows, answer.rows, query.types, query.ordered and mode == "batch")
    if not problem:
        return
    for pattern, reason in EXCUSES:
        if pattern.search(query.sql):
            verdict.excused.append((round.seed, index, reason))
            return
    small = shrunk(round, index, "batch" if mode == "batch" else
                   "stream" if round.parallelism == 1 else "stream-4")
    verdict.wrong.append(
        f"seed {round.seed}, query {index}, {mode}, parallelism {round.parallelism}:\n"
        f"  {query.sql}\n  DuckDB: {query.batch if mode == 'batch' else query.stream}\n  {problem}{small}")


EXCUSES = excuses()
SHRUNK = []


def seeds_of_run():
    """Fixed and fresh seeds in turn, without end; the fresh ones come from the commit."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout
    fresh = int(hashlib.sha256(commit.encode()).hexdigest()[:8], 16)
    fixed = 0
    while True:
        fixed += 1
        yield fixed
        fresh += 1
        yield fresh


class Totals:
    """What came out of all rounds."""

    def __init__(self):
        self.checked, self.runs, self.seeds = 0, 0, []
        self.refused, self.wrong, self.excused, self.unsupported = [], [], [], collections.Counter()

    def add(self, seed, verdict):
        self.seeds.append(seed)
        self.checked += verdict.checked
        self.runs += verdict.runs
        self.refused += [(seed, *r) for r in verdict.refused]
        self.wrong += verdict.wrong
        self.excused += verdict.excused
        self.unsupported.update(verdict.unsupported)


def parse_arguments():
    parser = argparse.ArgumentParser(description="compare Headwater with DuckDB on random queries")
    parser.add_argument("--binary", default=os.environ.get("HW_BINARY",
                                                           str(ROOT / "build" / "ci" / "headwater")))
    parser.add_argument("--seed", type=int)
    parser.add_argument("--query", type=int)
    parser.add_argument("--from-seed", type=int)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--count", type=int, default=QUERIES_MIN, help="at least this many queries")
    parser.add_argument("--modes", action="store_true", help="every round in all modes of golden files")
    parser.add_argument("--keep", action="store_true", help="keep the tables of the rounds")
    parser.add_argument("--oracle-only", action="store_true")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def main():
    args = parse_arguments()
    binary = None if args.oracle_only else args.binary
    began = time.monotonic()
    # Without a time box: exactly what was asked for. With one: until most of it is over, but --count at least.
    box = float(os.environ.get("HW_SUITE_SECONDS", "0"))

    def run(seed):
        folder = FOLDER / f"seed-{seed}"
        return seed, judge(Round(seed, folder, args.modes or seed % GOLDEN_EVERY == 0), binary, args.query, args.keep)

    def is_over(spent):
        if args.from_seed is not None:
            return spent >= args.seconds
        return args.seed is not None or (totals.checked >= args.count and spent >= 0.7 * box)

    totals = Totals()
    source = (iter([args.seed]) if args.seed is not None else
              itertools.count(args.from_seed) if args.from_seed is not None else seeds_of_run())
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        spent = 0
        while not totals.seeds or not is_over(spent):
            batch = [seed for _, seed in zip(range(args.jobs), source)]
            for seed, verdict in pool.map(run, batch):
                totals.add(seed, verdict)
            spent = time.monotonic() - began
            if box and spent > 0.93 * box and not is_over(spent):
                print(f"only {totals.checked} queries within the time box; {args.count} are needed")
                sys.exit(1)
    sys.exit(report(args, totals, time.monotonic() - began))


def report(args, totals, seconds):
    """Prints what came out; returns the exit code."""
    for text in totals.wrong[:SHOWN_MAX]:
        print(text + "\n")
    for seed, index, error in totals.refused[:SHOWN_MAX]:
        print(f"DuckDB refuses seed {seed}, query {index}: {error[:300]}")
    for reason, count in totals.unsupported.most_common(SHOWN_MAX):
        print(f"not supported yet, {count} times: {reason[:160]}")
    fresh = [seed for seed in totals.seeds if seed > 1_000_000]
    fixed = [seed for seed in totals.seeds if seed <= 1_000_000]
    print(f"seeds: fixed {fixed[:1]}..{fixed[-1:]}, fresh {fresh[:1]}..{fresh[-1:]} ({len(totals.seeds)} rounds)")
    for reason in sorted({reason for _, _, reason in totals.excused}):
        print(f"excused {sum(r == reason for _, _, r in totals.excused)}: {reason}")
    ways = "DuckDB alone" if args.oracle_only else f"{totals.runs} runs against DuckDB"
    print(f"{totals.checked} queries, {ways}, {seconds:.0f} s: {len(totals.wrong)} disagreements, "
          f"{len(totals.excused)} excused, {len(totals.refused)} refused by DuckDB")
    bad = (bool(totals.wrong) or len(totals.excused) > SHARE_MAX * max(totals.runs, 1) or
           len(totals.refused) > SHARE_MAX * (totals.checked + 1))
    if args.from_seed is not None:
        print(f"queries={totals.checked} runs={totals.runs} failures={len(totals.wrong)} "
              f"refused={len(totals.refused)} last_seed={totals.seeds[-1]}")
    return 1 if bad else 0


if __name__ == "__main__":
    main()
