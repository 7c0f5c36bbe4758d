// SPDX-License-Identifier: Apache-2.0

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <arrow/adapters/orc/adapter.h>
#include <arrow/array/array_base.h>
#include <arrow/array/data.h>
#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/compression.h>

#include "formats/orc/orc_files.h"

namespace hw {
namespace {

using arrow::adapters::orc::ORCFileWriter;

arrow::Compression::type codec_of(const std::string& name) {
  if (name == "NONE") return arrow::Compression::UNCOMPRESSED;
  if (name == "SNAPPY") return arrow::Compression::SNAPPY;
  if (name == "LZ4") return arrow::Compression::LZ4;
  if (name == "ZSTD") return arrow::Compression::ZSTD;
  return arrow::Compression::GZIP;
}

Status check_type(const std::string& column, const SqlType& type) {
  switch (type.kind()) {
    case TypeKind::kTime:
    case TypeKind::kIntervalMonth:
    case TypeKind::kIntervalDay:
    case TypeKind::kMultiset:
      return not_supported_yet(type.to_sql_without_null() + " in ORC files (column '" + column +
                               "'); write it as STRING or a number");
    default:
      break;
  }
  for (const SqlField& field : type.fields()) HW_TRY(check_type(column, field.type));
  return Status::OK();
}

/// Nanoseconds a tick of the unit.
int64_t nanoseconds_of(arrow::TimeUnit::type unit) {
  switch (unit) {
    case arrow::TimeUnit::SECOND:
      return 1'000'000'000;
    case arrow::TimeUnit::MILLI:
      return 1'000'000;
    case arrow::TimeUnit::MICRO:
      return 1'000;
    default:
      return 1;
  }
}

/// Timestamps are read in nanoseconds: a file with others could be written, but not be read again.
Status check_times(const std::string& column, const arrow::ArrayData& data) {
  for (const auto& child : data.child_data) HW_TRY(check_times(column, *child));
  if (data.type->id() != arrow::Type::TIMESTAMP) return Status::OK();
  const auto& type = static_cast<const arrow::TimestampType&>(*data.type);
  const int64_t most = std::numeric_limits<int64_t>::max() / nanoseconds_of(type.unit());
  const int64_t* ticks = data.GetValues<int64_t>(1);
  for (int64_t i = 0; i < data.length; ++i) {
    if ((ticks[i] > most || ticks[i] < -most) && data.IsValid(i)) {
      return Status::Invalid("column '", column, "' of an ORC file holds times from 1677-09-22 to ",
                             "2262-04-11, but a row has one outside; write it as STRING");
    }
  }
  return Status::OK();
}

class OrcWriter final : public BulkWriter {
 public:
  OrcWriter(const SchemaPtr& schema, std::shared_ptr<arrow::io::OutputStream> sink)
      : arrow_schema_(schema->to_arrow()), sink_(std::move(sink)) {}

  Status open(const Options& options) {
    arrow::adapters::orc::WriteOptions write;
    write.compression = codec_of(options.text(orc_options::compress()));
    write.stripe_size = options.size_bytes(orc_options::stripe_size());
    HW_ASSIGN_OR_RETURN(writer_, ORCFileWriter::Open(sink_.get(), write));
    return Status::OK();
  }

  Status write(const Batch& batch) override {
    HW_ASSIGN_OR_RETURN(const Batch dense, batch.compacted());
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    for (const ColumnPtr& column : dense.columns()) {
      HW_ASSIGN_OR_RETURN(const ColumnPtr plain, column->flattened());
      arrays.push_back(plain->to_arrow());
      const auto place = static_cast<int>(arrays.size()) - 1;
      HW_TRY(check_times(arrow_schema_->field(place)->name(), *arrays.back()->data()));
    }
    return writer_->Write(
        *arrow::RecordBatch::Make(arrow_schema_, dense.num_rows(), std::move(arrays)));
  }

  int64_t bytes_written() const override { return sink_->Tell().ValueOr(0); }

  Status close() override { return writer_->Close(); }

 private:
  const std::shared_ptr<arrow::Schema> arrow_schema_;
  const std::shared_ptr<arrow::io::OutputStream> sink_;
  std::unique_ptr<ORCFileWriter> writer_;
};

}  // namespace

Result<std::unique_ptr<BulkWriter>> open_orc_writer(std::shared_ptr<arrow::io::OutputStream> sink,
                                                    const SchemaPtr& schema,
                                                    const Options& options) {
  for (const SqlField& field : schema->fields()) HW_TRY(check_type(field.name, field.type));
  auto writer = std::make_unique<OrcWriter>(schema, std::move(sink));
  HW_TRY(writer->open(options));
  return std::unique_ptr<BulkWriter>(std::move(writer));
}

}  // namespace hw
