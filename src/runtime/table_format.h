// SPDX-License-Identifier: Apache-2.0
//
// What a table's format says about the table before a job runs.

#pragma once

#include <string>
#include <vector>

#include "runtime/connector_catalogue.h"

namespace hw {

/// Asks the table's format whether it can carry the columns with these options; `partition_keys`
/// are not in the files. Requires: check_table_options succeeded.
Status check_table_format(const Schema& physical, const std::vector<std::string>& partition_keys,
                          const Options& options, const ConnectorRecord& connector,
                          const FormatCatalogue& formats);

}  // namespace hw
