// SPDX-License-Identifier: Apache-2.0
//
// Kernels that read text where it lies: at some rows of a longer column, so that it need not be
// gathered for them. Worth it for what only looks at text, like a search.

#pragma once

#include <span>

#include "expr/scalar_function.h"

namespace hw {

class ReadsChosenRows {
 public:
  virtual ~ReadsChosenRows() = default;
  /// As evaluate() of a kernel whose first argument is row rows[i] of `column` in row i.
  /// Requires: a plain column, ascending row numbers; the other arguments are literals.
  virtual Result<ColumnPtr> evaluate_chosen(const Column& column,
                                            std::span<const int32_t> rows) = 0;
};

}  // namespace hw
