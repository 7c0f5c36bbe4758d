// SPDX-License-Identifier: Apache-2.0
//
// CREATE, SHOW CREATE and DESCRIBE of catalogs and databases.

#pragma once

#include <string>
#include <string_view>

#include "sql/ast_statement.h"
#include "sql/bind_session.h"

namespace hw {

/// A database by its full name.
struct DatabasePath {
  std::string catalog;
  std::string database;
};

/// A name of one part.
Result<std::string> bind_catalog_name(const ast::Name& name);
/// A name of one or two parts, completed with the session's catalog.
Result<DatabasePath> bind_database_path(const ast::Name& name, const BindSession& session);

/// Opens the catalog, unless it is there already and need not be.
Result<CreateCatalogChange> bind_create_catalog(const ast::CreateCatalog& create,
                                                BindSession& session);
/// Checks the options and opens the catalog. `doing` is for errors: "creating".
Result<CatalogDefinition> bind_catalog_definition(const ast::CreateCatalog& create,
                                                  std::string_view doing,
                                                  const BindSession& session);
Result<CreateDatabaseChange> bind_create_database(const ast::CreateDatabase& create,
                                                  BindSession& session);

Result<BoundListing> describe_catalog(const ast::Describe& describe, const BindSession& session);
Result<BoundListing> describe_database(const ast::Describe& describe, const BindSession& session);
Result<BoundListing> show_create_catalog(const ast::ShowCreate& show, const BindSession& session);
Result<BoundListing> show_create_database(const ast::ShowCreate& show, const BindSession& session);

}  // namespace hw
