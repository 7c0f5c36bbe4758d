// SPDX-License-Identifier: Apache-2.0
//
// What an error carries for the program beside its text. A SQL position that is attached later
// (base/status.h) does not take its place.

#pragma once

#include <string_view>

#include "base/status.h"

namespace hw {

/// The detail of that type, or null.
const arrow::StatusDetail* detail_of(const Status& status, std::string_view type_id);

}  // namespace hw
