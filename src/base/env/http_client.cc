// SPDX-License-Identifier: Apache-2.0

#include "base/env/http_client.h"

#include <algorithm>
#include <mutex>
#include <utility>

// Its checks of option types call functions, which are not linked here.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include "base/env/late_library.h"
#include "base/letters.h"

namespace hw {
namespace {

/// The functions of libcurl that are used.
struct Curl {
  decltype(curl_global_init)* global_init = nullptr;
  decltype(curl_easy_init)* easy_init = nullptr;
  decltype(curl_easy_cleanup)* easy_cleanup = nullptr;
  decltype(curl_easy_reset)* easy_reset = nullptr;
  decltype(curl_easy_setopt)* easy_setopt = nullptr;
  decltype(curl_easy_perform)* easy_perform = nullptr;
  decltype(curl_easy_getinfo)* easy_getinfo = nullptr;
  decltype(curl_easy_strerror)* easy_strerror = nullptr;
  decltype(curl_slist_append)* slist_append = nullptr;
  decltype(curl_slist_free_all)* slist_free_all = nullptr;
};

Result<Curl> load_curl() {
  HW_ASSIGN_OR_RETURN(const LateLibrary library, LateLibrary::load("libcurl.so.4", "libcurl4"));
  Curl curl;
  HW_TRY(library.find("curl_global_init", curl.global_init));
  HW_TRY(library.find("curl_easy_init", curl.easy_init));
  HW_TRY(library.find("curl_easy_cleanup", curl.easy_cleanup));
  HW_TRY(library.find("curl_easy_reset", curl.easy_reset));
  HW_TRY(library.find("curl_easy_setopt", curl.easy_setopt));
  HW_TRY(library.find("curl_easy_perform", curl.easy_perform));
  HW_TRY(library.find("curl_easy_getinfo", curl.easy_getinfo));
  HW_TRY(library.find("curl_easy_strerror", curl.easy_strerror));
  HW_TRY(library.find("curl_slist_append", curl.slist_append));
  HW_TRY(library.find("curl_slist_free_all", curl.slist_free_all));
  if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return Status::IOError("libcurl cannot be initialised");
  }
  return curl;
}

// Loaded once, and not at all before somebody asks.
Result<const Curl*> curl() {
  static const Result<Curl>* const loaded = new Result<Curl>(load_curl());
  HW_TRY(loaded->status());
  return &loaded->ValueUnsafe();
}

size_t take_body(char* bytes, size_t size, size_t count, void* answer) {
  static_cast<HttpAnswer*>(answer)->body.append(bytes, size * count);
  return size * count;
}

size_t take_header(char* bytes, size_t size, size_t count, void* out) {
  auto* const answer = static_cast<HttpAnswer*>(out);
  std::string_view line(bytes, size * count);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) answer->headers.clear();  // an interim answer came before
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size * count;
  std::string name = lower_case(line.substr(0, colon));
  line.remove_prefix(colon + 1);
  while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  answer->headers[std::move(name)] = std::string(line);
  return size * count;
}

class CurlClient final : public HttpClient {
 public:
  CurlClient(const Curl& curl, const HttpLimits& limits) : curl_(curl), limits_(limits) {}

  ~CurlClient() override {
    for (CURL* const connection : idle_) curl_.easy_cleanup(connection);
  }

  Result<HttpAnswer> send(const HttpRequest& request) override {
    CURL* const connection = take();
    if (connection == nullptr) return Status::OutOfMemory("no memory for an HTTP connection");
    HttpAnswer answer;
    const Status status = transfer(connection, request, answer);
    give_back(connection);
    HW_TRY(status);
    return answer;
  }

 private:
  CURL* take() {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (idle_.empty()) return curl_.easy_init();
    CURL* const connection = idle_.back();
    idle_.pop_back();
    return connection;
  }

  void give_back(CURL* connection) {
    curl_.easy_reset(connection);  // what it is connected to stays
    const std::lock_guard<std::mutex> guard(mutex_);
    idle_.push_back(connection);
  }

  void set_limits(CURL* connection) {
    const auto seconds = static_cast<long>(std::max<int64_t>(1, limits_.silence_ms / 1000));
    curl_.easy_setopt(connection, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits_.connect_ms));
    curl_.easy_setopt(connection, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_.easy_setopt(connection, CURLOPT_LOW_SPEED_TIME, seconds);
    curl_.easy_setopt(connection, CURLOPT_NOSIGNAL, 1L);
    curl_.easy_setopt(connection, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_.easy_setopt(connection, CURLOPT_PROTOCOLS_STR, "http,https");
  }

  void set_method(CURL* connection, const HttpRequest& request) {
    const bool has_body =
        request.method == HttpRequest::Method::kPut || request.method == HttpRequest::Method::kPost;
    if (has_body) {
      // Sent from memory, so that libcurl can send it again on another connection.
      curl_.easy_setopt(connection, CURLOPT_POST, 1L);
      curl_.easy_setopt(connection, CURLOPT_POSTFIELDS, request.body.data());
      curl_.easy_setopt(connection, CURLOPT_POSTFIELDSIZE_LARGE,
                        static_cast<curl_off_t>(request.body.size()));
    }
    if (request.method == HttpRequest::Method::kHead) {
      curl_.easy_setopt(connection, CURLOPT_NOBODY, 1L);
    }
    if (request.method == HttpRequest::Method::kPut ||
        request.method == HttpRequest::Method::kDelete) {
      curl_.easy_setopt(connection, CURLOPT_CUSTOMREQUEST, to_text(request.method).data());
    }
  }

  Status transfer(CURL* connection, const HttpRequest& request, HttpAnswer& answer) {
    // An empty body still needs an address, or libcurl reads standard input.
    HttpRequest sent = request;
    if (sent.body.data() == nullptr) sent.body = "";
    char reason[CURL_ERROR_SIZE] = {};
    // Expect: 100-continue costs a round trip, and a guess how long to wait for it.
    curl_slist* headers = curl_.slist_append(nullptr, "Expect:");
    for (const auto& [name, value] : request.headers) {
      headers = curl_.slist_append(headers, (name + ": " + value).c_str());
    }
    set_limits(connection);
    set_method(connection, sent);
    curl_.easy_setopt(connection, CURLOPT_URL, request.url.c_str());
    curl_.easy_setopt(connection, CURLOPT_HTTPHEADER, headers);
    curl_.easy_setopt(connection, CURLOPT_USERAGENT, "headwater");
    curl_.easy_setopt(connection, CURLOPT_ERRORBUFFER, reason);
    curl_.easy_setopt(connection, CURLOPT_WRITEFUNCTION, &take_body);
    curl_.easy_setopt(connection, CURLOPT_WRITEDATA, &answer);
    curl_.easy_setopt(connection, CURLOPT_HEADERFUNCTION, &take_header);
    curl_.easy_setopt(connection, CURLOPT_HEADERDATA, &answer);
    const CURLcode code = curl_.easy_perform(connection);
    curl_.slist_free_all(headers);
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE) {
      return Status::Invalid(reason[0] != '\0' ? reason : curl_.easy_strerror(code));
    }
    if (code != CURLE_OK) {
      return Status::IOError(reason[0] != '\0' ? reason : curl_.easy_strerror(code));
    }
    long status = 0;
    curl_.easy_getinfo(connection, CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<int>(status);
    return Status::OK();
  }

  const Curl& curl_;
  const HttpLimits limits_;
  std::mutex mutex_;
  std::vector<CURL*> idle_;  // guarded by mutex_
};

}  // namespace

Result<std::unique_ptr<HttpClient>> make_http_client(const HttpLimits& limits) {
  HW_ASSIGN_OR_RETURN(const Curl* loaded, curl());
  return std::make_unique<CurlClient>(*loaded, limits);
}

std::string_view to_text(HttpRequest::Method method) {
  switch (method) {
    case HttpRequest::Method::kGet:
      return "GET";
    case HttpRequest::Method::kHead:
      return "HEAD";
    case HttpRequest::Method::kPut:
      return "PUT";
    case HttpRequest::Method::kPost:
      return "POST";
    case HttpRequest::Method::kDelete:
      return "DELETE";
  }
  return "";
}

}  // namespace hw
