#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Computes the expected results of golden cases with DuckDB, never with Headwater.

In an .slt file a query whose comment block holds a line `# duckdb` is computed from its own text;
`# duckdb: SELECT …` gives the text to compute it from instead (it may go on in further
`# duckdb: …` lines). Queries without such a line were computed by hand.

  oracle.py check [FILE…]   compare the stated results with DuckDB's (the test)
  oracle.py fill FILE…      write DuckDB's result where the expected part is empty
"""

import datetime
import decimal
import math
import pathlib
import re
import sys

import duckdb

ROOT = pathlib.Path(__file__).resolve().parent


def split_cells(line):
    return [cell.strip(" ") for cell in re.split(r"\t| {2,}", line.strip(" \t"))]


def java_double(value):
    """The text of a DOUBLE as Java prints it."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "-0.0" if math.copysign(1, value) < 0 else "0.0"
    sign, digits, exponent = decimal.Decimal(repr(value)).as_tuple()
    digits = "".join(map(str, digits)).rstrip("0") or "0"
    point = len(decimal.Decimal(repr(value)).as_tuple().digits) + exponent
    prefix = "-" if sign else ""
    if 1e-3 <= abs(value) < 1e7:
        if point <= 0:
            return prefix + "0." + "0" * -point + digits
        if point >= len(digits):
            return prefix + digits + "0" * (point - len(digits)) + ".0"
        return prefix + digits[:point] + "." + digits[point:]
    return prefix + digits[0] + "." + (digits[1:] or "0") + "E" + str(point - 1)


def text_of(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return java_double(value)
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.") + f"{value.microsecond // 1000:03d}"
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(text_of, value)) + "]"
    return cell_text(str(value))


def cell_text(text):
    """As files write it: a space that would part cells is visible."""
    if not text:
        return "(empty)"
    out = ""
    for i, c in enumerate(text):
        parts = c == " " and (i in (0, len(text) - 1) or out.endswith(" "))
        out += {"\n": "\\n", "\t": "\\t"}.get(c, "\u2420" if parts else c)
    return out


class Case:
    def __init__(self, path):
        self.path = path
        self.lines = path.read_text().split("\n")
        self.tables = []
        self.queries = []
        self.parse()

    def parse(self):
        i, oracle = 0, None
        lines = self.lines
        while i < len(lines):
            line = lines[i]
            if not line.strip():
                oracle = None if i == 0 or not lines[i - 1].startswith("#") else oracle
                i += 1
            elif line.startswith("#"):
                match = re.match(r"# duckdb(:(.*))?$", line)
                if match:
                    oracle = (oracle or "") + (match.group(2) or "") + "\n"
                i += 1
            elif line.startswith("table "):
                i = self.parse_table(i)
            elif re.match(r"(query|changelog|statement|explain)\b", line):
                i = self.parse_record(i, oracle)
                oracle = None
            else:
                i += 1

    def parse_table(self, i):
        text = self.lines[i][len("table "):]
        while text.count("(") != text.count(")") or "(" not in text:
            i += 1
            text += "\n" + self.lines[i]
        i += 1
        rows = []
        while i < len(self.lines) and self.lines[i].strip():
            if not self.lines[i].startswith("#"):
                rows.append(split_cells(self.lines[i]))
            i += 1
        self.tables.append((text, rows))
        return i

    def parse_record(self, i, oracle):
        head = self.lines[i].split()
        sql, i = [], i + 1
        while i < len(self.lines) and self.lines[i].strip() and self.lines[i] != "----":
            sql.append(self.lines[i])
            i += 1
        begin = i + 1 if i < len(self.lines) and self.lines[i] == "----" else i
        end = begin
        while end < len(self.lines) and self.lines[end].strip():
            end += 1
        if head[0] == "query" and oracle is not None:
            text = oracle.strip() or "\n".join(sql)
            self.queries.append((text, "rowsort" in head, begin, end))
        return end


def create_tables(connection, case):
    for text, rows in case.tables:
        name, columns = re.match(r"(\w+)\s*\((.*)\)\s*$", text, re.S).groups()
        columns = re.sub(r",\s*WATERMARK FOR .*$", "", columns, flags=re.S)
        columns = re.sub(r",\s*PRIMARY KEY .*$", "", columns, flags=re.S)
        columns = re.sub(r",\s*\w+ AS (PROCTIME\(\)|[^,]*)(?=,|$)", "", columns)
        columns = re.sub(r"TIMESTAMP(_LTZ)?\(\d\)", "TIMESTAMP", columns)
        columns = re.sub(r"\bBYTES\b", "BLOB", columns).replace("NOT ENFORCED", "")
        columns = re.sub(r"\bSTRING\b", "VARCHAR", columns).replace(" NOT NULL", "")
        connection.execute(f"CREATE TABLE {name} ({columns})")
        for row in fold(rows):
            cells = [None if c == "NULL" else "" if c == "(empty)" else c for c in row]
            marks = ", ".join("?" for _ in cells)
            connection.execute(f"INSERT INTO {name} VALUES ({marks})", cells)


def fold(rows):
    live = []
    for row in rows:
        if row[0] in ("+I", "+U"):
            live.append(row[1:])
        elif row[0] in ("-U", "-D"):
            live.remove(row[1:])
        else:
            live.append(row)
    return live


def expected_of(connection, text, rowsort):
    rows = [[text_of(v) for v in row] for row in connection.execute(text).fetchall()]
    return sorted(rows) if rowsort else rows


def compare(case, connection):
    failures = 0
    for text, rowsort, begin, end in case.queries:
        stated = [split_cells(line) for line in case.lines[begin:end]]
        try:
            wanted = expected_of(connection, text, rowsort)
        except duckdb.Error as error:
            print(f"{case.path}:{begin}: DuckDB refuses: {error}\n{text}")
            failures += 1
            continue
        if (sorted(stated) if rowsort else stated) != wanted:
            print(f"{case.path}:{begin}: stated\n  {stated}\nDuckDB says\n  {wanted}\nfor {text}")
            failures += 1
    return failures


def fill(case, connection):
    lines = case.lines[:]
    for text, rowsort, begin, end in reversed(case.queries):
        if begin != end:
            continue
        rows = expected_of(connection, text, rowsort)
        block = ["  ".join(row) for row in rows]
        if lines[begin - 1] != "----":
            block.insert(0, "----")
        lines[begin:begin] = block
    case.path.write_text("\n".join(lines))


def main():
    action, names = sys.argv[1], sys.argv[2:]
    paths = [pathlib.Path(n) for n in names] or sorted(ROOT.rglob("*.slt"))
    failures = queries = 0
    for path in paths:
        case = Case(path)
        if not case.queries:
            continue
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET default_null_order = 'nulls_first_on_asc_last_on_desc'")
        create_tables(connection, case)
        queries += len(case.queries)
        if action == "fill":
            fill(case, connection)
        else:
            failures += compare(case, connection)
    print(f"{queries} results computed by DuckDB, {failures} differ from what the files state")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
