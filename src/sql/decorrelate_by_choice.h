// SPDX-License-Identifier: Apache-2.0
//
// Frees the plan of a sub-query from the columns of the query around it where these cannot leave
// the plan (decorrelate.h): the plan is made for each choice of them that the rows around it have.
// The choices are joined in below what reads the columns, and go up from there with all rows:
// aggregations group by them, LIMIT and OVER are of each choice.

#pragma once

#include "sql/bind_session.h"
#include "sql/decorrelate.h"

namespace hw {

/// decorrelate(), and where that fails, by choice. Outer column i is column i of `rows`. The
/// conditions are equalities where it is by choice.
/// Fails (not supported yet) where an outer column stands below windows, GROUPING SETS, FULL JOIN
/// or FOR SYSTEM_TIME, and where the rows are other ones each time.
Result<Decorrelated> decorrelate_from(const LogicalNodePtr& plan, const LogicalNodePtr& rows,
                                      SqlPosition position, BindSession& session);
/// The same of an aggregation without GROUP BY. Its row may be missing where there was nothing to
/// aggregate (over_missing_row()).
Result<Decorrelated> decorrelate_one_row(const LogicalNodePtr& aggregate,
                                         const LogicalNodePtr& rows, SqlPosition position,
                                         BindSession& session);

}  // namespace hw
