// SPDX-License-Identifier: Apache-2.0

#include "log/segment_writer.h"

#include <utility>

#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <arrow/ipc/options.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>

#include "base/crc32c.h"
#include "base/env/env.h"
#include "log/topic_schema.h"

namespace hw {
namespace {

/// So much gathers before it is written.
constexpr size_t kPendingBytesMax = 1 << 20;

/// Appends to a string that belongs to somebody else.
class StringStream final : public arrow::io::OutputStream {
 public:
  explicit StringStream(std::string& out) : out_(out), begin_(out.size()) {}
  Status Write(const void* bytes, int64_t length) override {
    out_.append(static_cast<const char*>(bytes), static_cast<size_t>(length));
    return Status::OK();
  }
  using arrow::io::OutputStream::Write;
  Status Close() override { return Status::OK(); }
  bool closed() const override { return false; }
  Result<int64_t> Tell() const override { return static_cast<int64_t>(out_.size() - begin_); }

 private:
  std::string& out_;
  const size_t begin_;
};

/// Takes back what was appended to a string unless it is kept.
class Undo {
 public:
  explicit Undo(std::string& out) : out_(out), size_(out.size()) {}
  ~Undo() {
    if (!kept_) out_.resize(size_);
  }
  void keep() { kept_ = true; }

 private:
  std::string& out_;
  const size_t size_;
  bool kept_ = false;
};

Result<std::shared_ptr<arrow::RecordBatch>> to_record_batch(const Batch& batch,
                                                            const FrameFacts& facts) {
  arrow::ArrayVector arrays;
  for (const ColumnPtr& column : batch.columns()) {
    HW_ASSIGN_OR_RETURN(const ColumnPtr plain,
                        column->is_plain() ? Result<ColumnPtr>(column) : column->flattened());
    arrays.push_back(plain->to_arrow());
  }
  const FrameColumns extra{.kinds = batch.row_kinds() != nullptr,
                           .offsets = facts.offsets != nullptr};
  if (extra.kinds) {
    const std::vector<RowKind>& kinds = *batch.row_kinds();
    // Lives as long as the batch, which outlives the writing of the frame.
    auto bytes = std::make_shared<arrow::Buffer>(reinterpret_cast<const uint8_t*>(kinds.data()),
                                                 static_cast<int64_t>(kinds.size()));
    arrays.push_back(arrow::MakeArray(
        arrow::ArrayData::Make(arrow::int8(), batch.num_rows(), {nullptr, std::move(bytes)}, 0)));
  }
  if (extra.offsets) arrays.push_back(facts.offsets->to_arrow());
  return arrow::RecordBatch::Make(frame_schema(*batch.schema(), extra), batch.num_rows(),
                                  std::move(arrays));
}

}  // namespace

SegmentWriter::SegmentWriter(std::unique_ptr<AppendFile> file, SegmentHeader header, uint32_t seed,
                             arrow::MemoryPool* pool)
    : file_(std::move(file)),
      header_(std::move(header)),
      seed_(seed),
      pool_(pool),
      written_(file_->size()) {}

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::create(Env& env, const std::string& folder,
                                                             const SegmentHeader& header,
                                                             arrow::MemoryPool* pool) {
  const std::string path = folder + "/" + header.segment.file_name();
  HW_ASSIGN_OR_RETURN(std::unique_ptr<AppendFile> file, env.open_append(path));
  if (file->size() != 0) return Status::AlreadyExists("segment '", path, "' exists already");
  const EncodedSegmentHeader encoded = encode_segment_header(header);
  const Status written = file->append(encoded.bytes);
  if (!written.ok()) {
    // Left empty the name may be used again.
    HW_TRY(file->truncate(0));
    return written;
  }
  return std::unique_ptr<SegmentWriter>(
      new SegmentWriter(std::move(file), header, encoded.seed, pool));
}

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::resume(Env& env, const std::string& path,
                                                             const DecodedSegmentHeader& header,
                                                             int64_t end, arrow::MemoryPool* pool) {
  HW_ASSIGN_OR_RETURN(std::unique_ptr<AppendFile> file, env.open_append(path));
  if (file->size() > end) HW_TRY(file->truncate(end));
  return std::unique_ptr<SegmentWriter>(
      new SegmentWriter(std::move(file), header.header, header.seed, pool));
}

Status SegmentWriter::make_room() {
  HW_TRY(dead_);
  return pending_.size() >= kPendingBytesMax ? flush() : Status::OK();
}

Status SegmentWriter::append(const Batch& rows, const FrameFacts& facts) {
  HW_TRY(make_room());
  HW_ASSIGN_OR_RETURN(const Batch batch, rows.compacted());
  HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::RecordBatch> arrow_batch,
                      to_record_batch(batch, facts));
  FrameHeader header;
  header.position = size();
  header.num_rows = static_cast<uint32_t>(batch.num_rows());
  header.schema_version = facts.schema_version;
  header.has_kinds = batch.row_kinds() != nullptr;
  header.has_offsets = facts.offsets != nullptr;
  if (header.has_offsets) header.first_offset = facts.offsets->value<int64_t>(0);
  header.times = facts.times;

  arrow::ipc::IpcWriteOptions options = arrow::ipc::IpcWriteOptions::Defaults();
  options.memory_pool = pool_;
  options.use_threads = false;
  arrow::ipc::IpcPayload payload;
  HW_TRY(arrow::ipc::GetRecordBatchPayload(*arrow_batch, options, &payload));
  Undo undo(pending_);
  const size_t begin = pending_.size();
  pending_.append(kFrameHeaderBytes, '\0');
  StringStream stream(pending_);
  int32_t metadata_length = 0;
  HW_TRY(arrow::ipc::WriteIpcPayload(payload, options, &stream, &metadata_length));
  const size_t body = begin + kFrameHeaderBytes;
  const size_t odd = (pending_.size() - body) % kSegmentAlignment;
  if (odd != 0) pending_.append(kSegmentAlignment - odd, '\0');
  header.payload_bytes = static_cast<int64_t>(pending_.size() - body);
  if (header.payload_bytes > kFramePayloadBytesMax) {
    return Status::CapacityError("a batch of the log has at most ", kFramePayloadBytesMax,
                                 " bytes, but one has ", header.payload_bytes);
  }
  header.payload_crc = crc32c(seed_, pending_.data() + body, pending_.size() - body);
  pending_.replace(begin, kFrameHeaderBytes, encode_frame_header(header, seed_));
  undo.keep();
  return Status::OK();
}

Status SegmentWriter::append_mark(int64_t epoch) {
  HW_TRY(make_room());
  FrameHeader header;
  header.position = size();
  header.epoch = epoch;
  header.is_mark = true;
  header.payload_crc = seed_;
  pending_ += encode_frame_header(header, seed_);
  return Status::OK();
}

Status SegmentWriter::flush() {
  HW_TRY(dead_);
  if (pending_.empty()) return Status::OK();
  const Status written = file_->append(pending_);
  if (!written.ok()) {
    const Status cut = file_->truncate(written_);
    if (!cut.ok()) dead_ = cut;
    return written;
  }
  written_ += static_cast<int64_t>(pending_.size());
  pending_.clear();
  return Status::OK();
}

Status SegmentWriter::sync() {
  HW_TRY(flush());
  dead_ = file_->sync();
  return dead_;
}

}  // namespace hw
