// SPDX-License-Identifier: Apache-2.0
//
// JSON lines to columns, beside a bare walk of simdjson's on-demand parser over the same bytes: it
// visits every key and gets every value, but keeps nothing.

#include <cstdio>
#include <string>

#include <simdjson.h>

#include "interleaved.h"
#include "nexmark_events.h"

namespace hw {

void register_json(FormatCatalogue& catalogue);

namespace {

using bench::compare;
using bench::merged_json_lines;
using bench::merged_schema;

constexpr int64_t kEvents = 400'000;
constexpr int kRounds = 7;
constexpr size_t kBlockBytes = 512 << 10;

void decode(const FormatRecord& json, const SchemaPtr& schema, const std::string& text,
            int64_t expected_rows) {
  DecoderRequest request;
  request.schema = schema;
  request.physical = merged_schema();
  const auto decoder = json.decoder(request, Options());
  HW_CHECK(decoder.ok());
  const std::string_view all(text.data(), text.size() - simdjson::SIMDJSON_PADDING);
  size_t at = 0;
  int64_t rows = 0;
  while (at < all.size()) {
    const std::string_view block = all.substr(at, kBlockBytes);
    const auto consumed =
        (*decoder)->decode_block(block, at + block.size() == all.size(), {"bench", 2});
    HW_CHECK(consumed.ok());
    at += static_cast<size_t>(*consumed);
    const auto batch = (*decoder)->take();
    HW_CHECK(batch.ok());
    rows += batch->num_rows();
  }
  HW_CHECK(rows == expected_rows);
}

int64_t walk(simdjson::ondemand::value value);

int64_t walk_object(simdjson::ondemand::object object) {
  int64_t sum = 0;
  for (auto field : object) {
    sum += field.key().value().raw() != nullptr;
    sum += walk(field.value());
  }
  return sum;
}

int64_t walk(simdjson::ondemand::value value) {
  switch (value.type()) {
    case simdjson::ondemand::json_type::object:
      return walk_object(value.get_object());
    case simdjson::ondemand::json_type::number:
      return static_cast<int64_t>(value.get_int64());
    case simdjson::ondemand::json_type::string:
      return static_cast<int64_t>(std::string_view(value.get_string()).size());
    default:
      return value.is_null();
  }
}

void bare_walk(const std::string& text, int64_t expected) {
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document_stream stream;
  const size_t size = text.size() - simdjson::SIMDJSON_PADDING;
  HW_CHECK(parser.iterate_many(text.data(), size, 1 << 20).get(stream) == simdjson::SUCCESS);
  int64_t sum = 0;
  int64_t documents = 0;
  for (auto document : stream) {
    sum += walk_object(document.get_object());
    ++documents;
  }
  HW_CHECK(documents == expected && sum != 0);
}

int run() {
  FormatCatalogue catalogue;
  register_json(catalogue);
  const FormatRecord& json = *catalogue.find("json");
  std::string text = merged_json_lines(kEvents, json);
  std::printf("%lld merged Nexmark events, %.0f bytes each\n", static_cast<long long>(kEvents),
              static_cast<double>(text.size()) / kEvents);
  text.append(simdjson::SIMDJSON_PADDING, ' ');
  const auto reference = [&] { bare_walk(text, kEvents); };
  const auto ours = [&](const SchemaPtr& schema) {
    return [&, schema] { decode(json, schema, text, kEvents); };
  };
  compare({"JSON lines -> columns, all fields", "M/s", kEvents}, kRounds, ours(merged_schema()),
          reference);
  compare({"JSON lines -> columns, event_type only", "M/s", kEvents}, kRounds,
          ours(make_schema({{"event_type", SqlType::integer()}})), reference);
  compare({"JSON lines -> columns, all fields", "MB/s", static_cast<double>(text.size())}, kRounds,
          ours(merged_schema()), reference);
  return 0;
}

}  // namespace
}  // namespace hw

int main() { return hw::run(); }
