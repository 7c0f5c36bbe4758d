// SPDX-License-Identifier: Apache-2.0
//
// One aggregate of a query, as the planner hands it to the aggregating operators. Arguments and
// filter are columns of the operator's input: what is not a bare column, the planner computes in
// front of the operator.

#pragma once

#include <string>
#include <vector>

#include "columnar/schema.h"
#include "expr/aggregate_function.h"

namespace hw {

struct AggregateCall {
  /// Not null; outlives the operator (it lives in the function catalogue).
  const AggregateFunction* function = nullptr;
  /// Input columns, already of the types that the function asked for. COUNT(*) has none.
  std::vector<int> args;
  /// BOOLEAN input column: only rows where it is TRUE count. -1 = all rows.
  int filter = -1;
  bool distinct = false;
  SqlType result_type;
  /// Per argument its one-row constant column if it is a literal, else null. May be empty.
  std::vector<ColumnPtr> literals;

  /// `COUNT(DISTINCT bidder) FILTER (WHERE rank1)`, columns by their names in `input`.
  std::string to_sql(const Schema& input) const;
};

}  // namespace hw
