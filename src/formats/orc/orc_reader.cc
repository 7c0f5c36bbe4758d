// SPDX-License-Identifier: Apache-2.0

#include <utility>
#include <vector>

#include <arrow/adapters/orc/adapter.h>
#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "base/did_you_mean.h"
#include "base/memory.h"
#include "formats/orc/orc_files.h"
#include "formats/orc/orc_value.h"

namespace hw {
namespace {

using arrow::adapters::orc::ORCFileReader;

class OrcReader final : public BulkReader {
 public:
  OrcReader(const DecoderRequest& request, std::string origin)
      : schema_(request.schema),
        origin_(std::move(origin)),
        pool_(request.memory_pool == nullptr ? recycling_pool() : request.memory_pool) {}

  Status open(const std::shared_ptr<arrow::io::RandomAccessFile>& file) {
    HW_ASSIGN_OR_RETURN(file_bytes_, file->GetSize());
    if (file_bytes_ == 0) {
      return Status::SerializationError("an ORC file has a footer, but '", origin_, "' is empty");
    }
    auto reader = ORCFileReader::Open(file, pool_);
    if (!reader.ok()) return damaged(reader.status());
    reader_ = *std::move(reader);
    rows_total_ = reader_->NumberOfRows();
    auto schema = reader_->ReadSchema();
    if (!schema.ok()) return damaged(schema.status());
    return choose_columns(**schema);
  }

  Result<Batch> next() override {
    HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::RecordBatch> rows, read_next());
    if (rows == nullptr) return Batch();
    std::vector<ColumnPtr> columns;
    for (size_t i = 0; i < wanted_.size(); ++i) {
      auto converted = convert_orc(wanted_[i], rows->column_data(sources_[i]), pool_);
      if (!converted.ok()) {
        return converted.status().WithMessage(converted.status().message(), " (", origin_, ", row ",
                                              rows_read_ + 1, " or one of the next)");
      }
      columns.push_back(Column::plain(wanted_[i].type, *std::move(converted)));
    }
    rows_read_ += rows->num_rows();
    return Batch(schema_, std::move(columns), rows->num_rows());
  }

  int64_t rows_read() const override { return rows_read_; }

  Status skip_to(int64_t rows) override {
    if (rows > rows_total_) {
      return Status::IOError("'", origin_, "' has fewer rows than when the checkpoint was taken");
    }
    stripe_.reset();
    rows_read_ = rows;
    if (rows == rows_total_) return Status::OK();
    const Status sought = reader_->Seek(rows);
    return sought.ok() ? sought : damaged(sought);
  }

  ReadProgress progress() const override {
    const double share =
        rows_total_ == 0 ? 1 : static_cast<double>(rows_read_) / static_cast<double>(rows_total_);
    return {.bytes_done = static_cast<int64_t>(static_cast<double>(file_bytes_) * share),
            .bytes_total = file_bytes_};
  }

 private:
  Status damaged(const Status& status) const {
    return Status::SerializationError("cannot read ORC file '", origin_, "': ", status.message());
  }

  Status choose_columns(const arrow::Schema& file) {
    std::vector<std::string> names = file.field_names();
    std::vector<bool> read(names.size(), false);
    std::vector<int> found;
    for (const SqlField& field : schema_->fields()) {
      const int index = file.GetFieldIndex(field.name);
      if (index < 0) {
        const std::vector<std::string> near = nearest(field.name, names);
        std::string all;
        for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
        return Status::SerializationError("column '", field.name, "' is not in the file (", origin_,
                                          near.empty() ? ")" : "); did you mean '" + near[0] + "'?",
                                          " it has: ", all);
      }
      wanted_.push_back({field.type, field.name});
      const Status fits = check_orc_type(wanted_.back(), *file.field(index)->type());
      if (!fits.ok()) return fits.WithMessage(fits.message(), " (", origin_, ")");
      found.push_back(index);
      read[static_cast<size_t>(index)] = true;
    }
    // Rows have to be counted even where nothing of them is wanted.
    if (found.empty() && !read.empty()) read[0] = true;
    std::vector<int> places(names.size(), -1);
    for (size_t i = 0; i < read.size(); ++i) {
      if (!read[i]) continue;
      places[i] = static_cast<int>(read_.size());
      read_.push_back(static_cast<int>(i));
    }
    for (const int index : found) sources_.push_back(places[static_cast<size_t>(index)]);
    return Status::OK();
  }

  Result<std::shared_ptr<arrow::RecordBatch>> read_next() {
    while (rows_read_ < rows_total_) {
      if (stripe_ == nullptr) {
        auto stripe = reader_->NextStripeReader(kBatchRowsMax, read_);
        if (!stripe.ok()) return damaged(stripe.status());
        stripe_ = *std::move(stripe);
        if (stripe_ == nullptr) break;
      }
      auto batch = stripe_->Next();
      if (!batch.ok()) return damaged(batch.status());
      if (*batch != nullptr && (*batch)->num_rows() > 0) return *batch;
      stripe_.reset();
    }
    return nullptr;
  }

  // Constant after open().
  const SchemaPtr schema_;
  const std::string origin_;
  arrow::MemoryPool* const pool_;
  std::unique_ptr<ORCFileReader> reader_;
  std::vector<OrcValue> wanted_;
  std::vector<int> read_;     // columns of the file, ascending
  std::vector<int> sources_;  // of `wanted_` among them
  int64_t file_bytes_ = 0;
  int64_t rows_total_ = 0;

  std::shared_ptr<arrow::RecordBatchReader> stripe_;
  int64_t rows_read_ = 0;
};

}  // namespace

Result<std::unique_ptr<BulkReader>> open_orc_reader(
    std::shared_ptr<arrow::io::RandomAccessFile> file, std::string origin,
    const DecoderRequest& request) {
  auto reader = std::make_unique<OrcReader>(request, std::move(origin));
  HW_TRY(reader->open(file));
  return std::unique_ptr<BulkReader>(std::move(reader));
}

}  // namespace hw
