// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <set>
#include <utility>

#include <arrow/array/data.h>
#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>

#include "base/memory.h"
#include "formats/parquet/parquet_files.h"
#include "formats/parquet/parquet_options.h"
#include "formats/parquet/parquet_plan.h"
#include "formats/parquet/parquet_row_groups.h"
#include "runtime/reads_in_parts.h"

namespace hw {
namespace {

/// Arrow hands out a copy of a dictionary with every batch: larger ones are read as plain text.
constexpr int64_t kDictionaryValuesMax = 1024;

bool has_dictionary(const parquet::ColumnChunkMetaData& chunk) {
  const std::vector<parquet::Encoding::type>& encodings = chunk.encodings();
  return std::any_of(encodings.begin(), encodings.end(), [](parquet::Encoding::type encoding) {
    return encoding == parquet::Encoding::RLE_DICTIONARY ||
           encoding == parquet::Encoding::PLAIN_DICTIONARY;
  });
}

/// Leaves of text at the top level, as the first row group has them. May throw parquet's
/// exceptions.
std::set<int> dictionary_leaves(const parquet::FileMetaData& file) {
  std::set<int> leaves;
  if (file.num_row_groups() == 0) return leaves;
  const auto group = file.RowGroup(0);
  for (int leaf = 0; leaf < file.num_columns(); ++leaf) {
    const parquet::ColumnDescriptor& column = *file.schema()->Column(leaf);
    if (column.physical_type() != parquet::Type::BYTE_ARRAY || column.max_repetition_level() > 0 ||
        column.path()->ToDotVector().size() != 1) {
      continue;
    }
    if (has_dictionary(*group->ColumnChunk(leaf))) leaves.insert(leaf);
  }
  return leaves;
}

class ParquetReader final : public BulkReader, public EstimatesRows, public ReadsInParts {
 public:
  ParquetReader(const DecoderRequest& request, std::string origin)
      : schema_(request.schema),
        origin_(std::move(origin)),
        pool_(request.memory_pool == nullptr ? recycling_pool() : request.memory_pool) {}

  Status open(std::shared_ptr<arrow::io::RandomAccessFile> file, const DecoderRequest& request,
              const Options& options);

  Result<Batch> next() override;
  int64_t rows_read() const override { return rows_read_; }
  Status skip_to(int64_t rows) override;
  const std::vector<int64_t>& part_rows() const override { return group_rows_; }
  Result<TableEstimate> estimate(Env& env) const override {
    try {
      return estimate_of(*reader_->parquet_reader()->metadata(), reader_->manifest());
    } catch (const std::exception& error) {
      return damaged(Status::SerializationError(error.what()));
    }
  }
  ReadProgress progress() const override {
    const int64_t done = rows_total_ == 0 ? file_bytes_
                                          : static_cast<int64_t>(static_cast<double>(file_bytes_) *
                                                                 static_cast<double>(rows_read_) /
                                                                 static_cast<double>(rows_total_));
    return {.bytes_done = done, .bytes_total = file_bytes_};
  }

 private:
  /// Makes `reader_` anew, which gives `dictionaries_` as such.
  Status build();
  Status begin_at(size_t group);
  Result<ColumnPtr> column_of(const ParquetPlan& plan,
                              const std::shared_ptr<arrow::ArrayData>& data);
  /// Reads columns whose dictionaries were too large as plain text from the next row on.
  Status give_up_large_dictionaries();
  Status damaged(const Status& status) const {
    return Status::SerializationError("cannot read Parquet file '", origin_,
                                      "': ", status.message());
  }
  Result<std::shared_ptr<arrow::RecordBatch>> read_next();

  // Constant after open().
  const SchemaPtr schema_;
  const std::string origin_;
  arrow::MemoryPool* const pool_;
  ParquetPlans plans_;
  TimeZone zone_;
  std::vector<int> groups_;
  std::vector<int64_t> group_rows_;
  int64_t file_bytes_ = 0;
  int64_t rows_total_ = 0;
  std::shared_ptr<arrow::io::RandomAccessFile> file_;
  std::shared_ptr<parquet::FileMetaData> metadata_;

  std::set<int> dictionaries_;  // leaves that are read as such
  std::set<int> too_large_;     // those of them that had better not be
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::unique_ptr<arrow::RecordBatchReader> batches_;
  std::shared_ptr<arrow::RecordBatch> rest_;  // of a batch larger than ours, or after skipping
  int64_t rows_read_ = 0;
};

Status ParquetReader::build() {
  parquet::ReaderProperties properties(pool_);
  parquet::ArrowReaderProperties arrow_properties(/*use_threads=*/false);
  arrow_properties.set_pre_buffer(false);
  arrow_properties.set_batch_size(kBatchRowsMax);
  // The widest unit that holds every INT96 of a reasonable date.
  arrow_properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
  parquet::arrow::FileReaderBuilder builder;
  if (Status opened = builder.Open(file_, properties, metadata_); !opened.ok()) {
    return damaged(opened);
  }
  if (metadata_ == nullptr) {
    metadata_ = builder.raw_reader()->metadata();
    dictionaries_ = dictionary_leaves(*metadata_);
  }
  for (const int leaf : dictionaries_) arrow_properties.set_read_dictionary(leaf, true);
  auto built = builder.memory_pool(pool_)->properties(arrow_properties)->Build();
  if (!built.ok()) return damaged(built.status());
  batches_.reset();
  reader_ = *std::move(built);
  return Status::OK();
}

Status ParquetReader::open(std::shared_ptr<arrow::io::RandomAccessFile> file,
                           const DecoderRequest& request, const Options& options) {
  HW_ASSIGN_OR_RETURN(file_bytes_, file->GetSize());
  constexpr int64_t kFileBytesMin = 12;  // the magic at both ends and a length
  if (file_bytes_ < kFileBytesMin) {
    return Status::SerializationError("a Parquet file has at least 12 bytes, but '", origin_,
                                      "' has ", file_bytes_, "; it is empty or cut off");
  }
  file_ = std::move(file);
  try {
    HW_TRY(build());
    ParquetScan scan{.schema = schema_, .origin = origin_};
    if (!options.boolean(parquet_options::utc_timezone())) {
      HW_ASSIGN_OR_RETURN(zone_, TimeZone::find(request.time_zone));
      if (!zone_.is_utc()) scan.wall_clock_zone = request.time_zone;
    }
    HW_ASSIGN_OR_RETURN(plans_, plan_parquet(scan, reader_->manifest()));
    groups_ = row_groups_to_read(*metadata_, reader_->manifest(), request.predicates);
    for (const int group : groups_) {
      group_rows_.push_back(metadata_->RowGroup(group)->num_rows());
      rows_total_ += group_rows_.back();
    }
  } catch (const std::exception& error) {
    return damaged(Status::SerializationError(error.what()));
  }
  return begin_at(0);
}

Status ParquetReader::begin_at(size_t group) {
  try {
    const std::vector<int> groups(groups_.begin() + static_cast<std::ptrdiff_t>(group),
                                  groups_.end());
    auto batches = reader_->GetRecordBatchReader(groups, plans_.leaves);
    if (!batches.ok()) return damaged(batches.status());
    batches_ = *std::move(batches);
  } catch (const std::exception& error) {
    return damaged(Status::SerializationError(error.what()));
  }
  rest_.reset();
  return Status::OK();
}

Result<std::shared_ptr<arrow::RecordBatch>> ParquetReader::read_next() {
  if (rest_ != nullptr) return std::move(rest_);
  try {
    auto batch = batches_->Next();
    if (!batch.ok()) return damaged(batch.status());
    return *batch;
  } catch (const std::exception& error) {
    return damaged(Status::SerializationError(error.what()));
  }
}

Result<ColumnPtr> ParquetReader::column_of(const ParquetPlan& plan,
                                           const std::shared_ptr<arrow::ArrayData>& data) {
  if (data->dictionary != nullptr) {
    if (data->dictionary->length > kDictionaryValuesMax) too_large_.insert(plan.leaf);
    HW_ASSIGN_OR_RETURN(ColumnPtr dictionary, dictionary_column(plan, data));
    if (dictionary != nullptr) return dictionary;
  }
  HW_ASSIGN_OR_RETURN(auto converted, convert_parquet(plan, data, zone_, pool_));
  return Column::plain(plan.type, std::move(converted));
}

Status ParquetReader::give_up_large_dictionaries() {
  size_t given_up = 0;
  for (const int leaf : too_large_) given_up += dictionaries_.erase(leaf);
  too_large_.clear();
  // A file may declare its dictionary by itself: then nothing can be done.
  if (given_up == 0) return Status::OK();
  try {
    HW_TRY(build());
  } catch (const std::exception& error) {
    return damaged(Status::SerializationError(error.what()));
  }
  return skip_to(rows_read_);
}

Result<Batch> ParquetReader::next() {
  if (!too_large_.empty()) HW_TRY(give_up_large_dictionaries());
  HW_ASSIGN_OR_RETURN(std::shared_ptr<arrow::RecordBatch> rows, read_next());
  if (rows == nullptr) return Batch();
  if (rows->num_rows() > kBatchRowsMax) {
    rest_ = rows->Slice(kBatchRowsMax);
    rows = rows->Slice(0, kBatchRowsMax);
  }
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < plans_.columns.size(); ++i) {
    auto column = column_of(plans_.columns[i], rows->column_data(plans_.sources[i]));
    if (!column.ok()) {
      return column.status().WithMessage(column.status().message(), " (", origin_, ", row ",
                                         rows_read_ + 1, " or one of the next)");
    }
    columns.push_back(*std::move(column));
  }
  rows_read_ += rows->num_rows();
  return Batch(schema_, std::move(columns), rows->num_rows());
}

Status ParquetReader::skip_to(int64_t rows) {
  size_t group = 0;
  int64_t before = 0;
  while (group < groups_.size() && before + group_rows_[group] <= rows) {
    before += group_rows_[group++];
  }
  HW_TRY(begin_at(group));
  rows_read_ = before;
  while (rows_read_ < rows) {
    HW_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::RecordBatch> skipped, read_next());
    if (skipped == nullptr) {
      return Status::IOError("'", origin_, "' has fewer rows than when the checkpoint was taken");
    }
    const int64_t wanted = std::min(rows - rows_read_, skipped->num_rows());
    if (wanted < skipped->num_rows()) rest_ = skipped->Slice(wanted);
    rows_read_ += wanted;
  }
  return Status::OK();
}

}  // namespace

Result<std::unique_ptr<BulkReader>> open_parquet_reader(
    std::shared_ptr<arrow::io::RandomAccessFile> file, std::string origin,
    const DecoderRequest& request, const Options& options) {
  auto reader = std::make_unique<ParquetReader>(request, std::move(origin));
  HW_TRY(reader->open(std::move(file), request, options));
  return std::unique_ptr<BulkReader>(std::move(reader));
}

}  // namespace hw
