// SPDX-License-Identifier: Apache-2.0
//
// Copies rows of columns: by number, end to end, or several sources into one. Works for every
// SQL type; fixed-width and text columns have their own loops.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "columnar/batch.h"

namespace hw {

/// Returns rows `rows[0], rows[1], …` of `column`, plain (a constant stays constant).
/// A negative row number gives NULL.
Result<ColumnPtr> gather(const Column& column, std::span<const int32_t> rows);

/// Returns the columns one after the other. Requires: equal types, at least one column.
Result<ColumnPtr> concatenate(const std::vector<ColumnPtr>& columns);

/// Returns the batches' rows in order (kinds kept, selections applied). Requires: one schema.
Result<Batch> concatenate(const std::vector<Batch>& batches);

/// Where a row of an output comes from: `source` numbers one of several columns.
struct RowSource {
  int32_t source;
  int32_t row;
};
/// Returns row i from columns[from[i].source] at from[i].row. Requires: equal types.
Result<ColumnPtr> gather_from(const std::vector<ColumnPtr>& columns,
                              std::span<const RowSource> from);

/// Hashes `rows[0], rows[1], …`; null gives null.
KeyHashesPtr gather(const KeyHashesPtr& hashes, std::span<const int32_t> rows);

enum class TextRows : uint8_t {
  kCopied,
  kReferred,  // text becomes a dictionary over all rows of the batch, which stay alive with it
};

/// Meant rows of `batch` numbered by `rows` (0 = first meant row); kinds and hashes follow.
Result<Batch> gather(const Batch& batch, std::span<const int32_t> rows,
                     TextRows text = TextRows::kCopied);

}  // namespace hw
