// SPDX-License-Identifier: Apache-2.0
//
// Between the engine's columns and the reference's rows.

#pragma once

#include <vector>

#include "columnar/batch.h"
#include "reference/value.h"

namespace hw::reference {

/// One row of a column.
Value value_of(const Column& column, int64_t row);
/// The rows of a batch with their kinds, in order. Fails when the batch cannot be compacted.
Result<std::vector<Change>> changes_of(const Batch& batch);
/// Fails (UnknownError) when a value is not one of its column's type.
Result<Batch> batch_of(const SchemaPtr& schema, const std::vector<Change>& changes);

Types types_of(const Schema& schema);

}  // namespace hw::reference
