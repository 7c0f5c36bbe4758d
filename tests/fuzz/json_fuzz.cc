// SPDX-License-Identifier: Apache-2.0
//
// Any bytes are JSON lines or an error, plain ones and those of changelog-json. The first byte of
// an input picks the options, the rest is the text.

// libraries: base columnar
// sources: src/formats/csv/*.cc src/formats/json/*.cc src/formats/slots/*.cc
// sources: src/formats/changelog_json/*.cc src/formats/testing/*.cc
// sources: src/runtime/options*.cc src/runtime/format_catalogue.cc

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decoder_checks.h"

namespace hw {

void register_json(FormatCatalogue& catalogue);
void register_changelog_json(FormatCatalogue& catalogue);

namespace {

const DecoderRequest& request() {
  static const DecoderRequest& made = *[] {
    auto* request = new DecoderRequest(testing::request_for(
        {{"a", SqlType::integer()},
         {"b", SqlType::string()},
         {"c", SqlType::float64()},
         {"d", SqlType::decimal(38, 3)},
         {"e", SqlType::timestamp(3)},
         {"f", SqlType::array(SqlType::row({{"g", SqlType::bigint()}, {"h", SqlType::date()}}))},
         {"i", SqlType::map(SqlType::string(), SqlType::boolean())},
         {"j", SqlType::bytes()},
         {"k", SqlType::timestamp_ltz(6)},
         {"l", SqlType::time(3)}}));
    request->primary_key = {0};  // what an upsert's delete must hold
    return request;
  }();
  return made;
}

const std::vector<fuzz::DecoderChecks>& variants() {
  static const auto& made = *[] {
    const FormatRecord& json = fuzz::format_of(&register_json);
    auto* checks = new std::vector<fuzz::DecoderChecks>();
    for (const char* standard : {"SQL", "ISO-8601", "ISO-8601-WITH-OFFSET"}) {
      checks->emplace_back(json, request(),
                           fuzz::OptionValues{{"timestamp-format.standard", standard}});
    }
    const FormatRecord& changelog = fuzz::format_of(&register_changelog_json);
    for (const char* mode : {"all", "upsert"}) {
      checks->emplace_back(changelog, request(), fuzz::OptionValues{{"changelog-mode", mode}});
    }
    return checks;
  }();
  return made;
}

}  // namespace
}  // namespace hw

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const hw::fuzz::DecoderChecks& checks = hw::fuzz::picked(hw::variants(), text[0]);
  text.remove_prefix(1);
  const std::string rows = checks.check_blocks(text);
  const std::string message = checks.check_message(text);
  if (text.find('\n') == std::string_view::npos) {
    HW_CHECK(hw::fuzz::is_error(rows) ? hw::fuzz::is_error(message) : message == rows);
  }
  checks.check_round_trip(text);
  return 0;
}
