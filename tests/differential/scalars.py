# SPDX-License-Identifier: Apache-2.0
"""More scalar functions for expressions.Expressions: those whose meaning can be said in DuckDB's words."""

from tables import BIGINT, BOOLEAN, INT, STRING, TS3

# {a}: the argument, {b}: another one; both spellings.
OF_ONE_STRING = [
    ("MD5({a})", "md5({a})"), ("SHA1({a})", "sha1({a})"), ("SHA256({a})", "sha256({a})"),
    ("TO_BASE64({a})", "to_base64(encode({a}))"), ("HEX({a})", "hex(encode({a}))"),
    ("TRANSLATE({a}, 'abX', 'z1')", "translate({a}, 'abX', 'z1')"),
    ("REGEXP_REPLACE({a}, '[ab]+', '<>')", "regexp_replace({a}, '[ab]+', '<>', 'g')"),
    ("REGEXP_EXTRACT({a}, '([a-c])([A-Z])', 2)",
     "CASE WHEN regexp_matches({a}, '([a-c])([A-Z])') THEN regexp_extract({a}, '([a-c])([A-Z])', 2) END"),
    ("OVERLAY({a} PLACING 'xy' FROM 2 FOR 1)",
     "CASE WHEN length({a}) < 2 THEN {a} ELSE left({a}, 1) || 'xy' || substring({a}, 3) END"),
    ("BTRIM({a}, 'a ')", "trim({a}, 'a ')"), ("LTRIM({a}, 'ab')", "ltrim({a}, 'ab')"),
    ("RTRIM({a}, 'c')", "rtrim({a}, 'c')"), ("TRIM(LEADING 'a' FROM {a})", "ltrim({a}, 'a')"),
    ("TRIM(BOTH ' ' FROM {a})", "trim({a})"),
    *((f"SPLIT_INDEX({{a}}, '{s}', {i})",
       f"CASE WHEN {{a}} <> '' THEN string_split({{a}}, '{s}')[{i + 1}] END")
      for s, i in ((",", 0), (",", 1), ("X", 2), ("b", 1))),
    ("FROM_BASE64(TO_BASE64({a}))", "{a}"), ("REVERSE(REVERSE({a}))", "{a}"),
    ("COALESCE({a}, '-', 'never')", "COALESCE({a}, '-')"),
    ("CASE {a} WHEN 'a' THEN 'one' WHEN 'b' THEN 'two' ELSE {a} END",
     "CASE {a} WHEN 'a' THEN 'one' WHEN 'b' THEN 'two' ELSE {a} END"),
]
OF_TWO_STRINGS = [
    ("CONCAT_WS('-', {a}, {b})", "concat_ws('-', {a}, {b})"), ("ELT(2, {a}, {b})", "{b}"),
    ("NULLIF({a}, {b})", "NULLIF({a}, {b})"), ("IFNULL({a}, {b})", "COALESCE({a}, {b})"),
]
UNITS = ["SECOND", "MINUTE", "HOUR", "DAY", "MONTH", "YEAR"]


class Scalars:
    def other_string(self, depth):
        a, b = self.string(depth - 1), self.string(depth - 1)
        if self.chance(0.15):
            t = self.timestamp(depth - 1, TS3)
            form, duck = self.random.choice([("yyyy-MM-dd HH:mm:ss", "%Y-%m-%d %H:%M:%S"), ("yyyyMMdd", "%Y%m%d"),
                                             ("HH:mm:ss.SSS", "%H:%M:%S.%g"), ("yyyy/DDD", "%Y/%j")])
            return self.spelled_as(STRING, f"DATE_FORMAT({t.sql}, '{form}')", f"strftime({t.duck}, '{duck}')")
        sql, duck = self.random.choice(OF_TWO_STRINGS if self.chance(0.2) else OF_ONE_STRING)
        return self.spelled_as(STRING, sql.replace("{a}", a.sql).replace("{b}", b.sql),
                               duck.replace("{a}", a.duck).replace("{b}", b.duck))

    def other_integer(self, type, depth):
        """INT and BIGINT functions of strings and times, or None."""
        if type == INT:
            s, word = self.string(depth - 1), self.random.choice(["a", "b", "X", "é"])
            if self.chance(0.3):
                t, u = self.timestamp(depth - 1, TS3), self.timestamp(depth - 1, TS3)
                unit = self.random.choice(["MONTH", "YEAR", "QUARTER"])
                months = f"datesub('month', {t.duck}, {u.duck})"
                per = {"MONTH": 1, "YEAR": 12, "QUARTER": 3}[unit]
                return self.spelled_as(INT, f"TIMESTAMPDIFF({unit}, {t.sql}, {u.sql})",
                                       f"CAST({months} // {per} AS INTEGER)")
            name = self.random.choice([f"LOCATE('{word}', {s.sql})", f"INSTR({s.sql}, '{word}')"])
            return self.spelled_as(INT, name, f"instr({s.duck}, '{word}')::INTEGER")
        if type == BIGINT:
            t = self.timestamp(depth - 1, TS3)
            unit = self.random.choice(["YEAR", "QUARTER", "MONTH", "WEEK", "HOUR", "MINUTE", "SECOND"])
            if self.chance(0.4):
                part = self.random.choice(["EPOCH", "ISODOW", "DECADE", "ISOYEAR", "MILLISECOND"])
                duck = {"EPOCH": f"floor(epoch({t.duck}))", "MILLISECOND": f"epoch_ms({t.duck})"}.get(
                    part, f"extract({part} FROM {t.duck})")
                if part == "MILLISECOND":
                    return None
                return self.spelled_as(BIGINT, f"EXTRACT({part} FROM {t.sql})", f"CAST({duck} AS BIGINT)")
            return self.spelled_as(BIGINT, f"{unit}({t.sql})", f"CAST(floor(extract({unit} FROM {t.duck})) AS BIGINT)")
        return None

    def other_timestamp(self, type, a):
        if self.chance(0.5):
            n, unit = self.random.randint(-20, 40), self.random.choice(UNITS)
            return self.spelled_as(type, f"TIMESTAMPADD({unit}, {n}, {a.sql})",
                                   f"({a.duck} + INTERVAL '{n}' {unit})")
        unit = self.random.choice(UNITS)
        floor = f"CAST(date_trunc('{unit.lower()}', {a.duck}) AS TIMESTAMP)"
        # To months and above only the date counts.
        least = f"CAST(date_trunc('day', {a.duck}) AS TIMESTAMP)" if unit in ("MONTH", "YEAR") else a.duck
        return self.spelled_as(type, f"CEIL({a.sql} TO {unit})",
                               f"CASE WHEN {floor} = {least} THEN {floor} ELSE {floor} + INTERVAL '1' {unit} END")

    def other_boolean(self, depth):
        s = self.string(depth - 1)
        word = self.random.choice(["a", "b", "abc", ""])
        forms = [(f"STARTSWITH({s.sql}, '{word}')", f"starts_with({s.duck}, '{word}')"),
                 (f"ENDSWITH({s.sql}, '{word}')", f"ends_with({s.duck}, '{word}')"),
                 (f"REGEXP({s.sql}, '^[a-z]+$')", f"regexp_matches({s.duck}, '^[a-z]+$')"),
                 (f"({s.sql} LIKE '%!%%' ESCAPE '!')", f"({s.duck} LIKE '%!%%' ESCAPE '!')")]
        return self.spelled_as(BOOLEAN, *self.random.choice(forms))
