// SPDX-License-Identifier: Apache-2.0

#include "base/env/s3_client.h"

#include <algorithm>
#include <array>

#include "base/env/aws_signature.h"
#include "base/env/env.h"
#include "base/env/sha256.h"

namespace hw {
namespace {

constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kConflict = 409;
constexpr int kTooManyRequests = 429;
constexpr int kServerError = 500;

bool may_pass(const HttpAnswer& answer, const S3Error& error) {
  if (answer.status >= kServerError || answer.status == kTooManyRequests) return true;
  // Two conditional writers at once, or a slow body: S3 asks for another try.
  return answer.status == kConflict || error.code == "RequestTimeout";
}

std::string answer_text(const S3Answer& answer) {
  std::string text = "HTTP " + std::to_string(answer.http.status);
  if (!answer.error.code.empty()) text += " " + answer.error.code;
  if (!answer.error.message.empty()) text += ": " + answer.error.message;
  return text;
}

/// What a user can do about an answer.
std::string_view advice(const S3Answer& answer) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kKnown = {{
      {"InvalidAccessKeyId", "check the access key"},
      {"SignatureDoesNotMatch", "check the access key and its secret"},
      {"ExpiredToken", "get new keys"},
      {"InvalidToken", "check the session token"},
      {"RequestTimeTooSkewed", "set this machine's clock"},
      {"AuthorizationHeaderMalformed", "check 's3.region'"},
      {"PermanentRedirect", "check 's3.region' and 's3.endpoint'"},
  }};
  for (const auto& [code, text] : kKnown) {
    if (answer.error.code == code) return text;
  }
  if (answer.http.status == kForbidden) return "check the access key and what it may do";
  if (answer.http.headers.contains("x-amz-bucket-region")) return "check 's3.region'";
  return {};
}

}  // namespace

HttpRequest S3Client::signed_request(const S3Request& request) {
  const std::string timestamp = aws_timestamp(env_.wall_ms());
  RequestToSign to_sign = {.method = to_text(request.method),
                           .path = "/",
                           .query = request.query,
                           .headers = request.headers,
                           .payload_sha256 = hex(sha256(request.body))};
  const std::string host =
      access_.path_style ? access_.host : request.name.bucket + "." + access_.host;
  if (access_.path_style) to_sign.path += percent_encoded(request.name.bucket, false);
  if (!request.name.key.empty()) {
    if (access_.path_style) to_sign.path += "/";
    to_sign.path += percent_encoded(request.name.key, true);
  }
  to_sign.headers.emplace_back("host", host);
  to_sign.headers.emplace_back("x-amz-content-sha256", to_sign.payload_sha256);
  to_sign.headers.emplace_back("x-amz-date", timestamp);
  if (!access_.credentials.session_token.empty()) {
    to_sign.headers.emplace_back("x-amz-security-token", access_.credentials.session_token);
  }
  HttpRequest http = {.method = request.method,
                      .url = access_.scheme + "://" + host + to_sign.path,
                      .headers = to_sign.headers,
                      .body = request.body};
  if (!request.query.empty()) http.url += "?" + canonical_query(request.query);
  http.headers.emplace_back("content-type", "application/octet-stream");
  http.headers.emplace_back(
      "authorization", aws_authorization(to_sign, access_.credentials, access_.region, timestamp));
  return http;
}

Result<S3Answer> S3Client::send(const S3Request& request) {
  const int64_t began_ms = env_.monotonic_ns() / 1'000'000;
  Random random = env_.random("pauses of an object store");
  S3Answer answer;
  Status silence;
  int64_t pause_ms = patience_.first_pause_ms;
  Tries tries;
  for (tries.count = 1;; ++tries.count, pause_ms *= 2) {
    Result<HttpAnswer> http = http_->send(signed_request(request));
    silence = http.status();
    if (http.ok()) {
      answer.http = *std::move(http);
      answer.error = answer.ok() ? S3Error{} : read_s3_error(answer.http.body);
      if (answer.ok() || !may_pass(answer.http, answer.error)) return answer;
    }
    tries.took_ms = env_.monotonic_ns() / 1'000'000 - began_ms;
    if (tries.count == patience_.num_tries || tries.took_ms > patience_.give_up_ms ||
        silence.IsInvalid()) {
      break;
    }
    const auto shorter =
        static_cast<int64_t>(random.below(static_cast<uint64_t>(pause_ms / 2 + 1)));
    env_.sleep_ns((pause_ms - shorter) * 1'000'000);
  }
  if (!silence.ok()) return unreachable(request, silence, tries);
  return answer;
}

Status S3Client::unreachable(const S3Request& request, const Status& why,
                             const Tries& tries) const {
  const int64_t tenths = tries.took_ms / 100;
  return Status::IOError("the object store at ", access_.scheme, "://", access_.host,
                         " does not answer for '", request.name.uri(), "': ", why.message(),
                         " (tried ", tries.count, tries.count == 1 ? " time in " : " times in ",
                         tenths / 10, ".", tenths % 10, " s)");
}

Status S3Client::failure(const S3Request& request, const S3Answer& answer) const {
  const std::string_view code = answer.error.code;
  if (code == "NoSuchBucket") {
    return Status::IOError("there is no bucket '", request.name.bucket, "' at ", access_.scheme,
                           "://", access_.host);
  }
  if (answer.http.status == kNotFound && !request.name.key.empty()) {
    return Status::IOError("there is no object '", request.name.uri(), "'");
  }
  std::string text = "the object store at " + access_.scheme + "://" + access_.host +
                     " refuses to " + std::string(to_text(request.method)) + " '" +
                     request.name.uri() + "': " + answer_text(answer);
  const std::string_view hint = advice(answer);
  if (!hint.empty()) text += "; " + std::string(hint);
  return Status::IOError(std::move(text));
}

}  // namespace hw
