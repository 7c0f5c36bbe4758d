// SPDX-License-Identifier: Apache-2.0
//
// One segment file while rows are appended to it. Frames gather in memory and go to the file in
// large writes. Internal to log/; one thread at a time.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <arrow/type_fwd.h>

#include "base/env/local_file.h"
#include "base/status.h"
#include "columnar/batch.h"
#include "log/segment_format.h"

namespace hw {

class Env;

/// What a frame holds beside its rows.
struct FrameFacts {
  uint32_t schema_version = 1;
  TimeRange times;
  /// INT64, one a row, where offsets have gaps; else null.
  ColumnPtr offsets;
};

class SegmentWriter {
 public:
  /// Makes the file; fails when there is one. `pool` is for passing memory.
  static Result<std::unique_ptr<SegmentWriter>> create(Env& env, const std::string& folder,
                                                       const SegmentHeader& header,
                                                       arrow::MemoryPool* pool);
  /// Goes on in a file behind its last whole frame, which ends at `end`; cuts what follows.
  static Result<std::unique_ptr<SegmentWriter>> resume(Env& env, const std::string& path,
                                                       const DecodedSegmentHeader& header,
                                                       int64_t end, arrow::MemoryPool* pool);

  const SegmentHeader& header() const { return header_; }
  /// Bytes of the file, those still in memory included.
  int64_t size() const { return written_ + static_cast<int64_t>(pending_.size()); }

  /// Adds a frame with the batch's rows, dense and plain. After a failure the segment is as before.
  Status append(const Batch& batch, const FrameFacts& facts);
  /// Ends an epoch.
  Status append_mark(int64_t epoch);
  /// Writes what is in memory. After a failure it still is, and the file is as it was.
  Status flush();
  /// Flushes, and returns when all of it is on disk. After a failure the segment is dead: nothing
  /// more may be appended to it, and it is never synced again.
  Status sync();

 private:
  SegmentWriter(std::unique_ptr<AppendFile> file, SegmentHeader header, uint32_t seed,
                arrow::MemoryPool* pool);
  Status make_room();

  const std::unique_ptr<AppendFile> file_;
  const SegmentHeader header_;
  const uint32_t seed_;
  arrow::MemoryPool* const pool_;
  std::string pending_;
  int64_t written_ = 0;
  Status dead_;
};

}  // namespace hw
