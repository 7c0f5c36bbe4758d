// SPDX-License-Identifier: Apache-2.0
//
// Definitions of tables and views as the statements that would make them again: for SHOW CREATE,
// and for catalogs that keep them in files.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "plan/catalog/catalog.h"

namespace hw {

enum class Secrets : uint8_t { kMasked, kWritten };

/// In backticks.
std::string quoted_name(const std::string& name);
/// All three parts in backticks.
std::string full_name(const ObjectPath& path);
/// `METADATA FROM 'key' VIRTUAL`, `AS a + b`; empty for a physical column.
std::string column_extras(const TableColumn& column);

/// CREATE [TEMPORARY] TABLE or VIEW.
std::string definition_text(const ObjectPath& path, const CatalogObject& object, Secrets secrets);
/// COMMENT and WITH behind a name.
std::string definition_tail(const std::optional<std::string>& comment,
                            const std::map<std::string, std::string>& options, Secrets secrets);

}  // namespace hw
