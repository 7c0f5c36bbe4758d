// SPDX-License-Identifier: Apache-2.0
//
// BITMAP columns, which no format carries yet.

#pragma once

#include <string_view>

#include "columnar/schema.h"

namespace hw {

/// Fails (NotImplemented) when a column is or holds a BITMAP, saying what to declare instead.
Status refuse_bitmaps(const Schema& schema, std::string_view format);

}  // namespace hw
