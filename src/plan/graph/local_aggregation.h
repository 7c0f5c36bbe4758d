// SPDX-License-Identifier: Apache-2.0
//
// Which aggregations are done in two phases: the rows of a batch are folded by key before the
// exchange, what is left of them where the groups are kept. What is kept is the same either way, so
// that a job may go on at another parallelism, or with another choice.

#pragma once

#include <cstdint>

#include "plan/lower/physical_node.h"

namespace hw {

enum class LocalAggregation : uint8_t {
  kNever,
  kWhereKeysAreFew,  // one instance would do the work of all
  kForDistinct,      // there, and wherever calls have DISTINCT
  kAlways,
};

/// Whether the node's input is to be folded before it goes through an exchange. Requires: final
/// traits.
bool folds_before_exchange(const PhysicalNode& node, LocalAggregation choice);

}  // namespace hw
