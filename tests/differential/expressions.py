# SPDX-License-Identifier: Apache-2.0
"""Random typed expressions, each in two spellings: Headwater's and DuckDB's.

The DuckDB spelling states Flink's rule where the dialects differ: integers wrap in the wider operand's
type, division truncates, NaN equals nothing under `=`, decimals have Flink's precision and scale. Both
spellings are made at once, so that they cannot drift apart.
"""

import dataclasses

from scalars import Scalars
from tables import (BIGINT, BITS, BOOLEAN, DATE, DOUBLE, FLOAT, INT, SMALLINT, STRING, TINYINT, TS3, TS6,
                    WILD, Type, decimal_type)

# Macros over DuckDB. w<n>: wraps a HUGEINT to n bits. f*: comparison of floats by IEEE. unscaled: the
# digits of a decimal as an integer. ratio: a quotient of integers, rounded half up. wstart: where a
# window begins.
MACROS = [
    *(f"CREATE MACRO w{n}(x) AS CAST(((x + {1 << (n - 1)}::HUGEINT) % {1 << n}::HUGEINT + "
      f"{1 << n}::HUGEINT) % {1 << n}::HUGEINT - {1 << (n - 1)}::HUGEINT AS {t})"
      for n, t in ((8, "TINYINT"), (16, "SMALLINT"), (32, "INTEGER"), (64, "BIGINT"))),
    *(f"CREATE MACRO {name}(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN isnan(a) OR isnan(b) "
      f"THEN {nan} ELSE a {op} b END"
      for name, op, nan in (("feq", "=", "FALSE"), ("fne", "<>", "TRUE"), ("flt", "<", "FALSE"),
                            ("fle", "<=", "FALSE"), ("fgt", ">", "FALSE"), ("fge", ">=", "FALSE"))),
    "CREATE MACRO unscaled(x) AS CAST(replace(CAST(x AS VARCHAR), '.', '') AS HUGEINT)",
    "CREATE MACRO ratio(a, b) AS (CASE WHEN (a < 0) = (b < 0) THEN 1 ELSE -1 END)::HUGEINT * "
    "((abs(a) * 2 + abs(b)) // (abs(b) * 2))",
    "CREATE MACRO wstart(t, o, size) AS t - (((t - o) % size + size) % size)",
    "CREATE MACRO f2i32(x) AS CAST(CASE WHEN isnan(x) THEN 0 WHEN x >= 2147483647 THEN 2147483647 "
    "WHEN x <= -2147483648 THEN -2147483648 ELSE trunc(x) END AS INTEGER)",
    "CREATE MACRO f2i64(x) AS CASE WHEN isnan(x) THEN 0::BIGINT WHEN x >= 9223372036854775807 THEN "
    "9223372036854775807::BIGINT WHEN x <= -9223372036854775808 THEN CAST('-9223372036854775808' AS "
    "BIGINT) ELSE CAST(trunc(x) AS BIGINT) END",
]
FLOAT_MACRO = {"=": "feq", "<>": "fne", "<": "flt", "<=": "fle", ">": "fgt", ">=": "fge"}
COMPARISONS = list(FLOAT_MACRO)
INTEGERS = [TINYINT, SMALLINT, INT, BIGINT]
# How many digits an integer has when it meets a DECIMAL.
INTEGER_DIGITS = {"TINYINT": 3, "SMALLINT": 5, "INT": 10, "BIGINT": 19}
DECIMAL_DIGITS_MAX = 30  # results are kept below what either engine must cut


@dataclasses.dataclass(frozen=True)
class Expr:
    type: Type
    sql: str
    duck: str
    constant: bool = False


def same(type, text):
    """An expression that both engines spell alike."""
    return Expr(type, text, text)


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def cast(expr, type):
    """A widening or explicit CAST, spelled for both; the DuckDB side must not be able to fail."""
    return Expr(type, f"CAST({expr.sql} AS {type.sql})", f"CAST({expr.duck} AS {type.duck})")


def wrapped(type, duck):
    return f"w{BITS[type.name]}({duck})"


def huge(expr):
    return f"({expr.duck})::HUGEINT"


def wider(a, b):
    return a if BITS[a.name] >= BITS[b.name] else b


def decimal_like(expr):
    """The DECIMAL type an integer or decimal takes part with."""
    if expr.type.is_integer:
        return decimal_type(INTEGER_DIGITS[expr.type.name], 0)
    return expr.type


class Expressions(Scalars):
    """Makes random expressions over a scope: a list of Expr, one a visible column.

    `exact_doubles`: whether 1/x may tell 0.0 from -0.0 (not above a grouping, which picks one of them).
    """

    def __init__(self, random, scope, exact_doubles=True):
        self.random = random
        self.scope = scope
        self.exact_doubles = exact_doubles

    def chance(self, share):
        return self.random.random() < share

    @staticmethod
    def spelled_as(type, sql, duck):
        return Expr(type, sql, duck)

    def columns(self, wanted):
        return [c for c in self.scope if wanted(c.type)]

    def column(self, wanted):
        found = self.columns(wanted)
        return self.random.choice(found) if found else None

    def any(self, depth):
        """An expression of a random type, biased to the types that are there."""
        type = self.random.choice(self.scope).type
        if self.chance(0.3):
            type = self.random.choice([INT, BIGINT, DOUBLE, STRING, BOOLEAN, TS3, DATE])
        return self.of(type, depth)

    def of(self, type, depth):
        """An expression of exactly this type; of DECIMAL, any precision and scale."""
        maker = {"BOOLEAN": self.boolean, "DOUBLE": self.double, "FLOAT": self.float,
                 "STRING": self.string, "DATE": self.date, "TIMESTAMP": self.timestamp,
                 "DECIMAL": self.decimal}.get(type.name)
        if type.is_integer:
            return self.integer(type, depth)
        if type.name == "DOUBLE" and type.wild and self.chance(0.7):
            found = self.column(lambda t: t.name == "DOUBLE" and t.wild)
            if found:
                return found
        return maker(depth, type) if type.name == "TIMESTAMP" else maker(depth)

    def leaf(self, type, literal):
        found = self.column(lambda t: t == type)
        return found if found and self.chance(0.8) else literal()

    def null(self, type):
        return cast(same(type, "NULL"), type)

    # --------------------------------------------------------------------- conditional, any type

    def conditional(self, type, depth):
        """CASE, COALESCE, NULLIF, IF around expressions of one type."""
        a, b = self.of(type, depth - 1), self.of(type, depth - 1)
        if a.type != b.type:
            return a
        kind = self.random.choice(["case", "case2", "coalesce", "if", "least", "nullif"])
        p = self.boolean(depth - 1)
        if kind == "case":
            return Expr(a.type, f"CASE WHEN {p.sql} THEN {a.sql} ELSE {b.sql} END",
                        f"CASE WHEN {p.duck} THEN {a.duck} ELSE {b.duck} END")
        if kind == "case2":
            q = self.boolean(depth - 1)
            return Expr(a.type, f"CASE WHEN {p.sql} THEN {a.sql} WHEN {q.sql} THEN {b.sql} END",
                        f"CASE WHEN {p.duck} THEN {a.duck} WHEN {q.duck} THEN {b.duck} END")
        if kind == "coalesce":
            return Expr(a.type, f"COALESCE({a.sql}, {b.sql})", f"COALESCE({a.duck}, {b.duck})")
        if kind == "if":
            return Expr(a.type, f"IF({p.sql}, {a.sql}, {b.sql})",
                        f"CASE WHEN {p.duck} THEN {a.duck} ELSE {b.duck} END")
        if type.name in ("DOUBLE", "FLOAT", "BOOLEAN"):
            return a
        if kind == "nullif":
            return Expr(a.type, f"NULLIF({a.sql}, {b.sql})", f"NULLIF({a.duck}, {b.duck})")
        name = self.random.choice(["GREATEST", "LEAST"])
        return Expr(a.type, f"{name}({a.sql}, {b.sql})",
                    f"CASE WHEN {a.duck} IS NOT NULL AND {b.duck} IS NOT NULL THEN "
                    f"{name}({a.duck}, {b.duck}) END")

    # ------------------------------------------------------------------------------------ integers

    def integer_literal(self, type):
        value = self.random.choice([0, 1, 2, 3, 5, 7, 10, 100])
        if type == INT:
            value = self.random.choice([value, value, 2147483647, 65536])
        if type == BIGINT:
            value = self.random.choice([2147483648, 10**12, 9223372036854775807])
        sign = "-" if self.chance(0.3) and value else ""
        if type in (INT, BIGINT):
            return Expr(type, f"{sign}{value}" if not sign else f"({sign}{value})",
                        f"CAST({sign}{value} AS {type.duck})", True)
        return Expr(type, f"CAST({sign}{value} AS {type.sql})", f"CAST({sign}{value} AS {type.duck})", True)

    def integer(self, type, depth):
        if depth <= 0 or self.chance(0.25):
            return self.leaf(type, lambda: self.integer_literal(type))
        kind = self.random.choice(["arithmetic"] * 4 + ["conditional", "cast", "function", "unary"])
        if kind == "arithmetic":
            return self.integer_arithmetic(type, depth)
        if kind == "conditional":
            return self.conditional(type, depth)
        if kind == "cast":
            return self.integer_cast(type, depth)
        if kind == "unary":
            a = self.integer(type, depth - 1)
            if self.chance(0.5):
                return Expr(type, f"(-{a.sql})" if not a.sql.startswith("-") else f"(-({a.sql}))",
                            wrapped(type, f"-({huge(a)})"))
            return Expr(type, f"ABS({a.sql})", wrapped(type, f"abs({huge(a)})"))
        made = self.other_integer(type, depth) if self.chance(0.4) else None
        made = made or self.integer_function(type, depth)
        return made or self.integer_arithmetic(type, depth)

    def integer_arithmetic(self, type, depth):
        a = self.integer(type, depth - 1)
        b = self.integer(self.random.choice([t for t in INTEGERS if BITS[t.name] <= BITS[type.name]]),
                         depth - 1)
        if self.chance(0.5):
            a, b = b, a
        op = self.random.choice(["+", "-", "*", "/", "%"])
        if op in "+-*":
            return Expr(type, f"({a.sql} {op} {b.sql})", wrapped(type, f"{huge(a)} {op} {huge(b)}"))
        divisor = f"NULLIF({b.sql}, {self.zero(b.type)})"
        duck = f"{huge(a)} {'//' if op == '/' else '%'} NULLIF({huge(b)}, 0)"
        if op == "/":
            return Expr(type, f"({a.sql} / {divisor})", wrapped(type, duck))
        # A remainder has the type of its second operand, in which it always fits.
        text = self.random.choice([f"MOD({a.sql}, {divisor})", f"({a.sql} % {divisor})"])
        return Expr(type, f"CAST({text} AS {type.sql})", wrapped(type, duck))

    @staticmethod
    def zero(type):
        return "0" if type in (INT, BIGINT) else f"CAST(0 AS {type.sql})"

    def integer_cast(self, type, depth):
        source = self.random.choice(["integer", "double", "decimal", "string", "boolean"])
        if source == "integer":
            a = self.integer(self.random.choice(INTEGERS), depth - 1)
            return Expr(type, f"CAST({a.sql} AS {type.sql})", wrapped(type, huge(a)))
        if source == "boolean":
            a = self.boolean(depth - 1)
            return Expr(type, f"CAST({a.sql} AS {type.sql})", f"CAST({a.duck} AS {type.duck})")
        if source == "decimal":
            a = self.decimal(depth - 1)
            return Expr(type, f"CAST({a.sql} AS {type.sql})", wrapped(type, f"trunc({a.duck})::HUGEINT"))
        if source == "double" and type in (INT, BIGINT):
            a = self.double(depth - 1)
            return Expr(type, f"CAST({a.sql} AS {type.sql})", f"f2i{BITS[type.name]}({a.duck})")
        a = self.column(lambda t: t == STRING) or self.string(0)
        return Expr(type, f"TRY_CAST({a.sql} AS {type.sql})", self.parsed_integer(a.duck, type))

    @staticmethod
    def parsed_integer(duck, type):
        """Digits with an optional sign, trimmed, a fraction cut; anything else is NULL (DuckDB also reads
        0x1f and 1e3, and rounds)."""
        return (f"CASE WHEN regexp_full_match(trim({duck}), '[+-]?[0-9]+([.][0-9]+)?') THEN "
                f"TRY_CAST(split_part(trim({duck}), '.', 1) AS {type.duck}) END")

    def integer_function(self, type, depth):
        if type == INT:
            s = self.string(depth - 1)
            if self.chance(0.6):
                name = self.random.choice(["CHAR_LENGTH", "CHARACTER_LENGTH"])
                return Expr(INT, f"{name}({s.sql})", f"length({s.duck})::INTEGER")
            word = quoted(self.random.choice(["a", "b", "é", "X", "abc"]))
            if self.chance(0.5):
                return Expr(INT, f"POSITION({word} IN {s.sql})", f"position({word} IN {s.duck})::INTEGER")
            unit = self.random.choice(["SECOND", "MINUTE", "HOUR", "DAY"])
            a, b = self.timestamp(depth - 1, TS3), self.timestamp(depth - 1, TS3)
            return Expr(INT, f"TIMESTAMPDIFF({unit}, {a.sql}, {b.sql})",
                        f"w32(datesub('{unit.lower()}', {a.duck}, {b.duck})::HUGEINT)")
        if type == BIGINT:
            unit = self.random.choice(["YEAR", "QUARTER", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "WEEK",
                                       "DOY", "DOW"])
            t = self.timestamp(depth - 1, TS3) if unit in ("HOUR", "MINUTE", "SECOND") else \
                self.date(depth - 1) if self.chance(0.5) else self.timestamp(depth - 1, TS3)
            plus = " + 1" if unit == "DOW" else ""  # Sunday is 1, not 0
            return Expr(BIGINT, f"EXTRACT({unit} FROM {t.sql})",
                        f"CAST(floor(extract({unit} FROM {t.duck})){plus} AS BIGINT)")
        return None

    # ------------------------------------------------------------------------------ inexact numbers

    def double_literal(self):
        value = self.random.choice(["0.5", "1.25", "-2.0", "100.0"])
        return Expr(DOUBLE, f"CAST({value} AS DOUBLE)", f"CAST({value} AS DOUBLE)", True)

    def double(self, depth):
        """Exact while it is not wild; the type says which."""
        if depth <= 0 or self.chance(0.3):
            return self.leaf(DOUBLE, self.double_literal)
        kind = self.random.choice(["arithmetic"] * 3 + ["conditional", "function", "cast", "wild", "divide"])
        if kind == "conditional":
            return self.conditional(DOUBLE, depth)
        if kind == "cast":
            a = self.integer(self.random.choice([TINYINT, SMALLINT]), depth - 1)
            return cast(a, DOUBLE)
        a, b = self.double(depth - 1), self.double(0)
        if kind == "function":
            name = self.random.choice(["ABS", "FLOOR", "CEIL"])
            return Expr(a.type, f"{name}({a.sql})", f"{name}({a.duck})")
        if kind == "wild":
            b = self.column(lambda t: t == WILD) or b
        if kind == "divide" and self.exact_doubles:
            return Expr(WILD, f"({a.sql} / {b.sql})", f"({a.duck} / {b.duck})")
        op = self.random.choice("+-*" if not a.type.wild else "+-")
        # Products of products leave the 53 bits in which sums are exact.
        wild = a.type.wild or b.type.wild or (op == "*" and depth > 1)
        return Expr(WILD if wild else DOUBLE, f"({a.sql} {op} {b.sql})", f"({a.duck} {op} {b.duck})")

    def float(self, depth):
        literal = lambda: Expr(FLOAT, "CAST(1.5 AS FLOAT)", "CAST(1.5 AS REAL)", True)
        a = self.leaf(FLOAT, literal)
        if depth <= 0 or self.chance(0.4):
            return a
        b, op = self.leaf(FLOAT, literal), self.random.choice("+-")
        return Expr(FLOAT, f"({a.sql} {op} {b.sql})", f"({a.duck} {op} {b.duck})")

    # ------------------------------------------------------------------------------------ decimals

    def decimal(self, depth):
        if depth <= 0 or self.chance(0.3):
            found = self.column(lambda t: t.name == "DECIMAL" and t.precision <= DECIMAL_DIGITS_MAX)
            if found and self.chance(0.85):
                return found
            text, type = self.random.choice([("1.50", decimal_type(3, 2)), ("0.001", decimal_type(4, 3)),
                                             ("99.9", decimal_type(3, 1)), ("7.0", decimal_type(2, 1))])
            if text == "0.001":  # how many digits a leading zero counts differs; say it
                return Expr(type, f"CAST({text} AS {type.sql})", f"CAST({text} AS {type.duck})", True)
            return Expr(type, text, f"CAST({text} AS {type.duck})", True)
        kind = self.random.choice(["+", "-", "*", "/", "cast", "round", "floor"])
        a = self.decimal(depth - 1)
        if kind == "cast":
            type = decimal_type(self.random.randint(4, 12), self.random.randint(0, 4))
            source = a if self.chance(0.5) else self.integer(self.random.choice(INTEGERS), depth - 1)
            return Expr(type, f"CAST({source.sql} AS {type.sql})", f"TRY_CAST({source.duck} AS {type.duck})")
        if kind == "floor":
            name = self.random.choice(["FLOOR", "CEIL"])
            type = decimal_type(a.type.precision, 0)
            return Expr(type, f"CAST({name}({a.sql}) AS {type.sql})",
                        f"TRY_CAST({name}({a.duck}) AS {type.duck})")
        if kind == "round":
            digits = self.random.randint(0, a.type.scale)
            p, s = a.type.precision, a.type.scale
            type = a.type if digits == s else decimal_type(1 + p - s + digits, digits)
            return Expr(type, f"ROUND({a.sql}, {digits})", f"CAST({a.duck} AS {type.duck})")
        b = self.decimal(0) if self.chance(0.7) else self.integer(self.random.choice(INTEGERS[:3]), 0)
        return self.decimal_arithmetic(a, b, kind) or a

    @staticmethod
    def decimal_arithmetic(a, b, op):
        """Flink's result type; None where a result would have to be cut to 38 digits."""
        x, y = decimal_like(a), decimal_like(b)
        p1, s1, p2, s2 = x.precision, x.scale, y.precision, y.scale
        left, right = f"CAST({a.duck} AS {x.duck})", f"CAST({b.duck} AS {y.duck})"
        if op == "*":
            type = decimal_type(p1 + p2 + 1, s1 + s2)
            if p2 > 19:
                return None
            # At least 19 digits on one side: below, DuckDB multiplies in 64 bits and overflows.
            duck = f"(CAST({a.duck} AS {decimal_type(max(p1, 19), s1).duck}) * {right})"
        elif op == "/":
            scale = max(6, s1 + p2 + 1)
            type = decimal_type(p1 - s1 + s2 + scale, scale)
            if type.precision > min(DECIMAL_DIGITS_MAX, 38 - scale - 1):
                return None
            digits = f"ratio(unscaled({left}) * {10 ** (scale - s1 + s2)}::HUGEINT, " \
                     f"NULLIF(unscaled({right}), 0))"
            duck = scaled(digits, scale, type)
            return Expr(type, f"({a.sql} / NULLIF({b.sql}, 0))" if b.type in (INT, BIGINT) else
                        f"({a.sql} / NULLIF({b.sql}, CAST(0 AS {b.type.sql})))", duck)
        else:
            scale = max(s1, s2)
            type = decimal_type(scale + max(p1 - s1, p2 - s2) + 1, scale)
            duck = f"(CAST({left} AS {type.duck}) {op} CAST({right} AS {type.duck}))"
        if type.precision > DECIMAL_DIGITS_MAX:
            return None
        return Expr(type, f"({a.sql} {op} {b.sql})", f"CAST({duck} AS {type.duck})")

    # ------------------------------------------------------------------------------------- strings

    def string_literal(self):
        text = self.random.choice(["", "a", "abc", "x y", "it's", "é", "日本", "100%", "Zz"])
        return Expr(STRING, quoted(text), quoted(text), True)

    def string(self, depth):
        if depth <= 0 or self.chance(0.3):
            return self.leaf(STRING, self.string_literal)
        kind = self.random.choice(["function"] * 4 + ["concat", "cast", "conditional"])
        if kind == "conditional":
            return self.conditional(STRING, depth)
        if kind == "cast":
            return self.string_cast(depth)
        if self.chance(0.3):
            return self.other_string(depth)
        a = self.string(depth - 1)
        if kind == "concat":
            b = self.string(depth - 1)
            text = self.random.choice([f"({a.sql} || {b.sql})", f"CONCAT({a.sql}, {b.sql})"])
            return Expr(STRING, text, f"({a.duck} || {b.duck})")
        n, m = self.random.randint(0, 6), self.random.randint(1, 5)
        forms = [
            ("UPPER({})", "upper({})"), ("LOWER({})", "lower({})"), ("TRIM({})", "trim({})"),
            ("LTRIM({})", "ltrim({})"), ("RTRIM({})", "rtrim({})"), ("REVERSE({})", "reverse({})"),
            (f"SUBSTRING({{}} FROM {m} FOR {n})", f"substring({{}}, {m}, {n})"),
            (f"SUBSTRING({{}}, {m})", f"substring({{}}, {m})"),
            (f"LEFT({{}}, {n})", f"left({{}}, {n})"), (f"RIGHT({{}}, {n})", f"right({{}}, {n})"),
            (f"LPAD({{}}, {n}, 'xy')", f"lpad({{}}, {n}, 'xy')"),
            (f"RPAD({{}}, {n}, 'é')", f"rpad({{}}, {n}, 'é')"),
            ("REPLACE({}, 'a', 'bb')", "replace({}, 'a', 'bb')"),
            (f"REPEAT({{}}, {min(n, 3)})", f"repeat({{}}, {min(n, 3)})"),
        ]
        form, duck = self.random.choice(forms)
        return Expr(STRING, form.format(a.sql), duck.format(a.duck))

    def string_cast(self, depth):
        kind = self.random.choice(["integer", "boolean", "date", "timestamp", "decimal"])
        if kind == "integer":
            a = self.integer(self.random.choice(INTEGERS), depth - 1)
        elif kind == "boolean":
            a = self.boolean(depth - 1)
            return Expr(STRING, f"CAST({a.sql} AS STRING)", f"upper(CAST({a.duck} AS VARCHAR))")
        elif kind == "date":
            a = self.date(depth - 1)
        elif kind == "timestamp":
            a = self.timestamp(depth - 1, TS3)
            return Expr(STRING, f"CAST({a.sql} AS STRING)",
                        f"strftime({a.duck}, '%Y-%m-%d %H:%M:%S.%g')")
        else:
            a = self.decimal(depth - 1)
        return Expr(STRING, f"CAST({a.sql} AS STRING)", f"CAST({a.duck} AS VARCHAR)")

    # ---------------------------------------------------------------------------------------- time

    def date(self, depth):
        def literal():
            text = self.random.choice(["1969-12-31", "2020-02-29", "1999-01-01", "2021-07-15"])
            return Expr(DATE, f"DATE '{text}'", f"DATE '{text}'", True)

        if depth <= 0 or self.chance(0.4):
            return self.leaf(DATE, literal)
        kind = self.random.choice(["shift", "cast", "conditional"])
        if kind == "conditional":
            return self.conditional(DATE, depth)
        if kind == "cast":
            a = self.timestamp(depth - 1, TS3)
            return Expr(DATE, f"CAST({a.sql} AS DATE)", f"CAST({a.duck} AS DATE)")
        a, n = self.date(depth - 1), self.random.randint(0, 40)
        op, unit = self.random.choice("+-"), self.random.choice(["DAY", "MONTH", "YEAR"])
        return Expr(DATE, f"({a.sql} {op} INTERVAL '{n}' {unit})",
                    f"CAST({a.duck} {op} INTERVAL '{n}' {unit} AS DATE)")

    def timestamp(self, depth, type=TS3):
        def literal():
            text = self.random.choice(["1969-12-31 23:59:59", "2020-02-29 12:34:56", "2001-09-09 01:46:40"])
            text += ".123" if type.precision == 3 else ".123456"
            return Expr(type, f"TIMESTAMP '{text}'", f"TIMESTAMP '{text}'", True)

        def leaf():
            found = self.columns(lambda t: t == type)
            return self.random.choice(found) if found and self.chance(0.8) else literal()

        if depth <= 0 or type.extreme or self.chance(0.4):
            return leaf()
        kind = self.random.choice(["shift", "shift", "floor", "conditional"])
        if kind == "conditional":
            p, a, b = self.boolean(depth - 1), leaf(), leaf()
            return Expr(type, f"CASE WHEN {p.sql} THEN {a.sql} ELSE {b.sql} END",
                        f"CASE WHEN {p.duck} THEN {a.duck} ELSE {b.duck} END")
        a = self.timestamp(depth - 1, type)
        if self.chance(0.25):
            return self.other_timestamp(type, a)
        if kind == "floor":
            unit = self.random.choice(["YEAR", "QUARTER", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"])
            return Expr(type, f"FLOOR({a.sql} TO {unit})",
                        f"CAST(date_trunc('{unit.lower()}', {a.duck}) AS TIMESTAMP)")
        n, op = self.random.randint(0, 90), self.random.choice("+-")
        unit = self.random.choice(["SECOND", "MINUTE", "HOUR", "DAY", "MONTH"])
        return Expr(type, f"({a.sql} {op} INTERVAL '{n}' {unit})", f"({a.duck} {op} INTERVAL '{n}' {unit})")

    # ------------------------------------------------------------------------------------- boolean

    def boolean(self, depth):
        if depth <= 0:
            found = self.column(lambda t: t == BOOLEAN)
            return found if found and self.chance(0.5) else self.comparison(0)
        kind = self.random.choice(["compare"] * 4 + ["null", "and", "or", "not", "in", "between", "like",
                                                     "is", "distinct", "other"])
        if kind == "other":
            return self.other_boolean(depth)
        maker = getattr(self, "boolean_" + kind, None)
        return maker(depth) if maker else self.comparison(depth)

    def comparison(self, depth):
        types = sorted({c.type for c in self.scope}, key=lambda t: (t.sql, t.wild, t.extreme))
        type = self.random.choice(types)
        a = self.column(lambda t: t == type) if depth <= 1 else self.of(type, depth - 1)
        b = self.of(type, depth - 1)
        op = self.random.choice(COMPARISONS if type != BOOLEAN else ["=", "<>"])
        if type.is_integer and self.chance(0.5):
            b = self.integer(self.random.choice(INTEGERS), depth - 1)
        for _ in range(4):  # `x <= x` says little
            if b.sql != a.sql:
                break
            b = self.of(type, 1)
        if a.type.name in ("DOUBLE", "FLOAT"):
            return Expr(BOOLEAN, f"({a.sql} {op} {b.sql})", f"{FLOAT_MACRO[op]}({a.duck}, {b.duck})")
        if a.type.name == "DECIMAL" and max(a.type.precision, b.type.precision) > DECIMAL_DIGITS_MAX:
            b = a if b.type != a.type else b
        return Expr(BOOLEAN, f"({a.sql} {op} {b.sql})", f"({a.duck} {op} {b.duck})")

    def boolean_null(self, depth):
        a, word = self.any(depth - 1), self.random.choice(["IS NULL", "IS NOT NULL"])
        return Expr(BOOLEAN, f"({a.sql} {word})", f"({a.duck} {word})")

    def boolean_and(self, depth, word="AND"):
        a, b = self.boolean(depth - 1), self.boolean(depth - 1)
        return Expr(BOOLEAN, f"({a.sql} {word} {b.sql})", f"({a.duck} {word} {b.duck})")

    def boolean_or(self, depth):
        return self.boolean_and(depth, "OR")

    def boolean_not(self, depth):
        a = self.boolean(depth - 1)
        return Expr(BOOLEAN, f"(NOT {a.sql})", f"(NOT {a.duck})")

    def boolean_is(self, depth):
        a = self.boolean(depth - 1)
        word = self.random.choice(["IS TRUE", "IS NOT TRUE", "IS FALSE", "IS NOT FALSE", "IS UNKNOWN"])
        return Expr(BOOLEAN, f"({a.sql} {word})",
                    f"({a.duck} {'IS NULL' if word == 'IS UNKNOWN' else word})")

    def orderable(self, depth):
        return self.of(self.random.choice([INT, BIGINT, STRING, DATE, TS3]), depth)

    def boolean_in(self, depth):
        a = self.orderable(depth - 1)
        values = [self.of(a.type, 0) for _ in range(self.random.randint(1, 4))]
        if self.chance(0.2):
            values.append(self.null(a.type))
        word = self.random.choice(["IN", "NOT IN"])
        return Expr(BOOLEAN, f"({a.sql} {word} ({', '.join(v.sql for v in values)}))",
                    f"({a.duck} {word} ({', '.join(v.duck for v in values)}))")

    def boolean_between(self, depth):
        a = self.orderable(depth - 1)
        b, c = self.of(a.type, 0), self.of(a.type, 0)
        word = self.random.choice(["BETWEEN", "NOT BETWEEN"])
        return Expr(BOOLEAN, f"({a.sql} {word} {b.sql} AND {c.sql})",
                    f"({a.duck} {word} {b.duck} AND {c.duck})")

    def boolean_distinct(self, depth):
        a = self.orderable(depth - 1)
        b = self.of(a.type, depth - 1)
        word = self.random.choice(["IS DISTINCT FROM", "IS NOT DISTINCT FROM"])
        return Expr(BOOLEAN, f"({a.sql} {word} {b.sql})", f"({a.duck} {word} {b.duck})")

    def boolean_like(self, depth):
        a = self.string(depth - 1)
        pattern = quoted("".join(self.random.choice(["%", "_", "a", "b", "X", "é", ""]) for _ in range(4)))
        word = self.random.choice(["LIKE", "NOT LIKE"])
        return Expr(BOOLEAN, f"({a.sql} {word} {pattern})", f"({a.duck} {word} {pattern})")


def scaled(digits, scale, type):
    """DuckDB text for an integer of digits with the point `scale` places from the right."""
    unit = "0." + "0" * (scale - 1) + "1"
    return (f"CAST(CAST({digits} AS DECIMAL({38 - scale - 1}, 0)) * CAST({unit} AS DECIMAL({scale + 1}, {scale}))"
            f" AS {type.duck})")
