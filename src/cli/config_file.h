// SPDX-License-Identifier: Apache-2.0
//
// The configuration file: YAML, nested or dotted keys.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/status.h"

namespace hw {

/// Returns the keys in file order, nested ones joined by dots.
/// Fails (Invalid) with the file's line when it is no map of scalars.
Result<std::vector<std::pair<std::string, std::string>>> read_config_text(const std::string& text,
                                                                          const std::string& file);

}  // namespace hw
