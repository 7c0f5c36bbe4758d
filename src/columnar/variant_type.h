// SPDX-License-Identifier: Apache-2.0
//
// The type VARIANT: a JSON value of any shape, stored as canonical JSON text (text/variant.h). Its
// kind stands beside those of sql_type.h, so that the files that know no VARIANT need not care.

#pragma once

#include "columnar/sql_type.h"

namespace hw {

inline constexpr TypeKind kVariantKind =
    static_cast<TypeKind>(static_cast<uint8_t>(TypeKind::kDescriptor) + 1);

SqlType variant_type();
inline bool is_variant(const SqlType& type) { return type.is(kVariantKind); }
/// True for VARIANT and for a type with such a part on some level.
bool holds_variant(const SqlType& type);

/// True when values of the type can be sorted: not MAP, MULTISET, SYMBOL, nor what holds a VARIANT.
/// All but SYMBOL can be compared with = and grouped by.
bool has_order(const SqlType& type);

}  // namespace hw
