// SPDX-License-Identifier: Apache-2.0

#include "connectors/files/file_source.h"

#include <algorithm>
#include <utility>

#include "base/env/env.h"

namespace hw {
namespace {

class FileEnumerator final : public SplitEnumerator {
 public:
  FileEnumerator(std::shared_ptr<const FileScan> scan, Env& env)
      : scan_(std::move(scan)), env_(env) {}

  Result<std::vector<Split>> discover() override {
    if (done_) return std::vector<Split>();
    HW_ASSIGN_OR_RETURN(const std::vector<FileEntry> files, list_files(scan_->list, env_));
    done_ = true;
    std::vector<Split> splits;
    if (scan_->request.one_split) {
      if (!files.empty()) splits.push_back({scan_->list.path, pack_files(files)});
      return splits;
    }
    for (const FileEntry& file : files) splits.push_back({file.shown, pack_files({file})});
    return splits;
  }
  bool finished() const override { return done_; }
  Result<std::string> position() const override { return std::string(done_ ? "done" : ""); }
  Status seek(const std::string& position) override {
    done_ = position == "done";
    return Status::OK();
  }

 private:
  const std::shared_ptr<const FileScan> scan_;
  Env& env_;
  bool done_ = false;
};

class FileSource final : public Source {
 public:
  explicit FileSource(FileScan scan) : scan_(std::make_shared<const FileScan>(std::move(scan))) {}

  bool bounded() const override { return true; }
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
  Description describe() const override {
    Description description{
        .name = "filesystem",
        .details = {{"path", scan_->list.path}, {"format", scan_->format->name}}};
    description.details.emplace_back("splits", scan_->request.one_split ? "one" : "one per file");
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
