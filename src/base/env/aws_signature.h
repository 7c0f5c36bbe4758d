// SPDX-License-Identifier: Apache-2.0
//
// Signature Version 4, by which S3 and what speaks like it know who asks. Pure but for SHA-256.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace hw {

struct AwsCredentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;  // empty for keys that do not expire
};

struct RequestToSign {
  std::string_view method;
  std::string path;                                        // percent-encoded, from '/' on
  std::vector<std::pair<std::string, std::string>> query;  // not encoded
  /// Names in lower case; `host` among them. All of them are signed.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string payload_sha256;  // hexadecimal
};

/// The value of the header Authorization. `timestamp`: as in the header x-amz-date.
/// Requires: load_sha256() was OK.
std::string aws_authorization(const RequestToSign& request, const AwsCredentials& credentials,
                              std::string_view region, std::string_view timestamp);

/// `20130524T000000Z`.
std::string aws_timestamp(int64_t wall_ms);

/// All bytes but unreserved ones (and '/', if `keep_slash`) become %XX.
std::string percent_encoded(std::string_view text, bool keep_slash);
/// `a=b&c=d`, encoded and sorted as the signature wants it.
std::string canonical_query(std::vector<std::pair<std::string, std::string>> query);

}  // namespace hw
