// SPDX-License-Identifier: Apache-2.0
//
// TUMBLE, HOP, CUMULATE and SESSION as table functions: the input's columns, then window_start,
// window_end and window_time. The old time column becomes a plain one; window_time is the new time
// attribute.

#pragma once

#include "plan/logical/node.h"

namespace hw {

class WindowTvfNode final : public LogicalNode {
 public:
  static constexpr NodeKind kKind = NodeKind::kWindowTvf;
  /// Requires: window.time_column is a column of the input.
  WindowTvfNode(LogicalNodePtr input, WindowSpec window);

  /// time_column and partition number the input's columns.
  const WindowSpec& spec() const { return spec_; }
  /// A row's window depends on other rows, and is known only when it closes.
  bool is_session() const { return spec_.kind == WindowKind::kSession; }

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
