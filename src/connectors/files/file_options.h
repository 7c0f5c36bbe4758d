// SPDX-License-Identifier: Apache-2.0
//
// The options of the filesystem connector.

#pragma once

#include <vector>

#include "runtime/options.h"

namespace hw::file_options {

OptionSpec path();
OptionSpec pattern();
OptionSpec default_partition();
OptionSpec rolling_size();

/// All of them, the ones that are not built too.
std::vector<OptionSpec> all();

}  // namespace hw::file_options
