# SPDX-License-Identifier: Apache-2.0
"""Random OVER windows, QUALIFY, Top-N and deduplication, for queries.Queries.

A function that tells rows of equal order apart gets an ORDER BY of all columns that the query knows, so
that only rows that are equal in all of them can change places. Where there may be such rows, all of these
functions have one PARTITION BY and ORDER BY: otherwise which results meet in a row is nobody's promise.
"""

from expressions import Expr, Expressions
from tables import BIGINT, EVENT_TIME, WILD

ROWS_BOUNDS = ["UNBOUNDED PRECEDING", "3 PRECEDING", "1 PRECEDING", "0 PRECEDING", "CURRENT ROW", "1 FOLLOWING",
               "2 FOLLOWING", "UNBOUNDED FOLLOWING"]
NUMBERS_ABOVE = ["0", "1", "2", "50"]
TIMES_ABOVE = ["INTERVAL '0' SECOND", "INTERVAL '1' SECOND", "INTERVAL '90' MINUTE", "INTERVAL '1' DAY"]
RANKS = ["ROW_NUMBER", "RANK", "DENSE_RANK"]


def is_time(expr):
    return expr.sql.endswith("." + EVENT_TIME)


class Window:
    """PARTITION BY, ORDER BY and a frame in both spellings."""

    def __init__(self, partition, order, frame):
        self.partition, self.order, self.frame = partition, order, frame

    def text(self, way):
        parts = []
        if self.partition:
            parts.append("PARTITION BY " + ", ".join(getattr(e, way) for e in self.partition))
        if self.order:
            parts.append("ORDER BY " + ", ".join(text[way] for text in self.order))
        if self.frame:
            parts.append(self.frame[way])
        return f"({' '.join(parts)})"


class OverQueries:
    # Of the functions that tell peers apart, where rows may be equal: (partition, order).
    shared_order = None
    has_equal_rows = True

    # ------------------------------------------------------------------------------------- windows

    def telling_apart(self, visible, frame=None):
        """A window in which no two rows are peers but those that are equal."""
        if self.shared_order is None or not self.has_equal_rows:
            self.shared_order = self.partition_of(visible), self.order_of_all(visible)
        return Window(*self.shared_order, frame)

    def begin(self, sources, scope):
        """Starts a query; returns the columns that it knows."""
        visible = self.visible_of(scope)
        self.shared_order = None
        plain = any(sources[0] == f"{t.name} AS a" for t in self.tables)
        self.has_equal_rows = not (plain and any(e.sql == "a.id" for e in visible))
        return visible

    def key_of_order(self, expr):
        """An ORDER BY item; DuckDB is told where NULLs stand, since here they are the smallest."""
        way = self.random.choice(["", " ASC", " DESC"])
        nulls = self.random.choice(["", "", " NULLS FIRST", " NULLS LAST"])
        default = " NULLS LAST" if way == " DESC" else " NULLS FIRST"
        return {"sql": f"{expr.sql}{way}{nulls}", "duck": f"{expr.duck}{way}{nulls or default}"}

    def order_of_all(self, visible):
        """All columns in some order; sometimes by event time first, which streams need not update."""
        columns = self.random.sample(visible, len(visible))
        times = [e for e in columns if is_time(e)]
        order = []
        if times and self.chance(0.6):
            order.append({"sql": times[0].sql, "duck": times[0].duck + " NULLS FIRST"})
            columns.remove(times[0])
        return order + [self.key_of_order(e) for e in columns]

    def order_of_some(self, visible):
        times = [e for e in visible if is_time(e)]
        if times and self.chance(0.5):
            return [{"sql": times[0].sql, "duck": times[0].duck + " NULLS FIRST"}]
        count = min(len(visible), self.random.choice([1, 1, 2]))
        return [self.key_of_order(e) for e in self.random.sample(visible, count)]

    def partition_of(self, visible):
        keys = [e for e in visible if e.sql.split(".")[-1] in ("k", "k64", "s", "b", "c0", "c1")]
        pool = keys if keys and self.chance(0.7) else visible
        return self.random.sample(pool, min(len(pool), self.random.choice([0, 1, 1, 1, 2])))

    def frame_of_rows(self):
        low, high = sorted(self.random.choice(range(len(ROWS_BOUNDS))) for _ in range(2))
        low, high = min(low, len(ROWS_BOUNDS) - 2), max(high, 1)
        text = f"ROWS BETWEEN {ROWS_BOUNDS[low]} AND {ROWS_BOUNDS[high]}"
        if self.chance(0.15):
            text = f"ROWS {self.random.choice(ROWS_BOUNDS[:5])}"
        return {"sql": text, "duck": text}

    def range_window(self, visible):
        """RANGE by a distance, or None: one ORDER BY column of numbers or times."""
        def fits(t):
            return (t.is_integer or t.name in ("DOUBLE", "FLOAT") or (t.name == "DECIMAL" and t.precision <= 18) or
                    (t.name in ("TIMESTAMP", "DATE") and not t.extreme))

        found = [e for e in visible if fits(e.type)]
        if not found:
            return None
        times = [e for e in found if is_time(e)]
        key = times[0] if times and self.chance(0.5) else self.random.choice(found)
        temporal = key.type.name in ("TIMESTAMP", "DATE")
        by = Expr(key.type, key.sql, f"({key.duck})::HUGEINT") if key.type.is_integer else key
        order = {"sql": by.sql, "duck": by.duck + " NULLS FIRST"} if is_time(key) else self.key_of_order(by)
        steps = TIMES_ABOVE if temporal else NUMBERS_ABOVE
        if key.type.name == "DATE":
            steps = TIMES_ABOVE[-1:]

        def distance():
            step = self.random.choice(steps)
            return step, f"{step}::HUGEINT" if key.type.is_integer else step

        bounds = [("UNBOUNDED PRECEDING",) * 2,
                  *(tuple(f"{d} PRECEDING" for d in distance()) for _ in range(2)),
                  ("CURRENT ROW",) * 2,
                  *(tuple(f"{d} FOLLOWING" for d in distance()) for _ in range(1)),
                  ("UNBOUNDED FOLLOWING",) * 2]
        low = self.random.randint(0, 3)
        high = self.random.randint(max(3, low), 5)
        frame = {way: f"RANGE BETWEEN {bounds[low][i]} AND {bounds[high][i]}"
                 for i, way in enumerate(("sql", "duck"))}
        return Window(self.partition_of(visible), [order], frame)

    def frame_window(self, visible):
        """A window for a function that looks at a frame."""
        kind = self.random.choice(["peers", "rows", "rows", "range", "range", "all", "plain"])
        if kind == "range":
            made = self.range_window(visible)
            if made:
                return made
        if kind == "rows":
            return self.telling_apart(visible, self.frame_of_rows())
        if kind == "plain":
            return Window(self.partition_of(visible), [], None)
        frame = None
        if kind == "all":
            text = self.random.choice(["ROWS", "RANGE"]) + " BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"
            frame = {"sql": text, "duck": text}
        return Window(self.partition_of(visible), self.order_of_some(visible), frame)

    # ----------------------------------------------------------------------------------- functions

    def over_call(self, visible, make):
        kind = self.random.choice(["rank", "rank", "ntile", "share", "distance", "distance", "value", "value",
                                   "aggregate", "aggregate", "aggregate", "aggregate"])
        partition = self.partition_of(visible)
        if kind == "rank":
            name = self.random.choice(RANKS)
            window = (self.telling_apart(visible) if name == "ROW_NUMBER"
                      else Window(partition, self.order_of_some(visible), None))
            return self.spelled(BIGINT, f"{name}()", f"{name}()", window)
        if kind == "share":
            name = self.random.choice(["PERCENT_RANK", "CUME_DIST"])
            return self.spelled(WILD, f"{name}()", f"{name}()",
                                Window(partition, self.order_of_some(visible), None))
        if kind == "ntile":
            n = self.random.choice([1, 2, 3, 100])
            return self.spelled(BIGINT, f"NTILE({n})", f"NTILE({n})", self.telling_apart(visible))
        if kind == "distance":
            return self.distance_call(visible, make, self.telling_apart(visible))
        if kind == "value":
            return self.value_call(visible, make)
        window = self.frame_window(visible)
        return self.call(visible, make, window)

    @staticmethod
    def spelled(type, sql, duck, window):
        return Expr(type, f"{sql} OVER {window.text('sql')}", f"{duck} OVER {window.text('duck')}")

    def argument(self, visible, make):
        return self.random.choice(visible) if self.chance(0.8) else make.any(1)

    def distance_call(self, visible, make, window):
        name = self.random.choice(["LAG", "LEAD"])
        e = self.argument(visible, make)
        tail_sql = tail_duck = ""
        if self.chance(0.5):
            tail_sql = tail_duck = f", {self.random.choice([0, 1, 2, 5])}"
            if self.chance(0.5):
                other = make.of(e.type, 0)
                if other.type == e.type:
                    tail_sql, tail_duck = f"{tail_sql}, {other.sql}", f"{tail_duck}, {other.duck}"
        return self.spelled(e.type, f"{name}({e.sql}{tail_sql})", f"{name}({e.duck}{tail_duck})", window)

    def value_call(self, visible, make):
        name = self.random.choice(["FIRST_VALUE", "LAST_VALUE", "NTH_VALUE"])
        e = self.argument(visible, make)
        # A value of the frame tells peers apart.
        frame = self.frame_of_rows() if self.chance(0.6) else None
        window = self.telling_apart(visible, frame)
        if name == "NTH_VALUE":
            n = self.random.choice([1, 2, 3])
            return self.spelled(e.type, f"NTH_VALUE({e.sql}, {n})", f"NTH_VALUE({e.duck}, {n})", window)
        if self.chance(0.3):
            return self.spelled(e.type, f"{name}({e.sql}) RESPECT NULLS", f"{name}({e.duck})", window)
        return self.spelled(e.type, f"{name}({e.sql})", f"{name}({e.duck} IGNORE NULLS)", window)

    # ------------------------------------------------------------------------------------- queries

    def visible_of(self, scope):
        """The columns that a query over windows knows: event time and keys first."""
        wanted = [e for e in scope if is_time(e) or e.sql.split(".")[-1] in ("id", "k", "s")]
        first = [e for e in wanted if self.chance(0.7)]
        others = [e for e in scope if e not in first]
        count = min(len(others), self.random.randint(1, 4))
        return first + self.random.sample(others, count)

    def over(self, depth):
        """SELECT .. OVER, perhaps with QUALIFY."""
        from_texts, scope, rows, _ = self.source(depth)
        visible = self.begin(from_texts, scope)
        make = Expressions(self.random, visible, False)
        where = self.where(scope, 0.3)
        items = self.random.sample(visible, min(len(visible), self.random.randint(1, 3)))
        items += [self.over_call(visible, make) for _ in range(self.random.randint(1, 3))]
        qualify = self.qualify(visible, make) if self.chance(0.25) else Expr(None, "", "")
        return self.selected(items, from_texts, where, qualify, rows)

    def qualify(self, visible, make):
        call = self.over_call(visible, make)
        for _ in range(4):
            if call.type.is_integer:
                break
            call = self.over_call(visible, make)
        if not call.type.is_integer:
            return Expr(None, f" QUALIFY {call.sql} IS NOT NULL", f" QUALIFY {call.duck} IS NOT NULL")
        op, n = self.random.choice(["<=", "=", ">", "<", ">="]), self.random.choice([1, 2, 3])
        text = Expr(None, f" QUALIFY {call.sql} {op} {n}", f" QUALIFY {call.duck} {op} {n}")
        if self.chance(0.2):
            p = make.boolean(1)
            text = Expr(None, f"{text.sql} AND {p.sql}", f"{text.duck} AND {p.duck}")
        return text

    def over_groups(self, depth):
        """OVER windows above GROUP BY in one SELECT."""
        from_texts, scope, rows, _ = self.source(depth)
        make = Expressions(self.random, scope, False)
        keys = self.random.sample(scope, min(len(scope), self.random.choice([1, 1, 2])))
        calls = [self.call(scope, make) for _ in range(self.random.randint(1, 2))]
        visible = keys + calls
        self.shared_order, self.has_equal_rows = None, False
        over = Expressions(self.random, visible, False)
        items = visible + [self.over_call(visible, over) for _ in range(self.random.randint(1, 2))]
        tail = Expr(None, " GROUP BY " + ", ".join(k.sql for k in keys),
                    " GROUP BY " + ", ".join(k.duck for k in keys))
        return self.selected(items, from_texts, self.where(scope, 0.3), tail, rows)

    def top_n(self, depth):
        """A bound on a rank above the query that computes it."""
        from_texts, scope, rows, _ = self.source(depth)
        visible = self.visible_of(scope)
        name = self.random.choice(RANKS + ["ROW_NUMBER"])
        order = self.order_of_all(visible) if name == "ROW_NUMBER" else self.order_of_some(visible)
        rank = self.spelled(BIGINT, f"{name}()", f"{name}()", Window(self.partition_of(visible), order, None))
        inner = self.selected(visible + [rank], from_texts, self.where(scope, 0.3), Expr(None, "", ""), rows)
        rn = f"q.c{len(visible)}"
        n = self.random.choice([1, 1, 2, 3])
        bound = self.random.choice([f"{rn} <= {n}", f"{rn} < {n + 1}", f"{rn} = {n}", f"{n} >= {rn}",
                                    f"{rn} BETWEEN 1 AND {n}", f"{rn} BETWEEN 2 AND {n + 1}", f"{rn} = 1"])
        shown = [Expr(e.type, f"q.c{i}", f"q.c{i}") for i, e in enumerate(visible)]
        if self.chance(0.3):
            p = Expressions(self.random, shown, False).boolean(1)
            bound = Expr(None, f"{bound} AND {p.sql}", f"{bound} AND {p.duck}")
        else:
            bound = Expr(None, bound, bound)
        items = self.random.sample(shown, self.random.randint(1, len(shown)))
        if self.chance(0.4):
            items.append(Expr(BIGINT, rn, rn))
        sources = tuple(f"({text}) AS q" for text in (inner.sql, inner.batch, inner.stream))
        return self.selected(items, sources, Expr(None, f" WHERE {bound.sql}", f" WHERE {bound.duck}"),
                             Expr(None, "", ""), rows)

    def deduplication(self, table):
        """The first or last row of a key by event time. Of rows of one time nobody knows which; where
        there may be some, only columns are shown in which they are equal."""
        columns = [Expr(t, f"a.{c}", f"a.{c}") for c, t in table.columns.items()]
        time = next(e for e in columns if is_time(e))
        keys = self.random.sample([e for e in columns if e is not time], self.random.choice([1, 1, 2]))
        shown = keys + [time]
        if table.unique_times:
            shown = self.random.sample(columns, min(len(columns), 5)) + keys
        way = self.random.choice(["", " ASC", " DESC"])
        nulls = " NULLS LAST" if way == " DESC" else " NULLS FIRST"
        window = Window(keys, [{"sql": time.sql + way, "duck": time.duck + way + nulls}], None)
        rank = self.spelled(BIGINT, "ROW_NUMBER()", "ROW_NUMBER()", window)
        if self.chance(0.3):
            tail = Expr(None, f" QUALIFY {rank.sql} = 1", f" QUALIFY {rank.duck} = 1")
            return self.selected(shown, (f"{table.name} AS a",) * 3, Expr(None, "", ""), tail, len(table.rows))
        inner = self.selected(shown + [rank], (f"{table.name} AS a",) * 3, Expr(None, "", ""),
                              Expr(None, "", ""), len(table.rows))
        items = [Expr(e.type, f"q.c{i}", f"q.c{i}") for i, e in enumerate(shown)]
        bound = f" WHERE q.c{len(shown)} = 1"
        return self.selected(items, tuple(f"({text}) AS q" for text in (inner.sql, inner.batch, inner.stream)),
                             Expr(None, bound, bound), Expr(None, "", ""), len(table.rows))

