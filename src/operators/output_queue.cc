// SPDX-License-Identifier: Apache-2.0

#include "operators/output_queue.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace hw {

void OutputQueue::push(Batch batch) {
  HW_DCHECK(batch.selection() == nullptr);
  if (!batch.empty()) batches_.push_back(std::move(batch));
}

Flow OutputQueue::flush(Output& output, int64_t rows_max, Flow when_done) {
  for (int calls = 0; calls < kBatchesPerCall && !batches_.empty(); ++calls) {
    const Batch& batch = batches_.front();
    int64_t length = std::min(rows_max, batch.num_rows() - emitted_rows_);
    const int64_t end = emitted_rows_ + length;
    if (end < batch.num_rows() && batch.row_kind(end) == RowKind::kUpdateAfter &&
        batch.row_kind(end - 1) == RowKind::kUpdateBefore) {
      ++length;
    }
    output.emit(length == batch.num_rows() ? batch : batch.slice(emitted_rows_, length));
    emitted_rows_ += length;
    if (emitted_rows_ == batch.num_rows()) {
      batches_.pop_front();
      emitted_rows_ = 0;
    }
  }
  return batches_.empty() ? when_done : Flow::kMoreOutput;
}

}  // namespace hw
