// SPDX-License-Identifier: Apache-2.0
//
// An aggregation without GROUP BY below which a sub-query compares columns of the query around it
// by anything else than equality: (SELECT COUNT(*) FROM s WHERE s.a < t.b). The aggregation is made
// once for each choice of these columns that the rows have, and joined with them by the choice.

#pragma once

#include <vector>

#include "plan/logical/aggregate.h"
#include "sql/decorrelate.h"

namespace hw {

/// The join: the rows' columns come first, the aggregation's last. The latter are NULL where no row
/// was there to aggregate.
struct JoinedByChoice {
  LogicalNodePtr plan;
  int first_result = 0;
};

/// `input`: that of the aggregation, freed of outer columns; outer column i is outer[i], over
/// `rows`. `choosing`: what has the same first columns as `rows` and all their choices.
/// Fails (not supported yet) where the rows are other ones each time that they are made.
Result<JoinedByChoice> join_by_choice(const LogicalNodePtr& rows, const LogicalNodePtr& choosing,
                                      const std::vector<BoundExprPtr>& outer,
                                      const Decorrelated& input, const AggregateNode& aggregate,
                                      SqlPosition position);

}  // namespace hw
