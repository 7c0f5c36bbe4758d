// SPDX-License-Identifier: Apache-2.0

#include "base/env/aws_signature.h"

#include <algorithm>
#include <ctime>

#include "base/env/sha256.h"

namespace hw {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kService = "s3";
constexpr std::string_view kScopeEnd = "aws4_request";
constexpr size_t kDayLength = 8;  // 20130524

}  // namespace

std::string percent_encoded(std::string_view text, bool keep_slash) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~' || (c == '/' && keep_slash);
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

std::string canonical_query(std::vector<std::pair<std::string, std::string>> query) {
  for (auto& [name, value] : query) {
    name = percent_encoded(name, false);
    value = percent_encoded(value, false);
  }
  std::sort(query.begin(), query.end());
  std::string text;
  for (const auto& [name, value] : query) text += (text.empty() ? "" : "&") + name + "=" + value;
  return text;
}

std::string aws_timestamp(int64_t wall_ms) {
  const std::time_t seconds = wall_ms / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[32] = {};
  const size_t length = std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &utc);
  return {text, length};
}

std::string aws_authorization(const RequestToSign& request, const AwsCredentials& credentials,
                              std::string_view region, std::string_view timestamp) {
  auto headers = request.headers;
  std::sort(headers.begin(), headers.end());
  std::string canonical = std::string(request.method) + "\n" + request.path + "\n" +
                          canonical_query(request.query) + "\n";
  std::string signed_names;
  for (const auto& [name, value] : headers) {
    canonical += name + ":" + value + "\n";
    signed_names += (signed_names.empty() ? "" : ";") + name;
  }
  canonical += "\n" + signed_names + "\n" + request.payload_sha256;

  const std::string day(timestamp.substr(0, kDayLength));
  const std::string scope =
      day + "/" + std::string(region) + "/" + std::string(kService) + "/" + std::string(kScopeEnd);
  const std::string to_sign = std::string(kAlgorithm) + "\n" + std::string(timestamp) + "\n" +
                              scope + "\n" + hex(sha256(canonical));
  std::string key = hmac_sha256("AWS4" + credentials.secret_key, day);
  key = hmac_sha256(key, region);
  key = hmac_sha256(key, kService);
  key = hmac_sha256(key, kScopeEnd);
  return std::string(kAlgorithm) + " Credential=" + credentials.access_key + "/" + scope +
         ",SignedHeaders=" + signed_names + ",Signature=" + hex(hmac_sha256(key, to_sign));
}

}  // namespace hw
