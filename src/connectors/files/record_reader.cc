// SPDX-License-Identifier: Apache-2.0
//
// Reads row formats from files: blocks of bytes go to the decoder, the unread rest is carried over
// to the next block, and a record longer than a block makes the block grow.

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include <arrow/filesystem/filesystem.h>
#include <arrow/io/compressed.h>
#include <arrow/io/interfaces.h>
#include <arrow/util/compression.h>

#include "base/env/env.h"
#include "connectors/files/file_source.h"
#include "connectors/packing/packed_bytes.h"
#include "runtime/reads_in_parts.h"

namespace hw {
namespace {

// Large enough that a system call costs nothing, small enough for the second-level cache.
constexpr int64_t kBlockBytes = 512 << 10;
// A record that does not end within this is a mistake, not a record.
constexpr int64_t kRecordBytesMax = int64_t{1} << 30;
// Decoders may read this far beyond a block.
constexpr int64_t kPadding = 64;
constexpr int kReadsPerPoll = 5;
constexpr uint8_t kVersion = 1;

/// The codec of a compressed file, or nothing.
Result<std::unique_ptr<arrow::util::Codec>> codec_of(const std::string& path) {
  const size_t dot = path.rfind('.');
  const std::string extension = dot == std::string::npos ? "" : path.substr(dot + 1);
  arrow::Compression::type type = arrow::Compression::UNCOMPRESSED;
  if (extension == "gz" || extension == "gzip") type = arrow::Compression::GZIP;
  if (extension == "zst") type = arrow::Compression::ZSTD;
  if (extension == "bz2") type = arrow::Compression::BZ2;
  if (extension == "xz" || extension == "deflate") {
    return not_supported_yet("files compressed with ." + extension + " ('" + path + "')");
  }
  if (type == arrow::Compression::UNCOMPRESSED) return std::unique_ptr<arrow::util::Codec>();
  return arrow::util::Codec::Create(type);
}

/// Where the part begins: behind the first line break at or behind its share of the bytes.
Result<int64_t> begin_of_part(arrow::io::RandomAccessFile& file, const FileEntry& entry, int part) {
  if (part == 0) return 0;
  if (part == entry.parts) return INT64_MAX;
  // The break before the share's first byte counts too.
  int64_t at = entry.size / entry.parts * part - 1;
  std::string bytes(4 << 10, ' ');
  while (true) {
    HW_ASSIGN_OR_RETURN(const int64_t read,
                        file.ReadAt(at, static_cast<int64_t>(bytes.size()), bytes.data()));
    if (read == 0) return at;
    const void* found = std::memchr(bytes.data(), '\n', static_cast<size_t>(read));
    if (found != nullptr) return at + (static_cast<const char*>(found) - bytes.data()) + 1;
    at += read;
  }
}

class RecordReader final : public SplitReader {
 public:
  RecordReader(std::shared_ptr<const FileScan> scan, std::vector<FileEntry> files,
               FileColumns columns, std::unique_ptr<Decoder> decoder, const SourceContext& context)
      : scan_(std::move(scan)),
        files_(std::move(files)),
        env_(*context.env),
        pool_(context.memory_pool == nullptr ? env_.memory_pool() : context.memory_pool),
        columns_(std::move(columns)),
        decoder_(std::move(decoder)),
        limit_(scan_->request.limit) {}

  Result<Flow> poll(Output& output) override;
  Result<std::string> position() const override;
  Status seek(const std::string& position) override;
  ReadProgress progress() const override;

 private:
  Status open_file();
  /// Finds the bytes of the part that is meant.
  Status choose_part(const FileEntry& file);
  static int64_t bytes_of(const FileEntry& file) { return file.size / file.parts; }
  void close_file();
  Status read_more();
  Status skip_to(int64_t offset);
  /// Returns true when the position moved.
  Result<bool> decode(Output& output);

  // Constant after construction.
  const std::shared_ptr<const FileScan> scan_;
  const std::vector<FileEntry> files_;
  Env& env_;
  arrow::MemoryPool* const pool_;

  FileColumns columns_;
  std::unique_ptr<Decoder> decoder_;
  std::optional<int64_t> limit_;
  size_t file_ = 0;
  std::shared_ptr<arrow::io::InputStream> raw_;
  std::unique_ptr<arrow::util::Codec> codec_;
  std::shared_ptr<arrow::io::InputStream> text_;  // null = no file is open
  std::string block_;                             // [begin_, end_) is not decoded yet
  int64_t begin_ = 0;
  int64_t end_ = 0;
  bool file_ended_ = false;
  int64_t part_begin_ = 0;
  int64_t part_end_ = INT64_MAX;
  std::string origin_;  // for messages
  int64_t offset_ = 0;  // of begin_ in the file's text
  int64_t line_ = 1;
  int64_t bytes_of_files_done_ = 0;
};

Status RecordReader::open_file() {
  const FileEntry& file = files_[file_];
  HW_TRY(columns_.begin_file(file, scan_->default_partition, env_));
  HW_ASSIGN_OR_RETURN(codec_, codec_of(file.path));
  HW_ASSIGN_OR_RETURN(const Env::Location location, env_.locate(scan_->list.path));
  const auto failed = [&](const Status& status) {
    return Status::IOError("cannot open '", file.shown, "': ", status.message());
  };
  if (file.parts > 1) {
    auto opened = location.files->OpenInputFile(file.path);
    if (!opened.ok()) return failed(opened.status());
    raw_ = *std::move(opened);
  } else {
    auto opened = location.files->OpenInputStream(file.path);
    if (!opened.ok()) return failed(opened.status());
    raw_ = *std::move(opened);
  }
  text_ = raw_;
  if (codec_ != nullptr) {
    HW_ASSIGN_OR_RETURN(text_, arrow::io::CompressedInputStream::Make(codec_.get(), raw_, pool_));
  }
  if (block_.empty()) block_.resize(static_cast<size_t>(kBlockBytes + kPadding));
  begin_ = end_ = offset_ = 0;
  line_ = 1;
  file_ended_ = false;
  return choose_part(file);
}

Status RecordReader::choose_part(const FileEntry& file) {
  part_begin_ = 0;
  part_end_ = INT64_MAX;
  origin_ = file.shown;
  if (file.parts == 1) return Status::OK();
  const auto* lines = dynamic_cast<const DecodesLines*>(decoder_.get());
  const auto whole = std::dynamic_pointer_cast<arrow::io::RandomAccessFile>(raw_);
  if (codec_ != nullptr || lines == nullptr || !lines->lines_stand_alone()) {
    // Then the first part is all of it.
    if (file.part > 0) part_end_ = 0;
    return Status::OK();
  }
  HW_ASSIGN_OR_RETURN(part_begin_, begin_of_part(*whole, file, file.part));
  HW_ASSIGN_OR_RETURN(part_end_, begin_of_part(*whole, file, file.part + 1));
  if (part_begin_ > 0) origin_ += " from byte " + std::to_string(part_begin_);
  offset_ = part_begin_;
  return whole->Seek(part_begin_);
}

void RecordReader::close_file() {
  bytes_of_files_done_ += bytes_of(files_[file_]);
  text_.reset();
  raw_.reset();
  codec_.reset();
  ++file_;
  // A record that was longer than usual does not keep its block.
  if (static_cast<int64_t>(block_.size()) > 8 * kBlockBytes) {
    block_.clear();
    block_.shrink_to_fit();
  }
}

/// Moves the unread rest to the front and fills up behind it; grows when the rest fills the block.
Status RecordReader::read_more() {
  const int64_t rest = end_ - begin_;
  std::memmove(block_.data(), block_.data() + begin_, static_cast<size_t>(rest));
  begin_ = 0;
  end_ = rest;
  int64_t capacity = static_cast<int64_t>(block_.size()) - kPadding;
  if (rest > capacity / 2) {
    if (capacity >= kRecordBytesMax) {
      return Status::SerializationError("a record has at most 1 GiB, but the one at ",
                                        files_[file_].shown, ", line ", line_,
                                        " does not end within that");
    }
    capacity *= 2;
    block_.resize(static_cast<size_t>(capacity + kPadding));
  }
  const int64_t left = std::max<int64_t>(0, part_end_ - (offset_ + rest));
  auto read = text_->Read(std::min(capacity - end_, left), block_.data() + end_);
  if (!read.ok()) {
    return Status::IOError("cannot read '", files_[file_].shown, "': ", read.status().message());
  }
  end_ += *read;
  file_ended_ = *read == 0;
  return Status::OK();
}

Result<bool> RecordReader::decode(Output& output) {
  const RecordPlace place{.origin = origin_, .line = line_};
  const std::string_view block(block_.data() + begin_, static_cast<size_t>(end_ - begin_));
  HW_ASSIGN_OR_RETURN(const int64_t consumed, decoder_->decode_block(block, file_ended_, place));
  begin_ += consumed;
  offset_ += consumed;
  line_ += decoder_->lines_consumed();
  if (decoder_->num_rows() > 0) {
    HW_ASSIGN_OR_RETURN(const Batch batch, decoder_->take());
    emit_rows(columns_.assemble(batch), &limit_, output);
    return true;
  }
  if (consumed > 0) return true;
  if (!file_ended_) {
    HW_TRY(read_more());
    return false;
  }
  if (begin_ < end_) {
    return Status::UnknownError("the format '", scan_->format->name, "' left ", end_ - begin_,
                                " bytes at the end of '", files_[file_].shown, "'");
  }
  close_file();
  return true;
}

Result<Flow> RecordReader::poll(Output& output) {
  if (file_ == files_.size() || (limit_ && *limit_ == 0)) return Flow::kFinished;
  if (text_ == nullptr) {
    HW_TRY(open_file());
    HW_TRY(read_more());
  }
  // A poll gets on if a few blocks are enough for that; longer records take several polls.
  bool moved = false;
  for (int reads = 0; reads < kReadsPerPoll && !moved; ++reads) {
    HW_ASSIGN_OR_RETURN(moved, decode(output));
  }
  return file_ == files_.size() ? Flow::kFinished : Flow::kNeedInput;
}

Result<std::string> RecordReader::position() const {
  PackedWriter writer(kVersion);
  writer.number(static_cast<int64_t>(file_));
  writer.number(text_ == nullptr ? 0 : offset_);
  writer.number(text_ == nullptr ? 1 : line_);
  writer.number(limit_.value_or(-1));
  writer.text(text_ == nullptr ? std::string() : decoder_->file_state());
  return writer.finish();
}

Status RecordReader::skip_to(int64_t offset) {
  if (codec_ == nullptr) {
    if (const auto seekable = std::dynamic_pointer_cast<arrow::io::RandomAccessFile>(raw_)) {
      return seekable->Seek(offset);
    }
  }
  while (offset > 0) {
    const int64_t wanted = std::min(offset, kBlockBytes);
    HW_ASSIGN_OR_RETURN(const int64_t read, text_->Read(wanted, block_.data()));
    if (read == 0) {
      return Status::IOError("'", files_[file_].shown,
                             "' is shorter than when the checkpoint was taken");
    }
    offset -= read;
  }
  return Status::OK();
}

Status RecordReader::seek(const std::string& position) {
  PackedReader reader(position, kVersion);
  const int64_t file = reader.number();
  const int64_t offset = reader.number();
  const int64_t line = reader.number();
  const int64_t limit = reader.number();
  const std::string state = reader.text();
  HW_TRY(reader.finish("the position of a file split"));
  if (file < 0 || file > static_cast<int64_t>(files_.size()) || offset < 0) {
    return Status::SerializationError("the position of a file split lies outside of it");
  }
  text_.reset();
  file_ = static_cast<size_t>(file);
  if (limit >= 0) limit_ = limit;
  bytes_of_files_done_ = 0;
  for (size_t i = 0; i < file_; ++i) bytes_of_files_done_ += bytes_of(files_[i]);
  if (offset == 0 || file_ == files_.size()) return Status::OK();
  HW_TRY(open_file());
  HW_TRY(skip_to(offset));
  offset_ = offset;
  line_ = line;
  HW_TRY(decoder_->restore_file_state(state));
  return read_more();
}

ReadProgress RecordReader::progress() const {
  ReadProgress progress;
  for (const FileEntry& file : files_) progress.bytes_total += bytes_of(file);
  progress.bytes_done = bytes_of_files_done_;
  if (text_ != nullptr) {
    const int64_t size = bytes_of(files_[file_]);
    const int64_t here = codec_ == nullptr ? offset_ - part_begin_ : raw_->Tell().ValueOr(0);
    progress.bytes_done += std::min(here, size);
  }
  return progress;
}

}  // namespace

Result<std::unique_ptr<SplitReader>> make_record_reader(std::shared_ptr<const FileScan> scan,
                                                        std::vector<FileEntry> files,
                                                        const SourceContext& context) {
  HW_ASSIGN_OR_RETURN(FileColumns columns, FileColumns::make(scan->request));
  HW_ASSIGN_OR_RETURN(
      std::unique_ptr<Decoder> decoder,
      scan->format->decoder(columns.decoder_request(context), scan->format_options));
  return std::make_unique<RecordReader>(std::move(scan), std::move(files), std::move(columns),
                                        std::move(decoder), context);
}

}  // namespace hw
