// SPDX-License-Identifier: Apache-2.0
//
// "Did you mean" as the tail of an error message.

#pragma once

#include <span>
#include <string>
#include <string_view>

namespace hw {

/// Returns "; did you mean 'a' or 'b'?" or nothing when no candidate is near.
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

}  // namespace hw
