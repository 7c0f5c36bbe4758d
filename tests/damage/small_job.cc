// SPDX-License-Identifier: Apache-2.0

#include "small_job.h"

#include <algorithm>
#include <map>
#include <memory>
#include <variant>

#include "columnar/text/type_text.h"
#include "engine/session.h"
#include "job/durable_job.h"
#include "sql/parser.h"

namespace hw {
namespace {

// Far more than the longest of these jobs takes.
constexpr int kStepsMax = 20'000;

// `second` seconds behind noon, below an hour.
std::string at(int second) {
  const auto two_digits = [](int n) { return std::to_string(n / 10) + std::to_string(n % 10); };
  return "2026-01-01 12:" + two_digits(second / 60) + ":" + two_digits(second % 60);
}

// Rows k, s, v, ts of few keys, with NULLs; one file for every three of them.
std::vector<std::pair<std::string, std::string>> inputs(int num_files) {
  std::vector<std::pair<std::string, std::string>> files;
  for (int file = 0; file < num_files; ++file) {
    std::string text;
    for (int i = 0; i < 3; ++i) {
      const int n = file * 3 + i;
      const std::string word = n % 5 == 4 ? "null" : "\"w" + std::to_string(n * 7 % 4) + "\"";
      text += "{\"k\":" + std::to_string(n * 31 % 4) + ",\"s\":" + word +
              ",\"v\":" + std::to_string(n * 13 % 10) + ",\"ts\":\"" + at(n * 4) + "\"}\n";
    }
    files.emplace_back("/in/" + std::to_string(file) + ".json", std::move(text));
  }
  return files;
}

constexpr std::string_view kRows =
    "CREATE TABLE t (k INT, s STRING, v BIGINT, ts TIMESTAMP(3), "
    "WATERMARK FOR ts AS ts - INTERVAL '8' SECOND) "
    "WITH ('connector' = 'filesystem', 'path' = '/in', 'format' = 'json');\n";

std::string into_files(std::string_view columns, std::string_view query) {
  return std::string(kRows) + "CREATE TABLE o (" + std::string(columns) +
         ") WITH ('connector' = 'filesystem', 'path' = '/out', 'format' = 'changelog-json');\n" +
         "INSERT INTO o " + std::string(query) + ";\n";
}

std::string into_topic(std::string_view columns, std::string_view query) {
  return std::string(kRows) + "CREATE TABLE o (" + std::string(columns) +
         ") WITH ('connector' = 'log', 'path' = '/log', 'topic' = 'out', 'partitions' = '2', "
         "'changelog-mode' = 'all');\n" +
         "INSERT INTO o " + std::string(query) + ";\n";
}

// Steps the job as its rule says.
class Stepping {
 public:
  Stepping(const LifeRule& rule, MemoryDiskEnv& env) : rule_(rule), env_(env) {
    env_.on_publish = [this](const std::string& path) { on_publish(path); };
  }

  Life run(JobRun& job) {
    Life life;
    for (int step = 1;; ++step) {
      if (rule_.steps_between > 0 && step % rule_.steps_between == 0) {
        job.checkpoint({.purpose = CheckpointPurpose::kPeriodic});
      }
      if (!rule_.savepoint_directory.empty() && num_published_ == 1 && !asked_) {
        asked_ = true;
        job.checkpoint({.purpose = CheckpointPurpose::kSavepoint,
                        .savepoint_directory = rule_.savepoint_directory});
      }
      env_.advance_ms(1);
      if (!job.step()) {
        life.status = job.wait();
        life.ended = true;
        break;
      }
      if (killed_ && steps_left_-- <= 0) break;
      if (step > kStepsMax) {
        life.status = Status::UnknownError("the job does not end");
        break;
      }
    }
    life.events = job.take_events();
    env_.on_publish = nullptr;
    return life;
  }

 private:
  void on_publish(const std::string& path) {
    if (rule_.on_saved && path.starts_with(rule_.savepoint_directory) &&
        path.ends_with("/manifest")) {
      rule_.on_saved();
      killed_ = true;
    }
    if (path.find("/lease/") == std::string::npos || killed_) return;
    // The first record of a life takes the job; all others publish.
    if (num_records_++ == 0) return;
    ++num_published_;
    if (!rule_.on_published || !rule_.on_published(num_published_)) return;
    killed_ = true;
    steps_left_ = rule_.steps_behind;
  }

  const LifeRule& rule_;
  MemoryDiskEnv& env_;
  int num_records_ = 0;
  int num_published_ = 0;
  bool asked_ = false;
  bool killed_ = false;
  int steps_left_ = 0;
};

Status configure(Session& session, const SmallJob& job, const LifeRule& rule) {
  const std::pair<std::string, std::string> settings[] = {
      {"execution.runtime-mode", "streaming"},
      {"table.local-time-zone", "UTC"},
      {"parallelism.default", std::to_string(job.parallelism)},
      {"pipeline.name", job.name},
      {"restart-strategy.type", "none"},
      {"execution.checkpointing.dir", "/state"},
      {"execution.checkpointing.num-retained", "3"},
      {"execution.checkpointing.interval", "1 h"},
      {"execution.state-recovery.path", rule.restore}};
  for (const auto& [key, value] : settings) {
    if (value.empty()) continue;
    HW_TRY(session.config().set_base(key, value).status());
  }
  return Status::OK();
}

// The rows of a SELECT.
class Folding final : public RowReceiver {
 public:
  Status begin(const ResultShape& shape) override {
    schema_ = shape.schema;
    return Status::OK();
  }
  Status receive(const Batch& batch) override {
    batches_.push_back(batch);
    return Status::OK();
  }
  Status end() override { return Status::OK(); }

  Result<std::string> rows() const {
    // The order of changes of different rows is not the readers' affair: what a partition takes
    // back another one may have inserted later in this list. So counts, not a fold.
    std::map<std::string, int> counts;
    for (const Batch& batch : batches_) {
      HW_ASSIGN_OR_RETURN(const Batch dense, batch.compacted());
      for (int64_t row = 0; row < dense.num_rows(); ++row) {
        std::string text;
        for (const ColumnPtr& column : dense.columns()) text += value_text(*column, row) + "|";
        const RowKind kind = dense.row_kind(row);
        counts[text] += kind == RowKind::kInsert || kind == RowKind::kUpdateAfter ? 1 : -1;
      }
    }
    return text_of(counts);
  }

  static Result<std::string> text_of(const std::map<std::string, int>& counts) {
    std::string text;
    for (const auto& [row, count] : counts) {
      if (count < 0) return Status::Invalid("taken back and not there: ", row);
      if (count > 0) text += row + " × " + std::to_string(count) + "\n";
    }
    return text;
  }

 private:
  SchemaPtr schema_;
  std::vector<Batch> batches_;
};

Result<std::string> shown_files(const MemoryDisk& disk) {
  std::map<std::string, int> counts;
  for (const std::string& path : disk.below("/out/")) {
    const std::string name = path.substr(path.rfind('/') + 1);
    if (name.starts_with('.') || name.starts_with('_')) continue;
    const std::string& text = disk.find(path)->bytes;
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      const std::string line = text.substr(begin, end - begin);
      const size_t data = line.find("\"data\":");
      const size_t op = line.find("\"op\":\"");
      if (data == std::string::npos || op == std::string::npos) {
        return Status::Invalid("not a line of a changelog: ", line);
      }
      const size_t close = line.find('}', data);
      counts[line.substr(data, close - data)] += line[op + 6] == '+' ? 1 : -1;
      begin = end + 1;
    }
  }
  return Folding::text_of(counts);
}

// The script without its INSERT, which comes last.
std::string tables_of(const SmallJob& job) {
  return job.script.substr(0, job.script.find("INSERT INTO"));
}

Result<std::string> shown_topic(const SmallJob& job, MemoryDisk& disk) {
  MemoryDiskEnv env(disk, 1'000'000'000);
  Session session(env);
  const auto rows = std::make_shared<Folding>();
  HW_TRY(session.config().set_base("execution.runtime-mode", "batch").status());
  HW_TRY(session.config().set_base("parallelism.default", "1").status());
  session.set_job_starter([](JobGraph graph, JobOptions options) {
    options.single_thread = true;
    return JobRun::start(std::move(graph), std::move(options));
  });
  HW_ASSIGN_OR_RETURN(const auto statements, parse_script(tables_of(job) + "SELECT * FROM o;"));
  for (const ast::StatementPtr& statement : statements) {
    HW_ASSIGN_OR_RETURN(Outcome outcome, session.execute(*statement, rows));
    if (auto* started = std::get_if<Outcome::Started>(&outcome.what)) {
      HW_TRY(started->job->wait());
    }
  }
  return rows->rows();
}

}  // namespace

std::vector<SmallJob> small_jobs() {
  return {
      // Shows something in every epoch: an older checkpoint is never enough.
      {.name = "sums",
       .inputs = inputs(6),
       .script = into_files("k INT, n BIGINT, total BIGINT, most BIGINT",
                            "SELECT k, COUNT(*), SUM(v), MAX(v) FROM t GROUP BY k")},
      // Shows nothing before the end of the input: an older checkpoint will do.
      {.name = "hours",
       .inputs = inputs(6),
       .script = into_files("w TIMESTAMP(3), k INT, n BIGINT, words BIGINT",
                            "SELECT window_start, k, COUNT(*), COUNT(DISTINCT s) FROM TABLE("
                            "TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)) "
                            "GROUP BY window_start, window_end, k"),
       .parallelism = 2},
      // Shows now and then.
      {.name = "windows",
       .inputs = inputs(6),
       .script = into_files("w TIMESTAMP(3), n BIGINT, most BIGINT",
                            "SELECT window_start, COUNT(*), MAX(v) FROM TABLE("
                            "HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '20' SECOND, "
                            "INTERVAL '40' SECOND)) GROUP BY window_start, window_end")},
      // Two inputs, rows that are kept and counted, a retraction of NULLs.
      {.name = "pairs",
       .inputs = inputs(5),
       .script = into_files("k INT, a STRING, b STRING",
                            "SELECT x.k, x.s, y.s FROM t x LEFT JOIN t y "
                            "ON x.k = y.k AND x.v < y.v")},
      {.name = "best",
       .inputs = inputs(6),
       .script = into_files("k INT, v BIGINT", "SELECT k, v FROM t ORDER BY v DESC LIMIT 3")},
      {.name = "topic",
       .inputs = inputs(6),
       .script =
           into_topic("k INT, s STRING, n BIGINT", "SELECT k, s, COUNT(*) FROM t GROUP BY k, s"),
       .parallelism = 2,
       .writes_topic = true},
  };
}

bool Life::told(std::string_view part) const {
  return std::any_of(events.begin(), events.end(), [&](const std::string& event) {
    return event.find(part) != std::string::npos;
  });
}

MemoryDisk new_disk(const SmallJob& job) {
  MemoryDisk disk;
  for (const auto& [path, text] : job.inputs) disk.write(path, text);
  return disk;
}

Life live(const SmallJob& job, MemoryDisk& disk, const LifeRule& rule) {
  MemoryDiskEnv env(disk, rule.start_ms);
  Stepping stepping(rule, env);
  Session session(env);
  Life life;
  life.status = configure(session, job, rule);
  if (!life.status.ok()) return life;
  session.set_job_starter([&](JobGraph graph,
                              JobOptions options) -> Result<std::unique_ptr<JobRun>> {
    std::vector<std::string> warnings;
    HW_ASSIGN_OR_RETURN(DurableSettings settings,
                        durable_settings(session.config(), {}, graph.name, true, env, warnings));
    options.single_thread = true;
    options.checkpoints = std::move(settings.checkpoints);
    return start_durable_job(std::move(graph), std::move(options), std::move(settings.job));
  });
  const auto statements = parse_script(job.script);
  if (!statements.ok()) return {.status = statements.status(), .ended = false, .events = {}};
  for (const ast::StatementPtr& statement : *statements) {
    Result<Outcome> outcome = session.execute(*statement, nullptr);
    if (!outcome.ok()) return {.status = outcome.status(), .ended = true, .events = {}};
    auto* started = std::get_if<Outcome::Started>(&outcome->what);
    if (started != nullptr) life = stepping.run(*started->job);
  }
  return life;
}

Result<std::string> shown(const SmallJob& job, MemoryDisk& disk) {
  return job.writes_topic ? shown_topic(job, disk) : shown_files(disk);
}

}  // namespace hw
