// SPDX-License-Identifier: Apache-2.0
//
// Between a session's definition of a table and what a catalog outside keeps of one.

#pragma once

#include <map>
#include <string>

#include "plan/catalog/table_definition.h"
#include "runtime/external_catalog.h"

namespace hw {

/// Metadata columns become hidden VIRTUAL ones. Fails (SerializationError) when the key names a
/// column that is not there.
Result<TablePtr> from_external(ExternalTable table);

/// Fails (Invalid), naming it, on what a catalog outside does not keep: computed and metadata
/// columns, a watermark, partitions, comments. `options` take the place of the table's.
Result<ExternalTable> to_external(const TableDefinition& table,
                                  std::map<std::string, std::string> options);

}  // namespace hw
