# SPDX-License-Identifier: Apache-2.0
"""The SQL of the book is run: every ```sql block of docs/book and README.md, and every line of the compatibility tables.

A block is checked (`headwater check`) behind all definitions that stand before it on its page. A comment in front of it says
otherwise; readers of the page do not see it:
  <!-- sql: run -->              run it in batch mode; the ```text block that follows is what it prints
  <!-- sql: stream -->           the same as a stream
  <!-- sql: fails TEXT -->       it is refused, and the message has TEXT
  <!-- sql: each fails TEXT -->  each of its lines is (a line ending in `-- goes on` is not)
  <!-- sql: setup                and no block: definitions that the page needs, up to -->
  <!-- file: NAME                a file that it needs, up to -->
A table with the columns `status` and `example` is checked line by line: same and better must be planned, `not yet` must fail with
"not supported yet", `refused` with any other error of the user's.
"""

import re
import unittest

from binary import ROOT, Case, headwater

DEFINITION = re.compile(r"\s*(CREATE|SET|RESET|USE|ALTER|DROP|REPLACE)\b", re.IGNORECASE)
# These run a job.
FROM_QUERY = re.compile(r"\s*(CREATE|REPLACE)\b[^(']*\bTABLE\b.*\bAS\s+(SELECT|WITH|VALUES)\b", re.IGNORECASE | re.DOTALL)
PAGES = sorted((ROOT / "docs" / "book").glob("*.md")) + [ROOT / "README.md"]
STATUSES = ("same", "better", "not yet", "refused")


def statements(sql):
    """Cuts a script at the semicolons outside quotes and comments; sets of statements stay whole."""
    sql = re.sub(r"--[^\n]*", lambda match: " " * len(match.group()) if "'" not in match.group() else match.group(), sql)
    parts, begin, quoted = [], 0, False
    for i, letter in enumerate(sql):
        if letter == "'":
            quoted = not quoted
        elif letter == ";" and not quoted:
            parts.append(sql[begin:i])
            begin = i + 1
    parts.append(sql[begin:])
    return [part.strip() for part in parts if part.strip()]


def definitions(sql):
    return "".join(part + ";\n" for part in statements(sql)
                   if DEFINITION.match(part) and not FROM_QUERY.match(part))


class Block:
    def __init__(self, line, mode, sql, expected):
        self.line, self.mode, self.sql, self.expected = line, mode, sql, expected


def blocks(text):
    """Yields the blocks of a page in order; a setup is one with that mode."""
    lines, mode, i = text.split("\n"), "check", 0
    while i < len(lines):
        line = lines[i]
        if line.startswith("<!-- sql: setup"):
            end = next(n for n in range(i, len(lines)) if "-->" in lines[n])
            yield Block(i + 1, "setup", "\n".join(lines[i + 1:end]), None)
            i = end
        elif line.startswith("<!-- file: "):
            end = next(n for n in range(i, len(lines)) if "-->" in lines[n])
            yield Block(i + 1, "file", "\n".join(lines[i + 1:end]) + "\n", line[len("<!-- file: "):].strip())
            i = end
        elif line.startswith("<!-- sql: "):
            mode = line[len("<!-- sql: "):line.index("-->")].strip()
        elif line.strip() == "```sql":
            end = next(n for n in range(i + 1, len(lines)) if lines[n].strip() == "```")
            sql, begin, expected = "\n".join(lines[i + 1:end]), i + 1, None
            i = end
            rest = [n for n in range(end + 1, len(lines)) if lines[n].strip()]
            if mode in ("run", "stream") and rest and lines[rest[0]].strip() == "```text":
                stop = next(n for n in range(rest[0] + 1, len(lines)) if lines[n].strip() == "```")
                expected = "\n".join(lines[rest[0] + 1:stop])
            yield Block(begin, mode, sql, expected)
            mode = "check"
        i += 1


def table_lines(text):
    """Yields (line number, what, status, example) of tables with these columns."""
    columns = None
    for number, line in enumerate(text.split("\n"), 1):
        if not line.startswith("|"):
            columns = None
            continue
        cells = [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if columns is None:
            columns = cells
        elif "status" in columns and "example" in columns and not set(line) <= set("|-: "):
            row = dict(zip(columns, cells))
            yield number, cells[0], row["status"], row["example"].strip("`")


class Book(Case):
    def page(self, text):
        """Runs a page; yields (line, what is wrong)."""
        before = ""
        for block in blocks(text):
            if block.mode == "setup":
                before += definitions(block.sql)
                continue
            if block.mode == "file":
                self.write(block.expected, block.sql)
                continue
            wrong = self.block(before, block)
            if wrong:
                yield block.line, wrong
            if not block.mode.startswith("each"):
                before += definitions(block.sql)
        for line, what, status, example in table_lines(text):
            wrong = self.example(before, status, example)
            if wrong:
                yield line, f"{what}: {wrong}"

    def sql(self, command, script, *arguments):
        return headwater(*command, str(self.write("page.sql", script)), *arguments, cwd=self.folder)

    def block(self, before, block):
        if block.mode.startswith("each fails "):
            for line in block.sql.split("\n"):
                goes_on = line.endswith("-- goes on")
                done = self.sql(["check"], before + line)
                if (done.returncode == 0) != goes_on or not goes_on and block.mode[11:] not in done.stderr:
                    return f"{line}: {done.stderr or 'is not refused'}"
            return None
        if block.mode.startswith("fails "):
            done = self.sql(["check"], before + block.sql)
            return None if done.returncode == 3 and block.mode[6:] in done.stderr else f"is not refused so: {done.stderr}"
        if block.mode == "check":
            done = self.sql(["check"], before + block.sql)
            return done.stderr if done.returncode else None
        mode = "batch" if block.mode == "run" else "streaming"
        done = self.sql(["run"], before + block.sql, "--mode", mode, "--parallelism", "1")
        if done.returncode:
            return done.stderr
        if block.expected is not None and done.stdout.rstrip() != block.expected.rstrip():
            return f"prints\n{done.stdout}"
        return None

    def example(self, before, status, example):
        if status not in STATUSES:
            return f"the status is '{status}', not one of {', '.join(STATUSES)}"
        done = self.sql(["check"], before + example)
        if status in ("same", "better"):
            return done.stderr if done.returncode else None
        missing = "not supported yet" in done.stderr
        if done.returncode == 0:
            return f"is there, but the page says '{status}'"
        if done.returncode != 3 or missing != (status == "not yet"):
            return done.stderr
        return None

    def test_every_block_and_every_line_of_a_table(self):
        found = 0
        for page in PAGES:
            text = page.read_text()
            found += text.count("```sql")
            with self.subTest(page=page.name):
                wrong = [f"{page.name}:{line}: {what}" for line, what in self.page(text)]
                self.assertEqual(wrong, [], "\n".join(wrong))
        self.assertGreater(found, 30)


class TheTestItself(Case):
    """A test of pages that never fails would prove nothing."""

    def test_wrong_blocks_and_wrong_lines_are_found(self):
        text = "\n".join([
            "<!-- sql: setup", "CREATE TABLE t (a INT) WITH ('connector' = 'datagen');", "-->",
            "```sql", "SELECT b FROM t", "```",
            "<!-- sql: run -->", "```sql", "SELECT 1 AS a", "```", "```text", "2", "```",
            "<!-- sql: fails no reason -->", "```sql", "SELECT a FROM t", "```",
            "| what | status | example |", "|---|---|---|",
            "| a | same | `SELECT b FROM t` |", "| b | not yet | `SELECT a FROM t` |", "| c | soon | `SELECT a FROM t` |",
            "| d | same | `SELECT a \\|\\| 'x' FROM (VALUES ('y')) AS v(a)` |"])
        book = Book("test_every_block_and_every_line_of_a_table")
        book.folder = self.folder
        self.assertEqual([line for line, _ in book.page(text)], [4, 8, 15, 20, 21, 22])


if __name__ == "__main__":
    unittest.main()
