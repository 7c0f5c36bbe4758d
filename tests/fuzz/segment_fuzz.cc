// SPDX-License-Identifier: Apache-2.0
//
// Any bytes are a segment of the log, or an error. The first byte of an input says how the rest is
// taken: as a whole file; or as payloads, each behind its length, that are put into frames whose
// headers and checksums are right, since most random files would not get past those.

// libraries: base columnar
// sources: src/log/segment_f*.cc src/log/topic_schema.cc src/log/topic_state.cc
// sources: src/log/record_fields.cc src/log/log_error.cc src/log/topic_options.cc
// sources: src/log/small_file.cc

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <arrow/filesystem/mockfs.h>
#include <arrow/memory_pool.h>

#include "base/crc32c.h"
#include "columnar/text/type_text.h"
#include "columnar/type_parser.h"
#include "log/segment_file.h"

namespace hw {
namespace {

constexpr SegmentId kSegment{.writer = 2, .sequence = 1};

// Frames of these payloads. A byte before each length says how many rows, and what flags.
std::string framed(std::string_view input) {
  const EncodedSegmentHeader header = encode_segment_header({.segment = kSegment});
  std::string file = header.bytes;
  while (input.size() > 3) {
    const auto flags = static_cast<uint8_t>(input[0]);
    const size_t length = static_cast<uint8_t>(input[1]) + 256 * static_cast<uint8_t>(input[2]);
    input.remove_prefix(3);
    std::string payload(input.substr(0, std::min(length, input.size())));
    input.remove_prefix(payload.size());
    payload.resize((payload.size() + 7) / 8 * 8);
    const FrameHeader frame{.position = static_cast<int64_t>(file.size()),
                            .num_rows = static_cast<uint32_t>(flags >> 2),
                            .schema_version = 1,
                            .payload_bytes = static_cast<int64_t>(payload.size()),
                            .payload_crc = crc32c(header.seed, payload.data(), payload.size()),
                            .has_kinds = (flags & 1) != 0,
                            .has_offsets = (flags & 2) != 0};
    file += encode_frame_header(frame, header.seed) + payload;
  }
  return file;
}

void read_all(std::string_view bytes) {
  static const SchemaPtr& schema = *new SchemaPtr(*parse_schema("n BIGINT, s STRING"));
  arrow::fs::internal::MockFileSystem files{arrow::fs::TimePoint()};
  if (!files.CreateFile("segment", bytes).ok()) std::abort();
  const auto file = SegmentFile::open(files, "segment", 0, kSegment, arrow::system_memory_pool());
  if (!file.ok()) return;
  const auto end = static_cast<int64_t>(bytes.size());
  const auto last = (*file)->end_of_frames((*file)->header().length);
  if (last.ok() && *last > end) std::abort();
  for (int64_t position = (*file)->header().length; position < end;) {
    const auto header = (*file)->read_header({.position = position, .end = end});
    if (!header.ok()) return;
    if (header->frame_bytes() <= 0) std::abort();
    position += header->frame_bytes();
    if (header->is_mark) continue;
    const auto frame = (*file)->read_frame(*header, end, schema, /*full_checks=*/true);
    if (!frame.ok()) continue;
    // What passed the checks can be looked at.
    for (int64_t row = 0; row < frame->batch.num_rows(); ++row) {
      for (const ColumnPtr& column : frame->batch.columns()) (void)value_text(*column, row);
      (void)frame->batch.row_kind(row);
    }
  }
}

}  // namespace
}  // namespace hw

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  hw::read_all((data[0] & 1) != 0 ? hw::framed(input) : std::string(input));
  return 0;
}
