// SPDX-License-Identifier: Apache-2.0
//
// ENCODE and DECODE: text as bytes of a character set and back, as Java's String does it: what a
// set has no bytes for becomes `?`, bytes that mean nothing become U+FFFD. Also the two functions
// that look at UTF-8 itself.

#include <optional>
#include <string>
#include <string_view>

#include "columnar/text/text_length.h"
#include "expr/code_points.h"
#include "expr/function_catalogue.h"
#include "expr/literal.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

constexpr uint32_t kReplacement = 0xFFFD;

enum class Charset : uint8_t { kAscii, kLatin1, kUtf8, kUtf16, kUtf16Be, kUtf16Le };

std::optional<Charset> find_charset(std::string_view given) {
  std::string name(given);
  for (char& c : name) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  if (name == "UTF-8" || name == "UTF8") return Charset::kUtf8;
  if (name == "US-ASCII" || name == "ASCII") return Charset::kAscii;
  if (name == "ISO-8859-1" || name == "LATIN1") return Charset::kLatin1;
  if (name == "UTF-16") return Charset::kUtf16;
  if (name == "UTF-16BE") return Charset::kUtf16Be;
  if (name == "UTF-16LE") return Charset::kUtf16Le;
  return std::nullopt;
}

Status no_such_charset(std::string_view name) {
  return Status::Invalid("there is no character set '", name,
                         "'; use UTF-8, US-ASCII, ISO-8859-1, UTF-16, UTF-16BE or UTF-16LE");
}

/// Cuts one code point off well-formed text; U+FFFD and one byte where it is not.
uint32_t take_code_point(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const size_t size = code_point_size(lead);
  const bool whole = size <= text.size() && is_valid_utf8(text.substr(0, size));
  if (!whole) {
    text.remove_prefix(1);
    return kReplacement;
  }
  uint32_t code = size == 1 ? lead : lead & (0xFFu >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
  }
  text.remove_prefix(size);
  return code;
}

void append_utf8(TextWriter& out, uint32_t code) {
  if (code < 0x80) return out.append(static_cast<char>(code));
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  const uint32_t mark = more == 1 ? 0xC0 : more == 2 ? 0xE0 : 0xF0;
  out.append(static_cast<char>(mark | code >> (6 * more)));
  for (int i = more - 1; i >= 0; --i) {
    out.append(static_cast<char>(0x80 | (code >> (6 * i) & 0x3F)));
  }
}

void append_unit(TextWriter& out, uint32_t unit, bool little) {
  const char high = static_cast<char>(unit >> 8);
  const char low = static_cast<char>(unit & 0xFF);
  out.append(little ? low : high);
  out.append(little ? high : low);
}

void encode_utf16(TextWriter& out, std::string_view text, bool little) {
  while (!text.empty()) {
    const uint32_t code = take_code_point(text);
    if (code < 0x10000) {
      append_unit(out, code, little);
    } else {
      append_unit(out, 0xD800 + ((code - 0x10000) >> 10), little);
      append_unit(out, 0xDC00 + ((code - 0x10000) & 0x3FF), little);
    }
  }
}

void encode_as(TextWriter& out, std::string_view text, Charset charset) {
  switch (charset) {
    case Charset::kUtf8:
      return out.append(text);
    case Charset::kAscii:
    case Charset::kLatin1: {
      const uint32_t end = charset == Charset::kAscii ? 0x80 : 0x100;
      while (!text.empty()) {
        const uint32_t code = take_code_point(text);
        out.append(code < end ? static_cast<char>(code) : '?');
      }
      return;
    }
    case Charset::kUtf16:
      if (!text.empty()) out.append("\xFE\xFF");
      return encode_utf16(out, text, false);
    case Charset::kUtf16Be:
      return encode_utf16(out, text, false);
    case Charset::kUtf16Le:
      return encode_utf16(out, text, true);
  }
}

void decode_utf16(TextWriter& out, std::string_view bytes, bool little) {
  const auto unit = [&](size_t i) {
    const auto first = static_cast<unsigned char>(bytes[i]);
    const auto second = static_cast<unsigned char>(bytes[i + 1]);
    return static_cast<uint32_t>(little ? second << 8 | first : first << 8 | second);
  };
  size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) {
    const uint32_t code = unit(i);
    const bool high = code >= 0xD800 && code < 0xDC00;
    if (!high) {
      append_utf8(out, code >= 0xDC00 && code < 0xE000 ? kReplacement : code);
      continue;
    }
    const uint32_t low = i + 3 < bytes.size() ? unit(i + 2) : 0;
    if (low >= 0xDC00 && low < 0xE000) {
      append_utf8(out, 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00));
      i += 2;
    } else {
      append_utf8(out, kReplacement);
    }
  }
  if (i < bytes.size()) append_utf8(out, kReplacement);
}

void make_valid(TextWriter& out, std::string_view bytes) {
  if (is_valid_utf8(bytes)) return out.append(bytes);
  while (!bytes.empty()) append_utf8(out, take_code_point(bytes));
}

void decode_as(TextWriter& out, std::string_view bytes, Charset charset) {
  switch (charset) {
    case Charset::kUtf8:
      return make_valid(out, bytes);
    case Charset::kAscii:
    case Charset::kLatin1:
      for (const char c : bytes) {
        const auto code = static_cast<unsigned char>(c);
        append_utf8(out, charset == Charset::kAscii && code >= 0x80 ? kReplacement : code);
      }
      return;
    case Charset::kUtf16: {
      const bool little = bytes.starts_with("\xFF\xFE");
      if (little || bytes.starts_with("\xFE\xFF")) bytes.remove_prefix(2);
      return decode_utf16(out, bytes, little);
    }
    case Charset::kUtf16Be:
      return decode_utf16(out, bytes, false);
    case Charset::kUtf16Le:
      return decode_utf16(out, bytes, true);
  }
}

Status encode(TextWriter& out, std::string_view text, std::string_view name) {
  const std::optional<Charset> charset = find_charset(name);
  if (!charset) return no_such_charset(name);
  encode_as(out, text, *charset);
  return Status::OK();
}
Status decode(TextWriter& out, std::string_view bytes, std::string_view name) {
  const std::optional<Charset> charset = find_charset(name);
  if (!charset) return no_such_charset(name);
  decode_as(out, bytes, *charset);
  return Status::OK();
}

/// A literal name is checked when the query is planned.
template <auto kFunction>
Result<std::unique_ptr<ScalarKernel>> bind_charset(const CallBinding& binding) {
  const ColumnPtr& name = binding.literals[1];
  if (name != nullptr && !literal_is_null(name)) {
    const auto text = name->value<std::string_view>(0);
    if (!find_charset(text)) return no_such_charset(text);
  }
  return row_kernel<kFunction>()(binding);
}

bool is_valid(std::string_view bytes) { return is_valid_utf8(bytes); }

}  // namespace

void register_charset(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "ENCODE",
      .family = "string",
      .signatures = {"(text VARCHAR, charset VARCHAR) -> VARBINARY"},
      .sentence = "The bytes of the text in UTF-8, US-ASCII, ISO-8859-1, UTF-16 (with a byte order "
                  "mark), UTF-16BE or UTF-16LE; `?` for what the character set does not have.",
      .examples = {{"HEX(ENCODE('aé', 'UTF-16LE'))", "6100E900"},
                   {"HEX(ENCODE('aé', 'US-ASCII'))", "613F"}},
      .can_fail = true,
      .kernel = bind_charset<encode>,
  });
  catalogue.add(ScalarFunction{
      .name = "DECODE",
      .family = "string",
      .signatures = {"(bytes VARBINARY, charset VARCHAR) -> VARCHAR"},
      .sentence = "The text that the bytes are in a character set (see ENCODE); U+FFFD for bytes "
                  "that mean nothing in it.",
      .examples = {{"DECODE(x'6100E900', 'UTF-16LE')", "aé"},
                   {"DECODE(ENCODE('Grüße', 'ISO-8859-1'), 'ISO-8859-1')", "Grüße"}},
      .can_fail = true,
      .kernel = bind_charset<decode>,
  });
  catalogue.add(ScalarFunction{
      .name = "IS_VALID_UTF8",
      .family = "conditional",
      .signatures = {"(bytes VARBINARY) -> BOOLEAN"},
      .sentence = "Tells whether the bytes are well-formed UTF-8.",
      .examples = {{"IS_VALID_UTF8(x'C3A9')", "TRUE"}, {"IS_VALID_UTF8(x'C3')", "FALSE"}},
      .kernel = row_kernel<is_valid>(),
  });
  catalogue.add(ScalarFunction{
      .name = "MAKE_VALID_UTF8",
      .family = "conditional",
      .signatures = {"(bytes VARBINARY) -> VARCHAR"},
      .sentence = "The bytes as text, with U+FFFD in the place of each byte that is no UTF-8.",
      .examples = {{"MAKE_VALID_UTF8(x'61C3A9')", "aé"}, {"MAKE_VALID_UTF8(x'61FF')", "a\uFFFD"}},
      .kernel = row_kernel<make_valid>(),
  });
}

}  // namespace hw
