// SPDX-License-Identifier: Apache-2.0
//
// UPPER and LOWER: the full case mapping of Unicode without a language, as Java's with Locale.ROOT,
// so a text may change its length (ß to SS) and a sigma at the end of a word gets its final form.
// ASCII has its own loop.

#include <string_view>

#include <unicode/bytestream.h>
#include <unicode/casemap.h>

#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

bool is_ascii(std::string_view text) {
  unsigned char seen = 0;
  for (const char c : text) seen |= static_cast<unsigned char>(c);
  return seen < 0x80;
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

void upper(TextWriter& out, std::string_view text) {
  if (!is_ascii(text)) return upper_wide(out, text);
  char* to = out.extend(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    to[i] = static_cast<char>(c - ((c >= 'a' && c <= 'z') ? 32 : 0));
  }
}

void lower(TextWriter& out, std::string_view text) {
  if (!is_ascii(text)) return lower_wide(out, text);
  char* to = out.extend(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    to[i] = static_cast<char>(c + ((c >= 'A' && c <= 'Z') ? 32 : 0));
  }
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
