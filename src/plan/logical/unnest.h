// SPDX-License-Identifier: Apache-2.0
//
// UNNEST: a row of each element of a collection of the input's row.

#pragma once

#include "plan/logical/node.h"

namespace hw {

class UnnestNode final : public LogicalNode {
 public:
  static constexpr NodeKind kKind = NodeKind::kUnnest;
  struct Parts {
    /// Column of the input: ARRAY, MAP or MULTISET.
    int collection = -1;
    /// Columns of the input that go on, in order; those of the element follow them.
    std::vector<int> passed;
    /// Rows without elements stay, padded with NULLs.
    bool keep_empty = false;
    /// An INT behind the element: its number, from 1.
    bool ordinality = false;
  };
  UnnestNode(LogicalNodePtr input, Parts parts);

  const Parts& parts() const { return parts_; }

  std::string name() const override { return "Unnest"; }
  Details details() const override;
  LogicalNodePtr with_inputs(std::vector<LogicalNodePtr> inputs) const override;
  Status verify() const override;

 private:
  const Parts parts_;
};

}  // namespace hw
