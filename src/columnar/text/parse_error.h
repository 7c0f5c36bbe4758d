// SPDX-License-Identifier: Apache-2.0
//
// The one wording for a text that is not a value of its type.

#pragma once

#include <string>
#include <string_view>

#include "columnar/sql_type.h"
#include "columnar/text/integer.h"

namespace hw {

/// The text in quotes, cut to some 60 characters, control characters as \xNN.
std::string quoted_for_message(std::string_view text);

/// `'abc' is not a valid INT`, `'300' is out of the range of TINYINT`. Requires: not kOk.
Status parse_error(std::string_view text, const SqlType& type, ParseOutcome outcome);

}  // namespace hw
