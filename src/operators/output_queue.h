// SPDX-License-Identifier: Apache-2.0
//
// What an operator has made but not put out yet. An operator may make more rows of one input batch
// than it may emit at once: it queues them, and empties the queue over several calls.

#pragma once

#include <cstdint>
#include <deque>

#include "columnar/batch.h"
#include "runtime/operator.h"

namespace hw {

class OutputQueue {
 public:
  /// Batches put out per call, so that a call stays short.
  static constexpr int kBatchesPerCall = 4;

  void push(Batch batch);
  bool empty() const { return batches_.empty(); }
  /// Emits some batches of at most `rows_max` rows, a -U and its +U together. Returns kMoreOutput
  /// while something is left, then `when_done`.
  Flow flush(Output& output, int64_t rows_max, Flow when_done);

 private:
  std::deque<Batch> batches_;
  int64_t emitted_rows_ = 0;  // of the first one
};

}  // namespace hw
