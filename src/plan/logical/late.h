// SPDX-License-Identifier: Apache-2.0
//
// LATE(query): the rows that one operator of the query drops because they come too late. Stands on
// that operator's input. Columns: the input's, then late_by, watermark and operator.

#pragma once

#include <string>
#include <vector>

#include "operators/late_rows.h"
#include "plan/logical/node.h"

namespace hw {

class LateNode final : public LogicalNode {
 public:
  static constexpr NodeKind kKind = NodeKind::kLate;
  struct Parts {
    LateRule rule = LateRule::kTime;
    /// The column of the rule; of kWindows and kSessions in the window.
    int column = -1;
    WindowSpec window;
    /// By which the operator's rows are spread.
    std::vector<int> keys;
    std::string operator_name;
    SqlPosition position;
  };
  LateNode(LogicalNodePtr input, Parts parts);

  const Parts& parts() const { return parts_; }
  /// The column that holds the time, or the end of the window.
  int time_column() const { return computes_windows() ? parts_.window.time_column : parts_.column; }
  bool computes_windows() const {
    return parts_.rule == LateRule::kWindows || parts_.rule == LateRule::kSessions;
  }

  std::string name() const override { return "Late"; }
  Details details() const override;
  LogicalNodePtr with_inputs(std::vector<LogicalNodePtr> inputs) const override;
  Status verify() const override;

 private:
  const Parts parts_;
};

}  // namespace hw
