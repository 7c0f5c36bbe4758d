// SPDX-License-Identifier: Apache-2.0
//
// REPLACE, TRANSLATE and OVERLAY.

#include <optional>

#include "expr/code_points.h"
#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

/// `to` before every character and at the end.
void put_between(TextWriter& out, std::string_view text, std::string_view to) {
  out.append(to);
  for (size_t i = 0; i < text.size();) {
    const size_t size = code_point_size(static_cast<unsigned char>(text[i]));
    out.append(text.substr(i, size));
    out.append(to);
    i += size;
  }
}

void replace(TextWriter& out, std::string_view text, std::string_view from, std::string_view to) {
  if (from.empty()) return put_between(out, text, to);
  while (true) {
    const size_t at = text.find(from);
    out.append(text.substr(0, at));
    if (at == std::string_view::npos) return;
    out.append(to);
    text.remove_prefix(at + from.size());
  }
}

void translate(TextWriter& out, std::string_view text, std::string_view from, std::string_view to) {
  for (size_t i = 0; i < text.size();) {
    const size_t size = code_point_size(static_cast<unsigned char>(text[i]));
    const std::string_view c = text.substr(i, size);
    i += size;
    int64_t index = 0;
    bool found = false;
    for (size_t k = 0; k < from.size() && !found;) {
      const size_t width = code_point_size(static_cast<unsigned char>(from[k]));
      found = from.substr(k, width) == c;
      k += width;
      if (!found) ++index;
    }
    out.append(found ? code_point_range(to, index, 1) : c);
  }
}

void overlay_for(TextWriter& out, std::string_view text, std::string_view with, int32_t start,
                 int32_t length) {
  const int64_t size = count_code_points(text);
  if (start < 1 || start > size) {
    out.append(text);
    return;
  }
  out.append(text.substr(0, bytes_of_code_points(text, start - 1)));
  out.append(with);
  if (length >= 0) out.append(text.substr(bytes_of_code_points(text, int64_t{start} - 1 + length)));
}

void overlay(TextWriter& out, std::string_view text, std::string_view with, int32_t start) {
  overlay_for(out, text, with, start, static_cast<int32_t>(count_code_points(with)));
}

}  // namespace

void register_replace(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "REPLACE",
      .family = "string",
      .signatures = {"(text VARCHAR, search VARCHAR, replacement VARCHAR) -> VARCHAR"},
      .sentence =
          "Returns `text` with every `search` replaced; an empty `search` stands before every "
          "character and at the end.",
      .examples = {{"REPLACE('head water', ' ', '-')", "head-water"},
                   {"REPLACE('aaa', 'aa', 'b')", "ba"},
                   {"REPLACE('aaa', '', 'b')", "bababab"}},
      .kernel = row_kernel<replace>(),
  });
  catalogue.add(ScalarFunction{
      .name = "TRANSLATE",
      .family = "string",
      .signatures = {"(text VARCHAR, search VARCHAR, replacement VARCHAR) -> VARCHAR"},
      .sentence = "Replaces each character of `text` that stands in `search` by the character at "
                  "the same place of `replacement`, or by nothing if that is shorter.",
      .examples = {{"TRANSLATE('3.14,1', '.,', ',')", "3,141"}},
      .kernel = row_kernel<translate>(),
  });
  catalogue.add(ScalarFunction{
      .name = "OVERLAY",
      .family = "string",
      .signatures = {"(text VARCHAR, replacement VARCHAR, start INT, [length INT]) -> VARCHAR"},
      .sentence = "OVERLAY(text PLACING replacement FROM start [FOR length]): puts `replacement` "
                  "over `length` characters (its own length by default) from `start` on; a start "
                  "outside of `text` changes nothing.",
      .examples = {{"OVERLAY('xxxxxtest' PLACING 'xxxx' FROM 6)", "xxxxxxxxx"},
                   {"OVERLAY('xxxxxtest' PLACING 'xxxx' FROM 6 FOR 2)", "xxxxxxxxxst"},
                   {"OVERLAY('abc' PLACING 'z' FROM 9)", "abc"}},
      .kernel = row_kernel<overlay, overlay_for>(),
  });
}

}  // namespace hw
