// SPDX-License-Identifier: Apache-2.0
//
// TUMBLE, HOP, CUMULATE as table functions: the input's columns, then window_start, window_end and
// window_time. The old time column becomes a plain one; window_time is the new time attribute.

#pragma once

#include "plan/logical/node.h"

namespace hw {

class WindowTvfNode final : public LogicalNode {
 public:
  static constexpr NodeKind kKind = NodeKind::kWindowTvf;
  /// Requires: window.time_column is a column of the input.
  WindowTvfNode(LogicalNodePtr input, WindowSpec window);

  /// time_column numbers the input's columns.
  const WindowSpec& spec() const { return spec_; }

  std::string name() const override { return "WindowTableFunction"; }
  Details details() const override;
  LogicalNodePtr with_inputs(std::vector<LogicalNodePtr> inputs) const override;
  Status verify() const override;

 private:
  const WindowSpec spec_;
};

/// TIMESTAMP(3) NOT NULL: the type of window_start and window_end.
SqlType window_border_type();
/// Type of window_time for a window.
SqlType window_time_type(const WindowSpec& window);

}  // namespace hw
