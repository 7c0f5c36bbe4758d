// SPDX-License-Identifier: Apache-2.0
//
// PARSE_URL, URL_ENCODE and URL_DECODE; INET_ATON and INET_NTOA.

#include <optional>
#include <string>
#include <string_view>

#include "columnar/text/text_length.h"
#include "expr/function_catalogue.h"
#include "expr/row_kernel.h"

namespace hw {
namespace {

using Part = std::optional<std::string_view>;

bool is_scheme(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '+' || c == '-' || c == '.';
    if (!fits) return false;
  }
  return true;
}

/// A URL taken apart; views into its text.
struct Url {
  std::string_view protocol;
  Part authority;
  Part host;
  Part user_info;
  std::string_view path;
  Part query;
  Part fragment;
  std::string_view file;  // path and query
};

/// Cuts what follows the first `mark` off.
Part cut_behind(std::string_view& text, char mark) {
  const size_t at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view behind = text.substr(at + 1);
  text = text.substr(0, at);
  return behind;
}

/// Nothing when there is no protocol in front.
std::optional<Url> take_apart(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || !is_scheme(text.substr(0, colon))) return std::nullopt;
  Url url;
  url.protocol = text.substr(0, colon);
  text.remove_prefix(colon + 1);
  url.fragment = cut_behind(text, '#');
  if (text.starts_with("//")) {
    text.remove_prefix(2);
    const size_t end = std::min(text.find_first_of("/?"), text.size());
    std::string_view authority = text.substr(0, end);
    text.remove_prefix(end);
    url.authority = authority;
    if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
      url.user_info = authority.substr(0, at);
      authority.remove_prefix(at + 1);
    }
    const size_t port =
        authority.starts_with('[') ? authority.find(':', authority.find(']')) : authority.find(':');
    url.host = authority.substr(0, port);
  }
  url.file = text;
  url.query = cut_behind(text, '?');
  url.path = text;
  return url;
}

Part part_of(const Url& url, std::string_view name) {
  if (name == "HOST") return url.host;
  if (name == "PATH") return url.path;
  if (name == "QUERY") return url.query;
  if (name == "REF") return url.fragment;
  if (name == "PROTOCOL") return url.protocol;
  if (name == "FILE") return url.file;
  if (name == "AUTHORITY") return url.authority;
  if (name == "USERINFO") return url.user_info;
  return std::nullopt;
}

bool parse_url(TextWriter& out, std::string_view text, std::string_view name) {
  const std::optional<Url> url = take_apart(text);
  if (!url) return false;
  const Part part = part_of(*url, name);
  if (!part) return false;
  out.append(*part);
  return true;
}

bool parse_url_key(TextWriter& out, std::string_view text, std::string_view name,
                   std::string_view key) {
  if (name != "QUERY") return false;
  const std::optional<Url> url = take_apart(text);
  if (!url || !url->query) return false;
  std::string_view query = *url->query;
  while (true) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    if (pair.starts_with(key) && pair.size() > key.size() && pair[key.size()] == '=') {
      out.append(pair.substr(key.size() + 1));
      return true;
    }
    if (end == query.size()) return false;
    query.remove_prefix(end + 1);
  }
}

void url_encode(TextWriter& out, std::string_view text) {
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-' || c == '*' || c == '_';
    if (plain) {
      out.append(c);
    } else if (c == ' ') {
      out.append('+');
    } else {
      const auto byte = static_cast<unsigned char>(c);
      char* to = out.extend(3);
      to[0] = '%';
      to[1] = "0123456789ABCDEF"[byte >> 4];
      to[2] = "0123456789ABCDEF"[byte & 15];
    }
  }
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool url_decode(TextWriter& out, std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out.append(' ');
    } else if (text[i] != '%') {
      out.append(text[i]);
    } else {
      if (i + 2 >= text.size()) return false;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return false;
      out.append(static_cast<char>(high << 4 | low));
      i += 2;
    }
  }
  return is_valid_utf8(out.row());
}

/// `a.b.c.d`; the last of fewer parts fills the rest, as inet_aton of C and MySQL read it.
std::optional<int64_t> inet_aton(std::string_view text) {
  int64_t parts[4];
  int count = 0;
  while (true) {
    if (count == 4 || text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
    int64_t value = 0;
    size_t used = 0;
    for (; used < text.size() && text[used] >= '0' && text[used] <= '9'; ++used) {
      value = value * 10 + (text[used] - '0');
      if (value > INT64_C(0xFFFFFFFF)) return std::nullopt;
    }
    parts[count++] = value;
    text.remove_prefix(used);
    if (text.empty()) break;
    if (text[0] != '.') return std::nullopt;
    text.remove_prefix(1);
  }
  int64_t address = 0;
  for (int i = 0; i + 1 < count; ++i) {
    if (parts[i] > 255) return std::nullopt;
    address |= parts[i] << (24 - 8 * i);
  }
  const int64_t last_end = int64_t{1} << (8 * (5 - count));
  if (parts[count - 1] >= last_end) return std::nullopt;
  return address | parts[count - 1];
}

bool inet_ntoa(TextWriter& out, int64_t address) {
  if (address < 0 || address > INT64_C(0xFFFFFFFF)) return false;
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.append(std::to_string(address >> shift & 255));
    if (shift > 0) out.append('.');
  }
  return true;
}

}  // namespace

void register_url(FunctionCatalogue& catalogue) {
  catalogue.add(ScalarFunction{
      .name = "PARSE_URL",
      .family = "string",
      .signatures = {"(url VARCHAR, part VARCHAR, [key VARCHAR]) -> VARCHAR"},
      .sentence = "A part of a URL: HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY or USERINFO; "
                  "with `key` the value of that key in QUERY. NULL if there is none.",
      .examples = {{"PARSE_URL('https://example.com/a?x=1&y=2#top', 'HOST')", "example.com"},
                   {"PARSE_URL('https://example.com/a?x=1&y=2#top', 'QUERY', 'y')", "2"},
                   {"PARSE_URL('https://example.com/a', 'QUERY')", "NULL"}},
      .nulls = Nulls::kNullable,
      .kernel = row_kernel<parse_url, parse_url_key>(),
  });
  catalogue.add(ScalarFunction{
      .name = "URL_ENCODE",
      .family = "string",
      .signatures = {"(text VARCHAR) -> VARCHAR"},
      .sentence = "The text as it may stand in a form of a URL: a blank becomes `+`, other "
                  "characters than letters, digits and `.-*_` the hex of their UTF-8 bytes.",
      .examples = {{"URL_ENCODE('a b&ü')", "a+b%26%C3%BC"}},
      .kernel = row_kernel<url_encode>(),
  });
  catalogue.add(ScalarFunction{
      .name = "URL_DECODE",
      .family = "string",
      .signatures = {"(text VARCHAR) -> VARCHAR"},
      .sentence = "Undoes URL_ENCODE; NULL if the text is malformed.",
      .examples = {{"URL_DECODE('a+b%26%C3%BC')", "a b&ü"}, {"URL_DECODE('%2')", "NULL"}},
      .nulls = Nulls::kNullable,
      .kernel = row_kernel<url_decode>(),
  });
  catalogue.add(ScalarFunction{
      .name = "INET_ATON",
      .family = "string",
      .signatures = {"(address VARCHAR) -> BIGINT"},
      .sentence = "The number of an IPv4 address; NULL if it is none.",
      .examples = {{"INET_ATON('127.0.0.1')", "2130706433"}, {"INET_ATON('256.0.0.1')", "NULL"}},
      .nulls = Nulls::kNullable,
      .kernel = row_kernel<inet_aton>(),
  });
  catalogue.add(ScalarFunction{
      .name = "INET_NTOA",
      .family = "string",
      .signatures = {"(number BIGINT) -> VARCHAR"},
      .sentence = "The IPv4 address with that number; NULL if there is none.",
      .examples = {{"INET_NTOA(2130706433)", "127.0.0.1"}, {"INET_NTOA(-1)", "NULL"}},
      .nulls = Nulls::kNullable,
      .kernel = row_kernel<inet_ntoa>(),
  });
}

}  // namespace hw
