// SPDX-License-Identifier: Apache-2.0
//
// The orc format.

#include <utility>

#include "columnar/sql_type.h"
#include "formats/orc/orc_files.h"
#include "runtime/format_catalogue.h"

namespace hw {
namespace orc_options {

OptionSpec compress() {
  return {.name = "compress",
          .type = OptionType::kEnum,
          .default_value = "ZLIB",
          .values = {"NONE", "ZLIB", "SNAPPY", "LZ4", "ZSTD"},
          .sentence = "How stripes are compressed when writing."};
}

OptionSpec stripe_size() {
  return {.name = "stripe.size",
          .type = OptionType::kSize,
          .default_value = "64mb",
          .sentence = "Bytes of a stripe when writing."};
}

}  // namespace orc_options

void register_orc(FormatCatalogue& catalogue) {
  FormatRecord record;
  record.name = "orc";
  record.sentence =
      "ORC files: columns by name, only those that are needed are read. No TIME, INTERVAL and "
      "MULTISET; timestamps from 1677 to 2262.";
  record.options = {
      {.name = "utc-timezone",
       .type = OptionType::kBoolean,
       .default_value = "false",
       .sentence = "Accepted for compatibility: a TIMESTAMP is the wall-clock time that its writer "
                   "saw, whatever the zone."},
      orc_options::compress(),
      orc_options::stripe_size()};
  record.bulk_reader = [](std::shared_ptr<arrow::io::RandomAccessFile> file, std::string origin,
                          const DecoderRequest& request, const Options&) {
    return open_orc_reader(std::move(file), std::move(origin), request);
  };
  record.bulk_writer = open_orc_writer;
  record.example = R"(CREATE TABLE orders (
  id BIGINT,
  placed_at TIMESTAMP(3),
  price DECIMAL(10, 2)
) WITH (
  'connector' = 'filesystem',
  'path' = 'orders',
  'format' = 'orc',
  'orc.compress' = 'ZSTD'
))";
  catalogue.add(std::move(record));
}

}  // namespace hw
