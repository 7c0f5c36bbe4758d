// SPDX-License-Identifier: Apache-2.0

#include "cli/config_command.h"

#include <map>
#include <string>

#include "base/did_you_mean.h"
#include "base/env/env.h"
#include "cli/environment_settings.h"
#include "cli/error_text.h"
#include "cli/session_setup.h"
#include "engine/config_book.h"
#include "plan/config/config_keys.h"
#include "runtime/options_reference.h"

namespace hw {
namespace {

/// The last setting of each key wins; older names stand under the newer one.
using Settings = std::map<std::string_view, GivenSetting>;

struct Effective {
  std::string value;
  std::string origin;
};

Effective effective_of(const ConfigKey& key, const Settings& settings) {
  if (const auto given = settings.find(key.name); given != settings.end()) {
    return {shown_option_value(key.name, given->second.value), given->second.origin};
  }
  if (key.default_value.empty()) return {};
  return {std::string(key.default_value), "default"};
}

std::string describe(const ConfigKey& key, const Settings& settings) {
  const Effective now = effective_of(key, settings);
  std::string text = std::string(key.name) + "\n";
  text += "  value:   " + (now.origin.empty() ? "not set" : now.value + " (" + now.origin + ")");
  text += "\n  default: " + std::string(key.default_value.empty() ? "none" : key.default_value);
  text += "\n  type:    " + config_type_text(key) + "\n  " + std::string(key.sentence) + "\n";
  if (key.status != KeyStatus::kHonoured) {
    text += "  " + std::string(config_status_text(key.status)) + "\n";
  }
  text += "  environment: " + environment_variable(key.name) + "\n";
  if (!key.deprecated_name.empty()) {
    text += "  also called: " + std::string(key.deprecated_name) + "\n";
  }
  return text;
}

int unknown_key(const std::string& name, Env& env) {
  std::vector<std::string> names;
  for (const ConfigKey& key : config_keys()) names.emplace_back(key.name);
  std::string text = "error: there is no configuration key '" + name + "'\n";
  const std::vector<std::string> near = nearest(name, names);
  if (!near.empty()) text += "  did you mean '" + near[0] + "'?\n";
  (void)env.write_stderr(text);
  return kExitUsage;
}

}  // namespace

int config_command(const Arguments& arguments, Env& env) {
  const auto print = [&](const std::string& text) {
    return env.write_stdout(text).ok() ? kExitDone : kExitFailure;
  };
  if (arguments.markdown) return print(config_book());
  const auto given = given_settings(arguments, env);
  if (!given.ok()) {
    (void)env.write_stderr(error_text(given.status(), "", "", false));
    return kExitUsage;
  }
  Settings settings;
  for (const GivenSetting& setting : *given) {
    const ConfigKey* key = find_config_key(setting.key);
    if (key == nullptr) continue;
    if (const Status status = check_config_value(*key, setting.value); !status.ok()) {
      (void)env.write_stderr(error_text(status, "", "", false));
      return kExitUsage;
    }
    settings[key->name] = setting;
  }
  if (!arguments.name.empty()) {
    const ConfigKey* key = find_config_key(arguments.name);
    return key != nullptr ? print(describe(*key, settings)) : unknown_key(arguments.name, env);
  }
  std::string text;
  for (const ConfigKey& key : config_keys()) {
    if (!arguments.effective) {
      text += (text.empty() ? "" : "\n") + describe(key, settings);
      continue;
    }
    const Effective now = effective_of(key, settings);
    if (now.origin.empty()) continue;
    text += std::string(key.name) + "=" + now.value;
    text += (arguments.origin ? "  # " + now.origin : "") + "\n";
  }
  return print(text);
}

}  // namespace hw
