// SPDX-License-Identifier: Apache-2.0
//
// The functions of the dialect by name, so that one that is not built yet is told from one that
// does not exist.

#pragma once

#include <string_view>

namespace hw {

/// True for every built-in function of the dialect. Requires: upper case.
bool is_known_function(std::string_view name);

}  // namespace hw
