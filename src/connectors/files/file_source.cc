// SPDX-License-Identifier: Apache-2.0

#include "connectors/files/file_source.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/env/env.h"
#include "connectors/packing/packed_bytes.h"
#include "runtime/table_estimate.h"

namespace hw {
namespace {

constexpr uint8_t kVersion = 1;
/// A reader that is done early takes another part.
constexpr int64_t kPartsPerReader = 2;
constexpr int64_t kPartBytesMin = 4 << 20;
/// Of a line of text; a guess.
constexpr double kBytesOfRow = 100;

/// Finds files: once, or again and again. A file is known by its path, and read once, whatever
/// becomes of it later.
class FileEnumerator final : public SplitEnumerator {
 public:
  FileEnumerator(std::shared_ptr<const FileScan> scan, Env& env)
      : scan_(std::move(scan)), env_(env) {}

  Result<std::vector<Split>> discover() override {
    const int64_t now_ms = env_.monotonic_ns() / 1'000'000;
    if (finished() || now_ms < next_look_ms_) return std::vector<Split>();
    HW_ASSIGN_OR_RETURN(const std::vector<FileEntry> found, list_files(scan_->list, env_));
    next_look_ms_ = now_ms + scan_->monitor_interval_ms.value_or(0);
    looked_ = listed_ = true;
    std::vector<FileEntry> files;
    for (const FileEntry& file : found)
      if (seen_.insert(identity_of(file)).second) files.push_back(file);
    std::vector<Split> splits;
    if (scan_->request.one_split) {
      if (!files.empty()) splits.push_back({scan_->list.path, pack_files(files)});
      return splits;
    }
    for (const FileEntry& file : files) add_splits(file, splits);
    return splits;
  }

  bool finished() const override {
    if (scan_->request.available_now) return looked_;
    return listed_ && !scan_->monitor_interval_ms;
  }

  /// Whether it has listed the files, and all that it has seen.
  Result<std::string> position() const override {
    PackedWriter writer(kVersion);
    writer.number(listed_ ? 1 : 0);
    writer.number(static_cast<int64_t>(seen_.size()));
    for (const std::string& path : seen_) writer.text(path);
    return writer.finish();
  }

  Status seek(const std::string& position) override {
    seen_.clear();
    listed_ = looked_ = false;
    if (position.empty()) return Status::OK();
    PackedReader reader(position, kVersion);
    listed_ = reader.number() != 0;
    const int64_t count = reader.number();
    // A path takes more than one byte: what says otherwise is not ours.
    for (int64_t i = 0; i < count && i < static_cast<int64_t>(position.size()); ++i)
      seen_.insert(reader.text());
    return reader.finish("the list of files that a source has seen");
  }

 private:
  bool readers_share_files() const {
    return scan_->request.batch_mode && scan_->request.parallelism > 1;
  }

  /// One, or parts of a large file that several readers can share.
  void add_splits(const FileEntry& file, std::vector<Split>& splits) const {
    const int64_t parts =
        readers_share_files()
            ? std::min(scan_->request.parallelism * kPartsPerReader, file.size / kPartBytesMin)
            : 1;
    if (parts <= 1) {
      splits.push_back({file.shown, pack_files({file})});
      return;
    }
    FileEntry one = file;
    one.parts = static_cast<int>(parts);
    for (one.part = 0; one.part < one.parts; ++one.part) {
      splits.push_back({file.shown + " (" + std::to_string(one.part + 1) + " of " +
                            std::to_string(one.parts) + ")",
                        pack_files({one})});
    }
  }

  // `in/a` and `./in//a` are one file.
  static std::string identity_of(const FileEntry& file) {
    std::string identity = file.path.starts_with('/') ? "/" : "";
    for (size_t begin = 0; begin < file.path.size();) {
      const size_t end = std::min(file.path.find('/', begin), file.path.size());
      const std::string step = file.path.substr(begin, end - begin);
      begin = end + 1;
      if (step.empty() || step == ".") continue;
      if (!identity.empty() && identity.back() != '/') identity += '/';
      identity += step;
    }
    return identity;
  }

  const std::shared_ptr<const FileScan> scan_;
  Env& env_;
  std::set<std::string> seen_;  // paths; in order, so that equal positions are equal bytes
  bool listed_ = false;         // by this or an earlier run
  bool looked_ = false;         // by this one
  int64_t next_look_ms_ = 0;
};

class FileSource final : public Source, public EstimatesRows {
 public:
  explicit FileSource(FileScan scan) : scan_(std::make_shared<const FileScan>(std::move(scan))) {}

  bool bounded() const override {
    return scan_->request.available_now || !scan_->monitor_interval_ms;
  }
  /// A folder gets new files.
  bool grows() const override { return true; }
  RowKindSet changelog() const override {
    return scan_->format->changelog ? scan_->format->changelog(scan_->format_options)
                                    : RowKindSet::insert_only();
  }
  Result<std::unique_ptr<SplitEnumerator>> make_enumerator(const SourceContext& context) override {
    return std::make_unique<FileEnumerator>(scan_, *context.env);
  }
  Result<std::unique_ptr<SplitReader>> make_reader(const Split& split,
                                                   const SourceContext& context) override {
    HW_ASSIGN_OR_RETURN(std::vector<FileEntry> files, unpack_files(split.descriptor));
    if (scan_->format->bulk_reader) return make_bulk_reader(scan_, std::move(files), context);
    return make_record_reader(scan_, std::move(files), context);
  }
  Result<TableEstimate> estimate(Env& env) const override {
    if (scan_->monitor_interval_ms) return Status::Invalid("files are still to come");
    HW_ASSIGN_OR_RETURN(const std::vector<FileEntry> files, list_files(scan_->list, env));
    if (scan_->format->bulk_reader) return estimate_bulk(*scan_, files, env);
    TableEstimate estimate;
    for (const FileEntry& file : files) {
      estimate.rows += static_cast<double>(file.size) / kBytesOfRow;
    }
    return estimate;
  }
  Description describe() const override {
    Description description{
        .name = "filesystem",
        .details = {{"path", scan_->list.path}, {"format", scan_->format->name}}};
    description.details.emplace_back("splits", scan_->request.one_split ? "one" : "one per file");
    if (scan_->monitor_interval_ms) {
      description.details.emplace_back("newFilesEvery",
                                       std::to_string(*scan_->monitor_interval_ms) + " ms");
    }
    return description;
  }

 private:
  const std::shared_ptr<const FileScan> scan_;
};

}  // namespace

void emit_rows(const Batch& batch, std::optional<int64_t>* limit, Output& output) {
  int64_t rows = batch.num_rows();
  if (*limit) {
    rows = std::min(rows, **limit);
    *limit = **limit - rows;
  }
  if (rows == batch.num_rows() && rows <= kBatchRowsMax) {
    if (rows > 0) output.emit(batch);
    return;
  }
  for (int64_t offset = 0; offset < rows; offset += kBatchRowsMax) {
    output.emit(batch.slice(offset, std::min(kBatchRowsMax, rows - offset)));
  }
}

Result<std::unique_ptr<Source>> make_file_source(FileScan scan) {
  HW_TRY(FileColumns::make(scan.request).status());
  return std::make_unique<FileSource>(std::move(scan));
}

}  // namespace hw
