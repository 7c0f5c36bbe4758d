// SPDX-License-Identifier: Apache-2.0
//
// What happens to the rows of one split before the plan sees them: metadata and computed columns
// are added, and each row gets its event time and its watermark. Built in operators/, run by the
// source tasklet, one instance a split, before any filter.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/status.h"
#include "columnar/batch.h"

namespace arrow {
class MemoryPool;
}

namespace hw {

class Env;

/// Rows as the plan sees them. Both time vectors are empty when the table has no per-row
/// watermark, else they have one entry per stored row of `batch`.
struct TimedBatch {
  Batch batch;
  /// Event time of the row, in ms (finer units rounded down).
  std::vector<int64_t> time_ms;
  /// The row's own watermark expression in ms; Watermark::kNone where it is NULL.
  std::vector<int64_t> watermark_ms;
};

class SplitTransform {
 public:
  virtual ~SplitTransform() = default;
  /// Requires: a batch without selection, as the reader emitted it. Returns as many rows in the
  /// same order, without selection. Fails when a time attribute is NULL.
  virtual Result<TimedBatch> transform(const Batch& input) = 0;
};

/// What a transform may touch of the outside.
struct SplitTransformContext {
  Env* env = nullptr;
  arrow::MemoryPool* memory_pool = nullptr;
};
using SplitTransformFactory =
    std::function<Result<std::unique_ptr<SplitTransform>>(const SplitTransformContext&)>;

/// How a source's splits get their watermarks.
struct WatermarkRule {
  enum class Kind : uint8_t {
    kNone,        // the table has no WATERMARK: only the end of the input moves time
    kPerRow,      // from TimedBatch::watermark_ms
    kFromSource,  // SOURCE_WATERMARK(): SplitReader::source_watermark()
  };
  Kind kind = Kind::kNone;
  /// A split without a row for so long leaves the minimum until its next row; 0 = never.
  int64_t idle_timeout_ms = 0;
};

}  // namespace hw
