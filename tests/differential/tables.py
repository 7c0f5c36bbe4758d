# SPDX-License-Identifier: Apache-2.0
"""Random tables: a few columns of every type, NULLs, extreme values, skewed keys.

A table is written as JSON lines for Headwater (plainly, or as a changelog whose fold is the table) and
handed to DuckDB as Arrow, so that neither reads what the other wrote.
"""

import dataclasses
import datetime
import decimal
import itertools
import json
import math

import pyarrow
from pyarrow import orc, parquet

EPOCH = datetime.datetime(1970, 1, 1)


@dataclasses.dataclass(frozen=True)
class Type:
    """A SQL type; `wild` marks doubles that may be NaN, infinite, -0.0 or inexact, `extreme` times near
    the ends of the range: they are compared, grouped and passed on, never calculated with."""

    name: str
    precision: int = 0
    scale: int = 0
    wild: bool = False
    extreme: bool = False
    element: str = ""

    @property
    def sql(self):
        if self.name == "DECIMAL":
            return f"DECIMAL({self.precision}, {self.scale})"
        if self.name == "ARRAY":
            return f"ARRAY<{self.element}>"
        return f"TIMESTAMP({self.precision})" if self.name == "TIMESTAMP" else self.name

    @property
    def duck(self):
        return {"INT": "INTEGER", "STRING": "VARCHAR", "FLOAT": "REAL", "TIMESTAMP": "TIMESTAMP"}.get(
            self.name, self.sql)

    @property
    def is_integer(self):
        return self.name in BITS


BITS = {"TINYINT": 8, "SMALLINT": 16, "INT": 32, "BIGINT": 64}
BOOLEAN, STRING, DATE = Type("BOOLEAN"), Type("STRING"), Type("DATE")
TINYINT, SMALLINT, INT, BIGINT = (Type(n) for n in BITS)
FLOAT, DOUBLE, WILD = Type("FLOAT"), Type("DOUBLE"), Type("DOUBLE", wild=True)
TS3, TS6 = Type("TIMESTAMP", 3), Type("TIMESTAMP", 6)
EXTREME_TS = Type("TIMESTAMP", 3, extreme=True)


def decimal_type(precision, scale):
    return Type("DECIMAL", precision, scale)


# The pool of columns. Names are lower case, since DuckDB folds case and Headwater does not.
COLUMNS = {
    "id": INT,                                                     # another value in each row, never NULL
    "k": INT, "k64": BIGINT, "s": STRING,                          # small domains: keys
    "i8": TINYINT, "i16": SMALLINT, "i32": INT, "i64": BIGINT,
    "f32": FLOAT, "dt": DOUBLE, "dw": WILD,
    "d5": decimal_type(5, 2), "d10": decimal_type(10, 4), "d38": decimal_type(38, 10),
    "txt": STRING, "num": STRING, "b": BOOLEAN, "dd": DATE, "ts3": TS3, "ts6": TS6,
    "tsx": EXTREME_TS,                                             # years 1 to 9999
    "wt": TS3,                                                     # event time: three days, never NULL
}
ALWAYS = ("id", "k", "s")
# Arrays are only asked for by queries that know what to do with them.
COLLECTIONS = {"ai": INT, "ast": STRING}
EVENT_TIME = "wt"
EVENT_TIME_START = datetime.datetime(2024, 2, 28, 20, 0)
EVENT_TIME_SPAN_S = 3 * 86_400

WORDS = ["", " ", "a", "b", "abc", "ABC", "aXbXc", "a,b,,c", "it's", 'say "hi"', "back\\slash",
         "line\nbreak", "tab\there", "  padded  ", "Göre", "éclair", "日本語", "😀", "a😀b", "\u0001",
         "null", "NULL", "%", "_", "100%", "z" * 40]
NUMBERS = ["0", "1", "-1", "42", " 7 ", "+5", "007", "2147483647", "2147483648", "-2147483648", "abc",
           "", "12a", "--1", "9223372036854775807", "99999999999999999999"]
WILD_DOUBLES = [math.nan, math.inf, -math.inf, -0.0, 0.0, 5e-324, 1.7976931348623157e308,
                -1.7976931348623157e308, 0.1, 1e16, 123456789.125, 1e-7]
EXTREME_TIMES = ["0001-01-01 00:00:00", "1969-12-31 23:59:59.999", "9999-12-31 23:59:59.999",
                 "1582-10-10 00:00:00", "1970-01-01 00:00:00"]


def parse_time(text):
    form = "%Y-%m-%d %H:%M:%S.%f" if "." in text else "%Y-%m-%d %H:%M:%S"
    return datetime.datetime.strptime(text, form)


def random_integer(random, bits):
    lowest, highest = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    kind = random.random()
    if kind < 0.15:
        return random.choice([lowest, highest, lowest + 1, highest - 1, 0, -1, 1])
    if kind < 0.75:
        return random.randint(max(lowest, -100), min(highest, 100))
    return random.randint(lowest, highest)


def random_decimal(random, precision, scale):
    highest = 10**precision - 1
    unscaled = (random.choice([highest, -highest, 0, 1, -1]) if random.random() < 0.15
                else random.randint(-highest, highest) if random.random() < 0.5
                else random.randint(-999, 999))
    return decimal.Decimal(unscaled).scaleb(-scale, decimal.Context(prec=60))


def random_value(random, name):
    """Returns a value for a column, never NULL."""
    if name in COLLECTIONS:
        pool = [None, 1, 2, 3, 2147483647, -7] if name == "ai" else [None, "", "a", "b", "é"]
        return [random.choice(pool) for _ in range(random.choice([0, 1, 2, 3, 5]))]
    type = COLUMNS[name]
    if name in ("k", "k64"):  # skewed: half of the rows share two keys
        return random.choice([1, 2]) if random.random() < 0.5 else random.randint(0, 12)
    if name == "s":
        return random.choice(WORDS[:6]) if random.random() < 0.5 else random.choice(WORDS)
    if name == "num":
        return random.choice(NUMBERS) if random.random() < 0.6 else str(random.randint(-10**6, 10**6))
    if name == EVENT_TIME:
        step = random.choice([1, 60_000, 3_600_000])  # many on the borders of windows
        return EVENT_TIME_START + datetime.timedelta(
            milliseconds=random.randrange(0, EVENT_TIME_SPAN_S * 1000, step))
    if name == "tsx":
        if random.random() < 0.4:
            return parse_time(random.choice(EXTREME_TIMES))
    if type.is_integer:
        return random_integer(random, BITS[type.name])
    if type.name == "DECIMAL":
        return random_decimal(random, type.precision, type.scale)
    if name == "dw":
        return random.choice(WILD_DOUBLES) if random.random() < 0.6 else random.uniform(-1e6, 1e6)
    if type.name in ("DOUBLE", "FLOAT"):
        return random.randint(-4000, 4000) / 4  # exact under + - * and SUM
    if type.name == "STRING":
        return random.choice(WORDS)
    if type.name == "BOOLEAN":
        return random.random() < 0.5
    # A few decades around the epoch; seconds, sometimes with a fraction.
    moment = EPOCH + datetime.timedelta(seconds=random.randint(-300_000_000, 2_000_000_000))
    if type.name == "DATE":
        return moment.date()
    if random.random() < 0.6:
        step = 1000 if type.precision == 3 else 1
        moment += datetime.timedelta(microseconds=random.randrange(0, 1_000_000, step))
    return moment


def is_tame(value):
    """Whether golden files can hold a value: nothing that parts cells, one zero, no empty text in arrays."""
    if isinstance(value, list):
        return "" not in value
    if isinstance(value, float):
        return value != 0 or math.copysign(1, value) > 0
    return not isinstance(value, str) or (value == value.strip() and value != "NULL" and
                                          not any(c in value for c in ("\n", "\t", "  ", "\u0001")))


def json_token(value):
    """Returns a value as Headwater's json format reads it."""
    if isinstance(value, list):
        return "[" + ", ".join(json_token(element) for element in value) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return '"NaN"' if math.isnan(value) else '"Infinity"' if value > 0 else '"-Infinity"'
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        text = f"{value.year:04d}" + value.strftime("-%m-%d %H:%M:%S")
        return f'"{text}.{value.microsecond:06d}"' if value.microsecond else f'"{text}"'
    if isinstance(value, datetime.date):
        return f'"{value.year:04d}-{value.month:02d}-{value.day:02d}"'
    return json.dumps(value, ensure_ascii=False)


ARROW = {"TINYINT": pyarrow.int8(), "SMALLINT": pyarrow.int16(), "INT": pyarrow.int32(),
         "BIGINT": pyarrow.int64(), "FLOAT": pyarrow.float32(), "DOUBLE": pyarrow.float64(),
         "STRING": pyarrow.string(), "BOOLEAN": pyarrow.bool_(), "DATE": pyarrow.date32(),
         "TIMESTAMP": pyarrow.timestamp("us")}


class Table:
    """Name, columns (name -> Type) and rows (lists of Python values, those of arrays behind the others)."""

    def __init__(self, random, name, rows_max, tame=False):
        """`tame`: only values that golden files can hold and tell apart."""
        self.name, self.tame = name, tame
        self.ids = itertools.count(1)
        others = [c for c in COLUMNS if c not in ALWAYS]
        chosen = set(random.sample(others, random.randint(7, len(others)))) | set(ALWAYS)
        self.columns = {c: t for c, t in COLUMNS.items() if c in chosen}
        self.collections = {c: t for c, t in COLLECTIONS.items() if random.random() < 0.3}
        size = random.choice([0, 1, 2]) if random.random() < 0.08 else random.randint(3, rows_max)
        self.rows = [self.random_row(random) for _ in range(size)]
        self.is_changelog = random.random() < 0.35
        self.is_versioned = False
        self.has_event_time = EVENT_TIME in self.columns and not self.is_changelog
        self.unique_times = False
        if self.has_event_time and random.random() < 0.5:
            self.make_times_unique()
        self.put_in_order(random)

    def put_in_order(self, random):
        """Rows come in the order of event time, but for some disorder, which the watermark bears."""
        self.disorder_ms = random.choice([0, 1_000, 600_000, 3 * 3_600_000, 10 * 86_400_000])
        if self.has_event_time:
            at = list(self.columns).index(EVENT_TIME)
            self.rows.sort(key=lambda row: row[at] + datetime.timedelta(
                milliseconds=random.randint(0, self.disorder_ms)))

    @classmethod
    def versions(cls, random, name, tame=False):
        """A table of versions: its rows are those of its keys from their times on."""
        table = cls(random, name, 40, tame)
        table.columns[EVENT_TIME] = table.columns.pop(EVENT_TIME, TS3)
        table.collections = {}
        table.rows = [[table.value(random, c) if c in ("k", EVENT_TIME) else v
                       for c, v in zip(table.columns, table.random_row(random))] for _ in table.rows]
        table.is_changelog, table.is_versioned, table.has_event_time = False, True, True
        table.make_times_unique()
        table.put_in_order(random)
        return table

    @property
    def fields(self):
        """All columns with the types that are declared."""
        return self.columns | {c: Type("ARRAY", element=t.name) for c, t in self.collections.items()}

    def make_times_unique(self):
        """No two rows have one time, so that it says which is the last."""
        at = list(self.columns).index(EVENT_TIME)
        taken = set()
        for row in self.rows:
            while row[at] in taken:
                row[at] += datetime.timedelta(milliseconds=1)
            taken.add(row[at])
        self.unique_times = True

    def random_row(self, random):
        return [next(self.ids) if c == "id" else
                None if random.random() < 0.12 and c != EVENT_TIME else self.value(random, c)
                for c in [*self.columns, *self.collections]]

    def value(self, random, name):
        value = random_value(random, name)
        while self.tame and not is_tame(value):
            value = random_value(random, name)
        return value

    def json_row(self, random, row):
        """One object; a NULL is sometimes a missing field; fields in any order."""
        fields = [f"{json.dumps(c)}: {'null' if v is None else json_token(v)}"
                  for c, v in zip(self.fields, row) if v is not None or random.random() < 0.5]
        random.shuffle(fields)
        return "{" + ", ".join(fields) + "}"

    def changes(self, random):
        """What arrives, as (kind, row). As a changelog: noise is inserted and deleted, rows are updated."""
        if not self.is_changelog:
            return [("+I", row) for row in self.rows]
        changes, pending = [], []
        for row in self.rows:
            kind = random.random()
            if kind < 0.3:
                noise = self.random_row(random)
                changes.append(("+I", noise))
                pending.append(noise)
            if kind > 0.75:
                before = self.random_row(random)
                changes += [("+I", before), ("-U", before), ("+U", row)]
            else:
                changes.append(("+I", row))
            if pending and random.random() < 0.4:
                changes.append(("-D", pending.pop(random.randrange(len(pending)))))
        random.shuffle(pending)
        return changes + [("-D", noise) for noise in pending]

    def lines(self, random):
        """The file's lines."""
        if not self.is_changelog:
            return [self.json_row(random, row) for row in self.rows]
        return [f'{{"op": "{op}", "data": {self.json_row(random, row)}}}' for op, row in self.changes(random)]

    def declaration(self):
        """Columns, key and watermark as in CREATE TABLE."""
        columns = ", ".join(f"{c} {t.sql}" for c, t in self.fields.items())
        if self.is_versioned:
            columns += ", PRIMARY KEY (k) NOT ENFORCED"
        if self.has_event_time:  # patient enough that no row is late: one is if it is not above the watermark
            patience = f"{self.disorder_ms // 1000}.001"
            columns += f", WATERMARK FOR {EVENT_TIME} AS {EVENT_TIME} - INTERVAL '{patience}' SECOND"
        return f"{self.name} ({columns})"

    def view_statement(self):
        """The newest row of each key as a view."""
        columns = ", ".join(self.columns)
        return (f"CREATE VIEW {self.name}v AS SELECT {columns} FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k "
                f"ORDER BY {EVENT_TIME} DESC) AS rn FROM {self.name}) AS q WHERE rn = 1")

    def write(self, path, random):
        """Writes the rows in a form of chance; returns the statement that creates the table. Changelogs are
        JSON, what only grows may be a file of columns, too: of many groups, so that filters and statistics
        have something to leave out, with dictionaries or without."""
        form = "changelog-json" if self.is_changelog else random.choice(["json", "json", "parquet", "parquet", "orc"])
        if form == "orc" and "tsx" in self.columns:  # its times end where 64 bits of nanoseconds do
            form = "parquet"
        if form == "parquet":
            parquet.write_table(self.arrow(), path, row_group_size=random.choice([1, 5, 20, 500]),
                                use_dictionary=random.random() < 0.7, write_statistics=random.random() < 0.8,
                                compression=random.choice(["none", "snappy", "zstd"]),
                                data_page_size=random.choice([64, 1 << 20]),
                                write_page_index=random.random() < 0.3,
                                data_page_version=random.choice(["1.0", "2.0"]))
        elif form == "orc":
            orc.write_table(self.arrow(), path, stripe_size=random.choice([1024, 1 << 26]),
                            batch_size=random.choice([1, 10, 1024]),
                            dictionary_key_size_threshold=random.choice([0.0, 1.0]))
        else:
            path.write_text("".join(line + "\n" for line in self.lines(random)), encoding="utf-8")
        return self.create_statement(path, form)

    def create_statement(self, path, form):
        return (f"CREATE TABLE {self.declaration()} WITH ('connector' = 'filesystem', "
                f"'path' = '{path}', 'format' = '{form}');")

    def arrow(self):
        arrays = []
        for index, type in enumerate(self.fields.values()):
            arrow_type = (pyarrow.decimal128(type.precision, type.scale) if type.name == "DECIMAL"
                          else pyarrow.list_(ARROW[type.element]) if type.name == "ARRAY" else ARROW[type.name])
            arrays.append(pyarrow.array([row[index] for row in self.rows], arrow_type))
        return pyarrow.table(arrays, names=list(self.fields))
