// SPDX-License-Identifier: Apache-2.0

#include "connectors/memory/memory_table.h"

#include <algorithm>
#include <optional>
#include <string>

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "base/env/shared_counter.h"
#include "connectors/memory/read_ahead.h"
#include "connectors/packing/packed_bytes.h"

namespace hw {
namespace {

constexpr uint8_t kVersion = 1;

/// Reads every `stride`-th batch from `first` on; or with `shared` whichever nobody has taken.
class MemoryReader final : public SplitReader {
 public:
  MemoryReader(std::shared_ptr<const MemoryTable> table, std::vector<int> columns, SchemaPtr schema,
               int64_t first, int64_t stride, std::shared_ptr<SharedCounter> shared)
      : table_(std::move(table)),
        columns_(std::move(columns)),
        schema_(std::move(schema)),
        stride_(stride),
        shared_(std::move(shared)),
        next_(first) {
    for (int64_t i = first; i < num_batches(); i += stride_) {
      bytes_total_ += table_->batch_bytes()[static_cast<size_t>(i)];
    }
  }

  Result<Flow> poll(Output& output) override {
    if (shared_ != nullptr) next_ = shared_->take();
    if (next_ >= num_batches()) return Flow::kFinished;
    ask_ahead(table_->batches(), columns_, next_, stride_);
    const Batch& batch = table_->batches()[static_cast<size_t>(next_)];
    std::vector<ColumnPtr> picked;
    for (const int column : columns_) picked.push_back(batch.column(column));
    output.emit(batch.with_columns(schema_, std::move(picked)));
    bytes_done_ += table_->batch_bytes()[static_cast<size_t>(next_)];
    if (shared_ != nullptr) return Flow::kNeedInput;
    next_ += stride_;
    return next_ >= num_batches() ? Flow::kFinished : Flow::kNeedInput;
  }

  Result<std::string> position() const override {
    if (shared_ != nullptr) {
      return Status::UnknownError("readers that share a table in memory have no positions");
    }
    PackedWriter writer(kVersion);
    writer.number(next_);
    return writer.finish();
  }

  Status seek(const std::string& position) override {
    PackedReader reader(position, kVersion);
    next_ = reader.number();
    HW_TRY(reader.finish("the position of a memory split"));
    return next_ < 0 ? Status::SerializationError("the position of a memory split is negative")
                     : Status::OK();
  }

  ReadProgress progress() const override {
    return {.bytes_done = bytes_done_, .bytes_total = bytes_total_};
  }

 private:
  int64_t num_batches() const { return static_cast<int64_t>(table_->batches().size()); }

  const std::shared_ptr<const MemoryTable> table_;
  const std::vector<int> columns_;
  const SchemaPtr schema_;
  const int64_t stride_;
  const std::shared_ptr<SharedCounter> shared_;  // may be null
  int64_t next_;
  int64_t bytes_done_ = 0;
  int64_t bytes_total_ = 0;
};

class MemoryEnumerator final : public SplitEnumerator {
 public:
  explicit MemoryEnumerator(int64_t splits) : splits_(splits) {}

  Result<std::vector<Split>> discover() override {
    std::vector<Split> splits;
    for (int64_t i = 0; i < splits_ && !done_; ++i) {
      PackedWriter writer(kVersion);
      writer.number(i);
      writer.number(splits_);
      splits.push_back(
          {"memory " + std::to_string(i + 1) + " of " + std::to_string(splits_), writer.finish()});
    }
    done_ = true;
    return splits;
  }
  bool finished() const override { return done_; }
  Result<std::string> position() const override { return std::string(done_ ? "done" : ""); }
  Status seek(const std::string& position) override {
    done_ = position == "done";
    return Status::OK();
  }

 private:
  const int64_t splits_;
  bool done_ = false;
};

class MemorySource final : public Source {
 public:
  MemorySource(std::shared_ptr<const MemoryTable> table, std::vector<int> columns, SchemaPtr schema,
               int64_t splits, bool shares)
      : table_(std::move(table)),
        columns_(std::move(columns)),
        schema_(std::move(schema)),
        splits_(splits),
        shares_(shares) {}

  bool bounded() const override { return true; }
  RowKindSet changelog() const override { return table_->kinds(); }
  Result<std::unique_ptr<SplitEnumerator>> make_enumerator(const SourceContext& context) override {
    // Each attempt of the job begins anew.
    if (shares_) next_batch_ = std::make_shared<SharedCounter>();
    return std::make_unique<MemoryEnumerator>(splits_);
  }
  Result<std::unique_ptr<SplitReader>> make_reader(const Split& split,
                                                   const SourceContext& context) override {
    PackedReader reader(split.descriptor, kVersion);
    const int64_t first = reader.number();
    const int64_t stride = reader.number();
    HW_TRY(reader.finish("a memory split"));
    if (first < 0 || stride < 1) return Status::SerializationError("a memory split is none");
    return std::make_unique<MemoryReader>(table_, columns_, schema_, first, stride, next_batch_);
  }
  Description describe() const override {
    return {.name = "memory", .details = {{"rows", std::to_string(table_->num_rows())}}};
  }

 private:
  const std::shared_ptr<const MemoryTable> table_;
  const std::vector<int> columns_;
  const SchemaPtr schema_;
  const int64_t splits_;
  const bool shares_;
  std::shared_ptr<SharedCounter> next_batch_;  // of all readers of an attempt, if they share
};

}  // namespace

Result<std::shared_ptr<const MemoryTable>> MemoryTable::make(SchemaPtr schema,
                                                             const std::vector<Batch>& batches) {
  std::shared_ptr<MemoryTable> table(new MemoryTable(std::move(schema)));
  for (const Batch& batch : batches) {
    if (!(*batch.schema() == *table->schema_)) {
      return Status::Invalid("all batches of a memory table have its schema ",
                             table->schema_->to_sql(), ", but one has ", batch.schema()->to_sql());
    }
    HW_ASSIGN_OR_RETURN(const Batch dense, batch.compacted());
    for (int64_t at = 0; at < dense.num_rows(); at += kBatchRowsMax) {
      table->batches_.push_back(dense.slice(at, std::min(kBatchRowsMax, dense.num_rows() - at)));
    }
    table->num_rows_ += dense.num_rows();
    while (table->batch_bytes_.size() < table->batches_.size()) {
      table->batch_bytes_.push_back(table->batches_[table->batch_bytes_.size()].num_bytes());
    }
    if (dense.row_kinds() == nullptr) continue;
    for (const RowKind kind : *dense.row_kinds()) table->kinds_ = table->kinds_.with(kind);
  }
  return std::shared_ptr<const MemoryTable>(std::move(table));
}

Result<std::shared_ptr<const MemoryTable>> MemoryTable::from_arrow(
    const arrow::Schema& schema, const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches) {
  std::vector<SqlField> fields;
  for (const std::shared_ptr<arrow::Field>& field : schema.fields()) {
    HW_ASSIGN_OR_RETURN(SqlType type, SqlType::from_arrow(*field->type(), field->nullable()));
    fields.push_back({field->name(), std::move(type)});
  }
  const SchemaPtr table_schema = make_schema(std::move(fields));
  std::vector<Batch> converted;
  for (const std::shared_ptr<arrow::RecordBatch>& batch : batches) {
    if (batch->num_columns() != table_schema->num_fields()) {
      return Status::Invalid("a record batch has the ", table_schema->num_fields(),
                             " columns of the table, but one has ", batch->num_columns());
    }
    std::vector<ColumnPtr> columns;
    for (int i = 0; i < batch->num_columns(); ++i) {
      HW_ASSIGN_OR_RETURN(ColumnPtr column,
                          Column::from_arrow(table_schema->type(i), *batch->column(i)));
      columns.push_back(std::move(column));
    }
    converted.emplace_back(table_schema, std::move(columns), batch->num_rows());
  }
  return make(table_schema, converted);
}

Result<std::unique_ptr<Source>> MemoryTable::scan(std::shared_ptr<const MemoryTable> table,
                                                  const ScanRequest& request, Order order) {
  std::vector<int> columns;
  std::vector<SqlField> fields;
  for (const ScanRequest::Column& column : request.columns) {
    const int index = column.metadata_key.empty() ? table->schema()->index_of(column.name) : -1;
    if (index < 0) {
      return Status::Invalid("a memory table has the columns ", table->schema()->to_sql(),
                             ", but '", column.name, "' is asked for");
    }
    columns.push_back(index);
    fields.push_back({column.name, table->schema()->type(index)});
  }
  const auto batches = static_cast<int64_t>(table->batches().size());
  // A row is not taken back before it came.
  const bool changes = !table->kinds().is_insert_only();
  const bool one_split = changes || (request.one_split && order == Order::kOfAll);
  const int64_t splits =
      one_split ? 1 : std::clamp<int64_t>(batches, 1, std::max(1, request.parallelism));
  return std::make_unique<MemorySource>(std::move(table), std::move(columns),
                                        make_schema(std::move(fields)), splits,
                                        splits > 1 && !request.may_go_on);
}

}  // namespace hw
