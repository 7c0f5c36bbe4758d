// SPDX-License-Identifier: Apache-2.0
//
// A source of given batches, split by split, for tests of drivers and jobs: bounded, endless, or
// waiting for the outside now and then.

#pragma once

#include <memory>
#include <vector>

#include "columnar/batch.h"
#include "runtime/source.h"

namespace hw {

struct BatchSourceSpec {
  /// The batches of each split, in order.
  std::vector<std::vector<Batch>> splits;
  /// After its last batch a split begins again, and the source never ends.
  bool endless = false;
  /// After its last batch a split waits for more that never comes.
  bool stays_open = false;
  /// Every poll that emits is followed by one that finds nothing yet.
  bool waits = false;
  /// Splits found by the first discover(); the others come one with each further call. -1 = all.
  int splits_at_start = -1;
};

std::shared_ptr<Source> make_batch_source(BatchSourceSpec spec);

}  // namespace hw
