// SPDX-License-Identifier: Apache-2.0
//
// The options of the json format; changelog-json has the same ones.

#pragma once

#include <vector>

#include "runtime/options.h"

namespace hw::json_options {

OptionSpec fail_on_missing_field();
OptionSpec ignore_parse_errors();
OptionSpec timestamp_standard();
OptionSpec map_null_key_mode();
OptionSpec map_null_key_literal();
OptionSpec decimal_as_plain_number();
OptionSpec ignore_null_fields();
OptionSpec parser_enabled();

/// All of them.
std::vector<OptionSpec> all();

}  // namespace hw::json_options
