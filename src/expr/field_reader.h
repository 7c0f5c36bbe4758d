// SPDX-License-Identifier: Apache-2.0
//
// Kernels that look at a field inside of its ROW, so that no column of it need be made: a test for
// NULL looks at two bitmaps.

#pragma once

#include "expr/scalar_function.h"

namespace hw {

class ReadsField {
 public:
  virtual ~ReadsField() = default;
  /// As evaluate() of a kernel whose only argument is field `field` of `row`. Requires: a plain
  /// ROW column.
  virtual Result<ColumnPtr> evaluate_field(const Column& row, int field) = 0;
};

}  // namespace hw
