// SPDX-License-Identifier: Apache-2.0
//
// The csv format.

#include <memory>
#include <utility>

#include "formats/csv/csv_decoder.h"
#include "formats/csv/csv_encoder.h"
#include "formats/csv/csv_settings.h"
#include "runtime/format_catalogue.h"

namespace hw {
namespace {

Result<std::unique_ptr<Decoder>> make_decoder(const DecoderRequest& request,
                                              const Options& options) {
  HW_ASSIGN_OR_RETURN(const CsvSettings settings, CsvSettings::from(options));
  return make_csv_decoder(request, settings);
}

Result<std::unique_ptr<Encoder>> make_encoder(const SchemaPtr& schema, const Options& options) {
  HW_ASSIGN_OR_RETURN(const CsvSettings settings, CsvSettings::from(options));
  return make_csv_encoder(schema, settings);
}

}  // namespace

void register_csv(FormatCatalogue& catalogue) {
  FormatRecord record;
  record.name = "csv";
  record.sentence =
      "CSV as in RFC 4180: columns by position, or by the names in a header; quoted fields may "
      "hold "
      "line breaks.";
  record.options = csv_options();
  record.check = [](const Schema& schema, const Options& options) -> Status {
    HW_TRY(CsvSettings::from(options).status());
    return check_csv_schema(schema);
  };
  record.decoder = make_decoder;
  record.encoder = make_encoder;
  record.example = R"(CREATE TABLE orders (
  id BIGINT,
  name STRING,
  price DECIMAL(10, 2)
) WITH (
  'connector' = 'filesystem',
  'path' = 'orders.csv',
  'format' = 'csv',
  'csv.header' = 'by-name',
  'csv.field-delimiter' = ';'
))";
  catalogue.add(std::move(record));
}

}  // namespace hw
