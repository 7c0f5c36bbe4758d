// SPDX-License-Identifier: Apache-2.0
//
// The parquet format.

#include <utility>

#include "columnar/sql_type.h"
#include "formats/parquet/parquet_files.h"
#include "formats/parquet/parquet_options.h"
#include "runtime/format_catalogue.h"

namespace hw {
namespace parquet_options {

OptionSpec utc_timezone() {
  return {.name = "utc-timezone",
          .type = OptionType::kBoolean,
          .default_value = "false",
          .sentence =
              "A TIMESTAMP that a file holds as an instant (INT96, or adjusted to UTC) is "
              "UTC wall-clock time; false: of the session's zone. Written TIMESTAMPs are "
              "wall-clock time as they are (INT64)."};
}

OptionSpec compression() {
  return {.name = "compression",
          .type = OptionType::kEnum,
          .default_value = "SNAPPY",
          .values = {"UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD", "LZ4", "BROTLI"},
          .sentence = "How pages are compressed when writing."};
}

OptionSpec block_size() {
  return {.name = "block.size",
          .type = OptionType::kSize,
          .default_value = "128mb",
          .sentence = "Bytes of rows that make a row group when writing."};
}

OptionSpec page_size() {
  return {.name = "page.size",
          .type = OptionType::kSize,
          .default_value = "1mb",
          .sentence = "Bytes of a page when writing."};
}

OptionSpec dictionary() {
  return {.name = "enable.dictionary",
          .type = OptionType::kBoolean,
          .default_value = "true",
          .sentence = "Writes repeated values as a dictionary."};
}

}  // namespace parquet_options

void register_parquet(FormatCatalogue& catalogue) {
  FormatRecord record;
  record.name = "parquet";
  record.sentence =
      "Parquet files: columns and fields of rows by name, only those that are needed are read, row "
      "groups that cannot match are skipped.";
  record.options = {parquet_options::utc_timezone(), parquet_options::compression(),
                    parquet_options::block_size(), parquet_options::page_size(),
                    parquet_options::dictionary()};
  record.reads_fields = true;
  record.bulk_reader = open_parquet_reader;
  record.bulk_writer = open_parquet_writer;
  record.example = R"(CREATE TABLE orders (
  id BIGINT,
  placed_at TIMESTAMP(3),
  price DECIMAL(10, 2)
) WITH (
  'connector' = 'filesystem',
  'path' = 'orders',
  'format' = 'parquet',
  'parquet.compression' = 'ZSTD'
))";
  catalogue.add(std::move(record));
}

}  // namespace hw
