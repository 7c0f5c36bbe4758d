// SPDX-License-Identifier: Apache-2.0
//
// Random queries over windows of one table: those that group its rows by TUMBLE, HOP or CUMULATE,
// and those that ask which of them come too late. All others are of window_queries.h.

#pragma once

#include <optional>
#include <vector>

#include "reference/chance.h"
#include "reference/generated_table.h"
#include "reference/made_query.h"

namespace hw::reference {

/// GROUP BY over a window table function, if some table has event time.
std::optional<MadeQuery> windowed(const std::vector<GeneratedTable>& tables, Chance& chance);

/// The rows that come too late for windows or for an OVER by time, if some table has such rows.
std::optional<MadeQuery> late_rows(const std::vector<GeneratedTable>& tables, Chance& chance);

}  // namespace hw::reference
