// SPDX-License-Identifier: Apache-2.0
//
// Picks the receiver of each row of an edge. Rows of one batch that go to one receiver stay in
// order and together, so -U and +U stay adjacent wherever both go the same way. Key hashes are
// computed here once and travel with the rows.

#pragma once

#include <memory>
#include <vector>

#include "base/status.h"
#include "columnar/batch.h"
#include "runtime/job_graph.h"

namespace hw {

struct RoutedBatch {
  int receiver = 0;
  Batch batch;  // without selection
};

struct RouterSpec {
  EdgeContract contract = EdgeContract::kForward;
  std::vector<int> key_columns;
  /// The sender's: where kRebalance begins.
  int subtask = 0;
  /// Channels of the edge: one for kForward and kGlobal.
  int num_receivers = 1;
  int max_parallelism = kDefaultMaxParallelism;
};

class Router {
 public:
  virtual ~Router() = default;
  /// Appends the parts of `batch` (which may have a selection) to `out`.
  virtual Status route(const Batch& batch, std::vector<RoutedBatch>& out) = 0;
};

std::unique_ptr<Router> make_router(const RouterSpec& spec);

}  // namespace hw
