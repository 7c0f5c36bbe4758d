// SPDX-License-Identifier: Apache-2.0

#include "runtime/options_reference.h"

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/interfaces.h>

#include "base/env/env.h"

namespace hw {
namespace {

// Enough for any password or key file; keeps `${file:/dev/zero}` finite.
constexpr int64_t kFileBytesMax = 1 << 20;

Result<std::string> read_small_file(const std::string& path, Env& env) {
  HW_ASSIGN_OR_RETURN(const Env::Location location, env.locate(path));
  HW_ASSIGN_OR_RETURN(const auto stream, location.files->OpenInputStream(location.path));
  HW_ASSIGN_OR_RETURN(const auto bytes, stream->Read(kFileBytesMax + 1));
  if (bytes->size() > kFileBytesMax) return Status::Invalid("the file is larger than 1 MiB");
  std::string text = bytes->ToString();
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

Result<std::string> resolve(std::string_view reference, Env& env) {
  const size_t colon = reference.find(':');
  const std::string_view kind = reference.substr(0, colon);
  const std::string rest(colon == std::string_view::npos ? "" : reference.substr(colon + 1));
  if (kind == "env") {
    std::optional<std::string> value = env.variable(rest);
    if (!value) return Status::Invalid("the environment variable '", rest, "' is not set");
    return *std::move(value);
  }
  if (kind == "file") return read_small_file(rest, env);
  return Status::Invalid("a reference is ${env:NAME} or ${file:PATH}, but this is ${", reference,
                         "}");
}

Result<std::string> resolve_all(std::string_view value, Env& env) {
  std::string out;
  while (true) {
    const size_t begin = value.find("${");
    const size_t end = begin == std::string_view::npos ? begin : value.find('}', begin);
    if (end == std::string_view::npos) {
      out += value;
      return out;
    }
    out += value.substr(0, begin);
    HW_ASSIGN_OR_RETURN(const std::string resolved,
                        resolve(value.substr(begin + 2, end - begin - 2), env));
    out += resolved;
    value.remove_prefix(end + 1);
  }
}

}  // namespace

Result<Options> resolve_references(const Options& options, Env& env) {
  std::map<std::string, std::string> resolved;
  for (const auto& [name, value] : options.all()) {
    if (value.find("${") == std::string::npos) {
      resolved.emplace(name, value);
      continue;
    }
    Result<std::string> text = resolve_all(value, env);
    if (!text.ok()) {
      return Status::Invalid("option '", name, "' cannot be read: ", text.status().message());
    }
    resolved.emplace(name, *std::move(text));
  }
  return Options(std::move(resolved));
}

bool is_secret_option(std::string_view name) {
  constexpr std::array<std::string_view, 7> kWords = {
      "password",   "sasl.jaas.config",     "token",     "secret",
      "credential", "basic-auth.user-info", "access-key"};
  for (const std::string_view word : kWords) {
    if (name.find(word) != std::string_view::npos) return true;
  }
  return false;
}

std::string shown_option_value(std::string_view name, std::string_view value) {
  const bool reference = value.starts_with("${") && value.find('}') == value.size() - 1;
  if (!is_secret_option(name) || reference) return std::string(value);
  return "******";
}

}  // namespace hw
