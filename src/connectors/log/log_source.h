// SPDX-License-Identifier: Apache-2.0
//
// The source of the log connector: finds topics and deals out their partitions, or, where the
// order of rows means nothing, their segments.

#pragma once

#include <memory>

#include "connectors/log/log_table.h"
#include "runtime/source.h"

namespace hw {

/// Looks at the topics that are there now. Fails (Invalid) when the table cannot read one of them.
Result<std::unique_ptr<Source>> make_log_source(LogTable table, const ScanRequest& request,
                                                Env* env);

}  // namespace hw
