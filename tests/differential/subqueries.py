# SPDX-License-Identifier: Apache-2.0
"""Random queries inside expressions, for queries.Queries: IN, EXISTS, ANY, ALL and values, correlated or
not, over columns with NULLs."""

from expressions import Expr, Expressions
from tables import BIGINT, BOOLEAN

COMPARISONS = ["=", "<>", "<", "<=", ">", ">="]


def is_key(expr):
    """Equality of floats is not one of keys: NaN."""
    return not expr.type.wild and expr.type.name not in ("FLOAT", "BOOLEAN")


class Subqueries:
    def pair_of(self, scope, inner, wanted=is_key):
        """A column of the outer query and one of the inner one, of one type."""
        pairs = [(x, y) for x in scope for y in inner if x.type == y.type and wanted(x)]
        keys = [p for p in pairs if p[0].sql.split(".")[-1] in ("k", "k64", "s")]
        if not pairs:
            return None
        return self.random.choice(keys if keys and self.chance(0.6) else pairs)

    def inner_of(self, name):
        table = self.random.choice(self.tables)
        scope = [Expr(t, f"{name}.{c}", f"{name}.{c}") for c, t in table.columns.items()]
        return f"{table.name} AS {name}", scope

    def inner_conditions(self, scope, inner, correlated):
        """WHERE of the inner query: its own condition, equalities with the outer one, other comparisons with it."""
        parts = []
        if self.chance(0.6):
            parts.append(Expressions(self.random, [e for e in inner if not e.type.wild], False).boolean(1))
        if correlated:
            equal = self.chance(0.75)
            pair = self.pair_of(scope, inner) if equal else None
            if pair:
                x, y = pair if self.chance(0.5) else pair[::-1]
                parts.append(Expr(BOOLEAN, f"{x.sql} = {y.sql}", f"{x.duck} = {y.duck}"))
            if not equal or self.chance(0.2):
                pair = self.pair_of(scope, inner)
                if pair:
                    op = self.random.choice(COMPARISONS)
                    parts.append(Expr(BOOLEAN, f"{pair[0].sql} {op} {pair[1].sql}",
                                      f"{pair[0].duck} {op} {pair[1].duck}"))
        self.random.shuffle(parts)
        if not parts:
            return Expr(None, "", "")
        return Expr(None, " WHERE " + " AND ".join(p.sql for p in parts),
                    " WHERE " + " AND ".join(p.duck for p in parts))

    def inner_query(self, y, source, where, scope, inner):
        """SELECT y FROM source, or one with GROUP BY, DISTINCT, LIMIT or UNION above the comparisons of WHERE."""
        def both(form, value=y, rows=source, test=where):
            return Expr(y.type, form.format(y=value.sql, rows=rows, test=test.sql),
                        form.format(y=value.duck, rows=rows, test=test.duck))

        kind = self.random.choice(["plain"] * 6 + ["having", "greatest", "distinct", "limit", "union"])
        if kind == "having":
            return both("SELECT {y} FROM {rows}{test} GROUP BY {y} HAVING COUNT(*) > %d" % self.random.randint(0, 2))
        if kind == "greatest":
            by = self.random.choice([e for e in inner if is_key(e)])
            sql = both("SELECT MAX({y}) FROM {rows}{test} GROUP BY ")
            return Expr(y.type, sql.sql + by.sql, sql.duck + by.duck)
        if kind == "distinct":
            return both("SELECT DISTINCT {y} FROM {rows}{test}")
        if kind == "limit":
            return both("SELECT {y} FROM {rows}{test} ORDER BY {y} ASC NULLS LAST LIMIT %d" % self.random.randint(1, 3))
        if kind == "union":
            other, columns = self.inner_of("u")
            same = [e for e in columns if e.type == y.type]
            if same:
                word = self.random.choice(["UNION", "UNION ALL", "EXCEPT", "INTERSECT"])
                first = both("SELECT {y} FROM {rows}{test} " + word + " ")
                then = both("SELECT {y} FROM {rows}{test}", self.random.choice(same), other,
                            self.inner_conditions(scope, columns, self.chance(0.5)))
                return Expr(y.type, first.sql + then.sql, first.duck + then.duck)
        return both("SELECT {y} FROM {rows}{test}")

    def lateral(self, scope):
        """(text, text for DuckDB) of a query behind a relation that reads its columns, and what it adds; or None."""
        source, inner = self.inner_of("q")
        columns = [e for e in inner if is_key(e)]
        y = self.random.choice(columns)
        where = self.inner_conditions(scope, inner, True)
        if not self.correlated(where, scope):
            return None
        query = self.inner_query(y, source, where, scope, inner)
        # A join by times pads rows that have none.
        keep = ".wt" not in query.sql and self.chance(0.5)
        form = " LEFT JOIN LATERAL ({}) AS l(c0) ON TRUE" if keep else ", LATERAL ({}) AS l(c0)"
        return form.format(query.sql), form.format(query.duck), [Expr(y.type, "l.c0", "l.c0")]

    def asking(self, scope):
        """A condition that asks a query, or None."""
        source, inner = self.inner_of("q")
        kind = self.random.choice(["in", "in", "not in", "exists", "exists", "not exists", "any", "all", "value",
                                   "value", "count"])
        pair = self.pair_of(scope, inner)
        if not pair:
            return None
        x, y = pair
        where = self.inner_conditions(scope, inner, kind in ("exists", "not exists", "count") or self.chance(0.4))
        query = self.inner_query(y, source, where, scope, inner)
        if kind in ("in", "not in"):
            word = kind.upper()
            return self.condition(f"{x.sql} {word} ({query.sql})", f"{x.duck} {word} ({query.duck})")
        if kind in ("exists", "not exists"):
            word = kind.upper()
            return self.condition(f"{word} ({query.sql})", f"{word} ({query.duck})")
        op = self.random.choice(COMPARISONS)
        if kind in ("any", "all"):
            word = self.random.choice(["ANY", "SOME"]) if kind == "any" else "ALL"
            return self.condition(f"{x.sql} {op} {word} ({query.sql})", f"{x.duck} {op} {kind.upper()} ({query.duck})")
        if kind == "count":
            n = self.random.randint(0, 2)
            return self.condition(f"(SELECT COUNT(*) FROM {source}{where.sql}) {op} {n}",
                                  f"(SELECT count(*) FROM {source}{where.duck}) {op} {n}") \
                if self.correlated(where, scope) else None
        name = self.random.choice(["MIN", "MAX"])
        if self.chance(0.3):
            return self.condition(f"{x.sql} {op} (SELECT {name}(y) FROM ({query.sql}) AS w(y))",
                                  f"{x.duck} {op} (SELECT {name}(y) FROM ({query.duck}) AS w(y))")
        return self.condition(f"{x.sql} {op} (SELECT {name}({y.sql}) FROM {source}{where.sql})",
                              f"{x.duck} {op} (SELECT {name}({y.duck}) FROM {source}{where.duck})")

    @staticmethod
    def correlated(where, scope):
        return any(e.sql in where.sql for e in scope)

    @staticmethod
    def condition(sql, duck):
        return Expr(BOOLEAN, f"({sql})", f"({duck})")

    def value_of_query(self, scope):
        """A query as a value: an aggregate of the rows that belong to the outer one, or of all; or what is asked
        of it, with all three answers."""
        if self.chance(0.25):
            asked = self.asking(scope)
            if asked:
                return asked
        source, inner = self.inner_of("v")
        where = self.inner_conditions(scope, inner, self.chance(0.7))
        make = Expressions(self.random, [e for e in inner if not e.type.wild], False)
        kind = self.random.choice(["MIN", "MAX", "call", "count"])
        if kind == "count" and self.correlated(where, scope):
            return Expr(BIGINT, f"(SELECT COUNT(*) FROM {source}{where.sql})",
                        f"(SELECT count(*) FROM {source}{where.duck})")
        if kind == "call":
            call = self.call([e for e in inner if not e.type.wild], make)
            if "COUNT(" not in call.sql:
                return Expr(call.type, f"(SELECT {call.sql} FROM {source}{where.sql})",
                            f"(SELECT {call.duck} FROM {source}{where.duck})")
        y = self.random.choice([e for e in inner if is_key(e)])
        name = self.random.choice(["MIN", "MAX"])
        return Expr(y.type, f"(SELECT {name}({y.sql}) FROM {source}{where.sql})",
                    f"(SELECT {name}({y.duck}) FROM {source}{where.duck})")
