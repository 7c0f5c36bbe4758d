// SPDX-License-Identifier: Apache-2.0
//
// GROUP BY with window_start and window_end: one row per key and window, insert-only. Columns:
// keys, results, then the wanted properties of the window.

#pragma once

#include "plan/logical/aggregate.h"
#include "plan/logical/node.h"

namespace hw {

struct WindowGrouping {
  /// Its time_column numbers the input's columns when `given` is FALSE.
  WindowSpec window;
  /// The input carries its window in the next two columns; else windows are computed here.
  bool given = true;
  int start = -1;
  int end = -1;
};

class WindowAggregateNode final : public LogicalNode {
 public:
  static constexpr NodeKind kKind = NodeKind::kWindowAggregate;
  struct Parts {
    WindowGrouping grouping;
    /// Input columns, window columns not among them.
    std::vector<int> keys;
    std::vector<NamedAggregate> aggregates;
    std::vector<WindowProperty> properties;
    /// One per property.
    std::vector<std::string> property_names;
  };
  WindowAggregateNode(LogicalNodePtr input, Parts parts);

  const Parts& parts() const { return parts_; }
  const WindowGrouping& grouping() const { return parts_.grouping; }

  std::string name() const override { return "WindowAggregate"; }
  Details details() const override;
  LogicalNodePtr with_inputs(std::vector<LogicalNodePtr> inputs) const override;
  Status verify() const override;

 private:
  const Parts parts_;
};

}  // namespace hw
