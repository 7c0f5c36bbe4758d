// SPDX-License-Identifier: Apache-2.0
//
// A query on the engine, over reference tables: on one thread, without files or clocks, in the way
// that a seed says. The changelog is folded, so that what comes back are final rows.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "reference/partitioned_source.h"
#include "reference/value.h"
#include "reference/written_table.h"

namespace hw::reference {

/// A table as both sides are given it.
struct GivenTable {
  /// `t (k INT, …)`
  std::string declaration;
  TableRows rows;
  /// Not empty: the rows are in a file of JSON, with these options.
  std::string file_options = {};
  /// Of such a file.
  std::vector<std::string> column_names = {};
};

/// How a job is run.
struct EngineMode {
  bool batch = false;
  int parallelism = 1;
  Slices slices = {};
  /// Rows in a batch that an operator makes, at most.
  int64_t output_rows_max = 4096;
  /// Not 0: the job is killed each time that it has seen so many checkpoints, and goes on from the
  /// last one at the next of `parallelisms`.
  int kill_after = 0;
  std::vector<int> parallelisms = {};
  /// Stopped cleanly rather than killed.
  bool stops = false;
  /// So many times, with so many steps between two checkpoints.
  int kills = 4;
  int steps_between = 2;
  /// The session's.
  std::string time_zone = "UTC";
  /// Options that must not change what comes out: rules of the planner that do not run, state that
  /// lives longer than the run, windows that fire early. Name and value.
  std::vector<std::pair<std::string, std::string>> options = {};

  /// `stream, parallelism 2, batches of 1 to 7 rows`
  std::string to_text() const;
};

/// A mode of a stream or batch drawn from a seed.
EngineMode draw_mode(bool batch, uint64_t seed);

/// Carries out `statements` (CREATE VIEW and the like), then runs the query and folds its
/// changelog. Fails as the engine does, and when the changelog takes back a row that is not there.
Result<std::vector<Row>> run_on_engine(const std::vector<GivenTable>& tables,
                                       const std::vector<std::string>& statements,
                                       const std::string& query, const EngineMode& mode);

/// The same of an INSERT into a table: the rows that are left in it.
Result<std::vector<Row>> run_into_table(const std::vector<GivenTable>& tables,
                                        const std::vector<std::string>& statements,
                                        const WrittenTable& into, const std::string& insert,
                                        const EngineMode& mode);

}  // namespace hw::reference
