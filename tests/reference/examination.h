// SPDX-License-Identifier: Apache-2.0
//
// A generated job on the engine, against the reference: in batch, as a stream in a mode of its
// seed, and under the metamorphic relations; a failure is made as small as it gets.

#pragma once

#include <cstdint>
#include <string>

#include "reference/engine_run.h"
#include "reference/job_generator.h"

namespace hw::reference {

/// One way in which the engine was asked, and what was wrong with its answer.
struct Failure {
  GeneratedJob job;
  /// The relation's name, or nothing for the query itself.
  std::string relation;
  EngineMode mode;
  /// `3 rows expected, 2 found; …`, or the engine's error.
  std::string problem;

  /// Tables, query, mode and problem, to be read and made a golden case of.
  std::string to_text() const;
};

struct Verdict {
  /// Queries with a text of their own: the job's, and those that relations made of it.
  int64_t queries = 0;
  /// Runs of the engine.
  int64_t runs = 0;
  /// The generator made what the reference cannot answer.
  std::string refused;
  std::vector<Failure> failures;
};

std::vector<GivenTable> given_tables(const GeneratedJob& job);

/// Some table has rows behind its watermark.
bool has_late_rows(const GeneratedJob& job);
/// How the engine is asked: as the seed says, without what would give the query another meaning.
EngineMode mode_for(const GeneratedJob& job, bool batch, uint64_t seed);

/// Asks the engine the job's query in this mode. Returns what is wrong, or nothing.
std::string check(const GeneratedJob& job, const EngineMode& mode);

/// Everything that a seed stands for.
Verdict examine(uint64_t seed, const JobWishes& wishes);

/// Drops rows, columns' noise and clauses as long as the failure stays: of a relation, as long as
/// the seed stands for that relation and it does not hold.
Failure shrink(Failure failure);

}  // namespace hw::reference
