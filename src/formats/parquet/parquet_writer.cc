// SPDX-License-Identifier: Apache-2.0

#include <utility>

#include <arrow/extension/json.h>
#include <arrow/extension_type.h>
#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>
#include <parquet/properties.h>

#include "base/memory.h"
#include "formats/parquet/parquet_files.h"
#include "formats/parquet/parquet_options.h"

namespace hw {
namespace {

arrow::Compression::type codec_of(const std::string& name) {
  if (name == "UNCOMPRESSED") return arrow::Compression::UNCOMPRESSED;
  if (name == "GZIP") return arrow::Compression::GZIP;
  if (name == "ZSTD") return arrow::Compression::ZSTD;
  if (name == "LZ4") return arrow::Compression::LZ4;
  if (name == "BROTLI") return arrow::Compression::BROTLI;
  return arrow::Compression::SNAPPY;
}

/// As Arrow knows the columns. A VARIANT is JSON for whoever reads the file; inside of other types
/// it is text.
std::shared_ptr<arrow::Schema> file_schema(const Schema& schema) {
  std::shared_ptr<arrow::Schema> result = schema.to_arrow();
  arrow::FieldVector fields = result->fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    if (!schema.type(static_cast<int>(i)).is_variant()) continue;
    fields[i] = fields[i]->WithType(arrow::extension::json(arrow::utf8()));
  }
  return arrow::schema(std::move(fields), result->metadata());
}

class ParquetWriter final : public BulkWriter {
 public:
  ParquetWriter(SchemaPtr schema, std::shared_ptr<arrow::io::OutputStream> sink,
                int64_t group_bytes)
      : schema_(std::move(schema)),
        arrow_schema_(file_schema(*schema_)),
        sink_(std::move(sink)),
        group_bytes_(group_bytes) {}

  Status open(const Options& options) {
    parquet::WriterProperties::Builder properties;
    properties.memory_pool(recycling_pool());
    properties.compression(codec_of(options.text(parquet_options::compression())));
    properties.data_pagesize(options.size_bytes(parquet_options::page_size()));
    if (!options.boolean(parquet_options::dictionary())) properties.disable_dictionary();
    parquet::ArrowWriterProperties::Builder arrow_properties;
    // Keeps time zones and nested types as they are when Arrow reads the file.
    arrow_properties.store_schema();
    try {
      HW_ASSIGN_OR_RETURN(
          writer_, parquet::arrow::FileWriter::Open(*arrow_schema_, recycling_pool(), sink_,
                                                    properties.build(), arrow_properties.build()));
    } catch (const std::exception& error) {
      return Status::IOError("cannot write a Parquet file: ", error.what());
    }
    return Status::OK();
  }

  Status write(const Batch& batch) override {
    HW_ASSIGN_OR_RETURN(const Batch dense, batch.compacted());
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    for (const ColumnPtr& column : dense.columns()) {
      HW_ASSIGN_OR_RETURN(const ColumnPtr plain, column->flattened());
      arrays.push_back(plain->to_arrow());
      if (!column->type().is_variant()) continue;
      arrays.back() = arrow::ExtensionType::WrapArray(
          arrow_schema_->field(static_cast<int>(arrays.size()) - 1)->type(), arrays.back());
    }
    const auto rows = arrow::RecordBatch::Make(arrow_schema_, dense.num_rows(), std::move(arrays));
    try {
      HW_TRY(writer_->WriteRecordBatch(*rows));
      unflushed_ += dense.num_bytes();
      if (unflushed_ >= group_bytes_) {
        unflushed_ = 0;
        HW_TRY(writer_->NewBufferedRowGroup());
      }
    } catch (const std::exception& error) {
      return Status::IOError("cannot write a Parquet file: ", error.what());
    }
    return Status::OK();
  }

  int64_t bytes_written() const override { return sink_->Tell().ValueOr(0); }

  Status close() override {
    try {
      return writer_->Close();
    } catch (const std::exception& error) {
      return Status::IOError("cannot finish a Parquet file: ", error.what());
    }
  }

 private:
  const SchemaPtr schema_;
  const std::shared_ptr<arrow::Schema> arrow_schema_;
  const std::shared_ptr<arrow::io::OutputStream> sink_;
  const int64_t group_bytes_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  int64_t unflushed_ = 0;
};

}  // namespace

Result<std::unique_ptr<BulkWriter>> open_parquet_writer(
    std::shared_ptr<arrow::io::OutputStream> sink, const SchemaPtr& schema,
    const Options& options) {
  auto writer = std::make_unique<ParquetWriter>(schema, std::move(sink),
                                                options.size_bytes(parquet_options::block_size()));
  HW_TRY(writer->open(options));
  return std::unique_ptr<BulkWriter>(std::move(writer));
}

}  // namespace hw
