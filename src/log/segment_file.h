// SPDX-License-Identifier: Apache-2.0
//
// Reads frames of one segment file. Reads large blocks and hands out batches that share their
// memory. Internal to log/; one thread at a time.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <arrow/type_fwd.h>

#include "base/status.h"
#include "columnar/batch.h"
#include "log/segment_format.h"

namespace arrow::fs {
class FileSystem;
}

namespace hw {

/// A frame's rows, in the schema in which they were written.
struct SegmentFrame {
  Batch batch;
  ColumnPtr offsets;  // null: they count from where the caller says
};

class SegmentFile {
 public:
  /// Opens and checks the header. Fails with kDamaged, also when it is another segment's.
  static Result<std::unique_ptr<SegmentFile>> open(arrow::fs::FileSystem& files,
                                                   const std::string& path, int64_t partition,
                                                   SegmentId segment, arrow::MemoryPool* pool);
  ~SegmentFile();

  const DecodedSegmentHeader& header() const { return header_; }
  const std::string& path() const { return path_; }
  /// As of now: a segment may grow.
  Result<int64_t> size();

  /// The header of the frame at `position`. Bytes at and behind `end` are not touched.
  struct Place {
    int64_t position = 0;
    int64_t end = 0;
  };
  Result<FrameHeader> read_header(Place place) { return header_at(place, kBlockBytes); }
  /// The same where the frame's rows are probably not wanted: reads little behind the header.
  Result<FrameHeader> read_header_only(Place place) { return header_at(place, kSkippedBlockBytes); }
  /// The rows of a frame. `full_checks` validates every value, for bytes that a checksum may not
  /// protect from malice.
  Result<SegmentFrame> read_frame(const FrameHeader& header, int64_t end, const SchemaPtr& schema,
                                  bool full_checks);

  /// Where the last whole frame that begins in [from, size) ends: behind it is a torn tail.
  Result<int64_t> end_of_frames(int64_t from);

 private:
  SegmentFile(std::shared_ptr<arrow::io::RandomAccessFile> file, std::string path,
              DecodedSegmentHeader header, arrow::MemoryPool* pool);
  /// What is read at once.
  static constexpr int64_t kBlockBytes = 4 << 20;
  static constexpr int64_t kSkippedBlockBytes = 16 << 10;

  Result<FrameHeader> header_at(Place place, int64_t block_bytes);
  /// Bytes [position, position + length), which must end at or below `end`.
  Result<std::shared_ptr<arrow::Buffer>> bytes_at(Place place, int64_t length,
                                                  int64_t block_bytes = kBlockBytes);
  Result<SegmentFrame> decode(const FrameHeader& header,
                              const std::shared_ptr<arrow::Buffer>& payload,
                              const SchemaPtr& schema, bool full_checks) const;

  const std::shared_ptr<arrow::io::RandomAccessFile> file_;
  const std::string path_;
  const DecodedSegmentHeader header_;
  arrow::MemoryPool* const pool_;
  /// What was read last: bytes from block_begin_ on.
  std::shared_ptr<arrow::Buffer> block_;
  int64_t block_begin_ = 0;
};

}  // namespace hw
