// SPDX-License-Identifier: Apache-2.0
//
// Decimal arithmetic for the reference: exact, in integers without a limit, rounded once at the
// end.

#pragma once

#include <boost/multiprecision/cpp_int.hpp>

#include "reference/value.h"

namespace hw::reference {

using BigInt = boost::multiprecision::cpp_int;

BigInt power_of_ten(int exponent);
BigInt to_big(Unscaled value);

/// digits · 10^-scale.
struct Exact {
  BigInt digits;
  int scale = 0;
};

/// An integer or DECIMAL value exactly. Requires: not NULL.
Exact exact_of(const Value& value, const SqlType& type);

/// The number as a DECIMAL type, rounded HALF_UP; NULL when it does not fit.
Value decimal_of(const Exact& number, const SqlType& type);

/// a / b as Java divides: to 38 significant digits first, then to the type's scale. Requires: b !=
/// 0.
Value divide(const Exact& a, const Exact& b, const SqlType& type);

/// -1, 0, 1.
int compare(const Exact& a, const Exact& b);

}  // namespace hw::reference
