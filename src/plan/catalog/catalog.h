// SPDX-License-Identifier: Apache-2.0
//
// The tables and views that a session knows, in memory: catalogs hold databases, databases hold
// tables and views in one name space. Temporary objects hide permanent ones of the same name.
// Belongs to one session; one thread at a time.

#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "plan/catalog/object_path.h"
#include "plan/catalog/table_definition.h"

namespace hw {

/// A table or a view: exactly one pointer is set.
struct CatalogObject {
  TablePtr table;
  ViewPtr view;
  bool temporary = false;
};

class Catalog {
 public:
  static constexpr std::string_view kDefaultCatalog = "default_catalog";
  static constexpr std::string_view kDefaultDatabase = "default_database";

  Catalog();

  const std::string& current_catalog() const { return current_catalog_; }
  const std::string& current_database() const { return current_database_; }
  /// Fails (KeyError) when there is none of that name.
  Status use_catalog(const std::string& catalog);
  /// One part: a database of the current catalog. Two parts: both change.
  Status use_database(std::span<const std::string> parts);

  /// Completes a name of one to three parts with the current catalog and database.
  Result<ObjectPath> complete(std::span<const std::string> parts) const;
  /// Returns the object, temporary ones first, or null.
  const CatalogObject* find(const ObjectPath& path) const;
  /// Fails (KeyError) with the nearest names when there is no such object.
  Result<const CatalogObject*> require(const ObjectPath& path) const;

  struct CreateOptions {
    bool if_not_exists = false;
  };
  /// Fails (Invalid) when the name is taken in the same (temporary or permanent) name space.
  Status create(const ObjectPath& path, CatalogObject object, CreateOptions options);

  enum class Kind : uint8_t { kTable, kView };
  struct DropOptions {
    Kind kind = Kind::kTable;
    bool temporary = false;
    bool if_exists = false;
  };
  Status drop(const ObjectPath& path, DropOptions options);

  Status create_catalog(const std::string& catalog, bool if_not_exists);
  Status drop_catalog(const std::string& catalog, bool if_exists);
  Status create_database(const std::string& catalog, const std::string& database,
                         bool if_not_exists);
  struct DropDatabaseOptions {
    bool if_exists = false;
    bool cascade = false;
  };
  Status drop_database(const std::string& catalog, const std::string& database,
                       DropDatabaseOptions options);

  /// Sorted names.
  std::vector<std::string> catalogs() const;
  Result<std::vector<std::string>> databases(const std::string& catalog) const;
  /// Tables and views, or views only.
  Result<std::vector<std::string>> objects(const std::string& catalog, const std::string& database,
                                           bool views_only) const;

 private:
  struct Database {
    std::map<std::string, CatalogObject> permanent;
    std::map<std::string, CatalogObject> temporary;
  };
  using Databases = std::map<std::string, Database>;

  const Database* find_database(const std::string& catalog, const std::string& database) const;
  Result<Database*> require_database(const std::string& catalog, const std::string& database);

  std::map<std::string, Databases> catalogs_;
  std::string current_catalog_;
  std::string current_database_;
};

}  // namespace hw
