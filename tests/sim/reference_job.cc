// SPDX-License-Identifier: Apache-2.0

#include "reference_job.h"

#include <utility>

#include "reference/columns.h"
#include "reference/job_generator.h"
#include "sim/workload.h"

namespace hw::sim {
namespace {

constexpr int kTriesMax = 20;

Result<SimJob> job_of(const reference::GeneratedJob& generated, bool append_only, bool topic) {
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
  write_to(job, topic, columns.substr(1, columns.size() - 2), generated.query());
  HW_ASSIGN_OR_RETURN(job.expected, undisturbed_output(job, /*batch_mode=*/false));
  return job;
}

}  // namespace

Result<SimJob> make_any_job(Random& random) {
  if (random.below(2) == 0) return make_own_job(random);
  const bool append_only = random.below(2) == 0;
  const bool topic = random.below(4) == 0;
  Status status;
  for (int i = 0; i < kTriesMax; ++i) {
    const Result<reference::GeneratedJob> generated = reference::generate_job(
        random.next() >> 8, {.changelogs = !append_only, .query = {.insert_only = append_only}});
    status = generated.status();
    if (!status.ok()) continue;
    // Not every value has a text that is read back, and not every query a form of output.
    Result<SimJob> job = job_of(*generated, append_only, topic);
    if (job.ok()) return job;
    status = job.status();
  }
  return status;
}

}  // namespace hw::sim
