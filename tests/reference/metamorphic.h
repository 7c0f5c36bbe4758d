// SPDX-License-Identifier: Apache-2.0
//
// Metamorphic relations: other inputs and other queries whose answers follow from the job's. Each
// is applied where the job's shape allows it; a seed gets one of those that fit.
//
//   M-01  rows in another order within the disorder → the same
//   M-03  rows dealt to another number of partitions → the same
//   M-07  rows that come and go, updates there and back → the same
//   M-08  a query that is linear in a table: Q(A ∪ B) = Q(A) + Q(B)
//   M-09  Q[p] + Q[NOT p] + Q[p IS UNKNOWN] = Q
//   M-10  the number of rows that pass a filter = the sum of 1 where it holds
//   M-13  HOP with slide = size → TUMBLE
//   M-17  each source with itself: counts and sums double, extremes stay
//   M-18  a part of the query as a view → the same
//   M-11  a row of long ago that comes last → windows as they were
//   M-12  all times a week later → windows a week later
//   M-14  a join with bounds on times that no time reaches → the join
//   M-15  the last row of a key by its time → MAX of the time
//   M-16  other names for the keys → the same groups
//   INSERT  the query fills a table (into_table.h): one row for each key
//   prefix  of nodes whose output only grows: rows of less input are among those of all of it
//
// M-02 (batch, stream and reference agree) and M-06 (cut into epochs by checkpoints) hold of every
// run: see examine() and draw_mode().

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reference/engine_run.h"
#include "reference/job_generator.h"

namespace hw::reference {

struct Variant {
  std::string relation;
  std::vector<GivenTable> tables;
  /// Before the query: CREATE VIEW.
  std::vector<std::string> statements;
  std::string query;
  SchemaPtr result;
  std::vector<Row> expected;
  bool batch = false;
  /// The rows need only be among the expected ones.
  bool contained = false;
  /// Not nothing: the query is an INSERT into this table.
  std::optional<WrittenTable> written = std::nullopt;
  /// Settings of its run.
  std::vector<std::pair<std::string, std::string>> options = {};
  /// ON CONFLICT DO ERROR must find one, or may.
  bool has_conflict = false;
  bool may_conflict = false;
  /// The 'output-mode' may be one that the query cannot have.
  bool may_refuse_mode = false;
};

/// One of the relations that fit, drawn from the seed, and an INSERT for some; none for some jobs.
std::vector<Variant> variants_of(const GeneratedJob& job, uint64_t seed);

}  // namespace hw::reference
