// SPDX-License-Identifier: Apache-2.0
//
// How much a source is about to read, as far as it knows without reading: what a batch plan
// chooses the order of its joins by. Never what a result depends on.

#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/status.h"

namespace hw {

class Env;

struct TableEstimate {
  /// Bounds of a column of integers or dates.
  struct Range {
    int64_t low = 0;
    int64_t high = 0;
  };
  double rows = 0;
  std::map<std::string, Range> ranges;  // by column; not of every one
};

/// What a Source or BulkReader is beside, if it can tell.
class EstimatesRows {
 public:
  virtual ~EstimatesRows() = default;
  virtual Result<TableEstimate> estimate(Env& env) const = 0;
};

}  // namespace hw
