// SPDX-License-Identifier: Apache-2.0
//
// "Did you mean" as the tail of an error message.

#pragma once

#include <span>
#include <string>
#include <string_view>

namespace hw {

/// Returns "; did you mean 'a' or 'b'?" or nothing when no candidate is near. A word of one letter
/// is near to nothing but itself in the other case.
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

/// The same, but when no candidate is near: "; <lead> a, b, c", the first few, each once. Nothing
/// when there are none.
std::string did_you_mean_or(std::string_view lead, std::string_view name,
                            std::span<const std::string> candidates);

}  // namespace hw
