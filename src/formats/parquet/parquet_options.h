// SPDX-License-Identifier: Apache-2.0
//
// The options of the parquet format.

#pragma once

#include "runtime/options.h"

namespace hw::parquet_options {

OptionSpec utc_timezone();
OptionSpec compression();
OptionSpec block_size();
OptionSpec page_size();
OptionSpec dictionary();

}  // namespace hw::parquet_options
