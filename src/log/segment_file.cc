// SPDX-License-Identifier: Apache-2.0

#include "log/segment_file.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/dictionary.h>
#include <arrow/ipc/message.h>
#include <arrow/ipc/options.h>
#include <arrow/ipc/reader.h>
#include <arrow/record_batch.h>

#include "base/crc32c.h"
#include "columnar/arrow_ipc.h"
#include "log/log_error.h"
#include "log/small_file.h"
#include "log/topic_schema.h"

namespace hw {
namespace {

std::string_view view(const arrow::Buffer& buffer) {
  return {reinterpret_cast<const char*>(buffer.data()), static_cast<size_t>(buffer.size())};
}

Status damaged_at(const std::string& path, int64_t position, std::string_view what) {
  return log_error(LogErrorKind::kDamaged, "segment '" + path + "' is damaged at byte " +
                                               std::to_string(position) + ": " + std::string(what));
}

/// A folder that is not there just now is no damage: what cannot be opened may come back.
Result<std::shared_ptr<arrow::io::RandomAccessFile>> open_file(arrow::fs::FileSystem& files,
                                                               const std::string& path) {
  auto file = files.OpenInputFile(path);
  if (file.ok()) return file;
  const Result<bool> there = file_exists(files, path);
  if (there.ok() && !*there) return Status::IOError("segment '", path, "' is missing");
  return file.status();
}

Result<RowKindsPtr> kinds_of(const arrow::Array& array) {
  const auto& values = static_cast<const arrow::Int8Array&>(array);
  auto kinds = std::make_shared<std::vector<RowKind>>(static_cast<size_t>(array.length()));
  if (!kinds->empty()) std::memcpy(kinds->data(), values.raw_values(), kinds->size());
  const bool known = std::all_of(kinds->begin(), kinds->end(), [](RowKind kind) {
    return kind >= RowKind::kInsert && kind <= RowKind::kDelete;
  });
  if (!known || array.null_count() > 0) return Status::Invalid("a row kind is none");
  return RowKindsPtr(std::move(kinds));
}

}  // namespace

SegmentFile::SegmentFile(std::shared_ptr<arrow::io::RandomAccessFile> file, std::string path,
                         DecodedSegmentHeader header, arrow::MemoryPool* pool)
    : file_(std::move(file)), path_(std::move(path)), header_(std::move(header)), pool_(pool) {}

SegmentFile::~SegmentFile() = default;

Result<std::unique_ptr<SegmentFile>> SegmentFile::open(arrow::fs::FileSystem& files,
                                                       const std::string& path, int64_t partition,
                                                       SegmentId segment, arrow::MemoryPool* pool) {
  HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::io::RandomAccessFile> file, open_file(files, path));
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Buffer> begin,
                      file->ReadAt(0, kSegmentHeaderBytesMax));
  const Result<DecodedSegmentHeader> header = decode_segment_header(view(*begin));
  if (!header.ok()) return while_doing(header.status(), "reading '" + path + "'");
  if (header->header.segment != segment || header->header.partition != partition) {
    return damaged_at(path, 0, "it is another segment");
  }
  return std::unique_ptr<SegmentFile>(new SegmentFile(std::move(file), path, *header, pool));
}

Result<int64_t> SegmentFile::size() { return file_->GetSize(); }

Result<std::shared_ptr<arrow::Buffer>> SegmentFile::bytes_at(Place place, int64_t length,
                                                             int64_t block_bytes) {
  if (length > place.end - place.position) {
    return damaged_at(path_, place.position, "a frame reaches over its extent");
  }
  const int64_t block_end = block_ ? block_begin_ + block_->size() : 0;
  if (!block_ || place.position < block_begin_ || place.position + length > block_end) {
    const int64_t wanted = std::min(std::max(length, block_bytes), place.end - place.position);
    Result<std::shared_ptr<arrow::Buffer>> read = file_->ReadAt(place.position, wanted);
    if (!read.ok()) {
      // Some storages read nothing behind the end of a file, others fail.
      const bool behind_end = place.position >= file_->GetSize().ValueOr(0);
      return behind_end ? damaged_at(path_, place.position, "it is cut short") : read.status();
    }
    block_ = *std::move(read);
    block_begin_ = place.position;
    if (block_->size() < length) return damaged_at(path_, place.position, "it is cut short");
  }
  return arrow::SliceBuffer(block_, place.position - block_begin_, length);
}

Result<FrameHeader> SegmentFile::header_at(Place place, int64_t block_bytes) {
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Buffer> bytes,
                      bytes_at(place, kFrameHeaderBytes, block_bytes));
  Result<FrameHeader> header = decode_frame_header(view(*bytes), place.position, header_.seed);
  if (!header.ok()) return damaged_at(path_, place.position, header.status().message());
  if (header->frame_bytes() > place.end - place.position) {
    return damaged_at(path_, place.position, "a frame reaches over its extent");
  }
  return header;
}

Result<SegmentFrame> SegmentFile::read_frame(const FrameHeader& header, int64_t end,
                                             const SchemaPtr& schema, bool full_checks) {
  const Place place{.position = header.position + kFrameHeaderBytes, .end = end};
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Buffer> payload,
                      bytes_at(place, header.payload_bytes));
  const uint32_t crc = crc32c(header_.seed, payload->data(), static_cast<size_t>(payload->size()));
  if (crc != header.payload_crc) {
    return damaged_at(path_, header.position, "the checksum of a frame does not fit");
  }
  Result<SegmentFrame> frame = decode(header, payload, schema, full_checks);
  if (!frame.ok()) return damaged_at(path_, header.position, frame.status().message());
  return frame;
}

Result<SegmentFrame> SegmentFile::decode(const FrameHeader& header,
                                         const std::shared_ptr<arrow::Buffer>& payload,
                                         const SchemaPtr& schema, bool full_checks) const {
  arrow::io::BufferReader stream(payload);
  HW_ASSIGN_OR_RETURN(const std::unique_ptr<arrow::ipc::Message> message,
                      arrow::ipc::ReadMessage(&stream, pool_));
  if (message == nullptr) return Status::Invalid("no record batch");
  arrow::ipc::DictionaryMemo dictionaries;
  const FrameColumns extra{.kinds = header.has_kinds, .offsets = header.has_offsets};
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::RecordBatch> rows,
                      arrow::ipc::ReadRecordBatch(*message, frame_schema(*schema, extra),
                                                  &dictionaries, ipc_read_options(pool_)));
  if (rows->num_rows() != header.num_rows) return Status::Invalid("another number of rows");
  HW_TRY(full_checks ? rows->ValidateFull() : rows->Validate());
  std::vector<ColumnPtr> columns;
  for (int c = 0; c < schema->num_fields(); ++c) {
    HW_ASSIGN_OR_RETURN(ColumnPtr column, Column::from_arrow(schema->type(c), *rows->column(c)));
    columns.push_back(std::move(column));
  }
  int next = schema->num_fields();
  RowKindsPtr kinds;
  if (extra.kinds) {
    HW_ASSIGN_OR_RETURN(kinds, kinds_of(*rows->column(next)));
    ++next;
  }
  SegmentFrame frame;
  frame.batch = Batch(schema, std::move(columns), rows->num_rows(), std::move(kinds));
  if (extra.offsets) {
    HW_ASSIGN_OR_RETURN(frame.offsets,
                        Column::from_arrow(SqlType::bigint().not_null(), *rows->column(next)));
  }
  return frame;
}

Result<int64_t> SegmentFile::end_of_frames(int64_t from) {
  HW_ASSIGN_OR_RETURN(const int64_t size, file_->GetSize());
  int64_t position = from;
  block_ = nullptr;
  while (position + kFrameHeaderBytes <= size) {
    const auto header = read_header({.position = position, .end = size});
    if (!header.ok()) {
      if (log_error_of(header.status()) != LogErrorKind::kDamaged) return header.status();
      break;
    }
    HW_ASSIGN_OR_RETURN(
        const std::shared_ptr<arrow::Buffer> payload,
        bytes_at({.position = position + kFrameHeaderBytes, .end = size}, header->payload_bytes));
    const uint32_t crc =
        crc32c(header_.seed, payload->data(), static_cast<size_t>(payload->size()));
    if (crc != header->payload_crc) break;
    position += header->frame_bytes();
  }
  block_ = nullptr;
  return position;
}

}  // namespace hw
