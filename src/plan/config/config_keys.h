// SPDX-License-Identifier: Apache-2.0
//
// The configuration keys that SET takes: Flink's names, each with what it means here. A wrong value
// of an honoured key is an error; a key without meaning here is taken quietly; a key that is not
// built yet is taken with a warning; an unknown key is taken with a warning that names near ones.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "runtime/options.h"

namespace hw {

enum class KeyStatus : uint8_t {
  kHonoured,
  kNotBuilt,   // changes nothing yet: a warning says so
  kNoMeaning,  // known to Flink, nothing to change here
};

struct ConfigKey {
  std::string_view name;
  OptionType type = OptionType::kString;
  /// As SHOW prints it; empty = none.
  std::string_view default_value;
  std::string_view sentence;
  KeyStatus status = KeyStatus::kHonoured;
  /// kEnum: allowed values separated by `|`, compared without case.
  std::string_view values = {};
  /// Older name that means the same.
  std::string_view deprecated_name = {};
};

/// All keys, sorted by name.
std::span<const ConfigKey> config_keys();

/// By name or older name; null when unknown.
const ConfigKey* find_config_key(std::string_view name);

/// Fails (Invalid) when `value` is not of the key's type, naming what is allowed.
Status check_config_value(const ConfigKey& key, std::string_view value);

}  // namespace hw
