// SPDX-License-Identifier: Apache-2.0
//
// All rows of each PRIMARY KEY, in the order in which they came: what operators keep that choose
// the one of them which a sink shows.

#pragma once

#include <vector>

#include "columnar/schema.h"
#include "operators/state_age.h"
#include "runtime/operator.h"
#include "state/ordered_table.h"

namespace hw {

/// Owned by the operator's state.
struct KeptUpserts {
  KeyedTable* keys = nullptr;
  OrderedTable* rows = nullptr;
};

/// Opens the tables, keys with an age where `age` is on. Names and types are a format of state.
KeptUpserts open_upserts(OperatorContext& context, const Schema& schema,
                         const std::vector<int>& primary_key, StateAge& age);

}  // namespace hw
