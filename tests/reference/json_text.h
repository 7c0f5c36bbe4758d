// SPDX-License-Identifier: Apache-2.0
//
// JSON as a VARIANT holds it: one way to write each value, no blanks. Names without escapes.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace hw::reference {

/// Of an object, as its text. Requires: an object.
std::optional<std::string> json_member(const std::string& object, const std::string& name);
/// Of an array, from 1 on. Requires: an array.
std::optional<std::string> json_element(const std::string& array, int64_t place);

}  // namespace hw::reference
