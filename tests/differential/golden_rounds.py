# SPDX-License-Identifier: Apache-2.0
"""A round as a golden file, so that its queries are run in every mode that golden files know: one-row
batches, parallelism 4, killed, stopped, rescaled, restored, without this rule and that."""

import collections
import datetime
import decimal
import math
import os
import re
import struct
import subprocess

NOT_YET = "not supported yet:"


def double_text(value, is_float=False):
    """As Java prints a DOUBLE or a FLOAT: the fewest digits that tell it from its neighbours."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "-0.0" if math.copysign(1, value) < 0 else "0.0"
    text = repr(value)
    if is_float:
        digits = 1
        while struct.pack("f", float(f"{value:.{digits}g}")) != struct.pack("f", value):
            digits += 1
        text = f"{value:.{digits}g}"
    elif float(f"{value:.1e}") == value:  # two digits at least, and those that are nearest
        text = f"{value:.1e}"
    number = decimal.Decimal(text).normalize()
    sign, digits, exponent = number.as_tuple()
    digits, prefix = "".join(map(str, digits)), "-" if sign else ""
    point = len(digits) + exponent
    if 1e-3 <= abs(value) < 1e7:
        if point <= 0:
            return f"{prefix}0.{'0' * -point}{digits}"
        if point >= len(digits):
            return f"{prefix}{digits}{'0' * (point - len(digits))}.0"
        return f"{prefix}{digits[:point]}.{digits[point:]}"
    return f"{prefix}{digits[0]}.{digits[1:] or '0'}E{point - 1}"


def text_of(value, type):
    """A value as CAST to STRING prints it."""
    if value is None:
        return "NULL"
    if type.name == "ARRAY":
        return "[" + ", ".join("NULL" if v is None else str(v) for v in value) + "]"
    if type.name == "BOOLEAN":
        return "TRUE" if value else "FALSE"
    if type.name in ("DOUBLE", "FLOAT"):
        return double_text(float(value), type.name == "FLOAT")
    if type.name == "DECIMAL":
        number = decimal.Decimal(str(value))
        return format(number.quantize(decimal.Decimal(1).scaleb(-type.scale), context=decimal.Context(prec=80)), "f")
    if isinstance(value, datetime.datetime):
        fraction = f".{value.microsecond:06d}"[:type.precision + 1] if type.precision else ""
        return f"{value.year:04d}" + value.strftime("-%m-%d %H:%M:%S") + fraction
    if isinstance(value, datetime.date):
        return f"{value.year:04d}-{value.month:02d}-{value.day:02d}"
    return str(value)


def cell_text(text):
    """As files write it: a space that would part cells is visible."""
    if not text:
        return "(empty)"
    out = ""
    for i, c in enumerate(text):
        parts = c == " " and (i in (0, len(text) - 1) or out.endswith((" ", "\u2420")))
        out += {"\n": "\\n", "\t": "\\t"}.get(c, "\u2420" if parts else c)
    return out


def table_text(table, random):
    lines = [f"table {table.declaration()}"]
    types = list(table.fields.values())
    for kind, row in table.changes(random):
        cells = [cell_text(text_of(v, t)) for v, t in zip(row, types)]
        lines.append("\t".join(([kind] if table.is_changelog else []) + cells))
    return "\n".join(lines) + "\n\n"


def query_text(query, answer, condition):
    lines = [condition] if condition else []
    lines += [f"query {'T' * len(query.types)} rowsort", query.sql, "----"]
    lines += ["\t".join(cell_text(text_of(v, t)) for v, t in zip(row, query.types)) for row in answer.rows]
    return "\n".join(lines) + "\n\n"


def file_text(tables, random, asked, statements):
    """The file, and which query stands in which line. `asked`: (number, query, batch, stream)."""
    text = "".join(table_text(table, random) for table in tables)
    text += "".join(f"statement ok\n{statement}\n\n" for statement in statements)
    lines = {}
    for number, query, batch, stream in asked:
        differ = batch.rows != stream.rows
        for condition, answer in ((("onlyif batch", batch), ("onlyif stream", stream)) if differ
                                  else (("", batch),)):
            lines[text.count("\n") + (2 if condition else 1)] = number
            text += query_text(query, answer, condition)
    return text, lines


def bag(text):
    """Rows of a failure's message, without the sign of zero: a grouping may keep either."""
    rows = (line.strip().split("  ") for line in text.split("\n") if line.strip())
    return collections.Counter(tuple("0.0" if c == "-0.0" else c for c in row) for row in rows)


def is_difference(message):
    found = re.match(r"expected\n(.*)  got\n(.*)$", message, re.S)
    return not found or bag(found.group(1)) != bag(found.group(2))


def failures_of(output):
    """(line, mode, message) of each failure that the runner prints."""
    parts = re.split(r"^FAILED .*?:(\d+) in mode (\S+)\n  ", output, flags=re.M)
    for line, mode, message in zip(parts[1::3], parts[2::3], parts[3::3]):
        yield int(line), mode, re.sub(r"\ngolden: \d+ files.*", "\n", message, flags=re.S).rstrip("\n") + "\n"


def run(binary, path, seed, mode=None, timeout_s=300):
    """Runs one file in the modes whose turn it is, or in one; returns (failures, runs of queries, error)."""
    arguments = [binary, "--seed", str(seed % 1000 + 1), "--rotation", str(seed)]
    arguments += ["--mode", mode] if mode else []
    try:
        done = subprocess.run([*arguments, path], capture_output=True, timeout=timeout_s,
                              env=os.environ | {"HW_ROTATION": str(seed)})
    except subprocess.TimeoutExpired:
        return [], 0, f"no end within {timeout_s} s"
    output = done.stdout.decode("utf-8", "replace")
    if done.returncode not in (0, 1) or "golden: 1 files" not in output:
        return [], 0, f"exit code {done.returncode}: {output[-500:]}{done.stderr.decode('utf-8', 'replace')[-500:]}"
    runs = int(re.search(r"records, (\d+) checks", output).group(1))
    return [f for f in failures_of(output) if NOT_YET in f[2] or is_difference(f[2])], runs, None
