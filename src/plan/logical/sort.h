// SPDX-License-Identifier: Apache-2.0
//
// ORDER BY, LIMIT and OFFSET, and the three together.

#pragma once

#include "operators/sort_key.h"
#include "plan/logical/node.h"

namespace hw {

class SortNode final : public LogicalNode {
 public:
  static constexpr NodeKind kKind = NodeKind::kSort;
  SortNode(LogicalNodePtr input, std::vector<SortKey> order, SqlPosition position = {});

  const std::vector<SortKey>& order() const { return order_; }
  SqlPosition position() const { return position_; }

  std::string name() const override { return "Sort"; }
  Details details() const override;
  LogicalNodePtr with_inputs(std::vector<LogicalNodePtr> inputs) const override;
  Status verify() const override;

 private:
  const std::vector<SortKey> order_;
  const SqlPosition position_;
};

/// No limit.
constexpr int64_t kAllRows = INT64_MAX;

class LimitNode final : public LogicalNode {
 public:
  static constexpr NodeKind kKind = NodeKind::kLimit;
  LimitNode(LogicalNodePtr input, int64_t limit, int64_t offset);

  int64_t limit() const { return limit_; }
  int64_t offset() const { return offset_; }

  std::string name() const override { return "Limit"; }
  Details details() const override;
  LogicalNodePtr with_inputs(std::vector<LogicalNodePtr> inputs) const override;

 private:
  const int64_t limit_;
  const int64_t offset_;
};

/// The first rows by an order: ORDER BY with LIMIT. No partition, no rank column.
class TopNNode final : public LogicalNode {
 public:
  static constexpr NodeKind kKind = NodeKind::kTopN;
  TopNNode(LogicalNodePtr input, std::vector<SortKey> order, int64_t limit, int64_t offset);

  const std::vector<SortKey>& order() const { return order_; }
  int64_t limit() const { return limit_; }
  int64_t offset() const { return offset_; }

  std::string name() const override { return "SortLimit"; }
  Details details() const override;
  LogicalNodePtr with_inputs(std::vector<LogicalNodePtr> inputs) const override;
  Status verify() const override;

 private:
  const std::vector<SortKey> order_;
  const int64_t limit_;
  const int64_t offset_;
};

}  // namespace hw
