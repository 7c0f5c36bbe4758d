// SPDX-License-Identifier: Apache-2.0
//
// ORDER BY, LIMIT and OFFSET, and the three together, over all rows or per partition.

#pragma once

#include "operators/sort_key.h"
#include "operators/top_n.h"
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

/// The first rows by an order, of all rows (ORDER BY with LIMIT) or of each partition (a bound of
/// ROW_NUMBER() and its kin). Columns: the input's, then the rank if it is shown.
class TopNNode final : public LogicalNode {
 public:
  static constexpr NodeKind kKind = NodeKind::kTopN;
  struct Parts {
    /// Empty = one ranking.
    std::vector<int> partition;
    std::vector<SortKey> order;
    RankKind rank = RankKind::kRowNumber;
    /// Ranks offset + 1 … offset + limit.
    int64_t limit = kAllRows;
    int64_t offset = 0;
    /// A pattern over OVER and not ORDER BY with LIMIT.
    bool pattern = false;
    /// Name of the rank's column; empty = it is not shown.
    std::string rank_name;
  };
  TopNNode(LogicalNodePtr input, Parts parts);

  const Parts& parts() const { return parts_; }
  bool shows_rank() const { return !parts_.rank_name.empty(); }
  /// The first or the last row of each partition by a time attribute, without its rank.
  bool is_deduplication() const;
  /// Partitioned by both borders of the window that its rows belong to.
  bool is_in_window() const;

  std::string name() const override { return parts_.pattern ? "TopN" : "SortLimit"; }
  Details details() const override;
  LogicalNodePtr with_inputs(std::vector<LogicalNodePtr> inputs) const override;
  Status verify() const override;

 private:
  const Parts parts_;
};

}  // namespace hw
