// SPDX-License-Identifier: Apache-2.0
//
// Settings from environment variables: HEADWATER_A_B stands for the key a.b.

#pragma once

#include <string>
#include <utility>
#include <vector>

namespace hw {

class Env;

/// Returns the honoured keys whose variable is set, sorted by key.
std::vector<std::pair<std::string, std::string>> environment_settings(Env& env);

}  // namespace hw
