// SPDX-License-Identifier: Apache-2.0

#include "reference/job_generator.h"

#include <algorithm>
#include <utility>

#include "reference/columns.h"
#include "reference/lookup_queries.h"

namespace hw::reference {
namespace {

constexpr int kTries = 4;

std::string slt_cell(const Value& value, const SqlType& type) {
  if (value.is_null()) return "NULL";
  std::string text = to_text(value, type);
  return type.is_text() || type.is_bytes() || type.is_variant() ? text.substr(1, text.size() - 2)
                                                                : text;
}

std::string table_text(const GeneratedTable& table) {
  std::string text = "table " + table.name + " " + table.declaration() + "\n";
  for (size_t i = 0; i < table.changes.size(); ++i) {
    text += std::string(hw::to_text(table.changes[i].kind));
    const Row& row = table.changes[i].row;
    for (size_t j = 0; j < row.size(); ++j) text += "\t" + slt_cell(row[j], table.columns[j].type);
    if (table.num_partitions > 1) text += "\t# partition " + std::to_string(table.partition_of[i]);
    text += "\n";
  }
  if (!table.lookup_options.empty()) text += "# in a file, with " + table.lookup_options + "\n";
  return text;
}

Status meet_tables(GeneratedJob& job) {
  auto reference = std::make_shared<Reference>();
  HW_TRY(reference->execute("SET 'table.local-time-zone' = '" + job.time_zone + "'"));
  HW_TRY(add_tables(job.tables, *reference));
  job.reference = std::move(reference);
  return Status::OK();
}

Status answer_query(GeneratedJob& job) {
  HW_ASSIGN_OR_RETURN(Answers answers, job.reference->answers(job.query()));
  job.result = answers.schema;
  job.expected = std::move(answers.stream);
  job.expected_batch = std::move(answers.batch);
  return Status::OK();
}

}  // namespace

std::string GeneratedJob::sink_columns() const { return result->to_sql(); }

std::string GeneratedJob::to_text() const {
  std::string text = "# seed " + std::to_string(seed) + "\n";
  if (time_zone != "UTC") text += "SET 'table.local-time-zone' = '" + time_zone + "'\n";
  for (const GeneratedTable& table : tables) {
    const bool is_read = query().find(table.name + " ") != std::string::npos ||
                         query().find(table.name + ",") != std::string::npos;
    if (is_read) text += table_text(table) + "\n";
  }
  text += "query " + std::string(static_cast<size_t>(result->num_fields()), 'T') + " rowsort\n" +
          query() + "\n----\n";
  for (const Row& row : expected) text += reference::to_text(row, types_of(*result)) + "\n";
  return text;
}

Status add_tables(const std::vector<GeneratedTable>& tables, Reference& reference) {
  for (const GeneratedTable& table : tables) {
    HW_TRY(reference.add_table(table.name + " " + table.declaration(), table.rows()));
  }
  return Status::OK();
}

Status answer_job(GeneratedJob& job) {
  HW_TRY(meet_tables(job));
  return answer_query(job);
}

Result<GeneratedJob> generate_job(uint64_t seed, const JobWishes& wishes) {
  Chance chance(seed);
  GeneratedJob job;
  job.seed = seed;
  if (wishes.query.whole_grammar) {
    job.time_zone = chance.pick({"UTC", "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata",
                                 "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia"});
  }
  const int64_t num_tables = chance.between(1, 3);
  for (int64_t i = 0; i < num_tables; ++i) {
    const bool timed = chance.share(i == 0 ? 0.6 : 0.3);
    // One large table at most: joins stay small.
    job.tables.push_back(generate_table(
        "t" + std::to_string(i),
        {.rows_max = i == 0 ? wishes.rows_max : std::min<int64_t>(wishes.rows_max, 60),
         .changelogs = wishes.changelogs && !wishes.query.insert_only,
         .with_time = timed,
         .late_rows = wishes.late_rows,
         .whole_grammar = wishes.query.whole_grammar},
        chance));
  }
  if (wishes.query.whole_grammar && chance.share(0.3)) {
    job.tables.push_back(generate_versions("v", {.rows_max = 40, .whole_grammar = true}, chance));
  }
  if (wishes.query.whole_grammar && chance.share(0.3)) {
    job.tables.push_back(generate_lookup("d", chance));
  }
  QueryWishes query_wishes = wishes.query;
  query_wishes.joins = query_wishes.joins &&
                       std::all_of(job.tables.begin(), job.tables.end(), [](const auto& table) {
                         return table.patience_ms >= table.disorder_ms;
                       });
  HW_TRY(meet_tables(job));
  // A result without rows says little, so most of them are thrown away for another query.
  for (int i = 0; i < kTries; ++i) {
    job.shape = generate_query(job.tables, query_wishes, chance);
    HW_TRY(answer_query(job));
    if (!job.expected.empty() || chance.share(0.25)) break;
  }
  return job;
}

}  // namespace hw::reference
