// SPDX-License-Identifier: Apache-2.0
//
// A source that waits for others in event time ('scan.watermark.alignment.*'): its rule travels
// with it to the tasklets that read it.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "runtime/source.h"

namespace hw {

struct AlignmentRule {
  /// Sources of one group, in one job, wait for each other.
  std::string group;
  /// No split is read whose watermark is further than this above the least of the group.
  int64_t max_drift_ms = 0;
  /// How often that is looked at.
  int64_t update_interval_ms = 1000;
};

/// Optional ability of a Source, found by dynamic_cast.
class AlignsWatermarks {
 public:
  virtual ~AlignsWatermarks() = default;
  virtual const AlignmentRule& alignment() const = 0;
};

/// The same source with a rule.
std::shared_ptr<Source> make_aligned_source(std::shared_ptr<Source> source, AlignmentRule rule);

}  // namespace hw
