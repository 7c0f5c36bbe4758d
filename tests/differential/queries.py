# SPDX-License-Identifier: Apache-2.0
"""Random queries over random tables, in Headwater's spelling and DuckDB's.

A query has two DuckDB spellings, for batch and for the folded stream: a global aggregate over no rows is
one row in batch and none in a stream (the one difference between the two that these queries can show).
"""

import dataclasses

from expressions import Expr, Expressions, scaled
from over_queries import OverQueries
from relations import Relations
from subqueries import Subqueries
from tables import BIGINT, BITS, DOUBLE, EVENT_TIME, INT, STRING, TS3, WILD, Type, decimal_type

JOIN_PRODUCT_MAX = 40_000
LATERAL_ROWS_MAX = 200
# size, slide or step, in SQL; both in milliseconds.
WINDOW_SIZES = [("INTERVAL '1' HOUR", "INTERVAL '20' MINUTE", 3_600_000, 1_200_000),
                ("INTERVAL '1' DAY", "INTERVAL '6' HOUR", 86_400_000, 21_600_000),
                ("INTERVAL '10' MINUTE", "INTERVAL '5' MINUTE", 600_000, 300_000),
                ("INTERVAL '7' HOUR", "INTERVAL '1' HOUR", 25_200_000, 3_600_000)]
# Smaller than every size.
WINDOW_OFFSETS = [("INTERVAL '7' MINUTE", 7 * 60_000), ("INTERVAL -'3' MINUTE", -3 * 60_000)]


@dataclasses.dataclass
class Query:
    sql: str
    batch: str       # DuckDB, as batch
    stream: str      # DuckDB, as a folded stream
    types: list      # of the output columns c0, c1, …
    ordered: bool = False
    rows: int = 0    # an upper bound that keeps joins small
    grouped: bool = False


class Queries(OverQueries, Subqueries, Relations):
    """`tables`: those that queries read; `versions`: one whose rows are versions of its keys."""

    def __init__(self, random, tables, versions):
        self.random = random
        self.tables = tables
        self.versions = versions

    def chance(self, share):
        return self.random.random() < share

    def query(self):
        """A whole query: a body, sometimes ordered and cut."""
        body = self.body(2)
        if not self.chance(0.25):
            return body
        order_sql, order_duck = [], []
        for index in self.random.sample(range(len(body.types)), len(body.types)):
            way = self.random.choice(["", " ASC", " DESC"])
            nulls = self.random.choice(["", "", " NULLS FIRST", " NULLS LAST"])
            default = " NULLS LAST" if way == " DESC" else " NULLS FIRST"  # NULL is the smallest
            order_sql.append(f"c{index}{way}{nulls}")
            order_duck.append(f"c{index}{way}{nulls or default}")
        cut = f" LIMIT {self.random.choice([0, 1, 3, 10, 100])}"
        if self.chance(0.3):
            cut += f" OFFSET {self.random.randint(0, 5)}"
        return Query(f"SELECT * FROM ({body.sql}) AS o ORDER BY {', '.join(order_sql)}{cut}",
                     f"SELECT * FROM ({body.batch}) AS o ORDER BY {', '.join(order_duck)}{cut}",
                     f"SELECT * FROM ({body.stream}) AS o ORDER BY {', '.join(order_duck)}{cut}",
                     body.types, ordered=True)

    def body(self, depth):
        timed = [t for t in self.tables if t.has_event_time]
        nested = [t for t in self.tables if t.collections]
        kinds = {"select": 0.36, "over": 0.14, "top_n": 0.1, "set_operation": 0.05, "grouping_sets": 0.05,
                 "over_groups": 0.04}
        if depth > 0:
            kinds |= {"union": 0.07, "shared": 0.04}
        if timed:
            kinds |= {"windowed": 0.08, "deduplication": 0.05, "interval_join": 0.05, "temporal_join": 0.04,
                      "cascade": 0.02}
        if nested:
            kinds |= {"unnest": 0.05, "elements": 0.01}
        kind = self.random.choices(list(kinds), list(kinds.values()))[0]
        if kind in ("windowed", "deduplication", "cascade"):
            return getattr(self, kind)(self.random.choice(timed))
        if kind == "elements":
            return self.elements(self.random.choice(nested))
        if kind in ("interval_join", "temporal_join"):
            return getattr(self, kind)() or self.select(depth)
        return getattr(self, kind)(depth)

    def where(self, scope, share):
        """A condition as ` WHERE ..`, or nothing; sometimes one that asks a query."""
        if not self.chance(share):
            return Expr(None, "", "")
        p = Expressions(self.random, scope, False).boolean(self.random.choice([1, 1, 2, 3]))
        if self.chance(0.2):
            asked = self.asking(scope)
            if asked and self.chance(0.7):
                p = asked
            elif asked:
                word = self.random.choice(["AND", "AND", "OR", "OR NOT"])
                p = Expr(p.type, f"({p.sql} {word} {asked.sql})", f"({p.duck} {word} {asked.duck})")
        return Expr(None, f" WHERE {p.sql}", f" WHERE {p.duck}")

    @staticmethod
    def selected(items, sources, where, tail, rows):
        """SELECT items FROM source, WHERE and what follows it."""
        sql = ", ".join(f"{e.sql} AS c{i}" for i, e in enumerate(items))
        duck = ", ".join(f"{e.duck} AS c{i}" for i, e in enumerate(items))
        return Query(f"SELECT {sql} FROM {sources[0]}{where.sql}{tail.sql}",
                     *(f"SELECT {duck} FROM {s}{where.duck}{tail.duck}" for s in sources[1:]),
                     [e.type for e in items], rows=rows, grouped=True)

    @staticmethod
    def made(sql, batch, stream, types, rows):
        return Query(sql, batch, stream, types, rows=rows, grouped=True)

    def union(self, depth):
        """Two selects of the same types: the second casts nothing, it is built to the first's types."""
        first = self.select(depth - 1)
        second = self.select(depth - 1, wanted=first.types)
        word = self.random.choice(["UNION", "UNION ALL"])
        return Query(*(f"{a} {word} {b}" for a, b in ((first.sql, second.sql), (first.batch, second.batch),
                                                      (first.stream, second.stream))),
                     first.types, rows=first.rows + second.rows, grouped=True)

    # ----------------------------------------------------------------------------------------- FROM

    def relation(self, depth, alias):
        """Returns ((sql, batch, stream) of a FROM element, its scope, its rows, grouped below)."""
        if depth > 0 and self.chance(0.3):
            inner = self.body(depth - 1)
            scope = [Expr(t, f"{alias}.c{i}", f"{alias}.c{i}") for i, t in enumerate(inner.types)]
            texts = tuple(f"({text}) AS {alias}" for text in (inner.sql, inner.batch, inner.stream))
            return texts, scope, inner.rows, inner.grouped
        table = self.random.choice(self.tables)
        scope = [Expr(t, f"{alias}.{c}", f"{alias}.{c}") for c, t in table.columns.items()]
        text = f"{table.name} AS {alias}"
        return (text, text, text), scope, len(table.rows), False

    def source(self, depth):
        left, scope, rows, grouped = self.relation(depth, "a")
        if not self.chance(0.3):
            return left, scope, rows, grouped
        if rows <= LATERAL_ROWS_MAX and self.chance(0.2):
            lateral = self.lateral(scope)
            if lateral:
                sql, duck, more = lateral
                texts = (left[0] + sql, left[1] + duck, left[2] + duck)
                return texts, scope + more, rows * LATERAL_ROWS_MAX, True
        right, other, other_rows, other_grouped = self.relation(depth - 1, "b")
        pairs = [(x, y) for x in scope for y in other
                 if x.type == y.type and x.type.name not in ("BOOLEAN",)]
        if not pairs or rows * other_rows > JOIN_PRODUCT_MAX:
            return left, scope, rows, grouped
        # Keys first: most joins then have matches.
        keys = [p for p in pairs if p[0].sql.split(".")[1] in ("k", "k64", "s")]
        x, y = self.random.choice(keys if keys and self.chance(0.7) else pairs)
        word = self.random.choice(["JOIN", "INNER JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])
        if x.type.name == "TIMESTAMP":
            # Of event times this is a join by an interval, and rows that it pads have none: a stream's OVER by
            # that time drops them.
            word = "INNER JOIN"
        same = "IS NOT DISTINCT FROM" if x.type.name != "TIMESTAMP" and self.chance(0.12) else "="
        on_sql, on_duck = f"{x.sql} {same} {y.sql}", f"{x.duck} {same} {y.duck}"
        if self.chance(0.25):
            # Without wild doubles: an equality in ON may become a key, and keys hold NaN equal.
            tame = [e for e in scope + other if not e.type.wild]
            extra = Expressions(self.random, tame, False).boolean(1)
            on_sql, on_duck = f"{on_sql} AND {extra.sql}", f"{on_duck} AND {extra.duck}"
        texts = tuple(f"{l} {word} {r} ON {on_sql if i == 0 else on_duck}"
                      for i, (l, r) in enumerate(zip(left, right)))
        return texts, scope + other, rows * other_rows, grouped or other_grouped

    # --------------------------------------------------------------------------------------- SELECT

    def select(self, depth, wanted=None):
        source, scope, rows, grouped = self.source(depth)
        make = Expressions(self.random, scope, exact_doubles=not grouped)
        where = self.where(scope, 0.5)
        where_sql, where_duck = where.sql, where.duck
        if wanted is None and self.chance(0.4):
            return self.aggregate(source, scope, make, where_sql, where_duck, rows)
        if wanted is not None:
            items = [self.of_type(make, t) for t in wanted]
        else:
            items = [make.any(self.random.randint(0, 3)) for _ in range(self.random.randint(1, 5))]
            if self.chance(0.1):
                items.append(self.value_of_query(scope))
        distinct = "DISTINCT " if self.chance(0.15) else ""
        sql = ", ".join(f"{e.sql} AS c{i}" for i, e in enumerate(items))
        duck = ", ".join(f"{e.duck} AS c{i}" for i, e in enumerate(items))
        return Query(f"SELECT {distinct}{sql} FROM {source[0]}{where_sql}",
                     *(f"SELECT {distinct}{duck} FROM {s}{where_duck}" for s in source[1:]),
                     [e.type for e in items], rows=rows, grouped=grouped or bool(distinct))

    def of_type(self, make, type):
        made = make.of(type, 1)
        if made.type == type:
            return made
        if type.name == "DECIMAL":
            return Expr(type, f"CAST({made.sql} AS {type.sql})", f"TRY_CAST({made.duck} AS {type.duck})")
        return make.null(type) if made.type.name != type.name else Expr(type, made.sql, made.duck)

    # ----------------------------------------------------------------------------------- aggregation

    def aggregate(self, source, scope, make, where_sql, where_duck, rows):
        keys = []
        for _ in range(self.random.choice([0, 1, 1, 1, 2, 2, 3])):
            e = self.random.choice(scope)
            if self.chance(0.3):
                e = make.any(1)
            if not e.constant and any(c.sql in e.sql for c in scope):
                keys.append(e)
        calls = [self.call(scope, make) for _ in range(self.random.randint(1, 4))]
        items = keys + calls
        if len(calls) > 1 and self.chance(0.2):
            a, b = calls[0], calls[1]
            if a.type == BIGINT and b.type == BIGINT:
                items.append(Expr(BIGINT, f"({a.sql} + {b.sql})",
                                  f"w64(({a.duck})::HUGEINT + ({b.duck})::HUGEINT)"))
        having_sql, having = "", []
        if self.chance(0.25):
            limit = self.random.randint(0, 4)
            having_sql = f" HAVING COUNT(*) > {limit}"
            having = [f"count(*) > {limit}"]
        group_sql = f" GROUP BY {', '.join(k.sql for k in keys)}" if keys else ""
        group_duck = f" GROUP BY {', '.join(k.duck for k in keys)}" if keys else ""
        sql = ", ".join(f"{e.sql} AS c{i}" for i, e in enumerate(items))
        duck = ", ".join(f"{e.duck} AS c{i}" for i, e in enumerate(items))

        def spelled(text, conditions):
            tail = f" HAVING {' AND '.join(conditions)}" if conditions else ""
            return f"SELECT {duck} FROM {text}{where_duck}{group_duck}{tail}"

        return Query(f"SELECT {sql} FROM {source[0]}{where_sql}{group_sql}{having_sql}",
                     spelled(source[1], having),
                     spelled(source[2], having if keys else having + ["count(*) > 0"]),
                     [e.type for e in items], rows=rows, grouped=True)

    def windowed(self, table):
        """Aggregation over a window table function; DuckDB gets the windows by arithmetic."""
        kind = self.random.choice(["TUMBLE", "HOP", "CUMULATE"])
        size_sql, slide_sql, size, slide = self.random.choice(WINDOW_SIZES)
        offset_sql, offset = self.random.choice(WINDOW_OFFSETS) if self.chance(0.3) else ("", 0)
        # HOP takes slide then size, CUMULATE step then size.
        arguments = [size_sql] if kind == "TUMBLE" else [slide_sql, size_sql]
        arguments += [offset_sql] if offset_sql else []
        sql = f"TABLE({kind}(TABLE {table.name}, DESCRIPTOR({EVENT_TIME}), {', '.join(arguments)})) AS a"
        ts, n = f"epoch_ms({EVENT_TIME})", size // slide
        if kind == "TUMBLE":
            duck = f"SELECT *, wstart({ts}, {offset}, {size}) AS win_s, win_s + {size} AS win_e FROM {table.name}"
        elif kind == "HOP":
            duck = (f"SELECT t.*, wstart({ts}, {offset}, {slide}) - r.i * {slide} AS win_s, win_s + {size} AS win_e "
                    f"FROM {table.name} AS t, range(0, {n}) AS r(i)")
        else:
            duck = (f"SELECT * FROM (SELECT t.*, wstart({ts}, {offset}, {size}) AS win_s, "
                    f"win_s + r.i * {slide} AS win_e FROM {table.name} AS t, range(1, {n + 1}) AS r(i)) "
                    f"WHERE win_e > {ts}")
        duck = (f"(SELECT *, make_timestamp_ms(win_s) AS window_start, make_timestamp_ms(win_e) AS window_end "
                f"FROM ({duck})) AS a")
        scope = [Expr(t, f"a.{c}", f"a.{c}") for c, t in table.columns.items()]
        bounds = [Expr(TS3, f"a.{c}", f"a.{c}") for c in ("window_start", "window_end")]
        make = Expressions(self.random, scope, False)
        plain = [c for c in scope if c.sql != f"a.{EVENT_TIME}"]
        keys = bounds + self.random.sample(plain, self.random.choice([0, 1, 1, 2]))
        shown = keys if self.chance(0.8) else keys[1:]
        items = shown + [self.call(scope, make) for _ in range(self.random.randint(1, 4))]
        where_sql = where_duck = ""
        if self.chance(0.3):
            p = make.boolean(1)
            where_sql, where_duck = f" WHERE {p.sql}", f" WHERE {p.duck}"
        texts = [f"SELECT {', '.join(f'{getattr(e, way)} AS c{i}' for i, e in enumerate(items))} "
                 f"FROM {source}{where} GROUP BY {', '.join(getattr(k, way) for k in keys)}"
                 for way, source, where in (("sql", sql, where_sql), ("duck", duck, where_duck))]
        return Query(texts[0], texts[1], texts[1], [e.type for e in items],
                     rows=len(table.rows) * (n if kind != "TUMBLE" else 1), grouped=True)

    def call(self, scope, make, window=None):
        """One aggregate call, sometimes over DISTINCT values, sometimes with a FILTER; over a window if
        there is one."""
        filter_sql = filter_duck = ""
        if self.chance(0.2):
            p = make.boolean(1)
            filter_sql, filter_duck = f" FILTER (WHERE {p.sql})", f" FILTER (WHERE {p.duck})"
        kinds = ["count*", "count", "distinct", "sum", "sum", "avg", "min", "max"]
        if window:
            filter_sql, filter_duck = (f"{text} OVER {window.text(way)}"
                                       for text, way in ((filter_sql, "sql"), (filter_duck, "duck")))
            kinds.remove("distinct")
        elif self.chance(0.12):
            return self.collecting_call(scope, make)
        kind = self.random.choice(kinds)
        if kind == "count*":
            return Expr(BIGINT, f"COUNT(*){filter_sql}", f"count(*){filter_duck}")
        if kind in ("count", "distinct"):
            e = self.random.choice(scope) if self.chance(0.7) else make.any(1)
            word = "DISTINCT " if kind == "distinct" else ""
            return Expr(BIGINT, f"COUNT({word}{e.sql}){filter_sql}", f"count({word}{e.duck}){filter_duck}")
        if kind in ("min", "max"):
            # MIN and MAX over NaN are nobody's promise; over booleans DuckDB's spelling differs.
            e = self.operand(scope, make, lambda t: not t.wild and t.name not in ("BOOLEAN", "FLOAT"))
            return Expr(e.type, f"{kind.upper()}({e.sql}){filter_sql}", f"{kind}({e.duck}){filter_duck}")
        e = self.operand(scope, make, lambda t: t.is_integer or t == DOUBLE or
                         (t.name == "DECIMAL" and t.precision <= 18 and t.scale <= 6))
        distinct = "DISTINCT " if e.type.is_integer and not window and self.chance(0.15) else ""
        return self.sum_or_average(kind, e, distinct, filter_sql, filter_duck)

    def collecting_call(self, scope, make):
        """A call of a function that keeps all values, asked in a way in which their order means nothing."""
        kind = self.random.choice(["list", "length", "spread", "percentile"])
        if kind in ("list", "length"):
            e = self.random.choice([e for e in scope if e.type == STRING] or [make.string(1)])
            if kind == "length":
                return Expr(INT, f"CHAR_LENGTH(LISTAGG({e.sql}, ';'))",
                            f"CASE WHEN count({e.duck}) > 0 THEN sum(length({e.duck})) + count({e.duck}) - 1 END"
                            "::INTEGER")
            distinct = self.random.choice(["", "DISTINCT "])
            return Expr(STRING, f"ARRAY_JOIN(ARRAY_SORT(ARRAY_AGG({distinct}{e.sql})), '|', '~')",
                        f"array_to_string(list_transform(list_sort(list({distinct}{e.duck}), 'ASC', 'NULLS FIRST'), "
                        f"lambda v: coalesce(v, '~')), '|')")
        found = [e for e in scope if e.type == DOUBLE]
        e = self.random.choice(found) if found else make.double(0)
        if e.type != DOUBLE:
            return Expr(BIGINT, "COUNT(*)", "count(*)")
        if kind == "percentile":
            share = self.random.choice(["0.0", "0.25", "0.5", "1.0"])
            return Expr(WILD, f"PERCENTILE({e.sql}, {share})", f"quantile_cont({e.duck}, {share})")
        name = self.random.choice(["VAR_POP", "VAR_SAMP", "STDDEV_POP"])
        # Few values have a variance that ends in a 5: the offset keeps it from being rounded either way.
        return Expr(WILD, f"ROUND({name}({e.sql}) + 0.0012345E0, 2)",
                    f"round({name.lower()}({e.duck}) + 0.0012345::DOUBLE, 2)")

    def operand(self, scope, make, wanted):
        found = [e for e in scope if wanted(e.type)]
        if found and self.chance(0.75):
            return self.random.choice(found)
        return make.integer(self.random.choice([INT, BIGINT]), 1)

    @staticmethod
    def sum_or_average(kind, e, distinct, filter_sql, filter_duck):
        sql = f"{kind.upper()}({distinct}{e.sql}){filter_sql}"
        if e.type == DOUBLE:
            return Expr(Type("DOUBLE", wild=kind == "avg"), sql, f"{kind}({e.duck}){filter_duck}")
        count = f"count({distinct}{e.duck}){filter_duck}"
        if e.type.is_integer:
            total = f"sum({distinct}({e.duck})::HUGEINT){filter_duck}"
            if kind == "sum":  # keeps the argument's type and wraps
                return Expr(e.type, sql, f"w{BITS[e.type.name]}(({total})::HUGEINT)")
            # A BIGINT sum divided by the count, truncated.
            return Expr(e.type, sql, f"CAST(w64(({total})::HUGEINT)::HUGEINT // NULLIF({count}, 0) "
                                     f"AS {e.type.duck})")
        if kind == "sum":
            return Expr(decimal_type(38, e.type.scale), sql, f"sum({e.duck}){filter_duck}")
        scale = max(6, e.type.scale)
        digits = (f"ratio(unscaled(sum({e.duck}){filter_duck}) * {10 ** (scale - e.type.scale)}::HUGEINT, "
                  f"NULLIF({count}, 0))")
        type = decimal_type(38, scale)
        return Expr(type, sql, scaled(digits, scale, type))
