// SPDX-License-Identifier: Apache-2.0
//
// From a seed to a job: tables with the changes of each partition, a query, and the rows that must
// be there when all of the input has been read. The same seed gives the same job in every build.
//
//   HW_ASSIGN_OR_RETURN(GeneratedJob job, generate_job(seed, {}));
//   for (table : job.tables) write table.changes somewhere, by table.partition_of;
//   "CREATE TABLE " + table.name + " " + table.declaration() + " WITH (…)"
//   "CREATE TABLE out " + job.sink_columns + " WITH (…)", "INSERT INTO out " + job.query()
//   difference(job.result, job.expected, rows_read_back)  // reference/comparison.h
//
// Results do not depend on how partitions interleave, nor on parallelism: see GeneratedTable on
// late rows; ORDER BY is over all columns; sums of doubles are exact.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "columnar/schema.h"
#include "reference/generated_table.h"
#include "reference/query.h"
#include "reference/query_generator.h"
#include "reference/reference.h"

namespace hw::reference {

struct JobWishes {
  /// Most jobs are much smaller.
  int64_t rows_max = 60;
  /// Changelogs among the sources: all kinds, or upserts by PRIMARY KEY.
  bool changelogs = true;
  /// Rows behind the watermark.
  bool late_rows = true;
  QueryWishes query = {};
};

struct GeneratedJob {
  uint64_t seed = 0;
  std::vector<GeneratedTable> tables;
  Query shape;
  /// `table.local-time-zone`
  std::string time_zone = "UTC";
  /// Names and types of the result's columns: c0, c1, …
  SchemaPtr result;
  /// What is left of the stream's changelog at the end of the input, and what a batch gives.
  std::vector<Row> expected;
  std::vector<Row> expected_batch;
  /// What answered, with the tables as they were then.
  std::shared_ptr<const Reference> reference;

  std::string query() const { return to_sql(shape); }
  /// `(c0 INT, c1 STRING)`: the columns of a table that takes the result.
  std::string sink_columns() const;
  /// Tables and query as a golden file would state them, for people.
  std::string to_text() const;
};

/// Fails when the reference cannot answer: a fault of the generator.
Result<GeneratedJob> generate_job(uint64_t seed, const JobWishes& wishes);

/// Gives the tables to a reference.
Status add_tables(const std::vector<GeneratedTable>& tables, Reference& reference);
/// Computes `result` and both expectations anew, after tables or shape were changed.
Status answer_job(GeneratedJob& job);

}  // namespace hw::reference
