// SPDX-License-Identifier: Apache-2.0
//
// Reads files of bulk formats one after the other.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>

#include "base/env/env.h"
#include "connectors/files/file_source.h"
#include "connectors/packing/packed_bytes.h"
#include "runtime/reads_in_parts.h"

namespace hw {
namespace {

constexpr uint8_t kVersion = 1;

class BulkFileReader final : public SplitReader {
 public:
  BulkFileReader(std::shared_ptr<const FileScan> scan, std::vector<FileEntry> files,
                 FileColumns columns, const SourceContext& context)
      : scan_(std::move(scan)),
        files_(std::move(files)),
        env_(*context.env),
        columns_(std::move(columns)),
        request_(columns_.decoder_request(context)),
        limit_(scan_->request.limit) {}

  Result<Flow> poll(Output& output) override {
    if (file_ == files_.size() || (limit_ && *limit_ == 0)) return Flow::kFinished;
    if (reader_ == nullptr) HW_TRY(open_file());
    HW_ASSIGN_OR_RETURN(Batch batch, next_of_part());
    if (!batch.empty()) {
      emit_rows(columns_.assemble(batch), &limit_, output);
      return Flow::kNeedInput;
    }
    bytes_of_files_done_ += bytes_of(files_[file_]);
    reader_.reset();
    ++file_;
    return file_ == files_.size() ? Flow::kFinished : Flow::kNeedInput;
  }

  Result<std::string> position() const override {
    PackedWriter writer(kVersion);
    writer.number(static_cast<int64_t>(file_));
    writer.number(reader_ == nullptr ? 0 : reader_->rows_read());
    writer.number(limit_.value_or(-1));
    return writer.finish();
  }

  Status seek(const std::string& position) override {
    PackedReader packed(position, kVersion);
    const int64_t file = packed.number();
    const int64_t rows = packed.number();
    const int64_t limit = packed.number();
    HW_TRY(packed.finish("the position of a file split"));
    if (file < 0 || file > static_cast<int64_t>(files_.size()) || rows < 0) {
      return Status::SerializationError("the position of a file split lies outside of it");
    }
    reader_.reset();
    file_ = static_cast<size_t>(file);
    if (limit >= 0) limit_ = limit;
    bytes_of_files_done_ = 0;
    for (size_t i = 0; i < file_; ++i) bytes_of_files_done_ += bytes_of(files_[i]);
    if (rows == 0 || file_ == files_.size()) return Status::OK();
    HW_TRY(open_file());
    return reader_->skip_to(rows);
  }

  ReadProgress progress() const override {
    ReadProgress progress{.bytes_done = bytes_of_files_done_};
    for (const FileEntry& file : files_) progress.bytes_total += bytes_of(file);
    if (reader_ != nullptr) {
      const int64_t size = files_[file_].size;
      const int64_t before = size / files_[file_].parts * files_[file_].part;
      progress.bytes_done +=
          std::clamp<int64_t>(reader_->progress().bytes_done - before, 0, bytes_of(files_[file_]));
    }
    return progress;
  }

 private:
  static int64_t bytes_of(const FileEntry& file) { return file.size / file.parts; }

  /// Rows of the file's part that is meant; empty at its end.
  Result<Batch> next_of_part() {
    if (end_row_ && reader_->rows_read() >= *end_row_) return Batch();
    HW_ASSIGN_OR_RETURN(Batch batch, reader_->next());
    if (!end_row_ || reader_->rows_read() <= *end_row_) return batch;
    return batch.slice(0, batch.num_rows() - (reader_->rows_read() - *end_row_));
  }

  /// Parts are groups of what the reader calls parts, of about as many rows each.
  Status choose_part(const FileEntry& file) {
    end_row_.reset();
    if (file.parts == 1) return Status::OK();
    const auto* in_parts = dynamic_cast<const ReadsInParts*>(reader_.get());
    if (in_parts == nullptr) {
      // Then the first one is all of it.
      if (file.part > 0) end_row_ = 0;
      return Status::OK();
    }
    const std::vector<int64_t>& rows = in_parts->part_rows();
    int64_t all = 0;
    for (const int64_t count : rows) all += count;
    const auto end_of = [&](int part) {
      int64_t end = 0;
      for (const int64_t count : rows) {
        if ((end + count / 2) * file.parts >= all * part) break;
        end += count;
      }
      return part == file.parts ? all : end;
    };
    end_row_ = end_of(file.part + 1);
    return reader_->skip_to(end_of(file.part));
  }

  Status open_file() {
    const FileEntry& file = files_[file_];
    HW_TRY(columns_.begin_file(file, scan_->default_partition, env_));
    HW_ASSIGN_OR_RETURN(const Env::Location location, env_.locate(scan_->list.path));
    auto opened = location.files->OpenInputFile(file.path);
    if (!opened.ok()) {
      return Status::IOError("cannot open '", file.shown, "': ", opened.status().message());
    }
    HW_ASSIGN_OR_RETURN(reader_, scan_->format->bulk_reader(*std::move(opened), file.shown,
                                                            request_, scan_->format_options));
    return choose_part(file);
  }

  // Constant after construction.
  const std::shared_ptr<const FileScan> scan_;
  const std::vector<FileEntry> files_;
  Env& env_;

  FileColumns columns_;
  const DecoderRequest request_;
  std::optional<int64_t> limit_;
  size_t file_ = 0;
  std::unique_ptr<BulkReader> reader_;
  std::optional<int64_t> end_row_;  // of the file's part; none: the file's end
  int64_t bytes_of_files_done_ = 0;
};

/// Takes what one file tells into what others have told: a range must hold for all of them.
void add_file(TableEstimate file, bool first, TableEstimate& all) {
  all.rows += file.rows;
  if (first) {
    all.ranges = std::move(file.ranges);
    return;
  }
  for (auto known = all.ranges.begin(); known != all.ranges.end();) {
    const auto found = file.ranges.find(known->first);
    if (found == file.ranges.end()) {
      known = all.ranges.erase(known);
      continue;
    }
    known->second.low = std::min(known->second.low, found->second.low);
    known->second.high = std::max(known->second.high, found->second.high);
    ++known;
  }
}

}  // namespace

Result<TableEstimate> estimate_bulk(const FileScan& scan, const std::vector<FileEntry>& files,
                                    Env& env) {
  HW_ASSIGN_OR_RETURN(const FileColumns columns, FileColumns::make(scan.request));
  SourceContext context;
  context.env = &env;
  const DecoderRequest request = columns.decoder_request(context);
  HW_ASSIGN_OR_RETURN(const Env::Location location, env.locate(scan.list.path));
  TableEstimate all;
  for (size_t i = 0; i < files.size(); ++i) {
    auto opened = location.files->OpenInputFile(files[i].path);
    if (!opened.ok()) return Status::IOError(opened.status().message());
    HW_ASSIGN_OR_RETURN(
        const auto reader,
        scan.format->bulk_reader(*std::move(opened), files[i].shown, request, scan.format_options));
    const auto* sized = dynamic_cast<const EstimatesRows*>(reader.get());
    if (sized == nullptr) return Status::NotImplemented("the format does not tell its rows");
    HW_ASSIGN_OR_RETURN(TableEstimate file, sized->estimate(env));
    add_file(std::move(file), i == 0, all);
  }
  return all;
}

Result<std::unique_ptr<SplitReader>> make_bulk_reader(std::shared_ptr<const FileScan> scan,
                                                      std::vector<FileEntry> files,
                                                      const SourceContext& context) {
  HW_ASSIGN_OR_RETURN(FileColumns columns, FileColumns::make(scan->request));
  return std::make_unique<BulkFileReader>(std::move(scan), std::move(files), std::move(columns),
                                          context);
}

}  // namespace hw
