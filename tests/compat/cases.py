# SPDX-License-Identifier: Apache-2.0
"""The jobs whose checkpoints make up the corpus: one for each kind of operator that keeps state.

A case reads a folder of JSON lines into a file sink. Its first file is what the checkpoint was made
of, the second comes after the restore. What the sink must show in the end is computed by DuckDB
from both files, so that no expectation comes from Headwater.
"""

import dataclasses

FORMAT = "format-1"


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    # Column declarations of table t, and of the sink.
    columns: str
    sink: str
    query: str
    first: tuple
    second: tuple
    # The final rows, over a DuckDB table t with both files.
    expected: str
    # Declarations that DuckDB needs under another name; else as in `columns`.
    duck_columns: str = ""
    # Options of t besides connector and path.
    options: str = "'format' = 'json'"
    # Rows are lines of changelog-json, whose first cell is the op. DuckDB's table t has the number of
    # the line and the op in front: columns seq and op.
    changes: bool = False
    # Leading columns of the sink that are its PRIMARY KEY: it is written as upserts.
    keys: int = 0
    # Options of the sink besides connector, path and format, each behind a comma.
    sink_options: str = ""
    # Configuration keys and their values.
    settings: tuple = ()
    # The sink is a topic of the log, and the checkpoint was taken at this parallelism.
    topic: bool = False
    parallelism: int = 2

    def topic_table(self):
        return f"""CREATE TABLE o ({self.sink}) WITH (
  'connector' = 'log', 'path' = 'out', 'topic' = 'o', 'partitions' = '5');
"""

    def script(self):
        if self.topic:
            return self.job(self.topic_table())
        return self.job(f"""CREATE TABLE o ({self.sink}) WITH (
  'connector' = 'filesystem', 'path' = 'out', 'format' = 'changelog-json',
  'changelog-json.changelog-mode' = '{"upsert" if self.keys else "all"}'{self.sink_options});
""")

    def job(self, sink):
        settings = "".join(f"SET '{key}' = '{value}';\n" for key, value in self.settings)
        return f"""
{settings}CREATE TABLE t ({self.columns}) WITH (
  'connector' = 'filesystem', 'path' = 'in', {self.options});
{sink}SET 'pipeline.name' = '{self.name}';
INSERT INTO o {self.query};
"""


WORDS = "k INT, s STRING, v BIGINT"
FIRST = ((1, "a", 10), (2, "b", 20), (1, "a", 30), (3, None, 5), (2, "c", None))
SECOND = ((1, "d", 7), (2, "b", 1), (4, "e", 100), (3, "f", 6), (1, "a", 2))
TIMED = "k INT, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND"
TIMED_KEYED = ("k INT NOT NULL, v BIGINT, ts TIMESTAMP(3), PRIMARY KEY (k) NOT ENFORCED, "
               "WATERMARK FOR ts AS ts - INTERVAL '1' SECOND")
DUCK_TIMED = "k INT, v BIGINT, ts TIMESTAMP"


SELDOM = (("execution.trigger", "36500 d"),)
COMPLETE = ", 'output-mode' = 'complete'"
AGED = (("table.exec.state.ttl", "36500 d"),)


def at(minute, second=0):
    return f"2026-01-01 00:{minute:02}:{second:02}"


TIMED_FIRST = ((1, 1, at(0, 10)), (2, 2, at(0, 50)), (1, 3, at(1, 5)), (2, 4, at(1, 30)))
TIMED_SECOND = ((1, 5, at(1, 45)), (2, 6, at(2, 10)), (1, 7, at(3, 0)), (1, 8, at(9, 0)))

# The table with the number of each row's session.
SESSIONS = ("(SELECT *, SUM(n) OVER (PARTITION BY k ORDER BY ts ROWS UNBOUNDED PRECEDING) AS s FROM "
            "(SELECT *, CASE WHEN ts - LAG(ts) OVER (PARTITION BY k ORDER BY ts) <= INTERVAL 50 SECOND "
            "THEN 0 ELSE 1 END AS n FROM t))")

KEYED = "k INT NOT NULL, s STRING, v BIGINT, PRIMARY KEY (k) NOT ENFORCED"
UPSERTS = "'format' = 'changelog-json', 'changelog-json.changelog-mode' = 'upsert'"
UPSERTS_FIRST = (("+I", 1, "a", 10), ("+I", 2, "b", 20), ("+U", 1, "c", 30), ("+I", 3, None, None),
                 ("+I", 4, "d", 40), ("-D", 2, None, None), ("+I", 5, "e", 50))
UPSERTS_SECOND = (("+U", 1, "f", 60), ("-D", 3, None, None), ("+I", 2, "g", 70), ("-D", 9, None, None),
                  ("+U", 4, "d", 40), ("+I", 6, None, 80), ("-D", 2, None, None))

CASES = (
    Case("group_aggregate", WORDS, "k INT, n BIGINT, total BIGINT, least BIGINT, most BIGINT",
         "SELECT k, COUNT(*), SUM(v), MIN(v), MAX(v) FROM t GROUP BY k", FIRST, SECOND,
         "SELECT k, COUNT(*), SUM(v), MIN(v), MAX(v) FROM t GROUP BY k"),
    Case("global_aggregate", WORDS, "n BIGINT, mean BIGINT",
         "SELECT COUNT(*), AVG(v) FROM t", FIRST, SECOND,
         "SELECT COUNT(*), CAST(TRUNC(AVG(v)) AS BIGINT) FROM t"),
    Case("distinct_aggregate", WORDS, "k INT, n BIGINT, m BIGINT",
         "SELECT k, COUNT(DISTINCT s), COUNT(DISTINCT s) FILTER (WHERE v > 5) FROM t GROUP BY k",
         FIRST, SECOND,
         "SELECT k, COUNT(DISTINCT s), COUNT(DISTINCT s) FILTER (WHERE v > 5) FROM t GROUP BY k"),
    Case("aggregate_of_changes", WORDS, "n BIGINT, keys BIGINT, least INT, most INT",
         "SELECT n, COUNT(*), MIN(k), MAX(k) FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k) "
         "GROUP BY n", FIRST, SECOND,
         "SELECT n, COUNT(*), MIN(k), MAX(k) FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k) "
         "GROUP BY n"),
    Case("select_distinct", WORDS, "k INT, s STRING", "SELECT DISTINCT k, s FROM t", FIRST, SECOND,
         "SELECT DISTINCT k, s FROM t"),
    Case("tumble", TIMED, "k INT, w TIMESTAMP(3), n BIGINT, most BIGINT",
         "SELECT k, window_start, COUNT(*), MAX(v) FROM "
         "TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) "
         "GROUP BY k, window_start, window_end", TIMED_FIRST, TIMED_SECOND,
         "SELECT k, time_bucket(INTERVAL 1 MINUTE, ts), COUNT(*), MAX(v) FROM t "
         f"WHERE ts < '{at(8)}' GROUP BY ALL", DUCK_TIMED),
    Case("hop_distinct", TIMED, "k INT, w TIMESTAMP(3), n BIGINT",
         "SELECT k, window_start, COUNT(DISTINCT v) FROM "
         "TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '2' MINUTE)) "
         "GROUP BY k, window_start, window_end", TIMED_FIRST, TIMED_SECOND,
         "SELECT k, time_bucket(INTERVAL 1 MINUTE, ts) - to_minutes(d) AS w, COUNT(DISTINCT v) "
         f"FROM t, (VALUES (0), (1)) AS x(d) WHERE ts < '{at(8)}' GROUP BY ALL", DUCK_TIMED),
    Case("inner_join", WORDS, "k INT, a STRING, b STRING",
         "SELECT x.k, x.s, y.s FROM t x JOIN t y ON x.k = y.k AND x.v < y.v", FIRST, SECOND,
         "SELECT x.k, x.s, y.s FROM t x JOIN t y ON x.k = y.k AND x.v < y.v"),
    # Both sides change by keys: on the left that of the join, on the right more than it.
    Case("join_of_changes", WORDS, "k INT, n BIGINT, s STRING, m BIGINT",
         "SELECT x.k, x.n, y.s, y.m FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k) AS x "
         "LEFT JOIN (SELECT k, s, MAX(v) AS m FROM t WHERE v > 5 GROUP BY k, s) AS y ON x.k = y.k",
         FIRST, SECOND,
         "SELECT x.k, x.n, y.s, y.m FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k) AS x "
         "LEFT JOIN (SELECT k, s, MAX(v) AS m FROM t WHERE v > 5 GROUP BY k, s) AS y ON x.k = y.k"),
    Case("multi_join", WORDS, "k INT, n BIGINT, s STRING, v BIGINT",
         "SELECT x.k, x.n, y.s, z.v FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k) AS x JOIN t AS y ON x.k = y.k "
         "LEFT JOIN (SELECT k, v FROM t WHERE v > 6) AS z ON x.k = z.k", FIRST, SECOND,
         "SELECT x.k, x.n, y.s, z.v FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k) AS x JOIN t AS y ON x.k = y.k "
         "LEFT JOIN (SELECT k, v FROM t WHERE v > 6) AS z ON x.k = z.k",
         settings=(("table.optimizer.multi-join.enabled", "true"),)),
    Case("left_join", WORDS, "k INT, a STRING, b STRING",
         "SELECT x.k, x.s, y.s FROM t x LEFT JOIN t y ON x.k = y.k AND x.v < y.v", FIRST, SECOND,
         "SELECT x.k, x.s, y.s FROM t x LEFT JOIN t y ON x.k = y.k AND x.v < y.v"),
    Case("full_join", WORDS, "a STRING, b STRING",
         "SELECT x.s, y.s FROM t x FULL JOIN t y ON x.v = y.v * 10", FIRST, SECOND,
         "SELECT x.s, y.s FROM t x FULL JOIN t y ON x.v = y.v * 10"),
    Case("anti_join", WORDS, "k INT, s STRING",
         "SELECT k, s FROM t AS x WHERE NOT EXISTS (SELECT 1 FROM t AS y WHERE y.k = x.k AND y.v > x.v)",
         FIRST, SECOND,
         "SELECT k, s FROM t AS x WHERE NOT EXISTS (SELECT 1 FROM t AS y WHERE y.k = x.k AND y.v > x.v)"),
    # The last row still waits for a partner: its time has not passed.
    Case("interval_join", TIMED, "k INT, a BIGINT, b BIGINT",
         "SELECT x.k, x.v, y.v FROM t AS x LEFT JOIN t AS y ON x.k = y.k "
         "AND y.ts > x.ts AND y.ts <= x.ts + INTERVAL '1' MINUTE", TIMED_FIRST, TIMED_SECOND,
         "SELECT x.k, x.v, y.v FROM t AS x LEFT JOIN t AS y ON x.k = y.k "
         f"AND y.ts > x.ts AND y.ts <= x.ts + INTERVAL 1 MINUTE WHERE x.ts < '{at(7, 59)}'",
         DUCK_TIMED),
    # Rows wait for the watermark, the last one still does; each meets the other key's version.
    Case("temporal_join", TIMED_KEYED, "k INT, a BIGINT, b BIGINT",
         "SELECT x.k, x.v, y.v FROM t AS x LEFT JOIN t FOR SYSTEM_TIME AS OF x.ts AS y ON y.k = 3 - x.k",
         TIMED_FIRST, TIMED_SECOND,
         "SELECT x.k, x.v, y.v FROM t AS x ASOF LEFT JOIN t AS y ON y.k = 3 - x.k AND x.ts >= y.ts "
         f"WHERE x.ts < '{at(9)}'", DUCK_TIMED),
    # NULL may be equal to anything.
    Case("not_in", WORDS, "k INT, s STRING",
         "SELECT k, s FROM t WHERE v NOT IN (SELECT v FROM t WHERE s = 'b')", FIRST, SECOND,
         "SELECT k, s FROM t WHERE v NOT IN (SELECT v FROM t WHERE s = 'b')"),
    Case("except", WORDS, "k INT, s STRING",
         "SELECT k, s FROM t EXCEPT SELECT k, s FROM t WHERE v < 6", FIRST, SECOND,
         "SELECT k, s FROM t EXCEPT SELECT k, s FROM t WHERE v < 6"),
    Case("top_n", WORDS, "k INT, v BIGINT", "SELECT k, v FROM t WHERE v > 0 ORDER BY v DESC LIMIT 3",
         FIRST, SECOND, "SELECT k, v FROM t WHERE v > 0 ORDER BY v DESC LIMIT 3"),
    # The changes come without the rows that they replace.
    Case("changelog_normalize", KEYED, "k INT, s STRING, v BIGINT", "SELECT k, s, v FROM t",
         UPSERTS_FIRST, UPSERTS_SECOND,
         "SELECT k, s, v FROM (SELECT *, row_number() OVER (PARTITION BY k ORDER BY seq DESC) AS r FROM t) "
         "WHERE r = 1 AND op <> '-D'", WORDS, UPSERTS, changes=True),
    # At the checkpoint two keys have the count 2, so that one of them waits behind the other.
    Case("upsert_materialize", WORDS, "n BIGINT NOT NULL, k INT, PRIMARY KEY (n) NOT ENFORCED",
         "SELECT COUNT(*), k FROM t GROUP BY k",
         ((1, "a", 1), (1, "b", 2), (2, "a", 3), (2, "b", 4), (3, "a", 5)),
         ((2, "c", 6), (4, "a", 7), (4, "b", 8), (4, "c", 9), (4, "d", 10)),
         "SELECT COUNT(*), k FROM t GROUP BY k", keys=1),
    Case("over_updating", WORDS, "k INT, v BIGINT, total BIGINT, before BIGINT",
         "SELECT k, v, SUM(v) OVER (PARTITION BY k ORDER BY v), LAG(v) OVER (PARTITION BY k ORDER BY v) "
         "FROM t", FIRST, SECOND,
         "SELECT k, v, SUM(v) OVER (PARTITION BY k ORDER BY v NULLS FIRST), "
         "LAG(v) OVER (PARTITION BY k ORDER BY v NULLS FIRST) FROM t"),
    Case("over_by_time", TIMED, "k INT, v BIGINT, total BIGINT, two BIGINT, n BIGINT, least BIGINT",
         f"SELECT k, v, SUM(v) OVER w, SUM(v) OVER (w ROWS 1 PRECEDING), ROW_NUMBER() OVER w, "
         f"MIN(v) OVER (w RANGE INTERVAL '1' MINUTE PRECEDING) FROM t "
         f"WINDOW w AS (PARTITION BY k ORDER BY ts)", TIMED_FIRST, TIMED_SECOND,
         "SELECT * FROM (SELECT k, v, SUM(v) OVER w, SUM(v) OVER (PARTITION BY k ORDER BY ts ROWS 1 PRECEDING), "
         "ROW_NUMBER() OVER w, MIN(v) OVER (PARTITION BY k ORDER BY ts RANGE INTERVAL 1 MINUTE PRECEDING) "
         f"FROM t WHERE ts < '{at(8)}' WINDOW w AS (PARTITION BY k ORDER BY ts))", DUCK_TIMED),
    Case("ranked", WORDS, "k INT, v BIGINT, place BIGINT",
         "SELECT k, v, place FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC) AS place "
         "FROM t) AS r WHERE place <= 2", FIRST, SECOND,
         "SELECT k, v, place FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC NULLS LAST) "
         "AS place FROM t) WHERE place <= 2"),
    Case("first_of_key", TIMED, "k INT, v BIGINT",
         "SELECT k, v FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY k, v % 3 ORDER BY ts) = 1",
         TIMED_FIRST, TIMED_SECOND,
         "SELECT k, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k, v % 3 ORDER BY ts) AS n FROM t "
         f"WHERE ts < '{at(8)}') WHERE n = 1", DUCK_TIMED),
    Case("last_of_key", TIMED, "k INT, v BIGINT",
         "SELECT k, v FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) = 1",
         TIMED_FIRST, TIMED_SECOND,
         "SELECT k, v FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) = 1", DUCK_TIMED),
    Case("ranked_in_windows", TIMED, "w TIMESTAMP(3), k INT, v BIGINT",
         "SELECT window_start, k, v FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) "
         "QUALIFY ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY v DESC) = 1",
         TIMED_FIRST, TIMED_SECOND,
         "SELECT time_bucket(INTERVAL 1 MINUTE, ts) AS w, k, v FROM t "
         f"WHERE ts < '{at(8)}' QUALIFY ROW_NUMBER() OVER (PARTITION BY w ORDER BY v DESC) = 1",
         DUCK_TIMED),
    Case("sorted_by_time", TIMED, "k INT, v BIGINT", "SELECT k, v FROM t ORDER BY ts, v", TIMED_FIRST,
         TIMED_SECOND, f"SELECT k, v FROM t WHERE ts < '{at(8)}'", DUCK_TIMED),
    # Both keys go on in sessions that were open at the checkpoint.
    Case("session", TIMED, "k INT, w TIMESTAMP(3), e TIMESTAMP(3), n BIGINT, most BIGINT",
         "SELECT k, window_start, window_end, COUNT(*), MAX(v) FROM "
         "TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '50' SECOND)) "
         "GROUP BY k, window_start, window_end", TIMED_FIRST, TIMED_SECOND,
         f"SELECT k, MIN(ts), MAX(ts) + INTERVAL 50 SECOND, COUNT(*), MAX(v) FROM {SESSIONS} "
         f"WHERE ts < '{at(8)}' GROUP BY k, s", DUCK_TIMED),
    Case("rows_of_sessions", TIMED, "w TIMESTAMP(3), k INT, v BIGINT",
         "SELECT window_start, k, v FROM "
         "TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '50' SECOND))",
         TIMED_FIRST, TIMED_SECOND,
         f"SELECT MIN(ts) OVER (PARTITION BY k, s), k, v FROM {SESSIONS} WHERE ts < '{at(8)}'",
         DUCK_TIMED),
    Case("window_join", TIMED, "w TIMESTAMP(3), a BIGINT, b BIGINT",
         "SELECT x.window_start, x.v, y.v "
         "FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) AS x "
         "LEFT JOIN TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) AS y "
         "ON x.window_start = y.window_start AND x.window_end = y.window_end AND x.k = y.k AND x.v < y.v",
         TIMED_FIRST, TIMED_SECOND,
         "SELECT time_bucket(INTERVAL 1 MINUTE, x.ts), x.v, y.v FROM t AS x LEFT JOIN t AS y ON x.k = y.k "
         "AND x.v < y.v AND time_bucket(INTERVAL 1 MINUTE, x.ts) = time_bucket(INTERVAL 1 MINUTE, y.ts) "
         f"WHERE x.ts < '{at(8)}'", DUCK_TIMED),
    # What the first file has brought makes the first row of the second one late.
    Case("late_rows", TIMED, "k INT, v BIGINT, late_by BIGINT",
         "SELECT k, v, late_by FROM LATE((SELECT * FROM t ORDER BY ts))", TIMED_FIRST,
         ((1, 5, at(1, 15)), *TIMED_SECOND), "SELECT 1, 5, 14000", DUCK_TIMED),
    # Ages that nothing reaches: what is looked at are the columns that hold them.
    Case("aged_groups", WORDS, "k INT, n BIGINT, words BIGINT, most BIGINT",
         "SELECT k, COUNT(*), COUNT(DISTINCT s), MAX(v) FROM t GROUP BY k", FIRST, SECOND,
         "SELECT k, COUNT(*), COUNT(DISTINCT s), MAX(v) FROM t GROUP BY k", settings=AGED),
    Case("aged_join", WORDS, "a BIGINT, b BIGINT",
         "SELECT x.v, y.v FROM t AS x LEFT JOIN t AS y ON x.k = y.k AND x.v < y.v", FIRST, SECOND,
         "SELECT x.v, y.v FROM t AS x LEFT JOIN t AS y ON x.k = y.k AND x.v < y.v", settings=AGED),
    Case("aged_ranks", WORDS, "k INT, v BIGINT, place BIGINT",
         "SELECT k, v, place FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC) AS place "
         "FROM t) AS r WHERE place <= 2", FIRST, SECOND,
         "SELECT k, v, place FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC NULLS LAST) "
         "AS place FROM t) WHERE place <= 2", settings=AGED),
    Case("aged_last_of_key", TIMED, "k INT, v BIGINT",
         "SELECT k, v FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) = 1",
         TIMED_FIRST, TIMED_SECOND,
         "SELECT k, v FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) = 1", DUCK_TIMED,
         settings=AGED),
    # Windows that are open have been shown, and those that have closed take what comes late.
    Case("emitting_windows", TIMED, "k INT, w TIMESTAMP(3), n BIGINT, words BIGINT",
         "SELECT k, window_start, COUNT(*), COUNT(DISTINCT v) "
         "FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) "
         "GROUP BY k, window_start, window_end", TIMED_FIRST, TIMED_SECOND,
         "SELECT k, time_bucket(INTERVAL 1 MINUTE, ts) AS w, COUNT(*), COUNT(DISTINCT v) FROM t GROUP BY k, w",
         DUCK_TIMED, settings=(("table.exec.emit.early-fire.enabled", "true"),
                               ("table.exec.emit.early-fire.delay", "0 ms"),
                               ("table.exec.emit.allow-lateness", "1 d"))),
    # The whole result is kept, to be shown again.
    Case("trigger", WORDS, "k INT, n BIGINT, total BIGINT", "SELECT k, COUNT(*), SUM(v) FROM t GROUP BY k",
         FIRST, SECOND, "SELECT k, COUNT(*), SUM(v) FROM t GROUP BY k", settings=SELDOM,
         sink_options=COMPLETE),
    Case("trigger_by_row", WORDS, "a BIGINT, b BIGINT",
         "SELECT x.v, y.v FROM t AS x LEFT JOIN t AS y ON x.k = y.k AND x.v < y.v", FIRST, SECOND,
         "SELECT x.v, y.v FROM t AS x LEFT JOIN t AS y ON x.k = y.k AND x.v < y.v", settings=SELDOM,
         sink_options=COMPLETE),
    Case("on_conflict", WORDS, "k INT NOT NULL, s STRING, PRIMARY KEY (k) NOT ENFORCED",
         "SELECT k, s FROM t WHERE v IS NOT NULL ON CONFLICT DO NOTHING", FIRST, SECOND,
         "SELECT k, FIRST(s ORDER BY rowid) FROM t WHERE v IS NOT NULL GROUP BY k", keys=1),
    Case("on_conflict_of_changes", WORDS, "n BIGINT NOT NULL, k INT, PRIMARY KEY (n) NOT ENFORCED",
         "SELECT COUNT(*), k FROM t GROUP BY k ON CONFLICT DO NOTHING",
         ((1, "a", 1), (1, "b", 2), (2, "a", 3), (2, "b", 4), (3, "a", 5)),
         ((2, "c", 6), (4, "a", 7), (4, "b", 8), (4, "c", 9), (4, "d", 10)),
         "SELECT COUNT(*), k FROM t GROUP BY k", keys=1),
    Case("over_distinct", TIMED, "k INT, v BIGINT, n BIGINT, before BIGINT",
         "SELECT k, v, COUNT(DISTINCT v) OVER w, LAG(v) IGNORE NULLS OVER w FROM t "
         "WINDOW w AS (PARTITION BY k ORDER BY ts)", TIMED_FIRST, TIMED_SECOND,
         "SELECT * FROM (SELECT k, v, COUNT(DISTINCT v) OVER w, LAG(v IGNORE NULLS) OVER w "
         f"FROM t WHERE ts < '{at(8)}' WINDOW w AS (PARTITION BY k ORDER BY ts))", DUCK_TIMED),
    # Epochs of one writer, and of several, that others go on from.
    Case("log_one_writer", WORDS, "k INT, s STRING, v BIGINT", "SELECT k, s, v FROM t", FIRST, SECOND,
         "SELECT k, s, v FROM t", topic=True, parallelism=1),
    Case("log_upserts_one_writer", WORDS, "k INT NOT NULL, n BIGINT, total BIGINT, PRIMARY KEY (k) NOT ENFORCED",
         "SELECT k, COUNT(*), SUM(v) FROM t GROUP BY k", FIRST, SECOND,
         "SELECT k, COUNT(*), SUM(v) FROM t GROUP BY k", topic=True, parallelism=1),
    Case("log_upserts_three_writers", WORDS, "k INT NOT NULL, n BIGINT, total BIGINT, PRIMARY KEY (k) NOT ENFORCED",
         "SELECT k, COUNT(*), SUM(v) FROM t GROUP BY k", FIRST, SECOND,
         "SELECT k, COUNT(*), SUM(v) FROM t GROUP BY k", topic=True, parallelism=3),
)
