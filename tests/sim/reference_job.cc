// SPDX-License-Identifier: Apache-2.0

#include "reference_job.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "columnar/batch.h"
#include "reference/columns.h"
#include "reference/comparison.h"
#include "reference/job_generator.h"
#include "runtime/format_catalogue.h"
#include "sim/workload.h"

namespace hw::sim {
namespace {

constexpr int kTriesMax = 20;
constexpr std::string_view kData = "\"data\":";

/// Rows of the output, which are lines of JSON, as the reference has them.
Result<std::vector<reference::Row>> rows_of(const RowBag& bag, const SchemaPtr& schema) {
  static FormatCatalogue& formats = *[] {
    auto* const made = new FormatCatalogue();
    register_all_formats(*made);
    return made;
  }();
  std::vector<reference::Row> rows;
  HW_ASSIGN_OR_RETURN(const auto decoder, formats.find("json")->decoder(
                                              {.schema = schema, .physical = schema}, Options()));
  for (const auto& [line, count] : bag) {
    if (count < 0) return Status::Invalid("a row is left over that was taken back: ", line);
    // `"data":{…}}` is left of a line of changelog-json.
    std::string record = line;
    if (line.starts_with(kData)) record = line.substr(kData.size(), line.size() - kData.size() - 1);
    for (int64_t i = 0; i < count; ++i)
      HW_TRY(decoder->decode_record(record, {.origin = "output"}));
  }
  HW_ASSIGN_OR_RETURN(const Batch batch, decoder->take());
  HW_ASSIGN_OR_RETURN(const auto changes, reference::changes_of(batch));
  for (const reference::Change& change : changes) rows.push_back(change.row);
  return rows;
}

/// What nobody disturbed has to be right as well: the reference says what is.
Status check_against_reference(const reference::GeneratedJob& generated, const SimJob& job) {
  HW_ASSIGN_OR_RETURN(const auto rows, rows_of(job.expected, generated.result));
  const std::string wrong = reference::difference(*generated.result, generated.expected, rows);
  if (wrong.empty()) return Status::OK();
  return Status::UnknownError("undisturbed, the job does not show what the reference says: ", wrong,
                              "\n", generated.to_text());
}

Result<SimJob> job_of(const reference::GeneratedJob& generated, bool append_only,
                      SimTarget target) {
  SimJob job;
  job.name = "generated";
  job.append_only = append_only;
  for (const reference::GeneratedTable& table : generated.tables) {
    SimTable& made = job.tables.emplace_back();
    made.declaration = table.name + " " + table.declaration();
    for (const std::vector<reference::Change>& changes : table.rows().partitions) {
      HW_ASSIGN_OR_RETURN(const Batch rows, reference::batch_of(table.schema(), changes));
      HW_ASSIGN_OR_RETURN(auto cells, cells_of(rows));
      made.splits.push_back(std::move(cells));
    }
  }
  // The columns' parentheses are write_to()'s.
  const std::string columns = generated.sink_columns();
  write_to(job, target, columns.substr(1, columns.size() - 2), generated.query());
  HW_TRY(expect_undisturbed(job, /*batch_mode=*/false));
  HW_TRY(check_against_reference(generated, job));
  return job;
}

}  // namespace

Result<SimJob> make_any_job(Random& random) {
  if (random.below(2) == 0) return make_own_job(random);
  const bool append_only = random.below(2) == 0;
  const SimTarget target = draw_target(random, 4);
  Status status;
  for (int i = 0; i < kTriesMax; ++i) {
    const Result<reference::GeneratedJob> generated = reference::generate_job(
        random.next() >> 8, {.changelogs = !append_only, .query = {.insert_only = append_only}});
    status = generated.status();
    if (!status.ok()) continue;
    // Not every value has a text that is read back, and not every query a form of output.
    Result<SimJob> job = job_of(*generated, append_only, target);
    status = job.status();
    if (status.ok() || status.IsUnknownError()) return job;
  }
  return status;
}

}  // namespace hw::sim
