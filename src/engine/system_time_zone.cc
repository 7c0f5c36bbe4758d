// SPDX-License-Identifier: Apache-2.0

#include "engine/system_time_zone.h"

#include "base/env/env.h"
#include "base/env/text_file.h"
#include "columnar/text/time_zone.h"

namespace hw {
namespace {

constexpr std::string_view kDatabase = "/zoneinfo/";

std::string zone_or_utc(std::string_view name) {
  if (name.starts_with(':')) name.remove_prefix(1);
  const size_t below = name.find(kDatabase);
  if (below != std::string_view::npos) name.remove_prefix(below + kDatabase.size());
  if (name == "Etc/UTC") return "UTC";  // the short way
  return !name.empty() && TimeZone::find(name).ok() ? std::string(name) : "UTC";
}

}  // namespace

std::string system_time_zone(Env& env) {
  const std::optional<std::string> variable = env.variable("TZ");
  if (variable) return zone_named_by(variable, "");
  return zone_named_by(variable, read_text_file(env, "/etc/timezone").ValueOr(""));
}

std::string zone_named_by(const std::optional<std::string>& variable, std::string_view file) {
  if (variable) return zone_or_utc(*variable);
  return zone_or_utc(file.substr(0, file.find_first_of(" \t\r\n")));
}

}  // namespace hw
