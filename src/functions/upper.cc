// SPDX-License-Identifier: Apache-2.0
//
// UPPER and LOWER. Unicode simple case mapping of single code points; ASCII has its own loop.

#include <string_view>

#include <unicode/uchar.h>

#include "expr/code_points.h"
#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

bool is_ascii(std::string_view text) {
  unsigned char seen = 0;
  for (const char c : text) seen |= static_cast<unsigned char>(c);
  return seen < 0x80;
}

void append_code_point(TextWriter& out, UChar32 c) {
  if (c < 0x80) {
    out.append(static_cast<char>(c));
  } else if (c < 0x800) {
    out.append(static_cast<char>(0xC0 | (c >> 6)));
    out.append(static_cast<char>(0x80 | (c & 0x3F)));
  } else if (c < 0x10000) {
    out.append(static_cast<char>(0xE0 | (c >> 12)));
    out.append(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
    out.append(static_cast<char>(0x80 | (c & 0x3F)));
  } else {
    out.append(static_cast<char>(0xF0 | (c >> 18)));
    out.append(static_cast<char>(0x80 | ((c >> 12) & 0x3F)));
    out.append(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
    out.append(static_cast<char>(0x80 | (c & 0x3F)));
  }
}

template <typename Map>
void map_wide(TextWriter& out, std::string_view text, Map map) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t size = code_point_size(lead);
    if (size == 1 || i + size > text.size()) {
      out.append(lead < 0x80 ? static_cast<char>(map(lead)) : text[i]);
      ++i;
      continue;
    }
    UChar32 c = lead & (0xFF >> (size + 1));
    for (size_t k = 1; k < size; ++k)
      c = (c << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3F);
    append_code_point(out, map(c));
    i += size;
  }
}

void upper(TextWriter& out, std::string_view text) {
  if (!is_ascii(text)) return map_wide(out, text, [](UChar32 c) { return u_toupper(c); });
  char* to = out.extend(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    to[i] = static_cast<char>(c - ((c >= 'a' && c <= 'z') ? 32 : 0));
  }
}

void lower(TextWriter& out, std::string_view text) {
  if (!is_ascii(text)) return map_wide(out, text, [](UChar32 c) { return u_tolower(c); });
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
      .sentence = "Returns `text` in upper case.",
      .examples = {{"UPPER('Water')", "WATER"}, {"UPPER('größe')", "GRÖßE"}},
      .kernel = row_kernel<upper>(),
  });
  catalogue.add(ScalarFunction{
      .name = "LOWER",
      .family = "string",
      .signatures = {"(text VARCHAR) -> VARCHAR"},
      .sentence = "Returns `text` in lower case.",
      .examples = {{"LOWER('WaTer')", "water"}, {"LOWER('GRÖSSE')", "grösse"}},
      .kernel = row_kernel<lower>(),
  });
}

}  // namespace hw
