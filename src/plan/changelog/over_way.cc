// SPDX-License-Identifier: Apache-2.0

#include "plan/changelog/over_way.h"

#include "plan/logical/over.h"

namespace hw {

OverWay over_way(const PhysicalNode& node, bool batch) {
  const auto& over = node.logical->as<OverNode>();
  if (batch || !node.input().traits.kinds.is_insert_only() || !over.settles()) {
    return OverWay::kUpdating;
  }
  switch (over.order_time()) {
    case TimeAttribute::kEventTime:
      return OverWay::kByTime;
    case TimeAttribute::kProcessingTime: {
      // Frames that look ahead in time would wait for a clock.
      for (const NamedOverCall& named : over.parts().calls) {
        if (distance_ahead(named.call) > 0) return OverWay::kUpdating;
      }
      return OverWay::kByArrival;
    }
    case TimeAttribute::kNone:
      break;
  }
  return OverWay::kUpdating;
}

}  // namespace hw
