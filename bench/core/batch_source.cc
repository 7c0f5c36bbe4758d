// SPDX-License-Identifier: Apache-2.0

#include "batch_source.h"

#include <string>
#include <utility>

namespace hw::bench {
namespace {

using Batches = std::shared_ptr<const std::vector<Batch>>;

class BatchReader final : public SplitReader {
 public:
  BatchReader(Batches batches, std::vector<int> columns, SchemaPtr schema)
      : batches_(std::move(batches)), columns_(std::move(columns)), schema_(std::move(schema)) {}

  Result<Flow> poll(Output& output) override {
    if (next_ == batches_->size()) return Flow::kFinished;
    const Batch& batch = (*batches_)[next_++];
    std::vector<ColumnPtr> columns;
    for (const int i : columns_) columns.push_back(batch.column(i));
    output.emit(Batch(schema_, std::move(columns), batch.num_stored_rows()));
    return Flow::kNeedInput;
  }
  Result<std::string> position() const override { return std::to_string(next_); }
  Status seek(const std::string& position) override {
    next_ = std::stoull(position);
    return Status::OK();
  }

 private:
  const Batches batches_;
  const std::vector<int> columns_;
  const SchemaPtr schema_;
  size_t next_ = 0;
};

class OneSplit final : public SplitEnumerator {
 public:
  Result<std::vector<Split>> discover() override {
    if (std::exchange(done_, true)) return std::vector<Split>{};
    return std::vector<Split>{{.id = "memory", .descriptor = ""}};
  }
  bool finished() const override { return done_; }

 private:
  bool done_ = false;
};

class BatchSource final : public Source {
 public:
  BatchSource(Batches batches, std::vector<int> columns, SchemaPtr schema)
      : batches_(std::move(batches)), columns_(std::move(columns)), schema_(std::move(schema)) {}
  bool bounded() const override { return true; }
  Result<std::unique_ptr<SplitEnumerator>> make_enumerator(const SourceContext&) override {
    return std::make_unique<OneSplit>();
  }
  Result<std::unique_ptr<SplitReader>> make_reader(const Split&, const SourceContext&) override {
    return std::make_unique<BatchReader>(batches_, columns_, schema_);
  }
  Description describe() const override { return {.name = "Memory", .details = {}}; }

 private:
  const Batches batches_;
  const std::vector<int> columns_;
  const SchemaPtr schema_;
};

}  // namespace

std::unique_ptr<Source> make_batch_source(Batches batches, const ScanRequest& request) {
  std::vector<int> columns;
  std::vector<SqlField> fields;
  for (const ScanRequest::Column& column : request.columns) {
    columns.push_back(batches->front().schema()->index_of(column.name));
    fields.push_back({column.name, column.type});
  }
  return std::make_unique<BatchSource>(std::move(batches), std::move(columns),
                                       make_schema(std::move(fields)));
}

}  // namespace hw::bench
