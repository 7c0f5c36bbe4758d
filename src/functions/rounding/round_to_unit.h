// SPDX-License-Identifier: Apache-2.0
//
// FLOOR(t TO unit) and CEIL(t TO unit).

#pragma once

#include <memory>

#include "expr/scalar_function.h"

namespace hw {

/// Type of the result. Fails (TypeError) when the unit is unknown or does not fit the type.
Result<SqlType> round_to_unit_type(const CallBinding& binding);

/// `up`: CEIL. The second argument is a SYMBOL literal.
Result<std::unique_ptr<ScalarKernel>> make_round_to_unit(bool up, const CallBinding& binding);

}  // namespace hw
