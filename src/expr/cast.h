// SPDX-License-Identifier: Apache-2.0
//
// CAST, TRY_CAST and implicit conversion between SQL types, over whole columns, with Flink's
// rules and error texts.

#pragma once

#include <memory>
#include <span>
#include <string>

#include "expr/scalar_function.h"

namespace hw {

enum class CastMode : uint8_t { kCast, kTryCast };

/// Makes the kernel (one argument). Fails with TypeError when no cast is defined between the two
/// types, naming what to write instead where there is something.
Result<std::unique_ptr<ScalarKernel>> make_cast(const SqlType& from, const SqlType& to,
                                                CastMode mode, const ExprSession& session);

/// True when an explicit cast is defined.
bool can_cast(const SqlType& from, const SqlType& to);
/// What to write where it is not, behind `; `; empty where there is nothing to say.
std::string instead_of_cast(const SqlType& from, const SqlType& to);
/// True when some value of `from` makes the cast fail.
bool cast_can_fail(const SqlType& from, const SqlType& to);
/// True when some value that is not NULL casts to NULL without failing: what a DECIMAL cannot hold.
/// The result of such a cast is nullable whatever its argument is.
bool cast_can_give_null(const SqlType& from, const SqlType& to);
/// True when the conversion is one of Flink's implicit ones (widening; INSERT and set operations).
bool can_cast_implicitly(const SqlType& from, const SqlType& to);

/// The common type of operands (operators, CASE, COALESCE, IN, set operations, VALUES).
/// Fails with TypeError that names both types and proposes a CAST.
Result<SqlType> common_type(std::span<const SqlType> types);

}  // namespace hw
