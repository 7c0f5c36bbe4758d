// SPDX-License-Identifier: Apache-2.0
//
// Any bytes are CSV or an error. The first byte of an input picks the options, the rest is the
// text.

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

void register_csv(FormatCatalogue& catalogue);

namespace {

/// A set of options, and what it promises of a text that was written and read again.
struct Variant {
  fuzz::DecoderChecks checks;
  enum class Back : uint8_t { kNothing, kSameText, kSameRows } back;
  std::string_view header = {};  // goes before the input
};

const DecoderRequest& request() {
  static const DecoderRequest& made = *new DecoderRequest(testing::request_for(
      {{"a", SqlType::string()},
       {"b", SqlType::integer()},
       {"c", SqlType::float64()},
       {"d", SqlType::decimal(38, 3)},
       {"e", SqlType::timestamp(3)},
       {"f", SqlType::array(SqlType::bigint())},
       {"g", SqlType::row({{"h", SqlType::date()}, {"i", SqlType::boolean()}})},
       {"j", SqlType::bytes()}}));
  return made;
}

const std::vector<Variant>& variants() {
  static const auto& made = *[] {
    const FormatRecord& csv = fuzz::format_of(&register_csv);
    const auto with = [&](fuzz::OptionValues values) {
      return fuzz::DecoderChecks(csv, request(), std::move(values));
    };
    return new std::vector<Variant>{
        // NULL and the empty string are one text.
        {with({}), Variant::Back::kSameText},
        {with({{"null-literal", "~"}}), Variant::Back::kSameRows},
        {with({{"escape-character", "\\"}, {"null-literal", "~"}}), Variant::Back::kSameRows},
        {with({{"header", "by-name"},
               {"allow-comments", "true"},
               {"trim-spaces", "true"},
               {"null-literal", "~"}}),
         Variant::Back::kSameRows, "g,f,nobody's,e,d,c,b,a,j\n"},
        // A line break has no text without quotes.
        {with({{"disable-quote-character", "true"}, {"field-delimiter", "\\t"}}),
         Variant::Back::kNothing},
    };
  }();
  return made;
}

void check(const Variant& variant, std::string_view text) {
  std::string file(variant.header);
  file += text;
  variant.checks.check_blocks(file);
  variant.checks.check_message(text);
  if (variant.back == Variant::Back::kSameText) variant.checks.check_text_is_stable(file);
  if (variant.back == Variant::Back::kSameRows) variant.checks.check_round_trip(file);
}

}  // namespace
}  // namespace hw

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  hw::check(hw::fuzz::picked(hw::variants(), text[0]), text.substr(1));
  return 0;
}
