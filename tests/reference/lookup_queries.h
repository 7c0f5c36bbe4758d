// SPDX-License-Identifier: Apache-2.0
//
// Tables in which rows are looked up, and random queries that do so: FOR SYSTEM_TIME AS OF a
// processing time. The tables never change, so that what is found is what a join finds.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reference/chance.h"
#include "reference/generated_table.h"
#include "reference/made_query.h"

namespace hw::reference {

/// A table of the program, or a file with one of the caches that there are.
GeneratedTable generate_lookup(const std::string& name, Chance& chance);

/// None where there is no table to look up in.
std::optional<MadeQuery> looked_up(const std::vector<GeneratedTable>& tables,
                                   const std::vector<const GeneratedTable*>& lookups,
                                   Chance& chance);

}  // namespace hw::reference
