// SPDX-License-Identifier: Apache-2.0
//
// LIMIT and OFFSET without ORDER BY: the first rows to arrive; then it wants no more input.
// Insert-only: over an updating input LIMIT is a top_n without sort keys.

#pragma once

#include <cstdint>
#include <memory>

#include "base/status.h"

namespace hw {

class Operator;

struct LimitSpec {
  int64_t limit = 0;
  int64_t offset = 0;
};

/// Makes the operator: one input (all rows in one place), one output, same schema.
Result<std::unique_ptr<Operator>> make_limit(LimitSpec spec);

}  // namespace hw
