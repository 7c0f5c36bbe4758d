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
  bool append_only;
  std::string_view sink_columns;
  std::string_view query;
};

constexpr std::array kShapes = {
    QueryShape{"filter", true, "k STRING, v BIGINT, ts TIMESTAMP(3)",
               "SELECT k, v + 1, ts FROM a WHERE v > 10 OR k IS NULL"},
    QueryShape{"union", true, "k STRING, v BIGINT",
               "SELECT k, v FROM a UNION ALL SELECT k, v FROM b WHERE v < 50"},
    QueryShape{"group", false, "k STRING, n BIGINT, s BIGINT, least BIGINT, most BIGINT",
               "SELECT k, COUNT(*), SUM(v), MIN(v), MAX(v) FROM a GROUP BY k"},
    QueryShape{"global", false, "n BIGINT, s BIGINT", "SELECT COUNT(*), SUM(v) FROM a"},
    QueryShape{"distinct-counts", false, "k STRING, d BIGINT, f BIGINT",
               "SELECT k, COUNT(DISTINCT v), COUNT(*) FILTER (WHERE v > 30) FROM a GROUP BY k"},
    QueryShape{"having", false, "k STRING, n BIGINT",
               "SELECT k, COUNT(*) FROM a GROUP BY k HAVING COUNT(*) < 5"},
    QueryShape{"nested", false, "n BIGINT, keys BIGINT",
               "SELECT n, COUNT(*) FROM (SELECT k, COUNT(*) AS n FROM a GROUP BY k) GROUP BY n"},
    QueryShape{"tumble", true, "w TIMESTAMP(3), k STRING, n BIGINT, s BIGINT",
               "SELECT window_start, k, COUNT(*), SUM(v) FROM TABLE(TUMBLE(TABLE a, "
               "DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, k"},
    QueryShape{"hop", true, "w TIMESTAMP(3), k STRING, n BIGINT, most BIGINT",
               "SELECT window_start, k, COUNT(*), MAX(v) FROM TABLE(HOP(TABLE a, DESCRIPTOR(ts), "
               "INTERVAL '4' SECOND, INTERVAL '12' SECOND)) GROUP BY window_start, window_end, k"},
    QueryShape{"cumulate", true, "w TIMESTAMP(3), n BIGINT, d BIGINT",
               "SELECT window_end, COUNT(*), COUNT(DISTINCT k) FROM TABLE(CUMULATE(TABLE a, "
               "DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '20' SECOND)) "
               "GROUP BY window_start, window_end"},
    QueryShape{"join", true, "k STRING, x BIGINT, y BIGINT",
               "SELECT a.k, a.v, b.v FROM a JOIN b ON a.k = b.k AND a.v = b.v"},
    QueryShape{"left-join", false, "k STRING, x BIGINT, y BIGINT",
               "SELECT a.k, a.v, b.v FROM a LEFT JOIN b ON a.k = b.k AND a.v = b.v"},
    QueryShape{"full-join", false, "x STRING, y STRING, n BIGINT",
               "SELECT p.k, q.k, p.n FROM (SELECT k, COUNT(*) AS n FROM a GROUP BY k) p FULL JOIN "
               "(SELECT k, MAX(v) AS m FROM b GROUP BY k) q ON p.k = q.k"},
    QueryShape{"union-distinct", false, "k STRING", "SELECT k FROM a UNION SELECT k FROM b"},
};

struct RowShape {
  int num_keys;
  bool hot;
  bool nulls;
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

std::string text_of_time(int64_t ms) {
  const int64_t seconds = ms / 1000;
  return fmt::format("2026-03-01 {:02}:{:02}:{:02}.{:03}", seconds / 3600 % 24, seconds / 60 % 60,
                     seconds % 60, ms % 1000);
}

SimTable draw_table(std::string_view name, int64_t num_rows, Random& random) {
  SimTable table;
  table.declaration = fmt::format(
      "{} (k STRING, v BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '{}' "
      "SECOND)",
      name, kDisorderMs / 1000);
  const RowShape shape = {.num_keys = static_cast<int>(1 + random.below(12)),
                          .hot = random.below(4) == 0,
                          .nulls = random.below(3) > 0};
  table.splits.resize(1 + random.below(4));
  for (auto& rows : table.splits) {
    int64_t now_ms = static_cast<int64_t>(random.below(3'000)) + kDisorderMs;
    const auto splits = static_cast<int64_t>(table.splits.size());
    // No table is empty: of an empty one a batch shows COUNT(*) = 0, and a stream nothing.
    for (int64_t i = 0; i <= num_rows / splits; ++i) {
      now_ms += static_cast<int64_t>(random.below(900));
      const int64_t behind = static_cast<int64_t>(random.below(kDisorderMs - 1));
      rows.push_back({draw_key(random, shape), draw_value(random, shape),
                      text_of_time(random.below(3) == 0 ? now_ms - behind : now_ms)});
    }
  }
  return table;
}

}  // namespace

void write_to(SimJob& job, bool topic, std::string_view columns, std::string_view query) {
  const std::string_view format = job.append_only ? "json" : "changelog-json";
  const std::string files = fmt::format(
      "CREATE TABLE o ({}) WITH ('connector' = 'filesystem', 'path' = '/out', 'format' = '{}');\n",
      columns, format);
  if (!topic) {
    job.script = fmt::format("{}INSERT INTO o {};\n", files, query);
    return;
  }
  const std::string log = fmt::format(
      "CREATE TABLE t ({}) WITH ('connector' = 'log', 'path' = '/log', 'topic' = 't', "
      "'changelog-mode' = '{}', 'partitions' = '2');\n",
      columns, job.append_only ? "append" : "all");
  job.name += "-to-log";
  job.script = fmt::format("{}INSERT INTO t {};\n", log, query);
  job.reader_script = fmt::format("{}{}INSERT INTO o SELECT * FROM t;\n", log, files);
}

SimJob draw_job(Random& random) {
  const QueryShape& shape = kShapes[random.below(kShapes.size())];
  constexpr std::array<uint64_t, 4> kRows = {20, 80, 300, 800};
  SimJob job;
  job.name = std::string(shape.name);
  job.append_only = shape.append_only;
  for (const std::string_view table : {"a", "b"})
    job.tables.push_back(draw_table(
        table, static_cast<int64_t>(random.below(kRows[random.below(kRows.size())])), random));
  write_to(job, random.below(3) == 0, shape.sink_columns, shape.query);
  return job;
}

}  // namespace hw::sim
