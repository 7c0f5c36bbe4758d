// SPDX-License-Identifier: Apache-2.0

#include "connectors/files/file_sink.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "connectors/files/file_writer.h"

namespace hw {
namespace {

class FileSink final : public Sink {
 public:
  explicit FileSink(FileTarget target)
      : target_(std::make_shared<const FileTarget>(std::move(target))) {}

  RowKindSet accepts() const override {
    return target_->format->accepts ? target_->format->accepts(target_->format_options)
                                    : RowKindSet::insert_only();
  }
  /// Epochs are shown once, as exact as they are. Without checkpoints a run that fails has shown
  /// what it rolled, and the next one shows it again.
  Guarantee guarantee() const override {
    return target_->by_checkpoints() ? target_->request.job_guarantee : Guarantee::kAtLeastOnce;
  }
  std::vector<int> partition_by() const override {
    std::vector<int> columns;
    if (!target_->shuffle_by_partition && !target_->commit.success_file) return columns;
    for (const std::string& key : target_->request.partition_keys)
      columns.push_back(target_->request.schema->index_of(key));
    return columns;
  }
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
