// SPDX-License-Identifier: Apache-2.0

#include "base/env/object_store.h"

#include <algorithm>
#include <array>

namespace hw {

std::string ObjectName::uri() const { return "s3://" + bucket + "/" + key; }

Result<ObjectName> parse_object_uri(std::string_view uri) {
  constexpr std::string_view kScheme = "s3://";
  if (!is_object_uri(uri)) {
    return Status::Invalid("an object's name has the form s3://bucket/key");
  }
  uri.remove_prefix(kScheme.size());
  const size_t slash = uri.find('/');
  const std::string_view bucket = uri.substr(0, slash);
  const std::string_view key = slash == std::string_view::npos ? "" : uri.substr(slash + 1);
  // Not repeated here: what stands before an '@' is a secret.
  if (bucket.find('@') != std::string_view::npos) {
    return Status::Invalid(
        "the name of an object has no keys in it, as in s3://key:secret@bucket: give them as "
        "'s3.access-key' and 's3.secret-key', or as environment variables");
  }
  constexpr std::array<std::string_view, 5> kOptions = {
      "endpoint_override=", "scheme=", "region=", "access_key=", "secret_key="};
  const size_t question = key.find('?');
  const std::string_view behind = question == std::string_view::npos ? "" : key.substr(question);
  if (std::any_of(kOptions.begin(), kOptions.end(), [&](std::string_view option) {
        return behind.find(option) != std::string_view::npos;
      })) {
    return Status::Invalid(
        "the name of an object has no options behind a '?': give them as "
        "'s3.endpoint', 's3.region' and so on");
  }
  const bool valid = !bucket.empty() && std::all_of(bucket.begin(), bucket.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  });
  if (!valid) {
    return Status::Invalid(
        "an object's name has the form s3://bucket/key, where a bucket has "
        "letters, digits, '.', '-' and '_', but the bucket is '",
        bucket, "'");
  }
  return ObjectName{.bucket = std::string(bucket), .key = std::string(key)};
}

}  // namespace hw
