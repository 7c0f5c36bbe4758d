// SPDX-License-Identifier: Apache-2.0

#include "cli/config_file.h"

#include <yaml-cpp/yaml.h>

namespace hw {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

Status flatten(const YAML::Node& node, const std::string& prefix, const std::string& file,
               Settings& out) {
  for (const auto& entry : node) {
    const std::string key = prefix + entry.first.as<std::string>();
    if (entry.second.IsMap()) {
      HW_TRY(flatten(entry.second, key + ".", file, out));
    } else if (entry.second.IsScalar()) {
      out.emplace_back(key, entry.second.as<std::string>());
    } else {
      return Status::Invalid("a configuration value is text, a number or a nested map, but '", key,
                             "' is not (", file, ", line ", entry.second.Mark().line + 1, ")");
    }
  }
  return Status::OK();
}

}  // namespace

Result<Settings> read_config_text(const std::string& text, const std::string& file) {
  Settings settings;
  try {
    const YAML::Node root = YAML::Load(text);
    if (root.IsNull()) return settings;
    if (!root.IsMap()) {
      return Status::Invalid("a configuration file is a map of keys (", file, ", line 1)");
    }
    HW_TRY(flatten(root, "", file, settings));
  } catch (const YAML::Exception& error) {
    return Status::Invalid(error.msg, " (", file, ", line ", error.mark.line + 1, ")");
  }
  return settings;
}

}  // namespace hw
