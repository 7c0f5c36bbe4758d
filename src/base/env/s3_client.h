// SPDX-License-Identifier: Apache-2.0
//
// Requests to S3: addressed, signed, sent, and sent again where that may help; what is answered
// instead of success becomes an error that a user understands. Thread-safe.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/env/http_client.h"
#include "base/env/object_store.h"
#include "base/env/s3_options.h"
#include "base/env/s3_reply.h"
#include "base/status.h"

namespace hw {

class Env;

struct S3Request {
  HttpRequest::Method method = HttpRequest::Method::kGet;
  ObjectName name;
  std::vector<std::pair<std::string, std::string>> query;    // not encoded
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string_view body;                                     // outlives the call
};

struct S3Answer {
  HttpAnswer http;
  /// For answers that are no success.
  S3Error error;
  bool ok() const { return http.status >= 200 && http.status < 300; }
};

/// A try that failed and may not the next time is repeated so often at most, with pauses from the
/// first one on that double, each up to a half shorter by chance.
struct S3Patience {
  int num_tries = 8;
  int64_t first_pause_ms = 100;
  /// No try begins later than that.
  int64_t give_up_ms = 20'000;
};

class S3Client {
 public:
  /// `env` outlives it. Requires: load_sha256() was OK.
  S3Client(Env& env, S3Access access, std::unique_ptr<HttpClient> http, const S3Patience& patience)
      : env_(env), access_(std::move(access)), http_(std::move(http)), patience_(patience) {}

  /// Any answer that is worth no further try. Fails (IOError) when there was none. Whatever comes,
  /// the request may have been carried out more than once.
  Result<S3Answer> send(const S3Request& request);

  /// The error that an answer other than success is.
  Status failure(const S3Request& request, const S3Answer& answer) const;

 private:
  HttpRequest signed_request(const S3Request& request);
  struct Tries {
    int count = 0;
    int64_t took_ms = 0;
  };
  Status unreachable(const S3Request& request, const Status& why, const Tries& tries) const;

  Env& env_;
  S3Access access_;
  std::unique_ptr<HttpClient> http_;
  S3Patience patience_;
};

/// The store that such requests make.
std::shared_ptr<ObjectStore> make_s3_store(S3Client client);

}  // namespace hw
