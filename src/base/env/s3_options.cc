// SPDX-License-Identifier: Apache-2.0

#include "base/env/s3_options.h"

#include <initializer_list>
#include <string_view>
#include <utility>

#include "base/env/env.h"
#include "base/env/text_file.h"

namespace hw {
namespace {

constexpr std::string_view kRegionDefault = "us-east-1";

std::string first_of(Env& env, std::string given, std::initializer_list<const char*> variables) {
  for (const char* const name : variables) {
    if (!given.empty()) break;
    given = env.variable(name).value_or("");
  }
  return given;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  return text;
}

/// Keys of `[profile]` in the text of a shared credentials file.
AwsCredentials read_profile(std::string_view text, std::string_view profile) {
  AwsCredentials keys;
  bool ours = false;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.starts_with('[')) ours = line == "[" + std::string(profile) + "]";
    const size_t equals = line.find('=');
    if (!ours || line.starts_with('#') || equals == std::string_view::npos) continue;
    const std::string_view name = trimmed(line.substr(0, equals));
    const std::string value(trimmed(line.substr(equals + 1)));
    if (name == "aws_access_key_id") keys.access_key = value;
    if (name == "aws_secret_access_key") keys.secret_key = value;
    if (name == "aws_session_token") keys.session_token = value;
  }
  return keys;
}

Result<AwsCredentials> find_credentials(const AwsCredentials& given, Env& env) {
  AwsCredentials keys = given;
  const bool complete = !keys.access_key.empty() && !keys.secret_key.empty();
  if (!complete && (!keys.access_key.empty() || !keys.secret_key.empty())) {
    return Status::Invalid("'s3.access-key' and 's3.secret-key' are given together or not at all");
  }
  if (complete) return keys;
  for (const char* const prefix : {"HEADWATER_S3_", "AWS_"}) {
    const bool own = std::string_view(prefix) != "AWS_";
    const auto variable = [&](const char* ours, const char* amazons) {
      return env.variable(std::string(prefix) + (own ? ours : amazons)).value_or("");
    };
    keys = {.access_key = variable("ACCESS_KEY", "ACCESS_KEY_ID"),
            .secret_key = variable("SECRET_KEY", "SECRET_ACCESS_KEY"),
            .session_token = variable("SESSION_TOKEN", "SESSION_TOKEN")};
    if (!keys.access_key.empty() && !keys.secret_key.empty()) return keys;
  }
  const std::string file = first_of(env, "", {"AWS_SHARED_CREDENTIALS_FILE"});
  const std::string home = env.variable("HOME").value_or("");
  const Result<std::string> text =
      read_text_file(env, file.empty() ? home + "/.aws/credentials" : file);
  if (text.ok()) {
    keys = read_profile(*text, env.variable("AWS_PROFILE").value_or("default"));
    if (!keys.access_key.empty() && !keys.secret_key.empty()) return keys;
  }
  return Status::Invalid(
      "s3:// needs an access key and its secret: set the environment variables AWS_ACCESS_KEY_ID "
      "and AWS_SECRET_ACCESS_KEY, or 's3.access-key' and 's3.secret-key' in a file for --config");
}

Status split_endpoint(std::string_view url, S3Access& access) {
  const std::string shown(url);
  const auto wrong = [&] {
    return Status::Invalid(
        "the endpoint of s3:// has the form http://host:port or https://host, but is '",
        shown.find('@') == std::string::npos ? shown : "(hidden, since it holds an '@')", "'");
  };
  const size_t end = url.find("://");
  access.scheme = end == std::string_view::npos ? "" : std::string(url.substr(0, end));
  if (access.scheme != "http" && access.scheme != "https") return wrong();
  url.remove_prefix(end + 3);
  while (url.ends_with('/')) url.remove_suffix(1);
  access.host = std::string(url);
  if (url.empty() || url.find_first_of("/?#@ ") != std::string_view::npos) return wrong();
  return Status::OK();
}

}  // namespace

Result<S3Access> s3_access(const S3Options& given, Env& env) {
  S3Access access;
  access.region =
      first_of(env, given.region, {"HEADWATER_S3_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"});
  if (access.region.empty()) access.region = kRegionDefault;
  const std::string endpoint = first_of(
      env, given.endpoint, {"HEADWATER_S3_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"});
  const bool amazon = endpoint.empty();
  HW_TRY(
      split_endpoint(amazon ? "https://s3." + access.region + ".amazonaws.com" : endpoint, access));
  const std::string path_style =
      env.variable("HEADWATER_S3_PATH_STYLE_ACCESS").value_or(amazon ? "false" : "true");
  access.path_style = given.path_style.value_or(path_style == "true");
  HW_ASSIGN_OR_RETURN(access.credentials, find_credentials(given.credentials, env));
  return access;
}

}  // namespace hw
