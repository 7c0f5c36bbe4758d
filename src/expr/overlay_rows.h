// SPDX-License-Identifier: Apache-2.0
//
// Lays whole columns over each other: the way to take CASE apart where its values are there for
// every row anyway.

#pragma once

#include <span>

#include "expr/truth.h"

namespace hw {

/// Rows of `column` that show where `where` is TRUE.
struct Layer {
  Truth where;
  ColumnPtr column;
};

/// Types that can be laid over each other: of fixed width, whole bytes.
bool can_overlay(const SqlType& type);

/// Row by row the first layer that shows, or else `rest`. Requires: can_overlay(type), columns of
/// equally many rows and of that type but for nullability.
Result<ColumnPtr> overlay_rows(const SqlType& type, std::span<const Layer> layers,
                               const ColumnPtr& rest);

}  // namespace hw
