// SPDX-License-Identifier: Apache-2.0
//
// Reads a field of a ROW column without copying it: the field's buffers are shared, and only where
// the ROW itself is NULL somewhere are the two validity bitmaps combined.

#pragma once

#include "columnar/column.h"

namespace hw {

/// Requires: `row` is a ROW column; `type` is the field's type, nullable if `row` is.
Result<ColumnPtr> struct_field(const Column& row, int field_index, const SqlType& type);

}  // namespace hw
