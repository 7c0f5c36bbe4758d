// SPDX-License-Identifier: Apache-2.0
//
// A set of literals as a constant ARRAY, and the lookup in it.

#pragma once

#include <memory>

#include "expr/scalar_function.h"

namespace hw {

/// Kernel of IN(value, set). Requires: the second argument is a literal made by array_constant.
Result<std::unique_ptr<ScalarKernel>> make_set_lookup(const CallBinding& binding);

}  // namespace hw
