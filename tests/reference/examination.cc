// SPDX-License-Identifier: Apache-2.0

#include "reference/examination.h"

#include <algorithm>
#include <utility>

#include "reference/chance.h"
#include "reference/comparison.h"
#include "reference/into_table.h"
#include "reference/metamorphic.h"

namespace hw::reference {
namespace {

// Runs that one failure may cost: a second or two.
constexpr int kShrinkRunsMax = 1'500;

/// The job without changes [begin, end) of a table, or nothing when a row would be taken back that
/// is not there.
std::optional<GeneratedJob> without_changes(const GeneratedJob& job, size_t table, size_t begin,
                                            size_t end) {
  GeneratedJob made = job;
  GeneratedTable& less = made.tables[table];
  const auto from = static_cast<long>(begin);
  const auto to = static_cast<long>(end);
  less.changes.erase(less.changes.begin() + from, less.changes.begin() + to);
  less.partition_of.erase(less.partition_of.begin() + from, less.partition_of.begin() + to);
  return made;
}

/// What the engine says it cannot do is no failure; the generator knows most of that itself.
std::string problem_of(const Status& status) {
  return status.IsNotImplemented() ? "" : status.message();
}

/// Returns what is wrong with the engine's answer to the variant, or nothing.
std::string check(const Variant& variant, EngineMode mode) {
  mode.options.insert(mode.options.end(), variant.options.begin(), variant.options.end());
  const bool inserts = variant.written.has_value();
  const Result<std::vector<Row>> rows =
      inserts ? run_into_table(variant.tables, variant.statements, *variant.written, variant.query,
                               mode)
              : run_on_engine(variant.tables, variant.statements, variant.query, mode);
  std::string problem = problem_of(rows.status());
  if (inserts) {
    problem = problem_of_insert(variant, rows);
  } else if (rows.ok()) {
    problem = variant.contained ? what_is_too_much(*variant.result, variant.expected, *rows)
                                : difference(*variant.result, variant.expected, *rows);
  }
  if (problem.empty()) return {};
  for (const auto& [key, value] : variant.options) {
    problem += "\nSET '" + key + "' = '" + value + "'";
  }
  if (inserts) problem += "\nsink " + variant.written->declaration;
  for (const std::string& statement : variant.statements) problem += "\n" + statement;
  return problem + "\n" + variant.query;
}

std::string check_relation(const GeneratedJob& job, const std::string& relation,
                           const EngineMode& mode) {
  for (const Variant& variant : variants_of(job, job.seed)) {
    if (variant.relation == relation) return check(variant, mode);
  }
  return {};
}

class Shrinking {
 public:
  explicit Shrinking(Failure failure) : best_(std::move(failure)) {}

  Failure run() {
    for (bool progress = true; progress && left();) {
      progress = simpler_mode();
      progress = fewer_rows() || progress;
      progress = smaller_query() || progress;
    }
    return std::move(best_);
  }

 private:
  bool left() const { return runs_ < kShrinkRunsMax; }

  /// Keeps the job when the engine still fails and the reference does not.
  bool keep(GeneratedJob job, const EngineMode& mode) {
    if (!left()) return false;
    ++runs_;
    if (!answer_job(job).ok()) return false;
    std::string problem =
        best_.relation.empty() ? check(job, mode) : check_relation(job, best_.relation, mode);
    if (problem.empty()) return false;
    best_.job = std::move(job);
    best_.mode = mode;
    best_.problem = std::move(problem);
    return true;
  }

  bool simpler_mode() {
    bool progress = false;
    const auto attempt = [&](auto change) {
      EngineMode mode = best_.mode;
      change(mode);
      if (mode.to_text() == best_.mode.to_text()) return;
      progress = keep(best_.job, mode) || progress;
    };
    attempt([](EngineMode& mode) {
      mode.kill_after = 0;
      mode.parallelisms.clear();
    });
    attempt([](EngineMode& mode) { mode.parallelism = mode.kill_after > 0 ? 2 : 1; });
    attempt([](EngineMode& mode) {
      if (mode.kill_after > 0) mode.parallelisms = {2};
    });
    for (size_t i = best_.mode.options.size(); i > 0; --i) {
      attempt([&](EngineMode& mode) {
        mode.options.erase(mode.options.begin() + static_cast<long>(i) - 1);
      });
    }
    attempt([](EngineMode& mode) { mode.output_rows_max = 4096; });
    attempt([](EngineMode& mode) { mode.slices = {}; });
    attempt([](EngineMode& mode) { mode.slices = {.rows_max = 1, .seed = 0}; });
    for (size_t i = 0; i < best_.job.tables.size(); ++i) {
      if (best_.job.tables[i].num_partitions == 1) continue;
      GeneratedJob job = best_.job;
      job.tables[i].num_partitions = 1;
      std::fill(job.tables[i].partition_of.begin(), job.tables[i].partition_of.end(), 0);
      progress = keep(std::move(job), best_.mode) || progress;
    }
    return progress;
  }

  bool fewer_rows() {
    bool progress = false;
    for (size_t table = 0; table < best_.job.tables.size(); ++table) {
      for (size_t length = best_.job.tables[table].changes.size(); length > 0; length /= 2) {
        for (size_t begin = 0;
             begin + length <= best_.job.tables[table].changes.size() && left();) {
          std::optional<GeneratedJob> job =
              without_changes(best_.job, table, begin, begin + length);
          if (job && keep(std::move(*job), best_.mode)) {
            progress = true;
          } else {
            begin += length;
          }
        }
      }
    }
    return progress;
  }

  bool smaller_query() {
    bool progress = false;
    for (bool again = true; again && left();) {
      again = false;
      for (Query& query : smaller(best_.job.shape)) {
        GeneratedJob job = best_.job;
        job.shape = std::move(query);
        if (keep(std::move(job), best_.mode)) {
          again = progress = true;
          break;
        }
      }
    }
    return progress;
  }

  Failure best_;
  int runs_ = 0;
};

}  // namespace

std::string Failure::to_text() const {
  return "seed " + std::to_string(job.seed) + (relation.empty() ? "" : ", relation " + relation) +
         ": " + mode.to_text() + "\n" + problem + "\n\n" + job.to_text();
}

std::vector<GivenTable> given_tables(const GeneratedJob& job) {
  std::vector<GivenTable> given;
  for (const GeneratedTable& table : job.tables) {
    GivenTable one{table.name + " " + table.declaration(), table.rows(), table.lookup_options, {}};
    for (const GeneratedColumn& column : table.columns) one.column_names.push_back(column.name);
    given.push_back(std::move(one));
  }
  return given;
}

std::string check(const GeneratedJob& job, const EngineMode& mode) {
  const Result<std::vector<Row>> rows = run_on_engine(given_tables(job), {}, job.query(), mode);
  if (!rows.ok()) return problem_of(rows.status());
  return difference(*job.result, mode.batch ? job.expected_batch : job.expected, *rows);
}

bool has_late_rows(const GeneratedJob& job) {
  return std::any_of(job.tables.begin(), job.tables.end(), [](const GeneratedTable& table) {
    return table.patience_ms < table.disorder_ms;
  });
}

EngineMode mode_for(const GeneratedJob& job, bool batch, uint64_t seed) {
  EngineMode mode = draw_mode(batch, seed);
  mode.time_zone = job.time_zone;
  const auto without = [&](const char* rule) {
    std::erase_if(mode.options, [&](const auto& option) { return option.second == rule; });
  };
  const auto has = [query = job.query()](const char* text) {
    return query.find(text) != std::string::npos;
  };
  // An OVER by time drops late rows where each function that is read stands at once: which are
  // read, these rules find out.
  if (has_late_rows(job) && has(" OVER (")) {
    without("fold_constants");
    without("prune_columns");
  }
  // A clock that is read and not needed is one that changes between a row and its retraction.
  if (has("PROCTIME()")) without("prune_columns");
  return mode;
}

namespace {

/// Windows that wait for late rows give the same where no row is late.
void draw_lateness(const GeneratedJob& job, EngineMode& mode) {
  Chance chance(job.seed ^ 0x6c617465);
  if (mode.batch || has_late_rows(job) || !chance.share(0.15)) return;
  mode.options.emplace_back("table.exec.emit.allow-lateness", chance.pick({"1 s", "1 h", "3 d"}));
  if (!chance.share(0.5)) return;
  mode.options.emplace_back("table.exec.emit.late-fire.enabled", "true");
  mode.options.emplace_back("table.exec.emit.late-fire.delay", chance.pick({"0 ms", "1 s"}));
}

}  // namespace

Verdict examine(uint64_t seed, const JobWishes& wishes) {
  Verdict verdict;
  Result<GeneratedJob> job = generate_job(seed, wishes);
  if (!job.ok()) {
    verdict.refused = job.status().message();
    return verdict;
  }
  ++verdict.queries;
  for (const bool batch : {true, false}) {
    EngineMode mode = mode_for(*job, batch, seed);
    draw_lateness(*job, mode);
    ++verdict.runs;
    std::string problem = check(*job, mode);
    if (problem.empty()) continue;
    verdict.failures.push_back(shrink({*job, "", mode, std::move(problem)}));
  }
  if (!verdict.failures.empty()) return verdict;
  for (const Variant& variant : variants_of(*job, seed)) {
    const EngineMode mode = mode_for(*job, variant.batch, seed + 1);
    ++verdict.runs;
    if (!variant.statements.empty() || variant.query != job->query()) ++verdict.queries;
    std::string problem = check(variant, mode);
    if (problem.empty()) continue;
    verdict.failures.push_back(shrink({*job, variant.relation, mode, std::move(problem)}));
  }
  return verdict;
}

Failure shrink(Failure failure) { return Shrinking(std::move(failure)).run(); }

}  // namespace hw::reference
