// SPDX-License-Identifier: Apache-2.0
//
// Settings from environment variables: HEADWATER_A_B stands for the key a.b.

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hw {

class Env;

/// `a.b-c` is HEADWATER_A_B_C.
std::string environment_variable(std::string_view key);

/// Returns the honoured keys whose variable is set, sorted by key.
std::vector<std::pair<std::string, std::string>> environment_settings(Env& env);

}  // namespace hw
