// SPDX-License-Identifier: Apache-2.0
//
// Comparing columns of two equal types, and of decimals of any two.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "expr/scalar_function.h"

namespace hw {

enum class CompareOp : uint8_t { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

/// What `=`, `<` and their kin cast their arguments to. Fails (TypeError) with what to write
/// instead.
Result<std::vector<SqlType>> comparison_types(const std::string& name, bool ordered,
                                              const CallBinding& binding);

/// The kernel of a comparison of such types; the result is BOOLEAN, NULL where an argument is.
Result<std::unique_ptr<ScalarKernel>> make_comparison(CompareOp op, const CallBinding& binding);

/// Parts of make_comparison.
Result<std::unique_ptr<ScalarKernel>> make_decimal_comparison(CompareOp op,
                                                              const CallBinding& binding);
Result<std::unique_ptr<ScalarKernel>> make_constructed_equality(bool equal,
                                                                const CallBinding& binding);

}  // namespace hw
