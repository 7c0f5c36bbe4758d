// SPDX-License-Identifier: Apache-2.0
//
// What generators of queries hand to each other: a source with the columns that it shows, and a
// query with those that it gives.

#pragma once

#include <string>
#include <vector>

#include "reference/generated_table.h"
#include "reference/query.h"

namespace hw::reference {

/// A source, the columns that it shows, and how many rows it has at most.
struct Made {
  Source source;
  std::vector<Term> scope;
  int64_t rows = 0;
};

struct MadeQuery {
  Query query;
  std::vector<Term> columns;  // c0, c1, …
  int64_t rows = 0;
};

constexpr int64_t kJoinPairsMax = 40'000;

Term column_term(const SqlType& type, std::string name, bool wild);
std::vector<Term> columns_of(const GeneratedTable& table, const std::string& alias);
/// Not VARIANT nor of a constructed type: what ORDER BY, `=` and MIN take.
bool has_order(const Term& term);
/// The terms that are not wild and have an order.
std::vector<Term> tame(const std::vector<Term>& scope);

/// `made` with this SELECT as its query, and the SELECT's columns.
MadeQuery finish(Select select, MadeQuery made);
/// The inner query's columns but the last, which is a rank, where `bound` holds for it.
MadeQuery above(Select inner, MadeQuery made, const std::string& bound, bool shows_rank);

}  // namespace hw::reference
