// SPDX-License-Identifier: Apache-2.0
//
// About how many rows a plan gives and how many values its columns have, from what sources tell of
// themselves. Guesses where nothing is known: right by an order of magnitude is all that choosing
// an order of joins needs.

#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "plan/logical/node.h"
#include "plan/logical/scan.h"
#include "runtime/table_estimate.h"

namespace hw {

/// What the source of a scan tells; nothing where it cannot.
using TableEstimates = std::function<std::optional<TableEstimate>(const ScanNode&)>;

struct ColumnEstimate {
  std::optional<double> distinct;
  std::optional<TableEstimate::Range> range;
};

struct RowEstimate {
  double rows = 0;
  /// Rows before filters: what columns had distinct values in.
  double unfiltered = 0;
  std::vector<ColumnEstimate> columns;
  /// Every table below has told its size.
  bool known = true;

  double distinct(int column) const;
};

RowEstimate estimate_rows(const LogicalNodePtr& node, const TableEstimates& tables);

/// The share of rows that a condition keeps.
double share_kept(const BoundExpr& condition, const std::vector<ColumnEstimate>& columns);

/// The share of all pairs that `tests` keep, over the left's columns followed by the right's.
double share_joined(const std::vector<BoundExprPtr>& tests, const RowEstimate& left,
                    const RowEstimate& right);

}  // namespace hw
