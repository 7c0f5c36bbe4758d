// SPDX-License-Identifier: Apache-2.0
//
// The functions that only stand with OVER, documented as others are.

#pragma once

#include <vector>

#include "engine/syntax_reference.h"

namespace hw {

std::vector<SyntaxForm> over_forms();

}  // namespace hw
