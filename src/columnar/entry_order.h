// SPDX-License-Identifier: Apache-2.0
//
// One order for the entries of maps and multisets. They have none in SQL, but MAP_KEYS, a CAST to
// text and others show the one they are stored in: where equal rows may come from outside in
// several orders, this makes them alike.

#pragma once

#include "columnar/column.h"

namespace hw {

/// The type has a MAP or MULTISET in it.
bool holds_entries(const SqlType& type);

/// The same values, with the entries of each MAP and MULTISET in SQL's order of their keys, also of
/// those inside of other values. Copies nothing where they stand in it.
Result<ColumnPtr> with_ordered_entries(const ColumnPtr& column);

}  // namespace hw
