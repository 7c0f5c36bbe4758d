// SPDX-License-Identifier: Apache-2.0
//
// Bytes of a segment: a header, then frames, each a header and an Arrow record batch, in places a
// mark that ends an epoch. Every checksum begins with that of the segment's header, so that bytes
// of another segment are not taken for its own. Internal to log/; docs/formats/log.md.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "log/topic_state.h"

namespace hw {

struct SegmentHeader {
  SegmentId segment;
  int64_t partition = 0;
  int64_t created_ms = 0;
  WriterIdentity identity;
};

constexpr int64_t kSegmentAlignment = 8;
/// Large enough for a segment's header, whose names are bounded.
constexpr int64_t kSegmentHeaderBytesMax = 64 << 10;
constexpr int64_t kFrameHeaderBytes = 72;
/// An Arrow column of text ends at 2 GiB; a batch of the engine has 8 MiB.
constexpr int64_t kFramePayloadBytesMax = int64_t{4} << 30;

struct EncodedSegmentHeader {
  std::string bytes;
  uint32_t seed = 0;  // what the checksums of its frames begin with
};
EncodedSegmentHeader encode_segment_header(const SegmentHeader& header);

struct DecodedSegmentHeader {
  SegmentHeader header;
  int64_t length = 0;
  uint32_t seed = 0;
};
/// Of the first bytes of a file. Fails with kDamaged.
Result<DecodedSegmentHeader> decode_segment_header(std::string_view file_begin);

struct FrameHeader {
  int64_t position = 0;  // of the frame in its file
  /// A mark: everything since the mark before it belongs to this epoch. Rows: 0.
  int64_t epoch = 0;
  uint32_t num_rows = 0;
  uint32_t schema_version = 0;
  int64_t payload_bytes = 0;
  uint32_t payload_crc = 0;
  bool is_mark = false;
  bool has_kinds = false;
  bool has_offsets = false;
  /// The first row's, in a compacted segment; else offsets come from the extent.
  int64_t first_offset = 0;
  TimeRange times;

  int64_t frame_bytes() const { return kFrameHeaderBytes + payload_bytes; }
};

/// Exactly kFrameHeaderBytes.
std::string encode_frame_header(const FrameHeader& header, uint32_t seed);
/// `bytes` is what lies at `position`, at least kFrameHeaderBytes. Fails with kDamaged.
Result<FrameHeader> decode_frame_header(std::string_view bytes, int64_t position, uint32_t seed);

}  // namespace hw
