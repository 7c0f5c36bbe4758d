// SPDX-License-Identifier: Apache-2.0
//
// Between Arrow columns and the columns of RowChunks, for every SQL type: how a type is stored,
// writing rows, reading rows, comparing one.

#pragma once

#include <cstdint>
#include <span>

#include "columnar/column.h"
#include "state/row_chunks.h"

namespace hw {

/// Fixed-width types by their width (BOOLEAN one byte); text and binary as bytes; constructed types
/// as append_value_bytes writes them.
RowColumn row_column_of(const SqlType& type);

/// Writes source row source_rows[i] (row i if `source_rows` is empty) into row rows[i].
/// Requires: the rows are fresh or touched; `source` has the type that `column` was made for.
void write_rows(RowChunks& to, int column, const Column& source, std::span<const uint32_t> rows,
                std::span<const int32_t> source_rows);

/// Returns the values of `rows`, plain. `never_null`: none of them is NULL.
Result<ColumnPtr> read_rows(const RowChunks& from, int column, const SqlType& type,
                            std::span<const uint32_t> rows, bool never_null = false);

/// Not distinct: NULL equals NULL, -0.0 equals 0.0, NaN equals NaN.
bool row_equals(const RowChunks& in, int column, uint32_t row, const Column& source,
                int64_t source_row);

}  // namespace hw
