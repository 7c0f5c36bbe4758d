// SPDX-License-Identifier: Apache-2.0
//
// State tables of one operator, as a checkpoint has them and as the operator wants them: which
// table is which, which columns are read as what, what begins empty, what nobody takes. Pure.

#pragma once

#include <string>
#include <vector>

#include "runtime/job_graph.h"
#include "state/manifest.h"

namespace hw {

/// How rows of one saved table become rows of a table of the job.
struct TableMigration {
  struct Source {
    /// Place among the saved columns; -1 = filled in: NULL, or zero where NULL cannot be.
    int saved = -1;
    bool operator==(const Source&) const = default;
  };
  std::string saved_table;
  ManifestTable table;          // of the job
  std::vector<Source> sources;  // per column of it
  bool operator==(const TableMigration&) const = default;
};

struct StateMigration {
  /// Of every saved table that is taken.
  std::vector<TableMigration> tables;
  bool operator==(const StateMigration&) const = default;
};

/// One side of the comparison.
struct OperatorState {
  std::string kind;  // `GroupAggregate`
  StateMeaning meaning;
  std::vector<ManifestTable> tables;
};

struct StateComparison {
  StateMigration migration;
  /// Nothing has to be done: tables and columns are what they were.
  bool equal = true;
  /// What a user should know of a migration: `SUM(x) starts with the next row`.
  std::vector<std::string> notes;
  /// What is dropped, if that is allowed: `SUM(x)`.
  std::vector<std::string> lost;
  /// Why it cannot be, naming table, column and both types.
  std::vector<std::string> refused;
};

StateComparison compare_state(const OperatorState& saved, const OperatorState& now);

/// True when every value of `from` is a value of `to` and restoring turns it into that: a wider
/// integer, DOUBLE for FLOAT, a DECIMAL with as many places on both sides, a longer VARCHAR.
bool widens(const SqlType& from, const SqlType& to);

/// A column's name with made-up parts written out: `SUM($f1).sum` -> `SUM(a + b).sum`.
std::string meant_name(const StateMeaning& meaning, const std::string& table,
                       const std::string& column);

}  // namespace hw
