// SPDX-License-Identifier: Apache-2.0
//
// Random queries over generated tables, of the grammar that the engine and the reference have:
// projections, filters, DISTINCT, grouping with and without keys, windows, joins of all kinds,
// nested queries, UNION [ALL], ORDER BY over all columns with LIMIT; if it is wished, also OVER,
// QUALIFY, bounds on ranks, deduplication, ROLLUP and CUBE, joins by an interval of times or with
// the versions of a time, elements of collections, rows of LATE, rows that are looked up, and what
// window_queries.h makes.

#pragma once

#include <vector>

#include "reference/chance.h"
#include "reference/generated_table.h"
#include "reference/query.h"

namespace hw::reference {

struct QueryWishes {
  /// Only queries whose changelog is insert-only over insert-only tables.
  bool insert_only = false;
  /// Also queries inside of WHERE. What a join does with late rows is nobody's promise.
  bool joins = true;
  /// Nesting of queries.
  int depth = 2;
  /// OVER and what was built behind it. Off: the jobs of a seed are what they have always been.
  bool whole_grammar = false;
};

/// Requires: at least one table.
Query generate_query(const std::vector<GeneratedTable>& tables, const QueryWishes& wishes,
                     Chance& chance);

}  // namespace hw::reference
