// SPDX-License-Identifier: Apache-2.0
//
// GROUP BY without window columns, and DISTINCT (no aggregates). Columns: keys, then results.

#pragma once

#include <optional>

#include "operators/aggregate_call.h"
#include "plan/logical/node.h"

namespace hw {

/// An aggregate and the name of its column.
struct NamedAggregate {
  AggregateCall call;
  std::string name;
};

/// `COUNT(*) AS n, SUM(a) AS s`
std::string to_text(const std::vector<NamedAggregate>& aggregates, const Schema& input);
/// `a, b`
std::string names_of(const LogicalNode& node, const std::vector<int>& columns);

class AggregateNode final : public LogicalNode {
 public:
  static constexpr NodeKind kKind = NodeKind::kAggregate;
  AggregateNode(LogicalNodePtr input, std::vector<int> keys, std::vector<NamedAggregate> aggregates,
                std::optional<int64_t> ttl_ms = std::nullopt);

  const std::vector<int>& keys() const { return keys_; }
  const std::vector<NamedAggregate>& aggregates() const { return aggregates_; }
  /// How long groups are kept, ms, where a hint says so.
  std::optional<int64_t> ttl_ms() const { return ttl_ms_; }

  std::string name() const override { return "Aggregate"; }
  Details details() const override;
  LogicalNodePtr with_inputs(std::vector<LogicalNodePtr> inputs) const override;
  Status verify() const override;

 private:
  const std::vector<int> keys_;
  const std::vector<NamedAggregate> aggregates_;
  const std::optional<int64_t> ttl_ms_;
};

/// Fails (UnknownError) when a call reads a column that `input` does not have.
Status verify_aggregates(const std::vector<NamedAggregate>& aggregates, const LogicalNode& input);

}  // namespace hw
