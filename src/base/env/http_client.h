// SPDX-License-Identifier: Apache-2.0
//
// One HTTP request and its whole answer, by libcurl, which is loaded with the first client.
// Connections are kept and used again. Thread-safe; a call blocks until the answer is there or the
// limits are reached.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace hw {

struct HttpRequest {
  enum class Method : uint8_t { kGet, kHead, kPut, kPost, kDelete };
  Method method = Method::kGet;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string_view body;  // outlives the call
};

struct HttpAnswer {
  int status = 0;
  /// Names in lower case.
  std::map<std::string, std::string> headers;
  std::string body;
};

struct HttpLimits {
  int64_t connect_ms = 5'000;
  /// A transfer that stands still for so long is given up.
  int64_t silence_ms = 10'000;
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Whatever the server answers is an OK. Fails (IOError) when no whole answer came: whether the
  /// server has acted, once or twice, is not known then. Fails (Invalid) when it cannot be trusted:
  /// another try changes nothing.
  virtual Result<HttpAnswer> send(const HttpRequest& request) = 0;
};

/// Fails (IOError) when libcurl is missing.
Result<std::unique_ptr<HttpClient>> make_http_client(const HttpLimits& limits);

std::string_view to_text(HttpRequest::Method method);

}  // namespace hw
