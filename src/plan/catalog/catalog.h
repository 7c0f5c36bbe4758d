// SPDX-License-Identifier: Apache-2.0
//
// The tables and views that a session knows. Catalogs hold databases, databases hold tables and
// views in one name space. A catalog lives in memory with the session, or outside
// (runtime/external_catalog.h); temporary objects always live in memory and hide permanent ones of
// the same name. Belongs to one session; one thread at a time.

#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "plan/catalog/object_path.h"
#include "plan/catalog/table_definition.h"
#include "plan/catalog/user_functions.h"
#include "runtime/external_catalog.h"

namespace hw {

/// A table or a view: exactly one pointer is set.
struct CatalogObject {
  TablePtr table;
  ViewPtr view;
  bool temporary = false;
};

/// What CREATE CATALOG says.
struct CatalogDefinition {
  /// As given, `type` among them.
  std::map<std::string, std::string> options = {};
  std::optional<std::string> comment = {};
  /// The database that USE CATALOG makes the current one.
  std::string default_database = {};
  /// Null: in memory.
  std::shared_ptr<ExternalCatalog> external = {};
};

/// What CREATE DATABASE says.
struct DatabaseDefinition {
  std::map<std::string, std::string> options = {};
  std::optional<std::string> comment = {};
};

class Catalog {
 public:
  static constexpr std::string_view kDefaultCatalog = "default_catalog";
  static constexpr std::string_view kDefaultDatabase = "default_database";
  /// The type of catalogs that live with the session.
  static constexpr std::string_view kInMemory = "generic_in_memory";

  Catalog();

  /// From now on, catalogs outside are left as they are: what is made and dropped there is only
  /// remembered. For checks and plans without runs.
  void leave_outside_alone() { outside_left_alone_ = true; }

  const std::string& current_catalog() const { return current_catalog_; }
  const std::string& current_database() const { return current_database_; }
  /// Fails (KeyError) when there is none of that name.
  Status use_catalog(const std::string& catalog);
  /// One part: a database of the current catalog. Two parts: both change.
  Status use_database(std::span<const std::string> parts);

  /// Completes a name of one to three parts with the current catalog and database.
  Result<ObjectPath> complete(std::span<const std::string> parts) const;
  /// Returns the object, temporary ones first; no value when there is none.
  Result<std::optional<CatalogObject>> find(const ObjectPath& path) const;
  /// Fails (KeyError) with the nearest names when there is no such object.
  Result<CatalogObject> require(const ObjectPath& path) const;

  struct CreateOptions {
    bool if_not_exists = false;
  };
  /// Fails (Invalid) when the name is taken in the same (temporary or permanent) name space.
  Status create(const ObjectPath& path, CatalogObject object, CreateOptions options);

  const UserFunctions& functions() const { return functions_; }
  /// Fails as UserFunctions::create(), and (KeyError) when there is no such database.
  Status create_function(const ObjectPath& path, UserFunctions::Place place, FunctionPtr function,
                         bool if_not_exists);
  Status drop_function(const ObjectPath& path, UserFunctions::Place place, bool if_exists);

  enum class Kind : uint8_t { kTable, kView };
  struct DropOptions {
    Kind kind = Kind::kTable;
    bool temporary = false;
    bool if_exists = false;
  };
  Status drop(const ObjectPath& path, DropOptions options);

  /// Puts another definition in the place of one of the same kind. Fails (Invalid) where the
  /// catalog is outside.
  Status replace(const ObjectPath& path, CatalogObject object);
  /// Fails as create() and drop() do, and when `to` lies in another catalog or database.
  Status rename(const ObjectPath& path, const ObjectPath& to);

  Status create_catalog(const std::string& catalog, CatalogDefinition definition,
                        bool if_not_exists);
  Status alter_catalog(const std::string& catalog, CatalogDefinition definition);
  Status alter_database(const std::string& catalog, const std::string& database,
                        DatabaseDefinition definition);
  /// Forgets the catalog and what is temporary in it; outside nothing changes.
  Status drop_catalog(const std::string& catalog, bool if_exists);
  Status create_database(const std::string& catalog, const std::string& database,
                         DatabaseDefinition definition, bool if_not_exists);
  struct DropDatabaseOptions {
    bool if_exists = false;
    bool cascade = false;
  };
  Status drop_database(const std::string& catalog, const std::string& database,
                       DropDatabaseOptions options);

  /// Fail (KeyError) with the nearest names.
  Result<const CatalogDefinition*> catalog(const std::string& name) const;
  Result<DatabaseDefinition> database(const std::string& catalog,
                                      const std::string& database) const;

  /// Sorted names.
  std::vector<std::string> catalogs() const;
  Result<std::vector<std::string>> databases(const std::string& catalog) const;
  /// Tables and views, or views only.
  Result<std::vector<std::string>> objects(const std::string& catalog, const std::string& database,
                                           bool views_only) const;

 private:
  struct Database {
    DatabaseDefinition definition;
    std::map<std::string, CatalogObject> objects;
  };
  struct Entry {
    CatalogDefinition definition;
    /// Empty when the catalog is outside.
    std::map<std::string, Database> databases;
  };

  Result<const Entry*> require_catalog(const std::string& name) const;
  /// Succeeds when the database is there.
  Status require_database(const std::string& catalog, const std::string& database) const;
  Result<std::optional<CatalogObject>> find_permanent(const ObjectPath& path) const;
  Result<std::optional<CatalogObject>> find_outside(const ObjectPath& path,
                                                    ExternalCatalog& external) const;
  Status create_outside(const ObjectPath& path, CatalogObject object, ExternalCatalog& external,
                        CreateOptions options);
  Status drop_permanent(const ObjectPath& path);

  std::map<std::string, Entry> catalogs_;
  std::map<ObjectPath, CatalogObject> temporary_;
  UserFunctions functions_;
  bool outside_left_alone_ = false;
  /// What would be outside, were it not left alone; no value = dropped.
  std::map<ObjectPath, std::optional<CatalogObject>> imagined_;
  std::string current_catalog_;
  std::string current_database_;
};

}  // namespace hw
