// SPDX-License-Identifier: Apache-2.0
//
// What a simulated run works on: a script whose source tables hold given rows and whose sink writes
// below /out, and what a reader of the output must find at the end.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "columnar/batch.h"

namespace hw {
class Session;
class Env;
}  // namespace hw

namespace hw::sim {

/// Rows of an output, folded: what is left of its changes, by the text of the row.
using RowBag = std::map<std::string, int64_t, std::less<>>;

struct SimTable {
  /// `name (columns…)`, as in CREATE TABLE without WITH.
  std::string declaration;
  /// Each split is read in order; cells as in a golden file, the kind first where there is one.
  std::vector<std::vector<std::vector<std::string>>> splits;
  /// The same as columns, of all physical columns in their order: made of `splits` when it is
  /// first read, or given.
  mutable std::vector<Batch> batches = {};
  /// By split: behind so many rows nothing comes, but no end either; negative: it is read to its
  /// end. Empty: all are.
  std::vector<int64_t> held_at = {};
};

std::string name_of(const SimTable& table);
/// What checkpoints call a split, and how far the search for splits of a table is.
std::string id_of_split(std::string_view table, size_t number);
std::string position_of_search(std::string_view table, bool done);

struct SimJob {
  std::string name;
  std::vector<SimTable> tables;
  /// What is executed in order after the tables were made; INSERTs run side by side.
  std::string script;
  /// Every change that is shown stays: what is visible is at all times part of `expected`.
  bool append_only = true;
  /// A batch shows other rows: it drops none that are late.
  bool streams_only = false;
  /// Copies the output to files below /out where it is something else: run by a reader of its own,
  /// in batch mode, when the job is over. Empty: the job's own files are the output.
  std::string reader_script = {};
  RowBag expected;
  /// Rows that are late, where that is certain; negative: it is not.
  int64_t expected_late = -1;
  /// Rows that are there to be read; negative: nobody knows.
  int64_t expected_read = -1;

  /// Where the output is, but for `files`, checkpoints and topics.
  std::string output_directory = "/out";
  /// Its lines are any text, not only JSON objects.
  bool any_lines = false;
  /// How many jobs it runs; of several no other version goes on from a savepoint, which is of one.
  int num_jobs = 1;
  /// What lies on the disk at the beginning.
  std::map<std::string, std::string> files = {};
  /// Relative paths begin there.
  std::string working_directory = "/";
  /// Configuration keys, above those of the plan.
  std::vector<std::pair<std::string, std::string>> settings = {};
};

/// Rows of a batch as cells of a SimTable, the kind first. Fails (Invalid) when they hold a text
/// that cells do not have.
Result<std::vector<std::vector<std::string>>> cells_of(const Batch& rows);

/// How a process runs it.
struct SourcePace {
  /// Rows of one poll, at most.
  int64_t quantum_max = 16;
  /// A row of a split is there so long after the one before it, whoever reads.
  int64_t row_gap_ns = 0;
  uint64_t seed = 1;
};

/// Makes the job's tables known to a session. The job outlives it.
Status register_tables(Session& session, const SimJob& job, const SourcePace& pace);

}  // namespace hw::sim
