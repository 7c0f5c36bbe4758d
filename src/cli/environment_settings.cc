// SPDX-License-Identifier: Apache-2.0

#include "cli/environment_settings.h"

#include <optional>

#include "base/env/env.h"
#include "plan/config/config_keys.h"

namespace hw {

std::string environment_variable(std::string_view key) {
  std::string name = "HEADWATER_";
  for (const char c : key) {
    if (c >= 'a' && c <= 'z') {
      name += static_cast<char>(c - 'a' + 'A');
    } else {
      name += c == '.' || c == '-' ? '_' : c;
    }
  }
  return name;
}

std::vector<std::pair<std::string, std::string>> environment_settings(Env& env) {
  std::vector<std::pair<std::string, std::string>> settings;
  for (const ConfigKey& key : config_keys()) {
    if (const std::optional<std::string> value = env.variable(environment_variable(key.name))) {
      settings.emplace_back(key.name, *value);
    }
  }
  return settings;
}

}  // namespace hw
