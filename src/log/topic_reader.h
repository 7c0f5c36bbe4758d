// SPDX-License-Identifier: Apache-2.0
//
// Reads committed rows of one partition, from an offset up to another or for ever. Reads large
// blocks; batches share their memory. One thread at a time; several readers may share one Topic of
// the same thread and see what its last refresh() brought.

#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>

#include <arrow/type_fwd.h>

#include "base/status.h"
#include "columnar/batch.h"
#include "log/topic_state.h"

namespace hw {

class Topic;

/// Rows of one frame.
struct TopicBatch {
  /// In the schema that the reader was asked for.
  Batch batch;
  int64_t first_offset = 0;
  /// Per row, when offsets have gaps (compacted); else null and rows count from first_offset.
  ColumnPtr offsets;
  int64_t commit = 0;
  int64_t commit_ms = 0;
  TimeRange times;
  /// Where the frame lies: its segment, and the byte behind it.
  SegmentId segment = {};
  int64_t frame_end = 0;
};

struct TopicReaderOptions {
  int partition = 0;
  int64_t first_offset = 0;
  /// Rows at or above this offset are not read.
  int64_t end_offset = std::numeric_limits<int64_t>::max();
  /// What rows are widened to. Null: the topic's newest when the reader is opened.
  SchemaPtr schema;
  arrow::MemoryPool* memory_pool = nullptr;
};

class TopicReader {
 public:
  /// `topic` must outlive the reader. Fails (Invalid) for a schema that the topic's does not widen
  /// to.
  static Result<std::unique_ptr<TopicReader>> open(Topic& topic, TopicReaderOptions options);
  virtual ~TopicReader() = default;

  /// The next rows, or nothing when there are none as of the topic's last refresh, or the end
  /// offset is reached. Fails with kRemoved when retention was faster, with kDamaged naming the
  /// file.
  virtual Result<std::optional<TopicBatch>> next() = 0;
  /// The offset behind the last row that was returned: where to go on after a restart.
  virtual int64_t position() const = 0;
  /// True when no row below the end offset can follow.
  virtual bool finished() const = 0;
};

}  // namespace hw
