// SPDX-License-Identifier: Apache-2.0
//
// Finds the word that a misspelt one probably stands for.

#pragma once

#include <span>
#include <string_view>

namespace hw {

/// Returns the candidate nearest to `word` regardless of case, or an empty text when none is near:
/// one wrong, missing, additional or swapped letter in a short word, two in a word of five or more.
/// Words of two letters or fewer, and words equal to a candidate, have none.
std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace hw
