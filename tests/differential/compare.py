# SPDX-License-Identifier: Apache-2.0
"""The comparator: rows as bags, values by their type.

NaN equals NaN and -0.0 equals 0.0 (a grouping may keep either); decimals by value and by scale; text as
it is; timestamps to the microsecond. Doubles are compared exactly: the generator sums only such doubles
as sum exactly in any order.
"""

import collections
import datetime
import decimal
import math
import struct


def canonical(value, type):
    """Returns a hashable form of a value of either engine, or raises ValueError."""
    if value is None:
        return None
    if type.is_integer:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"{value!r} is not an integer")
        return value
    if type.name == "BOOLEAN":
        if not isinstance(value, bool):
            raise ValueError(f"{value!r} is not a boolean")
        return value
    if type.name == "DECIMAL":
        number = decimal.Decimal(str(value))
        return number.quantize(decimal.Decimal(1).scaleb(-type.scale), context=decimal.Context(prec=80)) + 0
    if type.name in ("DOUBLE", "FLOAT"):
        number = float(value)
        if type.name == "FLOAT":
            number = struct.unpack("f", struct.pack("f", number))[0]
        return "NaN" if math.isnan(number) else number + 0.0
    if type.name == "DATE":
        return value.isoformat() if isinstance(value, datetime.date) else str(value)
    if type.name == "TIMESTAMP":
        if isinstance(value, datetime.datetime):
            text = f"{value.year:04d}" + value.strftime("-%m-%d %H:%M:%S")
            return f"{text}.{value.microsecond:06d}"
        whole, _, fraction = str(value).partition(".")
        return f"{whole}.{fraction:0<6}"
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not text")
    return value


def canonical_rows(rows, types):
    out = []
    for row in rows:
        if len(row) != len(types):
            raise ValueError(f"{len(row)} columns, {len(types)} expected: {row}")
        out.append(tuple(canonical(v, t) for v, t in zip(row, types)))
    return out


def difference(expected, found, types, ordered):
    """Returns what differs as text, or None."""
    try:
        want = canonical_rows(expected, types)
        have = canonical_rows(found, types)
    except (ValueError, decimal.InvalidOperation) as error:
        return f"a value of the wrong kind: {error}"
    if collections.Counter(want) == collections.Counter(have):
        if ordered and want != have:
            return f"the rows are right, their order is not:\n  expected {want[:5]}\n  found    {have[:5]}"
        return None
    missing = collections.Counter(want) - collections.Counter(have)
    extra = collections.Counter(have) - collections.Counter(want)
    lines = [f"{len(want)} rows expected, {len(have)} found; {sum(missing.values())} missing, "
             f"{sum(extra.values())} not expected"]
    lines += [f"  missing      {row}" for row in list(missing)[:3]]
    lines += [f"  not expected {row}" for row in list(extra)[:3]]
    return "\n".join(lines)
