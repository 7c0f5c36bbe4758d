// SPDX-License-Identifier: Apache-2.0
//
// OVER windows that share PARTITION BY and ORDER BY. Columns: the input's, then one per function.

#pragma once

#include "operators/over_call.h"
#include "operators/sort_key.h"
#include "plan/logical/node.h"

namespace hw {

/// A function and the name of its column.
struct NamedOverCall {
  OverCall call;
  std::string name;
};

class OverNode final : public LogicalNode {
 public:
  static constexpr NodeKind kKind = NodeKind::kOver;
  struct Parts {
    std::vector<int> partition;
    /// Empty: no order.
    std::vector<SortKey> order;
    std::vector<NamedOverCall> calls;
    /// Of the first OVER.
    SqlPosition position;
  };
  OverNode(LogicalNodePtr input, Parts parts);

  const Parts& parts() const { return parts_; }
  /// The time attribute by which rows come in order: the first ORDER BY column, ascending.
  TimeAttribute order_time() const;
  /// True when each function's result for a row stands before the partition ends.
  bool settles() const;

  std::string name() const override { return "Over"; }
  Details details() const override;
  LogicalNodePtr with_inputs(std::vector<LogicalNodePtr> inputs) const override;
  Status verify() const override;

 private:
  const Parts parts_;
};

}  // namespace hw
