// SPDX-License-Identifier: Apache-2.0
//
// The json format: one object a line or message.

#include <memory>
#include <utility>

#include "formats/json/json_decoder.h"
#include "formats/json/json_encoder.h"
#include "formats/json/json_options.h"
#include "formats/json/json_shape.h"
#include "runtime/format_catalogue.h"

namespace hw {
namespace {

Result<std::unique_ptr<Decoder>> make_decoder(const DecoderRequest& request,
                                              const Options& options) {
  HW_ASSIGN_OR_RETURN(const JsonSettings settings, JsonSettings::from(options, "json"));
  return make_json_decoder(request, settings, std::nullopt);
}

Result<std::unique_ptr<Encoder>> make_encoder(const SchemaPtr& schema, const Options& options) {
  return make_json_encoder(schema, JsonEncodeSettings::from(options));
}

}  // namespace

void register_json(FormatCatalogue& catalogue) {
  FormatRecord record;
  record.name = "json";
  record.sentence =
      "JSON: one object a line or message, or an array of objects; fields are matched by exact "
      "name, others are ignored.";
  record.options = json_options::all();
  record.check = [](const Schema& schema, const Options& options) -> Status {
    HW_TRY(JsonSettings::from(options, "json").status());
    return check_json_schema(schema);
  };
  record.decoder = make_decoder;
  record.encoder = make_encoder;
  record.example = R"(CREATE TABLE orders (
  id BIGINT,
  placed_at TIMESTAMP(3),
  items ARRAY<ROW<name STRING, price DECIMAL(10, 2)>>
) WITH (
  'connector' = 'filesystem',
  'path' = 'orders',
  'format' = 'json',
  'json.ignore-parse-errors' = 'true'
))";
  catalogue.add(std::move(record));
}

}  // namespace hw
