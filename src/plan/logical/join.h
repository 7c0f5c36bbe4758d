// SPDX-License-Identifier: Apache-2.0
//
// Joins two inputs: the left's columns, then the right's. Keys are pairs of columns that must be
// equal (a rule finds them in the condition); the condition is what else must hold. A join by an
// interval of times keeps what its columns mean for time, one by windows their windows; a stream
// forgets old rows then.

#pragma once

#include <optional>

#include "operators/interval_join.h"
#include "operators/regular_join.h"
#include "operators/temporal_join.h"
#include "plan/logical/node.h"
#include "plan/logical/window_join.h"
#include "runtime/lookup.h"

namespace hw {

class JoinNode final : public LogicalNode {
 public:
  static constexpr NodeKind kKind = NodeKind::kJoin;
  /// A right side that is read as of the left's times.
  struct Versions {
    VersionTimes times;
    /// The right's PRIMARY KEY; only these columns are keys of the join.
    std::vector<int> key;
  };
  /// A right side whose rows are looked up for each row of the left, as they are at that moment.
  struct Lookup {
    /// Rows of one key are looked up in one place.
    bool shuffled = false;
    /// What a hint says; the rest is the configuration's.
    LookupAsking asking;
  };
  struct Parts {
    JoinKind kind = JoinKind::kInner;
    /// The n-th of the left equals the n-th of the right (each counted in its own input).
    std::vector<int> left_keys;
    std::vector<int> right_keys;
    /// Over the left's columns followed by the right's; null = TRUE.
    BoundExprPtr condition;
    /// NULL equals NULL among the keys: INTERSECT and EXCEPT.
    bool nulls_equal = false;
    /// ANTI by one key: NULL may be equal to anything: NOT IN.
    bool null_aware = false;
    /// What the condition says about times of both sides (interval_bounds.h).
    std::optional<IntervalBounds> interval = std::nullopt;
    /// What it says about windows of both sides (window_join.h); then nothing about times.
    std::optional<JoinedWindows> windows = std::nullopt;
    /// FOR SYSTEM_TIME AS OF; INNER and LEFT.
    std::optional<Versions> versions = std::nullopt;
    /// FOR SYSTEM_TIME AS OF a processing time; INNER and LEFT.
    std::optional<Lookup> lookup = std::nullopt;
    /// How long rows of a side are kept, ms, where a hint says so.
    std::optional<int64_t> left_ttl_ms = std::nullopt;
    std::optional<int64_t> right_ttl_ms = std::nullopt;
    /// A hint asks for one operator for this join and others along its key.
    bool as_one = false;
    SqlPosition position;
  };
  JoinNode(LogicalNodePtr left, LogicalNodePtr right, Parts parts);

  const Parts& parts() const { return parts_; }
  const LogicalNodePtr& left() const { return input(0); }
  const LogicalNodePtr& right() const { return input(1); }

  std::string name() const override { return "Join"; }
  Details details() const override;
  LogicalNodePtr with_inputs(std::vector<LogicalNodePtr> inputs) const override;
  Status verify() const override;

 private:
  const Parts parts_;
};

/// "InnerJoin", "LeftOuterJoin", ..
std::string to_text(JoinKind kind);

}  // namespace hw
