// SPDX-License-Identifier: Apache-2.0
//
// The names nearest to one that does not exist, for "did you mean" in error messages.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hw {

/// Returns at most three candidates that are a few typing errors away from `name` (letters added,
/// left out, changed or swapped; case does not count), nearest first, equals in the given order.
std::vector<std::string> nearest(std::string_view name, std::span<const std::string> candidates);

/// Typing errors between two words, case ignored; at most `limit` + 1.
int edit_distance(std::string_view a, std::string_view b, int limit);

}  // namespace hw
