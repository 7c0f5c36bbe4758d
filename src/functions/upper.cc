// SPDX-License-Identifier: Apache-2.0
//
// UPPER and LOWER: the full case mapping of Unicode without a language, as Java's with Locale.ROOT,
// so a text may change its length (ß to SS) and a sigma at the end of a word gets its final form.
// ASCII has its own loop.

#include <cstdint>
#include <cstring>
#include <string_view>

#include <unicode/bytestream.h>
#include <unicode/casemap.h>

#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

constexpr uint64_t kHighBits = 0x8080808080808080;

bool is_ascii(std::string_view text) {
  uint64_t seen = 0;
  size_t i = 0;
  for (uint64_t eight; i + sizeof(eight) <= text.size(); i += sizeof(eight)) {
    std::memcpy(&eight, text.data() + i, sizeof(eight));
    seen |= eight;
  }
  for (; i < text.size(); ++i) seen |= static_cast<unsigned char>(text[i]);
  return (seen & kHighBits) == 0;
}

/// Takes what ICU writes. Bytes that are no UTF-8 arrive as U+FFFD.
class RowSink final : public icu::ByteSink {
 public:
  /// `out` outlives it.
  explicit RowSink(TextWriter& out) : out_(out) {}
  void Append(const char* bytes, int32_t size) override {
    out_.append(std::string_view(bytes, static_cast<size_t>(size)));
  }

 private:
  TextWriter& out_;
};

constexpr const char* kNoLanguage = "";

icu::StringPiece piece(std::string_view text) {
  return {text.data(), static_cast<int32_t>(text.size())};
}

// Mapping without a language allocates nothing and knows no error but a text of over 2 GiB, which
// no column holds.
void upper_wide(TextWriter& out, std::string_view text) {
  RowSink sink(out);
  UErrorCode error = U_ZERO_ERROR;
  icu::CaseMap::utf8ToUpper(kNoLanguage, 0, piece(text), sink, nullptr, error);
}

void lower_wide(TextWriter& out, std::string_view text) {
  RowSink sink(out);
  UErrorCode error = U_ZERO_ERROR;
  icu::CaseMap::utf8ToLower(kNoLanguage, 0, piece(text), sink, nullptr, error);
}

constexpr uint64_t in_every_byte(uint8_t byte) { return 0x0101010101010101 * byte; }

/// Swaps the case of those of eight ASCII characters that lie from `first` to `last`.
template <char kFirst, char kLast>
uint64_t swap_case(uint64_t eight) {
  const uint64_t from_first = eight + in_every_byte(0x80 - kFirst);
  const uint64_t above_last = eight + in_every_byte(0x7f - kLast);
  return eight ^ (((from_first ^ above_last) & kHighBits) >> 2);
}

/// Eight characters at a time; texts are short, so that wider steps would mostly be the rest.
template <char kFirst, char kLast>
void map_ascii(TextWriter& out, std::string_view text) {
  char* to = out.extend(text.size());
  size_t i = 0;
  for (uint64_t eight; i + sizeof(eight) <= text.size(); i += sizeof(eight)) {
    std::memcpy(&eight, text.data() + i, sizeof(eight));
    eight = swap_case<kFirst, kLast>(eight);
    std::memcpy(to + i, &eight, sizeof(eight));
  }
  for (; i < text.size(); ++i) {
    const char c = text[i];
    to[i] = static_cast<char>(c >= kFirst && c <= kLast ? c ^ 0x20 : c);
  }
}

void upper(TextWriter& out, std::string_view text) {
  is_ascii(text) ? map_ascii<'a', 'z'>(out, text) : upper_wide(out, text);
}

void lower(TextWriter& out, std::string_view text) {
  is_ascii(text) ? map_ascii<'A', 'Z'>(out, text) : lower_wide(out, text);
}

}  // namespace

void register_upper(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "UPPER",
      .family = "string",
      .signatures = {"(text VARCHAR) -> VARCHAR"},
      .sentence = "Returns `text` in upper case, by the rules of Unicode: `ß` becomes `SS`.",
      .examples = {{"UPPER('Water')", "WATER"}, {"UPPER('größe')", "GRÖSSE"}},
      .kernel = row_kernel<upper>(),
  });
  catalogue.add(ScalarFunction{
      .name = "LOWER",
      .family = "string",
      .signatures = {"(text VARCHAR) -> VARCHAR"},
      .sentence = "Returns `text` in lower case, by the rules of Unicode.",
      .examples = {{"LOWER('WaTer')", "water"}, {"LOWER('GRÖSSE')", "grösse"}},
      .kernel = row_kernel<lower>(),
  });
}

}  // namespace hw
