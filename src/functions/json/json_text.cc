// SPDX-License-Identifier: Apache-2.0
//
// JSON as text: the IS JSON tests, JSON_QUOTE and JSON_UNQUOTE.

#include <string>
#include <string_view>

#include "columnar/text/json_document.h"
#include "expr/code_points.h"
#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"
#include "functions/json/json_functions.h"

namespace hw {
namespace {

using KernelResult = Result<std::unique_ptr<ScalarKernel>>;

enum class JsonTest : uint8_t { kValue, kScalar, kArray, kObject };

KernelResult bind_test(JsonTest test, const CallBinding& binding) {
  return make_row_kernel(
      [test, document = std::make_shared<JsonDocument>()](std::string_view text) {
        if (!document->parse(text)) return false;
        switch (test) {
          case JsonTest::kValue:
            return true;
          case JsonTest::kScalar:
            return document->is_scalar(document->root());
          case JsonTest::kArray:
            return document->kind(document->root()) == JsonValueKind::kArray;
          case JsonTest::kObject:
            return document->kind(document->root()) == JsonValueKind::kObject;
        }
        return false;
      },
      binding);
}

void append_unicode_escape(TextWriter& out, uint32_t unit) {
  out.append("\\u");
  for (int shift = 12; shift >= 0; shift -= 4) {
    out.append("0123456789abcdef"[unit >> shift & 15]);
  }
}

/// What is no ASCII is written as UTF-16 escapes.
void append_wide(TextWriter& out, std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return append_unicode_escape(out, 0xFFFD);
  uint32_t code = lead & (0xFFu >> (character.size() + 1));
  for (const char c : character.substr(1)) code = code << 6 | (static_cast<uint32_t>(c) & 0x3F);
  if (code < 0x10000) return append_unicode_escape(out, code);
  append_unicode_escape(out, 0xD800 + ((code - 0x10000) >> 10));
  append_unicode_escape(out, 0xDC00 + ((code - 0x10000) & 0x3FF));
}

void json_quote(TextWriter& out, std::string_view text) {
  static constexpr std::string_view kSpecial = "\"\\/\b\f\n\r\t";
  static constexpr std::string_view kLetters = "\"\\/bfnrt";
  out.append('"');
  while (!text.empty()) {
    const char c = text[0];
    if (static_cast<unsigned char>(c) >= 0x80) {
      const size_t size = bytes_of_code_points(text, 1);
      append_wide(out, text.substr(0, size));
      text.remove_prefix(size);
      continue;
    }
    if (const size_t i = kSpecial.find(c); i != std::string_view::npos) {
      out.append('\\');
      out.append(kLetters[i]);
    } else {
      out.append(c);
    }
    text.remove_prefix(1);
  }
  out.append('"');
}

KernelResult bind_unquote(const CallBinding& binding) {
  return make_row_kernel(
      [document = std::make_shared<JsonDocument>()](TextWriter& out, std::string_view text) {
        const bool quoted = text.starts_with('"') && document->parse(text);
        out.append(quoted ? document->text(document->root()) : text);
      },
      binding);
}

ScalarFunction json_test(const char* name, JsonTest test, const char* sentence,
                         FunctionExample example) {
  ScalarFunction function;
  function.name = name;
  function.family = "JSON";
  function.signatures = {"(text VARCHAR) -> BOOLEAN"};
  function.sentence = sentence;
  function.examples = {std::move(example)};
  function.kernel = [test](const CallBinding& binding) { return bind_test(test, binding); };
  return function;
}

}  // namespace

void add_json_text(FunctionCatalogue& catalogue) {
  catalogue.add(json_test("IS JSON", JsonTest::kValue,
                          "IS [NOT] JSON [VALUE]: tells whether the text is a JSON value.",
                          {"'[1, 2]' IS JSON", "TRUE"}));
  catalogue.add(json_test("IS JSON SCALAR", JsonTest::kScalar,
                          "Tells whether the text is a JSON text, number, true, false or null.",
                          {"'1' IS JSON SCALAR", "TRUE"}));
  catalogue.add(json_test("IS JSON ARRAY", JsonTest::kArray,
                          "Tells whether the text is a JSON array.",
                          {"'[1]' IS JSON ARRAY", "TRUE"}));
  catalogue.add(json_test("IS JSON OBJECT", JsonTest::kObject,
                          "Tells whether the text is a JSON object.",
                          {"'[1]' IS JSON OBJECT", "FALSE"}));
  catalogue.add(ScalarFunction{
      .name = "JSON_QUOTE",
      .family = "JSON",
      .signatures = {"(text VARCHAR) -> VARCHAR"},
      .sentence = "The text as a JSON string, in quotes and with escapes; characters that are no "
                  "ASCII become \\u escapes.",
      .examples = {{"JSON_QUOTE('a \"b\"')", "\"a \\\"b\\\"\""}},
      .kernel = row_kernel<json_quote>(),
  });
  catalogue.add(ScalarFunction{
      .name = "JSON_UNQUOTE",
      .family = "JSON",
      .signatures = {"(text VARCHAR) -> VARCHAR"},
      .sentence = "What a JSON string stands for; any other text stays as it is.",
      .examples = {{"JSON_UNQUOTE('\"a\\u0041\"')", "aA"}, {"JSON_UNQUOTE('abc')", "abc"}},
      .kernel = bind_unquote,
  });
}

}  // namespace hw
