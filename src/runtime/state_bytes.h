// SPDX-License-Identifier: Apache-2.0
//
// The counter under which an operator instance says how much its tables held at most, as looked at
// now and then. A figure of each operator, not one of the job that people are told at its end.

#pragma once

#include <string_view>

namespace hw {

inline constexpr std::string_view kStateBytesCounter = "state_bytes";

}  // namespace hw
