// SPDX-License-Identifier: Apache-2.0
//
// A set of literals as a constant ARRAY, and the lookup in it.

#pragma once

#include <memory>

#include "expr/scalar_function.h"

namespace hw {

/// The constant of type ARRAY<T> whose only row holds all rows of `items`, a plain column of T.
ColumnPtr make_set_literal(const Column& items);

/// True when `type` is ARRAY<T> for the value type T.
bool is_set_of(const SqlType& type, const SqlType& value);

/// Kernel of IN(value, set). Requires: the second argument is a literal made by make_set_literal.
Result<std::unique_ptr<ScalarKernel>> make_set_lookup(const CallBinding& binding);

}  // namespace hw
