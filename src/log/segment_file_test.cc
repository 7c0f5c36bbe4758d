// SPDX-License-Identifier: Apache-2.0

#include "log/segment_file.h"

#include <cstring>
#include <string>

#include <arrow/buffer.h>
#include <arrow/filesystem/mockfs.h>
#include <arrow/ipc/options.h>
#include <arrow/ipc/writer.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <gtest/gtest.h>

#include "base/crc32c.h"
#include "columnar/literal.h"
#include "columnar/type_parser.h"

namespace hw {
namespace {

constexpr SegmentId kSegment{.writer = 2, .sequence = 1};
constexpr int64_t kRows = 8;

/// The message of a record batch whose values lie `shift` bytes behind where an aligned one has
/// them: its metadata is that much longer.
std::string message(int32_t shift) {
  std::string text;
  for (int64_t i = 0; i < kRows; ++i) text += (i == 0 ? "+ " : " | + ") + std::to_string(i) + " ab";
  const Batch batch = *parse_batch(*parse_schema("n BIGINT, s STRING"), text);
  arrow::ArrayVector arrays;
  for (const ColumnPtr& column : batch.columns()) arrays.push_back(column->to_arrow());
  const auto rows = arrow::RecordBatch::Make(batch.schema()->to_arrow(), kRows, arrays);
  std::string bytes =
      (*arrow::ipc::SerializeRecordBatch(*rows, arrow::ipc::IpcWriteOptions::Defaults()))
          ->ToString();
  int32_t length = 0;  // of the metadata, behind a word that says that it follows
  std::memcpy(&length, bytes.data() + 4, sizeof length);
  bytes.insert(8 + static_cast<size_t>(length), static_cast<size_t>(shift), '\0');
  length += shift;
  std::memcpy(bytes.data() + 4, &length, sizeof length);
  bytes.resize((bytes.size() + 7) / 8 * 8);
  return bytes;
}

std::string segment_of(const std::string& payload) {
  const EncodedSegmentHeader header = encode_segment_header({.segment = kSegment});
  const FrameHeader frame{.position = static_cast<int64_t>(header.bytes.size()),
                          .num_rows = kRows,
                          .schema_version = 1,
                          .payload_bytes = static_cast<int64_t>(payload.size()),
                          .payload_crc = crc32c(header.seed, payload.data(), payload.size()),
                          .has_kinds = false,
                          .has_offsets = false};
  return header.bytes + encode_frame_header(frame, header.seed) + payload;
}

Result<SegmentFrame> read(const std::string& bytes) {
  arrow::fs::internal::MockFileSystem files{arrow::fs::TimePoint()};
  HW_TRY(files.CreateFile("segment", bytes));
  HW_ASSIGN_OR_RETURN(const auto file, SegmentFile::open(files, "segment", 0, kSegment,
                                                         arrow::system_memory_pool()));
  const auto end = static_cast<int64_t>(bytes.size());
  HW_ASSIGN_OR_RETURN(const FrameHeader header,
                      file->read_header({.position = file->header().length, .end = end}));
  return file->read_frame(header, end, *parse_schema("n BIGINT, s STRING"), /*full_checks=*/true);
}

TEST(SegmentFileTest, ABodyBehindOddMetadataIsReadAligned) {
  for (const int32_t shift : {0, 4}) {
    const Result<SegmentFrame> frame = read(segment_of(message(shift)));
    ASSERT_TRUE(frame.ok()) << frame.status().ToString();
    const Column& numbers = *frame->batch.column(0);
    const int64_t* values = numbers.data<int64_t>();
    EXPECT_EQ(reinterpret_cast<uintptr_t>(values) % alignof(int64_t), 0u) << shift;
    EXPECT_EQ(values[1], 1);
    EXPECT_EQ(frame->batch.column(1)->value<std::string_view>(7), "ab");
  }
}

}  // namespace
}  // namespace hw
