// SPDX-License-Identifier: Apache-2.0
//
// The job's query written into a table: with and without a PRIMARY KEY, which may be another one
// than the query's; ON CONFLICT in all its forms; 'output-mode'; tables that append, replace by key
// or take all changes.
//
// What must be left follows from the query's rows: one row for each key that they have, and it is
// one of those that have it. Where one row comes behind the other in any run, it is the first or
// the last one. DO ERROR ends with an error when a key has several.

#pragma once

#include <optional>

#include "reference/chance.h"
#include "reference/metamorphic.h"

namespace hw::reference {

std::optional<Variant> into_table(const GeneratedJob& job, Chance& chance);

/// Says what is wrong with the outcome of the INSERT, or nothing.
std::string problem_of_insert(const Variant& variant, const Result<std::vector<Row>>& found);

}  // namespace hw::reference
