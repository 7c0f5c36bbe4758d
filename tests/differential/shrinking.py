# SPDX-License-Identifier: Apache-2.0
"""Makes a failure small: the golden file of one query, with as few rows as still fail in one mode. What
comes out is a case to be looked at, decided and kept."""

import copy
import random
import time

import engines
import golden_rounds

SECONDS_MAX = 60


class Shrinking:
    """`tables` in the order of their creation; `statements` behind them, as views."""

    def __init__(self, binary, folder, tables, statements, query, mode):
        self.binary, self.mode, self.query, self.statements = binary, mode, query, statements
        self.path = folder / "small.slt"
        self.tables = [copy.copy(table) for table in tables]
        self.until = time.monotonic() + SECONDS_MAX

    def fails(self, tables):
        """Whether the engine and DuckDB still differ over these tables; the file stays."""
        oracle = engines.Oracle(tables)
        answers = [oracle.answer(text) for text in (self.query.batch, self.query.stream)]
        if any(answer.error for answer in answers):
            return False
        text, lines = golden_rounds.file_text(tables, random.Random(1), [(0, self.query, *answers)],
                                              self.statements)
        self.path.write_text(text, encoding="utf-8")
        failures, _, error = golden_rounds.run(self.binary, self.path, 1, self.mode)
        return not error and any(line in lines and golden_rounds.NOT_YET not in message
                                 for line, _, message in failures)

    def run(self):
        """Returns the text of the smallest file found, or None when the failure is not seen again."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not self.fails(self.tables):
            return None
        for i, table in enumerate(self.tables):
            if table.is_changelog:
                self.keep(i, is_changelog=False)
            length = len(self.tables[i].rows)
            while length > 0 and time.monotonic() < self.until:
                begin = 0
                while begin < len(self.tables[i].rows) and time.monotonic() < self.until:
                    rows = self.tables[i].rows
                    if not self.keep(i, rows=rows[:begin] + rows[begin + length:]):
                        begin += length
                length //= 2
        self.fails(self.tables)
        return self.path.read_text(encoding="utf-8")

    def keep(self, index, **changes):
        """Changes one table where that still fails."""
        tables = list(self.tables)
        tables[index] = copy.copy(tables[index])
        vars(tables[index]).update(changes)
        if not self.fails(tables):
            return False
        self.tables = tables
        return True
