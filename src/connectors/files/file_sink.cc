// SPDX-License-Identifier: Apache-2.0

#include "connectors/files/file_sink.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <arrow/filesystem/filesystem.h>

#include "base/env/env.h"
#include "columnar/gather.h"
#include "columnar/text/type_text.h"
#include "connectors/files/file_list.h"
#include "connectors/packing/packed_bytes.h"

namespace hw {
namespace {

constexpr uint8_t kVersion = 1;
// More partitions at a time than this: their files are closed and new ones begun.
constexpr size_t kOpenFilesMax = 256;

/// A part of a file name: nothing that a path or a shell would read as more.
std::string name_part(std::string_view text) {
  std::string part;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '.';
    part += plain ? c : '_';
  }
  return part.empty() ? "_" : part;
}

std::string suffix_of(const FormatRecord& format) {
  if (format.name == "raw") return "";
  return format.name == "changelog-json" ? ".json" : "." + format.name;
}

class FileWriter final : public SinkWriter {
 public:
  FileWriter(std::shared_ptr<const FileTarget> target, const SinkContext& context,
             Env::Location location)
      : target_(std::move(target)),
        context_(context),
        env_(*context.env),
        location_(std::move(location)) {}
  ~FileWriter() override = default;

  Status open();
  Status write(const Batch& batch) override;
  Result<std::vector<Committable>> prepare(int64_t checkpoint) override;
  Status commit(const Committable& committable) override;
  Status recover(std::span<const Committable> pending) override;
  void abort() override;

 private:
  struct Closed {
    std::string folder;  // below the table's, with a slash behind it, or empty
    std::string hidden;
  };
  struct Open {
    std::unique_ptr<PartFile> part;
    std::string hidden;
  };

  Status make_folder(const std::string& path);
  Status write_to(const std::string& folder, const Batch& batch);
  Status write_partitioned(const Batch& batch);
  Batch without_partition_columns(const Batch& batch) const;
  Status close(const std::string& folder, Open& open);
  Status close_all();
  std::string hidden_path(const std::string& folder);
  Result<std::string> free_path(const std::string& folder, int64_t checkpoint);

  // Constant after construction.
  const std::shared_ptr<const FileTarget> target_;
  const SinkContext context_;
  Env& env_;
  const Env::Location location_;
  std::vector<int> partition_columns_;
  std::vector<int> file_columns_;
  std::vector<std::unique_ptr<ValuePrinter>> partition_printers_;

  std::map<std::string, Open> open_;
  std::vector<Closed> closed_;
  int64_t hidden_count_ = 0;
  int64_t count_ = 0;
};

Status FileWriter::open() {
  const Schema& schema = *target_->request.schema;
  for (const std::string& key : target_->request.partition_keys) {
    const int column = schema.index_of(key);
    partition_columns_.push_back(column);
    HW_ASSIGN_OR_RETURN(auto printer, ValuePrinter::make(schema.type(column), TextStyle::kSql,
                                                         target_->request.time_zone));
    partition_printers_.push_back(std::move(printer));
  }
  for (int i = 0; i < schema.num_fields(); ++i) {
    if (std::find(partition_columns_.begin(), partition_columns_.end(), i) ==
        partition_columns_.end()) {
      file_columns_.push_back(i);
    }
  }
  HW_ASSIGN_OR_RETURN(const auto there, location_.files->GetFileInfo(location_.path));
  if (there.type() == arrow::fs::FileType::File) {
    return Status::IOError("the path of a table that is written is a directory, but '",
                           target_->path, "' is a file");
  }
  return Status::OK();
}

std::string FileWriter::hidden_path(const std::string& folder) {
  return location_.path + "/" + folder + ".part-" + name_part(context_.job) + "-" +
         std::to_string(context_.generation) + "-" + name_part(target_->request.table) + "-" +
         std::to_string(context_.subtask) + "-" + std::to_string(context_.attempt) + "-" +
         std::to_string(env_.random("files").below(1'000'000'000)) + "-" +
         std::to_string(hidden_count_++) + ".inprogress";
}

Status FileWriter::make_folder(const std::string& path) {
  const Status made = location_.files->CreateDir(path, true);
  if (made.ok()) return made;
  // The system's reason is the detail.
  const std::string reason = made.detail() == nullptr ? made.message() : made.detail()->ToString();
  return Status::IOError("cannot make the folder '", path, "' of table ", target_->request.table,
                         ": ", reason, "; 'path' names a folder that exists or can be made");
}

Status FileWriter::write_to(const std::string& folder, const Batch& batch) {
  auto found = open_.find(folder);
  if (found == open_.end()) {
    if (open_.size() == kOpenFilesMax) HW_TRY(close_all());
    HW_TRY(make_folder(location_.path + "/" + folder));
    Open open{.part = nullptr, .hidden = hidden_path(folder)};
    HW_ASSIGN_OR_RETURN(open.part, PartFile::open(*target_, location_.files, open.hidden));
    found = open_.emplace(folder, std::move(open)).first;
  }
  HW_TRY(found->second.part->write(batch));
  if (found->second.part->bytes_written() < target_->rolling_bytes) return Status::OK();
  HW_TRY(close(folder, found->second));
  open_.erase(found);
  return Status::OK();
}

Batch FileWriter::without_partition_columns(const Batch& batch) const {
  if (partition_columns_.empty()) return batch;
  std::vector<ColumnPtr> columns;
  for (const int column : file_columns_) columns.push_back(batch.column(column));
  return batch.with_columns(target_->file_schema, std::move(columns));
}

Status FileWriter::write_partitioned(const Batch& batch) {
  std::map<std::string, std::vector<int32_t>> rows_of;
  const SelectionPtr& selection = batch.selection();
  for (int64_t i = 0; i < batch.num_rows(); ++i) {
    const int64_t row = selection ? (*selection)[static_cast<size_t>(i)] : i;
    std::string folder;
    for (size_t key = 0; key < partition_columns_.size(); ++key) {
      const Column& column = *batch.column(partition_columns_[key]);
      std::string value;
      if (!column.is_null(row)) partition_printers_[key]->print(column, row, value);
      folder += target_->request.partition_keys[key] + "=" +
                (value.empty() ? target_->default_partition : escape_partition(value)) + "/";
    }
    rows_of[folder].push_back(static_cast<int32_t>(i));
  }
  for (const auto& [folder, rows] : rows_of) {
    HW_ASSIGN_OR_RETURN(const Batch part, gather(batch, rows));
    HW_TRY(write_to(folder, without_partition_columns(part)));
  }
  return Status::OK();
}

Status FileWriter::write(const Batch& batch) {
  if (batch.empty()) return Status::OK();
  return partition_columns_.empty() ? write_to("", batch) : write_partitioned(batch);
}

Status FileWriter::close(const std::string& folder, Open& open) {
  HW_TRY(open.part->close());
  closed_.push_back({folder, open.hidden});
  return env_.sync(open.hidden);
}

Status FileWriter::close_all() {
  for (auto& [folder, open] : open_) HW_TRY(close(folder, open));
  open_.clear();
  return Status::OK();
}

/// `<prefix>-<job>-<generation>-<sink>-<subtask>-<epoch>-<count><suffix>`.
Result<std::string> FileWriter::free_path(const std::string& folder, int64_t checkpoint) {
  while (true) {
    const std::string path = location_.path + "/" + folder + "part-" + name_part(context_.job) +
                             "-" + std::to_string(context_.generation) + "-" +
                             name_part(target_->request.table) + "-" +
                             std::to_string(context_.subtask) + "-" + std::to_string(checkpoint) +
                             "-" + std::to_string(count_++) + suffix_of(*target_->format);
    // An earlier run of a job without a state directory may have used the name.
    HW_ASSIGN_OR_RETURN(const auto there, location_.files->GetFileInfo(path));
    if (there.type() == arrow::fs::FileType::NotFound) return path;
  }
}

Result<std::vector<Committable>> FileWriter::prepare(int64_t checkpoint) {
  HW_TRY(close_all());
  std::vector<Committable> committables;
  count_ = 0;
  for (const Closed& closed : closed_) {
    HW_ASSIGN_OR_RETURN(const std::string path, free_path(closed.folder, checkpoint));
    PackedWriter writer(kVersion);
    writer.text(closed.hidden);
    writer.text(path);
    committables.push_back(writer.finish());
  }
  closed_.clear();
  return committables;
}

Status FileWriter::commit(const Committable& committable) {
  PackedReader reader(committable, kVersion);
  const std::string hidden = reader.text();
  const std::string path = reader.text();
  HW_TRY(reader.finish("a prepared file"));
  HW_ASSIGN_OR_RETURN(const auto from, location_.files->GetFileInfo(hidden));
  if (from.type() == arrow::fs::FileType::NotFound) {
    HW_ASSIGN_OR_RETURN(const auto to, location_.files->GetFileInfo(path));
    if (to.type() != arrow::fs::FileType::NotFound) return Status::OK();  // committed before
    return Status::IOError("a prepared file is gone: '", hidden, "'");
  }
  HW_TRY(env_.publish(hidden, path));
  return env_.sync(path.substr(0, path.rfind('/')));
}

Status FileWriter::recover(std::span<const Committable> pending) {
  for (const Committable& committable : pending) HW_TRY(commit(committable));
  return Status::OK();
}

void FileWriter::abort() {
  const auto remove = [&](const std::string& path) {
    // Leaves it when it cannot be deleted: it is hidden, and the failure before matters more.
    const Status ignored = location_.files->DeleteFile(path);
    static_cast<void>(ignored);
  };
  for (auto& [folder, open] : open_) {
    open.part.reset();
    remove(open.hidden);
  }
  for (const Closed& closed : closed_) remove(closed.hidden);
  open_.clear();
  closed_.clear();
}

class FileSink final : public Sink {
 public:
  explicit FileSink(FileTarget target)
      : target_(std::make_shared<const FileTarget>(std::move(target))) {}

  RowKindSet accepts() const override {
    return target_->format->accepts ? target_->format->accepts(target_->format_options)
                                    : RowKindSet::insert_only();
  }
  Guarantee guarantee() const override { return Guarantee::kExactlyOnce; }
  Result<std::unique_ptr<SinkWriter>> make_writer(const SinkContext& context) override {
    HW_ASSIGN_OR_RETURN(Env::Location location, context.env->locate(target_->path));
    while (location.path.size() > 1 && location.path.ends_with('/')) location.path.pop_back();
    auto writer = std::make_unique<FileWriter>(target_, context, std::move(location));
    HW_TRY(writer->open());
    return writer;
  }
  Description describe() const override {
    return {.name = "filesystem",
            .details = {{"path", target_->path}, {"format", target_->format->name}}};
  }

 private:
  const std::shared_ptr<const FileTarget> target_;
};

}  // namespace

Result<std::unique_ptr<Sink>> make_file_sink(FileTarget target) {
  if (target.request.overwrite) {
    return not_supported_yet("INSERT OVERWRITE into connector 'filesystem'");
  }
  std::vector<SqlField> fields;
  const std::vector<std::string>& keys = target.request.partition_keys;
  for (const std::string& key : keys) {
    if (target.request.schema->index_of(key) < 0) {
      return Status::Invalid("a partition key is a column of the table, but '", key, "' is not");
    }
  }
  for (const SqlField& field : target.request.schema->fields()) {
    if (std::find(keys.begin(), keys.end(), field.name) == keys.end()) fields.push_back(field);
  }
  target.file_schema = make_schema(std::move(fields));
  return std::make_unique<FileSink>(std::move(target));
}

}  // namespace hw
