// SPDX-License-Identifier: Apache-2.0
//
// How S3, or what speaks like it, is reached: from configuration keys, else environment variables,
// else the shared credentials file.

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/env/aws_signature.h"
#include "base/status.h"

namespace hw {

class Env;
class ObjectStore;

/// What somebody gave; the rest comes from environment variables.
struct S3Options {
  std::string endpoint;  // `http://127.0.0.1:9000`; empty = Amazon's of the region
  std::string region;
  AwsCredentials credentials;
  /// https://endpoint/bucket/key instead of https://bucket.endpoint/key.
  std::optional<bool> path_style;
};

/// Where and as whom requests are made.
struct S3Access {
  std::string scheme;  // `https`
  std::string host;    // with the port, if there is one
  std::string region;
  AwsCredentials credentials;
  bool path_style = false;
};

/// Completes what was given. Variables: HEADWATER_S3_… before AWS_…. Fails (Invalid) when there are
/// no keys anywhere, or the endpoint is no http:// or https:// URL. Messages never hold a key.
Result<S3Access> s3_access(const S3Options& given, Env& env);

/// The store behind s3://; `env` outlives it. Fails as s3_access does, or (IOError) when libcurl or
/// libcrypto is missing. Nothing is sent yet.
Result<std::shared_ptr<ObjectStore>> make_s3_store(const S3Options& given, Env& env);

}  // namespace hw
