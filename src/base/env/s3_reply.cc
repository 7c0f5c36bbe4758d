// SPDX-License-Identifier: Apache-2.0

#include "base/env/s3_reply.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <utility>

namespace hw {
namespace {

// A page has a thousand keys of a thousand bytes; text of errors is shown, a bounded part of it.
constexpr size_t kMessageBytesMax = 300;

/// The inside of the next `<name>…</name>` at or behind `at`, which moves behind it.
std::optional<std::string_view> next_element(std::string_view xml, std::string_view name,
                                             size_t& at) {
  const std::string open = "<" + std::string(name);
  const std::string close = "</" + std::string(name) + ">";
  for (size_t begin = xml.find(open, at); begin != std::string_view::npos;
       begin = xml.find(open, begin + 1)) {
    const size_t after = begin + open.size();
    if (after >= xml.size()) break;
    const char c = xml[after];
    if (c != '>' && c != ' ' && c != '/') continue;  // of a longer name
    const size_t end_of_tag = xml.find('>', after);
    if (end_of_tag == std::string_view::npos) break;
    if (xml[end_of_tag - 1] == '/') {
      at = end_of_tag + 1;
      return std::string_view();
    }
    const size_t end = xml.find(close, end_of_tag);
    if (end == std::string_view::npos) break;
    at = end + close.size();
    return xml.substr(end_of_tag + 1, end - end_of_tag - 1);
  }
  return std::nullopt;
}

void append_utf8(uint32_t code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

/// What `&name;` stands for; false for what XML does not know.
bool append_entity(std::string_view name, std::string& out) {
  constexpr std::pair<std::string_view, char> kNamed[] = {
      {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
  for (const auto& [known, c] : kNamed) {
    if (name != known) continue;
    out += c;
    return true;
  }
  if (!name.starts_with('#')) return false;
  name.remove_prefix(1);
  const int base = name.starts_with('x') ? 16 : 10;
  if (base == 16) name.remove_prefix(1);
  uint32_t code = 0;
  const char* const end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data(), end, code, base);
  if (name.empty() || parsed.ec != std::errc() || parsed.ptr != end || code > 0x10FFFF)
    return false;
  append_utf8(code, out);
  return true;
}

std::string unescaped(std::string_view text) {
  constexpr size_t kEntityMax = 10;
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const size_t end = text[i] == '&' ? text.find(';', i) : std::string_view::npos;
    if (end != std::string_view::npos && end - i <= kEntityMax &&
        append_entity(text.substr(i + 1, end - i - 1), out)) {
      i = end;
    } else {
      out += text[i];
    }
  }
  return out;
}

int64_t number_in(std::string_view xml, std::string_view name) {
  const std::string text = s3_element(xml, name).value_or("");
  int64_t number = -1;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  return parsed.ec == std::errc() && parsed.ptr == end ? number : -1;
}

Status unexpected(std::string_view what) {
  return Status::SerializationError("the object store's answer is no ", what);
}

}  // namespace

std::optional<std::string> s3_element(std::string_view xml, std::string_view name) {
  size_t at = 0;
  const std::optional<std::string_view> found = next_element(xml, name, at);
  if (!found) return std::nullopt;
  return unescaped(*found);
}

std::string xml_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

S3Error read_s3_error(std::string_view xml) {
  size_t at = 0;
  const std::optional<std::string_view> error = next_element(xml, "Error", at);
  if (!error) return {};
  S3Error out = {.code = s3_element(*error, "Code").value_or(""),
                 .message = s3_element(*error, "Message").value_or("")};
  out.code.resize(std::min(out.code.size(), kMessageBytesMax));
  out.message.resize(std::min(out.message.size(), kMessageBytesMax));
  return out;
}

Result<S3ListPage> read_s3_list(std::string_view xml) {
  size_t at = 0;
  const std::optional<std::string_view> list = next_element(xml, "ListBucketResult", at);
  if (!list) return unexpected("list of objects");
  S3ListPage page;
  at = 0;
  while (const auto object = next_element(*list, "Contents", at)) {
    StoredObject& stored = page.found.objects.emplace_back();
    const std::optional<std::string> key = s3_element(*object, "Key");
    stored.num_bytes = number_in(*object, "Size");
    if (!key || stored.num_bytes < 0) return unexpected("list of objects: one has no key or size");
    stored.key = *key;
    stored.modified_ns = s3_time_ns(s3_element(*object, "LastModified").value_or(""));
    stored.etag = s3_element(*object, "ETag").value_or("");
  }
  at = 0;
  while (const auto folder = next_element(*list, "CommonPrefixes", at)) {
    const std::optional<std::string> prefix = s3_element(*folder, "Prefix");
    if (!prefix) return unexpected("list of objects: a folder has no name");
    page.found.folders.push_back(*prefix);
  }
  if (s3_element(*list, "IsTruncated").value_or("") != "true") return page;
  page.continuation = s3_element(*list, "NextContinuationToken").value_or("");
  if (page.continuation.empty()) return unexpected("list of objects: it breaks off");
  return page;
}

Result<S3UploadPage> read_s3_uploads(std::string_view xml) {
  size_t at = 0;
  const std::optional<std::string_view> list = next_element(xml, "ListMultipartUploadsResult", at);
  if (!list) return unexpected("list of uploads");
  S3UploadPage page;
  at = 0;
  while (const auto upload = next_element(*list, "Upload", at)) {
    const std::optional<std::string> key = s3_element(*upload, "Key");
    const std::optional<std::string> id = s3_element(*upload, "UploadId");
    if (!key || !id) return unexpected("list of uploads: one has no key or number");
    page.uploads.push_back({.key = *key, .id = *id});
  }
  if (s3_element(*list, "IsTruncated").value_or("") != "true") return page;
  page.next_key = s3_element(*list, "NextKeyMarker").value_or("");
  page.next_id = s3_element(*list, "NextUploadIdMarker").value_or("");
  if (page.next_key.empty()) return unexpected("list of uploads: it breaks off");
  return page;
}

int64_t s3_time_ns(const std::string& text) {
  constexpr int64_t kSecondNs = 1'000'000'000;
  std::tm utc{};
  if (::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &utc) != nullptr) {
    return timegm(&utc) * kSecondNs;
  }
  utc = {};
  const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &utc);
  if (rest == nullptr) return 0;
  int64_t fraction_ns = 0;
  if (*rest == '.') {
    for (int64_t unit = kSecondNs / 10; *++rest >= '0' && *rest <= '9'; unit /= 10) {
      fraction_ns += (*rest - '0') * unit;
    }
  }
  return timegm(&utc) * kSecondNs + fraction_ns;
}

}  // namespace hw
