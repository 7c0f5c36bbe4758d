# SPDX-License-Identifier: Apache-2.0
"""Random set operations, grouping sets, joins by time, UNNEST, cascades and shared sub-queries, for
queries.Queries."""

from expressions import Expr, Expressions, same
from tables import BIGINT, EVENT_TIME, INT, TS3

MILLISECONDS = [0, 1, 60_000, 3_600_000, 6 * 3_600_000]


def interval(ms):
    return f"INTERVAL '{ms / 1000:.3f}' SECOND" if ms % 60_000 else f"INTERVAL '{ms // 60_000}' MINUTE"


class Relations:
    # ------------------------------------------------------------------------------ set operations

    def set_operation(self, depth):
        """INTERSECT, EXCEPT and UNION in a chain; over columns of few values, so that rows meet."""
        tables = [self.random.choice(self.tables) for _ in range(self.random.choice([2, 2, 3]))]
        shared = [c for c in tables[0].columns if all(c in t.columns for t in tables)]
        keys = [c for c in shared if c in ("k", "s", "k64", "b", "i8")]
        columns = self.random.sample(keys, min(len(keys), self.random.choice([1, 1, 2])))
        if self.chance(0.2):
            columns.append(self.random.choice(shared))
        types = [tables[0].columns[c] for c in columns]
        sql = batch = ""
        for i, table in enumerate(tables):
            scope = [Expr(t, f"a.{c}", f"a.{c}") for c, t in table.columns.items()]
            where = self.where(scope, 0.5)
            items = ", ".join(f"a.{c} AS c{j}" for j, c in enumerate(columns))
            distinct = "DISTINCT " if self.chance(0.1) else ""
            word = self.random.choice(["INTERSECT", "EXCEPT", "UNION", "UNION ALL"] + self.with_all())
            word = f" {word} " if i else ""
            sql += f"{word}SELECT {distinct}{items} FROM {table.name} AS a{where.sql}"
            batch += f"{word}SELECT {distinct}{items} FROM {table.name} AS a{where.duck}"
        return self.made(sql, batch, batch, types, sum(len(t.rows) for t in tables))

    @staticmethod
    def with_all():
        return ["INTERSECT ALL", "EXCEPT ALL"]

    # ------------------------------------------------------------------------------- grouping sets

    def grouping_sets(self, depth):
        from_texts, scope, rows, _ = self.source(depth)
        make = Expressions(self.random, scope, False)
        pool = [e for e in scope if e.sql.split(".")[-1] in ("k", "s", "k64", "b", "i8", "c0", "c1")] or scope
        keys = self.random.sample(pool, min(len(pool), self.random.choice([1, 2, 2, 3])))
        if self.chance(0.3):
            more = self.random.choice(scope)
            keys += [more] if more not in keys else []
        sql, duck = (self.grouping_text([getattr(k, way) for k in keys], seed)
                     for way, seed in zip(("sql", "duck"), [self.random.random()] * 2))
        items = keys + [self.call(scope, make) for _ in range(self.random.randint(1, 3))]
        if self.chance(0.6):
            asked = self.random.sample(keys, self.random.randint(1, len(keys)))
            name = "GROUPING" if len(asked) == 1 or self.chance(0.5) else "GROUPING_ID"
            items.append(Expr(BIGINT, f"{name}({', '.join(k.sql for k in asked)})",
                              f"GROUPING({', '.join(k.duck for k in asked)})"))
        having = " HAVING COUNT(*) > 0"
        return self.selected(items, from_texts, self.where(scope, 0.3),
                             Expr(None, f" GROUP BY {sql}{having}", f" GROUP BY {duck}{having}"), rows)

    @staticmethod
    def grouping_text(keys, seed):
        """The same form for the same seed."""
        forms = [f"ROLLUP ({', '.join(keys)})", f"CUBE ({', '.join(keys)})",
                 "GROUPING SETS (" + ", ".join(f"({k})" for k in keys) + ", ())",
                 f"GROUPING SETS (({', '.join(keys)}), ({keys[0]}))",
                 f"GROUPING SETS (({', '.join(keys)}), ({keys[-1]}), ())"]
        if len(keys) > 1:
            forms += [f"{keys[0]}, ROLLUP ({', '.join(keys[1:])})", f"{keys[0]}, CUBE ({', '.join(keys[1:])})",
                      f"GROUPING SETS (ROLLUP ({', '.join(keys)}), ({keys[1]}))"]
        return forms[int(seed * len(forms))]

    # --------------------------------------------------------------------------------------- joins

    def timed_pair(self):
        timed = [t for t in self.tables if t.has_event_time]
        return (self.random.choice(timed), self.random.choice(timed)) if timed else None

    def columns_of(self, table, alias):
        return [Expr(t, f"{alias}.{c}", f"{alias}.{c}") for c, t in table.columns.items()]

    def interval_join(self):
        """Times of both sides bound each other on both ends."""
        left, right = self.timed_pair()
        if len(left.rows) * len(right.rows) > 40_000:
            return None
        one, other = self.columns_of(left, "a"), self.columns_of(right, "b")
        below, above = self.random.choice(MILLISECONDS), self.random.choice(MILLISECONDS)
        x, y = f"a.{EVENT_TIME}", f"b.{EVENT_TIME}"
        times = self.random.choice([
            f"{x} BETWEEN {y} - {interval(below)} AND {y} + {interval(above)}",
            f"{x} >= {y} - {interval(below)} AND {x} < {y} + {interval(above + 1000)}",
            f"{y} > {x} - {interval(below + 1)} AND {y} <= {x} + {interval(above)}",
            f"{x} BETWEEN {y} + {interval(below)} AND {y} + {interval(below + above)}",
            f"{x} = {y}"])
        on = f"a.k = b.k AND {times}" if self.chance(0.8) else f"{times} AND a.s = b.s"
        extra = Expr(None, "", "")
        if self.chance(0.3):
            p = Expressions(self.random, [e for e in one + other if not e.type.wild], False).boolean(1)
            extra = Expr(None, f" AND {p.sql}", f" AND {p.duck}")
        rows = len(left.rows) * len(right.rows)
        if self.chance(0.2):
            word = self.random.choice(["EXISTS", "NOT EXISTS"])
            p = [f"{word} (SELECT 1 FROM {right.name} AS b WHERE {on}{e})" for e in (extra.sql, extra.duck)]
            items = self.random.sample(one, min(len(one), 3))
            return self.selected(items, (f"{left.name} AS a",) * 3, Expr(None, f" WHERE {p[0]}", f" WHERE {p[1]}"),
                                 Expr(None, "", ""), len(left.rows))
        word = self.random.choice(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])
        texts = tuple(f"{left.name} AS a {word} {right.name} AS b ON {on}{e}"
                      for e in (extra.sql, extra.duck, extra.duck))
        items = self.random.sample(one, min(len(one), 2)) + self.random.sample(other, min(len(other), 2))
        return self.selected(items, texts, self.where(one + other, 0.2), Expr(None, "", ""), rows)

    def temporal_join(self):
        """A table as of the times of another one."""
        left = self.random.choice([t for t in self.tables if t.has_event_time])
        right = self.versions
        one, other = self.columns_of(left, "a"), self.columns_of(right, "b")
        word = self.random.choice(["", "LEFT "])
        name = self.random.choice([right.name, "v1v"])  # the table, or a view of the last row of each key
        sql = (f"{left.name} AS a {word}JOIN {name} FOR SYSTEM_TIME AS OF a.{EVENT_TIME} AS b "
               f"ON a.k = b.k")
        duck = (f"{left.name} AS a ASOF {word}JOIN {right.name} AS b "
                f"ON a.k = b.k AND a.{EVENT_TIME} >= b.{EVENT_TIME}")
        items = self.random.sample(one, min(len(one), 3)) + self.random.sample(other, min(len(other), 3))
        return self.selected(items, (sql, duck, duck), self.where(one + other, 0.2), Expr(None, "", ""),
                             len(left.rows))

    def unnest(self, depth):
        """Elements of arrays as rows."""
        found = [(t, c) for t in self.tables for c in t.collections]
        table, column = self.random.choice(found)
        element = table.collections[column]
        one = self.columns_of(table, "a")
        keep, number = self.chance(0.4), self.chance(0.4)
        ordinality, names = (" WITH ORDINALITY", "u (e, o)") if number else ("", "u (e)")
        collection = self.random.choice([f"a.{column}", f"a.{column}"])
        if keep:
            sql = f"{table.name} AS a LEFT JOIN UNNEST({collection}){ordinality} AS {names} ON TRUE"
        else:
            sql = f"{table.name} AS a CROSS JOIN UNNEST({collection}){ordinality} AS {names}"
        pairs = f"(SELECT unnest(a.{column}) AS e, unnest(range(1, len(a.{column}) + 1)) AS o) AS u"
        duck = f"{table.name} AS a {'LEFT' if keep else 'INNER'} JOIN LATERAL {pairs} ON TRUE"
        elements = [Expr(element, "u.e", "u.e")] + ([Expr(INT, "u.o", "u.o::INTEGER")] if number else [])
        scope = one + elements
        where = self.where(scope, 0.3)
        if self.chance(0.3):
            make = Expressions(self.random, scope, False)
            keys = elements[:1] + self.random.sample(one, self.random.choice([0, 1]))
            items = keys + [self.call(scope, make)]
            return self.selected(items, (sql, duck, duck), where,
                                 Expr(None, " GROUP BY " + ", ".join(k.sql for k in keys),
                                      " GROUP BY " + ", ".join(k.duck for k in keys)), len(table.rows) * 4)
        items = self.random.sample(one, min(len(one), 3)) + elements
        return self.selected(items, (sql, duck, duck), where, Expr(None, "", ""), len(table.rows) * 4)

    def elements(self, table):
        """Arrays asked for their size, elements and members."""
        items = self.random.sample(self.columns_of(table, "a"), 2)
        for column, type in table.collections.items():
            i = self.random.randint(1, 4)
            of = f"a.{column}"
            items += [Expr(INT, f"CARDINALITY({of})", f"len({of})::INTEGER"), Expr(type, f"{of}[{i}]", f"{of}[{i}]")]
            if type == INT:
                items.append(Expr(INT, f"ARRAY_MAX({of})", f"list_max({of})"))
            literal = "1" if type == INT else "'a'"
            items.append(same(INT, f"CASE WHEN ARRAY_CONTAINS({of}, {literal}) THEN 1 ELSE 0 END"))
        return self.selected(items, (f"{table.name} AS a",) * 3, Expr(None, "", ""), Expr(None, "", ""),
                             len(table.rows))

    # ------------------------------------------------------------------------------- whole queries

    def shared(self, depth):
        """One sub-query read twice."""
        inner = self.body(depth - 1)
        if inner.rows * inner.rows > 40_000:
            return inner
        scopes = [[Expr(t, f"{a}.c{i}", f"{a}.c{i}") for i, t in enumerate(inner.types)] for a in "ab"]
        pairs = [(x, y) for x, y in zip(*scopes) if not x.type.wild and x.type.name not in ("FLOAT", "BOOLEAN")]
        head = [f"WITH w AS ({text}) " for text in (inner.sql, inner.batch, inner.stream)]
        if not pairs or self.chance(0.3):
            items = ", ".join(f"c{i}" for i in range(len(inner.types)))
            body = f"SELECT {items} FROM w UNION ALL SELECT {items} FROM w"
            return self.made(*(h + body for h in head), inner.types, inner.rows * 2)
        x, y = self.random.choice(pairs)
        items = self.random.sample(scopes[0], min(2, len(scopes[0]))) + \
            self.random.sample(scopes[1], min(2, len(scopes[1])))
        word = self.random.choice(["JOIN", "LEFT JOIN", "FULL JOIN"])
        body = (f"SELECT {', '.join(f'{e.sql} AS c{i}' for i, e in enumerate(items))} FROM w AS a {word} w AS b "
                f"ON {x.sql} = {y.sql}")
        return self.made(*(h + body for h in head), [e.type for e in items], inner.rows * inner.rows)

    def cascade(self, table):
        """Windows of windows: counts of small windows, summed in larger ones."""
        size, step = self.random.choice([("INTERVAL '1' HOUR", 3_600_000), ("INTERVAL '20' MINUTE", 1_200_000)])
        small, small_ms = "INTERVAL '10' MINUTE", 600_000
        kind = self.random.choice(["TUMBLE", "HOP", "CUMULATE"])
        key = self.random.choice(["k", "s"])
        sql_inner = (f"SELECT {key} AS g, window_start AS ws, window_end AS we, window_time AS wt2, COUNT(*) AS n "
                     f"FROM TABLE(TUMBLE(TABLE {table.name}, DESCRIPTOR({EVENT_TIME}), {small})) "
                     f"GROUP BY {key}, window_start, window_end, window_time")
        arguments = size if kind == "TUMBLE" else f"{small}, {size}"
        sql = (f"SELECT g AS c0, window_start AS c1, window_end AS c2, SUM(n) AS c3, COUNT(*) AS c4 FROM "
               f"TABLE({kind}(TABLE w, DESCRIPTOR(wt2), {arguments})) GROUP BY g, window_start, window_end")
        ts = f"epoch_ms({EVENT_TIME})"
        duck_inner = (f"SELECT {key} AS g, wstart({ts}, 0, {small_ms}) + {small_ms} - 1 AS t2, count(*) AS n "
                      f"FROM {table.name} GROUP BY 1, 2")
        n = step // small_ms
        if kind == "TUMBLE":
            duck = f"SELECT *, wstart(t2, 0, {step}) AS s, s + {step} AS e FROM w"
        elif kind == "HOP":
            duck = f"SELECT w.*, wstart(t2, 0, {small_ms}) - r.i * {small_ms} AS s, s + {step} AS e FROM w, range(0, {n}) AS r(i)"
        else:
            duck = (f"SELECT * FROM (SELECT w.*, wstart(t2, 0, {step}) AS s, s + r.i * {small_ms} AS e FROM w, "
                    f"range(1, {n + 1}) AS r(i)) WHERE e > t2")
        duck = (f"WITH w AS ({duck_inner}) SELECT g AS c0, make_timestamp_ms(s) AS c1, make_timestamp_ms(e) AS c2, "
                f"sum(n)::BIGINT AS c3, count(*) AS c4 FROM ({duck}) GROUP BY g, s, e")
        return self.made(f"WITH w AS ({sql_inner}) {sql}", duck, duck,
                         [table.columns[key], TS3, TS3, BIGINT, BIGINT], len(table.rows) * n)
