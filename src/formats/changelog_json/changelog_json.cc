// SPDX-License-Identifier: Apache-2.0
//
// The changelog-json format: one line a change, as `--output changelog` prints them.

#include <memory>
#include <optional>
#include <utility>

#include "formats/json/json_decoder.h"
#include "formats/json/json_encoder.h"
#include "formats/json/json_options.h"
#include "formats/json/json_shape.h"
#include "runtime/format_catalogue.h"

namespace hw {
namespace {

OptionSpec changelog_mode() {
  return {.name = "changelog-mode",
          .type = OptionType::kEnum,
          .default_value = "all",
          .values = {"all", "upsert", "insert"},
          .sentence =
              "all: the four ops; upsert: no -U, needs a PRIMARY KEY, and a -D may hold "
              "the key only; insert: any other op is an error."};
}

RowKindSet kinds_of(const Options& options) {
  const std::string mode = options.text(changelog_mode());
  if (mode == "insert") return RowKindSet::insert_only();
  return mode == "upsert" ? RowKindSet::upsert() : RowKindSet::all();
}

Result<std::unique_ptr<Decoder>> make_decoder(const DecoderRequest& request,
                                              const Options& options) {
  HW_ASSIGN_OR_RETURN(const JsonSettings settings, JsonSettings::from(options, "changelog-json"));
  const JsonEnvelope envelope{.kinds = kinds_of(options),
                              .deletes_by_key = options.text(changelog_mode()) == "upsert"};
  if (envelope.deletes_by_key && request.primary_key.empty()) {
    return Status::Invalid(
        "'changelog-json.changelog-mode' = 'upsert' needs a PRIMARY KEY; declare "
        "one, or write 'all'");
  }
  return make_json_decoder(request, settings, envelope);
}

Result<std::unique_ptr<Encoder>> make_encoder(const SchemaPtr& schema, const Options& options) {
  JsonEncodeSettings settings = JsonEncodeSettings::from(options);
  settings.envelope = true;
  return make_json_encoder(schema, settings);
}

}  // namespace

void register_changelog_json(FormatCatalogue& catalogue) {
  FormatRecord record;
  record.name = "changelog-json";
  record.sentence =
      "JSON lines of changes, {\"op\":\"+I\",\"data\":{…}}, with the ops +I, -U, +U and -D.";
  record.options = json_options::all();
  record.options.push_back(changelog_mode());
  record.changelog = kinds_of;
  record.accepts = kinds_of;
  record.check = [](const Schema& schema, const Options& options) -> Status {
    HW_TRY(JsonSettings::from(options, "changelog-json").status());
    return check_json_schema(schema);
  };
  record.decoder = make_decoder;
  record.encoder = make_encoder;
  record.example = R"(CREATE TABLE totals (
  region STRING,
  total BIGINT,
  PRIMARY KEY (region) NOT ENFORCED
) WITH (
  'connector' = 'filesystem',
  'path' = 'totals',
  'format' = 'changelog-json',
  'changelog-json.changelog-mode' = 'upsert'
))";
  catalogue.add(std::move(record));
}

}  // namespace hw
