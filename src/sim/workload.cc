// SPDX-License-Identifier: Apache-2.0

#include "sim/workload.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace hw::sim {
namespace {

constexpr int64_t kDisorderMs = 5'000;

struct QueryShape {
  std::string_view name;
  bool append_only = false;
  /// What it shows depends on the order of rows: tables have one split.
  bool one_split = false;
  /// One table whose rows may come late, then in one split: which are dropped is certain.
  bool late = false;
  /// Its times are instants, around the hour at which clocks are set back.
  bool zoned = false;
  /// Also reads c, the versions of keys.
  bool versions = false;
  std::string_view sink_columns;
  std::string_view query;
};

constexpr std::array kShapes = {
    QueryShape{.name = "filter",
               .append_only = true,
               .sink_columns = "k STRING, v BIGINT, ts TIMESTAMP(3)",
               .query = "SELECT k, v + 1, ts FROM a WHERE v > 10 OR k IS NULL"},
    QueryShape{.name = "union",
               .append_only = true,
               .sink_columns = "k STRING, v BIGINT",
               .query = "SELECT k, v FROM a UNION ALL SELECT k, v FROM b WHERE v < 50"},
    QueryShape{.name = "group",
               .sink_columns = "k STRING, n BIGINT, s BIGINT, least BIGINT, most BIGINT",
               .query = "SELECT k, COUNT(*), SUM(v), MIN(v), MAX(v) FROM a GROUP BY k"},
    QueryShape{.name = "global",
               .sink_columns = "n BIGINT, s BIGINT",
               .query = "SELECT COUNT(*), SUM(v) FROM a"},
    QueryShape{
        .name = "distinct-counts",
        .sink_columns = "k STRING, d BIGINT, f BIGINT",
        .query = "SELECT k, COUNT(DISTINCT v), COUNT(*) FILTER (WHERE v > 30) FROM a GROUP BY k"},
    QueryShape{.name = "sketch",
               .sink_columns = "k STRING, d BIGINT",
               .query = "SELECT k, APPROX_COUNT_DISTINCT(v) FROM a GROUP BY k"},
    QueryShape{.name = "having",
               .sink_columns = "k STRING, n BIGINT",
               .query = "SELECT k, COUNT(*) FROM a GROUP BY k HAVING COUNT(*) < 5"},
    QueryShape{
        .name = "nested",
        .sink_columns = "n BIGINT, keys BIGINT",
        .query = "SELECT n, COUNT(*) FROM (SELECT k, COUNT(*) AS n FROM a GROUP BY k) GROUP BY n"},
    QueryShape{.name = "tumble",
               .append_only = true,
               .late = true,
               .sink_columns = "w TIMESTAMP(3), k STRING, n BIGINT, s BIGINT",
               .query =
                   "SELECT window_start, k, COUNT(*), SUM(v) FROM TABLE(TUMBLE(TABLE a, "
                   "DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, k"},
    QueryShape{
        .name = "hop",
        .append_only = true,
        .late = true,
        .sink_columns = "w TIMESTAMP(3), k STRING, n BIGINT, most BIGINT",
        .query =
            "SELECT window_start, k, COUNT(*), MAX(v) FROM TABLE(HOP(TABLE a, DESCRIPTOR(ts), "
            "INTERVAL '4' SECOND, INTERVAL '12' SECOND)) GROUP BY window_start, window_end, k"},
    QueryShape{.name = "cumulate",
               .append_only = true,
               .late = true,
               .sink_columns = "w TIMESTAMP(3), n BIGINT, d BIGINT",
               .query = "SELECT window_end, COUNT(*), COUNT(DISTINCT k) FROM TABLE(CUMULATE(TABLE "
                        "a, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '20' SECOND)) GROUP BY "
                        "window_start, window_end"},
    QueryShape{.name = "zoned-windows",
               .append_only = true,
               .late = true,
               .zoned = true,
               .sink_columns = "w TIMESTAMP(3), k STRING, n BIGINT",
               .query =
                   "SELECT window_start, k, COUNT(*) FROM TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), "
                   "INTERVAL '30' MINUTE)) GROUP BY window_start, window_end, k"},
    QueryShape{
        .name = "over",
        .append_only = true,
        .late = true,
        .sink_columns = "k STRING, v BIGINT, ts TIMESTAMP(3), s BIGINT, n BIGINT",
        .query = "SELECT k, v, ts, SUM(v) OVER w, COUNT(*) OVER w FROM a WINDOW w AS (PARTITION BY "
                 "k ORDER BY ts RANGE BETWEEN INTERVAL '20' SECOND PRECEDING AND CURRENT ROW)"},
    QueryShape{.name = "over-rows",
               .append_only = true,
               .one_split = true,
               .late = true,
               .sink_columns = "k STRING, v BIGINT, ts TIMESTAMP(3), s BIGINT",
               .query = "SELECT k, v, ts, SUM(v) OVER (PARTITION BY k ORDER BY ts ROWS BETWEEN 2 "
                        "PRECEDING AND CURRENT ROW) FROM a"},
    QueryShape{.name = "top-n",
               .sink_columns = "k STRING, v BIGINT, ts TIMESTAMP(3), n BIGINT",
               .query = "SELECT k, v, ts, n FROM (SELECT k, v, ts, ROW_NUMBER() OVER (PARTITION BY "
                        "k ORDER BY v DESC, ts) AS n FROM a) WHERE n <= 3"},
    QueryShape{.name = "top-n-of-ties",
               .one_split = true,
               .sink_columns = "k STRING, v BIGINT, ts TIMESTAMP(3)",
               .query = "SELECT k, v, ts FROM (SELECT k, v, ts, ROW_NUMBER() OVER (PARTITION BY k "
                        "ORDER BY v DESC) AS n FROM a) WHERE n <= 3"},
    QueryShape{.name = "first-rows",
               .one_split = true,
               .late = true,
               .sink_columns = "k STRING, v BIGINT, ts TIMESTAMP(3)",
               .query = "SELECT k, v, ts FROM (SELECT k, v, ts, ROW_NUMBER() OVER (PARTITION BY k "
                        "ORDER BY ts) AS n FROM a) WHERE n = 1"},
    QueryShape{.name = "last-rows",
               .one_split = true,
               .sink_columns = "k STRING, v BIGINT, ts TIMESTAMP(3)",
               .query = "SELECT k, v, ts FROM (SELECT k, v, ts, ROW_NUMBER() OVER (PARTITION BY k "
                        "ORDER BY ts DESC) AS n FROM a) WHERE n = 1"},
    QueryShape{.name = "join",
               .append_only = true,
               .sink_columns = "k STRING, x BIGINT, y BIGINT",
               .query = "SELECT a.k, a.v, b.v FROM a JOIN b ON a.k = b.k AND a.v = b.v"},
    QueryShape{.name = "left-join",
               .sink_columns = "k STRING, x BIGINT, y BIGINT",
               .query = "SELECT a.k, a.v, b.v FROM a LEFT JOIN b ON a.k = b.k AND a.v = b.v"},
    QueryShape{.name = "full-join",
               .sink_columns = "x STRING, y STRING, n BIGINT",
               .query = "SELECT p.k, q.k, p.n FROM (SELECT k, COUNT(*) AS n FROM a GROUP BY k) p "
                        "FULL JOIN (SELECT k, MAX(v) AS m FROM b GROUP BY k) q ON p.k = q.k"},
    QueryShape{.name = "interval-join",
               .append_only = true,
               .sink_columns = "k STRING, x BIGINT, y BIGINT, ts TIMESTAMP(3)",
               .query = "SELECT a.k, a.v, b.v, a.ts FROM a LEFT JOIN b ON a.k = b.k AND b.ts "
                        "BETWEEN a.ts - INTERVAL '5' SECOND AND a.ts + INTERVAL '2' SECOND"},
    QueryShape{
        .name = "temporal-join",
        .append_only = true,
        .one_split = true,
        .versions = true,
        .sink_columns = "k STRING, v BIGINT, x BIGINT",
        .query = "SELECT a.k, a.v, c.v FROM a LEFT JOIN c FOR SYSTEM_TIME AS OF a.ts ON a.k = c.k"},
    QueryShape{.name = "in",
               .sink_columns = "k STRING, v BIGINT",
               .query = "SELECT k, v FROM a WHERE k IN (SELECT k FROM b WHERE v > 40)"},
    QueryShape{
        .name = "not-exists",
        .sink_columns = "k STRING, v BIGINT",
        .query =
            "SELECT k, v FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.k = a.k AND b.v = a.v)"},
    QueryShape{.name = "scalar-query",
               .sink_columns = "k STRING, n BIGINT",
               .query = "SELECT k, COUNT(*) FROM a WHERE v >= (SELECT AVG(v) FROM b) GROUP BY k"},
    QueryShape{.name = "union-distinct",
               .sink_columns = "k STRING",
               .query = "SELECT k FROM a UNION SELECT k FROM b"},
};

struct RowShape {
  int num_keys;
  bool hot;
  bool nulls;
  int64_t step_ms_max = 900;
  /// Of a hundred rows, so many come late.
  uint64_t late = 0;
  int64_t begin_ms = 0;
};

/// What tables of a job have in common.
struct TableShape {
  bool one_split = false;
  bool late = false;
  bool zoned = false;
};

std::string draw_key(Random& random, const RowShape& shape) {
  if (shape.nulls && random.below(12) == 0) return "NULL";
  if (shape.nulls && random.below(20) == 0) return "(empty)";
  if (shape.hot && random.below(3) > 0) return "hot";
  return "k" + std::to_string(random.below(static_cast<uint64_t>(shape.num_keys)));
}

std::string draw_value(Random& random, const RowShape& shape) {
  if (shape.nulls && random.below(15) == 0) return "NULL";
  return std::to_string(static_cast<int64_t>(random.below(60)) - 5);
}

// Instants are from the evening on before clocks are set back in Berlin.
std::string text_of_time(int64_t ms, bool zoned) {
  const int64_t seconds = ms / 1000 + (zoned ? 22 * 3600 : 0);
  return fmt::format("2026-{:02}-{:02} {:02}:{:02}:{:02}.{:03}", zoned ? 10 : 3,
                     (zoned ? 24 : 1) + seconds / 86'400, seconds / 3600 % 24, seconds / 60 % 60,
                     seconds % 60, ms % 1000);
}

void draw_split(int64_t num_rows, const RowShape& shape, bool zoned, Random& random,
                std::vector<std::vector<std::string>>& rows) {
  int64_t now_ms = static_cast<int64_t>(random.below(3'000)) + 20 * kDisorderMs;
  for (int64_t i = 0; i <= num_rows; ++i) {
    now_ms += static_cast<int64_t>(random.below(static_cast<uint64_t>(shape.step_ms_max)));
    const uint64_t behind_max = shape.late > random.below(100) ? 15 * kDisorderMs : kDisorderMs - 1;
    const auto behind_ms = static_cast<int64_t>(random.below(behind_max));
    rows.push_back({draw_key(random, shape), draw_value(random, shape),
                    text_of_time(random.below(3) == 0 ? now_ms - behind_ms : now_ms, zoned)});
  }
}

SimTable draw_table(std::string_view name, int64_t num_rows, const TableShape& of, Random& random) {
  SimTable table;
  table.declaration =
      fmt::format("{} (k STRING, v BIGINT, ts {}, WATERMARK FOR ts AS ts - INTERVAL '{}' SECOND)",
                  name, of.zoned ? "TIMESTAMP_LTZ(3)" : "TIMESTAMP(3)", kDisorderMs / 1000);
  const RowShape shape = {.num_keys = static_cast<int>(1 + random.below(12)),
                          .hot = random.below(4) == 0,
                          .nulls = random.below(3) > 0,
                          .step_ms_max = of.zoned ? 300'000 : 900,
                          .late = of.late ? 30U : 0U};
  table.splits.resize(of.one_split ? 1 : 1 + random.below(4));
  // No table is empty: of an empty one a batch shows COUNT(*) = 0, and a stream nothing.
  for (auto& rows : table.splits)
    draw_split(num_rows / static_cast<int64_t>(table.splits.size()), shape, of.zoned, random, rows);
  return table;
}

// Versions of keys: one at a time of each.
SimTable draw_versions(int64_t num_rows, Random& random) {
  SimTable table = draw_table("c", num_rows, {.one_split = true}, random);
  table.declaration.insert(table.declaration.find("WATERMARK"), "PRIMARY KEY (k) NOT ENFORCED, ");
  int64_t now_ms = 20 * kDisorderMs;
  for (auto& cells : table.splits[0]) {
    if (cells[0] == "NULL") cells[0] = "k0";
    cells[2] = text_of_time(now_ms += 1 + static_cast<int64_t>(random.below(900)), false);
  }
  return table;
}

}  // namespace

SimTarget draw_target(Random& random, uint64_t one_in) {
  if (random.below(one_in) > 0) return SimTarget::kFiles;
  constexpr std::array kTopics = {SimTarget::kTopic, SimTarget::kTopic,
                                  SimTarget::kTopicMovedToFolder, SimTarget::kTopicMovedToObjects};
  return kTopics[random.below(kTopics.size())];
}

void write_to(SimJob& job, SimTarget target, std::string_view columns, std::string_view query) {
  const std::string_view format = job.append_only ? "json" : "changelog-json";
  const std::string files = fmt::format(
      "CREATE TABLE o ({}) WITH ('connector' = 'filesystem', 'path' = '/out', 'format' = '{}');\n",
      columns, format);
  if (target == SimTarget::kFiles) {
    job.script = fmt::format("{}INSERT INTO o {};\n", files, query);
    return;
  }
  std::string moved;
  if (target != SimTarget::kTopic)
    moved = fmt::format(
        ", 'segment.time' = '1 ms', 'offload.after' = '1 ms', 'offload.path' = '{}'",
        target == SimTarget::kTopicMovedToFolder ? "/log-moved" : "s3://bucket/log-moved");
  const std::string log = fmt::format(
      "CREATE TABLE t ({}) WITH ('connector' = 'log', 'path' = '/log', 'topic' = 't', "
      "'changelog-mode' = '{}', 'partitions' = '2'{});\n",
      columns, job.append_only ? "append" : "all", moved);
  job.name += moved.empty() ? "-to-log" : "-to-moved-log";
  job.script = fmt::format("{}INSERT INTO t {};\n", log, query);
  job.reader_script = fmt::format("{}{}INSERT INTO o SELECT * FROM t;\n", log, files);
}

SimJob draw_job(Random& random) {
  const QueryShape& shape = kShapes[random.below(kShapes.size())];
  constexpr std::array<uint64_t, 4> kRows = {20, 80, 300, 800};
  SimJob job;
  job.name = std::string(shape.name);
  job.append_only = shape.append_only;
  const bool late = shape.late && random.below(2) == 0;
  const TableShape tables = {
      .one_split = shape.one_split || late, .late = late, .zoned = shape.zoned};
  const auto draw_size = [&] {
    return static_cast<int64_t>(random.below(kRows[random.below(kRows.size())]));
  };
  for (const std::string_view table : {"a", "b"})
    job.tables.push_back(draw_table(table, draw_size(), tables, random));
  if (shape.versions) job.tables.push_back(draw_versions(draw_size(), random));
  if (shape.zoned) job.settings.emplace_back("table.local-time-zone", "Europe/Berlin");
  job.streams_only = late;
  // Alone, a split that rests holds nobody up, and nothing may come of it.
  if (late && random.below(2) == 0)
    job.settings.emplace_back("table.exec.source.idle-timeout",
                              fmt::format("{} ms", 1 + random.below(20)));
  write_to(job, draw_target(random, 3), shape.sink_columns, shape.query);
  return job;
}

}  // namespace hw::sim
