// SPDX-License-Identifier: Apache-2.0
//
// A piece of text that every match of a regular expression holds: where it is not found, there is
// no match, and searching for it is many times faster than matching.

#pragma once

#include <string>
#include <string_view>

namespace hw {

/// The longest such piece that is easy to see, empty if there is none. Requires: a pattern that RE2
/// accepts. Looks at what stands outside of all parentheses only, and gives up at anything unusual.
std::string required_literal(std::string_view pattern);

}  // namespace hw
