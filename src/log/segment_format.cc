// SPDX-License-Identifier: Apache-2.0

#include "log/segment_format.h"

#include <cstring>

#include "base/assert.h"
#include "base/crc32c.h"
#include "log/log_error.h"
#include "log/record_bytes.h"
#include "log/record_fields.h"

namespace hw {
namespace {

constexpr std::string_view kSegmentMagic{"HWLSEG\0\1", 8};
constexpr uint32_t kFrameMagic = 0x52465748;  // "HWFR"
constexpr size_t kCrcBegin = 8;               // behind magic and checksum
constexpr uint32_t kMark = 1;
constexpr uint32_t kKinds = 2;
constexpr uint32_t kOffsets = 4;
constexpr uint32_t kFlagsKnown = kMark | kKinds | kOffsets;

Status damaged(std::string_view what) {
  return log_error(LogErrorKind::kDamaged, std::string(what));
}

}  // namespace

EncodedSegmentHeader encode_segment_header(const SegmentHeader& header) {
  RecordBytes body;
  put(body, header.segment);
  body.put(header.partition);
  body.put(header.created_ms);
  put(body, header.identity);
  std::string fields = std::move(body).sealed();
  fields.resize(fields.size() - sizeof(uint32_t));  // one checksum, over all of it

  // Padded so that the frames behind it are aligned: magic, length, fields, zeros, checksum.
  size_t length = kSegmentMagic.size() + sizeof(uint32_t) + fields.size() + sizeof(uint32_t);
  const size_t padding = (kSegmentAlignment - length % kSegmentAlignment) % kSegmentAlignment;
  length += padding;
  RecordBytes out(kSegmentMagic);
  out.put(static_cast<uint32_t>(length));
  for (const char byte : fields) out.put(byte);
  for (size_t i = 0; i < padding; ++i) out.put('\0');
  EncodedSegmentHeader encoded{.bytes = std::move(out).sealed()};
  encoded.seed = crc32c(0, encoded.bytes.data(), encoded.bytes.size());
  return encoded;
}

Result<DecodedSegmentHeader> decode_segment_header(std::string_view file_begin) {
  constexpr size_t kFixed = kSegmentMagic.size() + sizeof(uint32_t);
  if (file_begin.size() < kFixed) return damaged("the segment's header is cut short");
  uint32_t length;
  std::memcpy(&length, file_begin.data() + kSegmentMagic.size(), sizeof(length));
  if (length > file_begin.size()) return damaged("the segment's header is cut short");
  file_begin = file_begin.substr(0, length);
  HW_ASSIGN_OR_RETURN(std::string_view body,
                      unsealed(file_begin, kSegmentMagic, "the segment's header"));
  body.remove_prefix(sizeof(uint32_t));
  RecordFields in(body);
  DecodedSegmentHeader decoded;
  decoded.header.segment = get_segment(in);
  decoded.header.partition = in.get_count64();
  decoded.header.created_ms = in.get<int64_t>();
  decoded.header.identity = get_identity(in);
  if (!in.ok()) return damaged("the segment's header has impossible contents");
  decoded.length = length;
  decoded.seed = crc32c(0, file_begin.data(), file_begin.size());
  return decoded;
}

std::string encode_frame_header(const FrameHeader& header, uint32_t seed) {
  const uint32_t flags = (header.is_mark ? kMark : 0) | (header.has_kinds ? kKinds : 0) |
                         (header.has_offsets ? kOffsets : 0);
  RecordBytes out;
  out.put(header.position);
  out.put(header.epoch);
  out.put(header.num_rows);
  out.put(header.schema_version);
  out.put(header.payload_bytes);
  out.put(header.payload_crc);
  out.put(flags);
  out.put(header.times.min);
  out.put(header.times.max);
  out.put(header.first_offset);
  std::string fields = std::move(out).sealed();
  fields.resize(fields.size() - sizeof(uint32_t));

  RecordBytes whole;
  whole.put(kFrameMagic);
  whole.put(crc32c(seed, fields.data(), fields.size()));
  std::string bytes = std::move(whole).sealed();
  bytes.resize(kCrcBegin);
  bytes += fields;
  HW_DCHECK(bytes.size() == kFrameHeaderBytes);
  return bytes;
}

Result<FrameHeader> decode_frame_header(std::string_view bytes, int64_t position, uint32_t seed) {
  if (bytes.size() < kFrameHeaderBytes) return damaged("a frame's header is cut short");
  bytes = bytes.substr(0, kFrameHeaderBytes);
  RecordFields in(bytes);
  const auto magic = in.get<uint32_t>();
  const auto crc = in.get<uint32_t>();
  if (magic != kFrameMagic ||
      crc != crc32c(seed, bytes.data() + kCrcBegin, bytes.size() - kCrcBegin)) {
    return damaged("a frame's header is damaged");
  }
  FrameHeader header;
  header.position = in.get<int64_t>();
  header.epoch = in.get<int64_t>();
  header.num_rows = in.get<uint32_t>();
  header.schema_version = in.get<uint32_t>();
  header.payload_bytes = in.get<int64_t>();
  header.payload_crc = in.get<uint32_t>();
  const auto flags = in.get<uint32_t>();
  header.times.min = in.get<int64_t>();
  header.times.max = in.get<int64_t>();
  header.first_offset = in.get<int64_t>();
  header.is_mark = (flags & kMark) != 0;
  header.has_kinds = (flags & kKinds) != 0;
  header.has_offsets = (flags & kOffsets) != 0;
  if (header.position != position) return damaged("a frame is misplaced");
  if ((flags & ~kFlagsKnown) != 0 || header.payload_bytes < 0 ||
      header.payload_bytes > kFramePayloadBytesMax ||
      header.payload_bytes % kSegmentAlignment != 0 || header.first_offset < 0) {
    return damaged("a frame's header has impossible contents");
  }
  return header;
}

}  // namespace hw
