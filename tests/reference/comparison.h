// SPDX-License-Identifier: Apache-2.0
//
// The one comparator: rows as bags, values by their type. NaN equals NaN and -0.0 equals 0.0 (a
// grouping may keep either); DOUBLE and FLOAT to 1e-9 of their size; everything else exactly.

#pragma once

#include <string>
#include <vector>

#include "columnar/schema.h"
#include "reference/value.h"

namespace hw::reference {

/// Says what is missing and what is too much, or nothing when the bags are equal.
std::string difference(const Schema& schema, const std::vector<Row>& expected,
                       const std::vector<Row>& found);
/// Says which rows are not among the expected ones, or nothing.
std::string what_is_too_much(const Schema& schema, const std::vector<Row>& expected,
                             const std::vector<Row>& found);

}  // namespace hw::reference
