// SPDX-License-Identifier: Apache-2.0
//
// Errors as people read them: the message, the place, the SQL line and a caret.

#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace hw {

/// `error: …`, then `--> q.sql:3:14` and the line with a caret where the position is known.
std::string error_text(const Status& status, std::string_view script, std::string_view file,
                       bool color);

}  // namespace hw
