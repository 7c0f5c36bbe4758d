// SPDX-License-Identifier: Apache-2.0
//
// A statement after binding: names resolved, types checked, ready to be carried out. What only
// reads the session (SHOW, DESCRIBE) is already answered; what changes it is data for
// apply_change().

#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/status.h"
#include "plan/catalog/catalog.h"
#include "plan/config/session_config.h"
#include "plan/logical/node.h"

namespace hw {

/// SELECT, VALUES, WITH, TABLE t, EXECUTE query.
struct BoundQuery {
  LogicalNodePtr plan;
};

/// INSERT, or the inserts of a statement set, which are one job.
struct BoundInsert {
  /// Each a SinkNode.
  std::vector<LogicalNodePtr> plans;
  /// Full names of the sinks, in order.
  std::vector<ObjectPath> sinks;
};

struct BoundExplain {
  /// SinkNodes, or one query.
  std::vector<LogicalNodePtr> plans;
  bool changelog = false;
};

/// SHOW, DESCRIBE, SET without arguments: the answer as text cells; no value = NULL.
struct BoundListing {
  SchemaPtr schema;
  std::vector<std::vector<std::optional<std::string>>> rows;
};

struct CreateObject {
  ObjectPath path;
  CatalogObject object;
  Catalog::CreateOptions options;
};
struct DropObject {
  ObjectPath path;
  Catalog::DropOptions options;
};
/// Another definition under the same name.
struct ReplaceObject {
  ObjectPath path;
  CatalogObject object;
};
struct RenameObject {
  ObjectPath path;
  ObjectPath to;
};
struct CreateFunctionChange {
  ObjectPath path;
  UserFunctions::Place place = UserFunctions::Place::kPermanent;
  FunctionPtr function;
  bool if_not_exists = false;
};
struct DropFunctionChange {
  ObjectPath path;
  UserFunctions::Place place = UserFunctions::Place::kPermanent;
  bool if_exists = false;
};
struct CreateDatabaseChange {
  std::string catalog;
  std::string database;
  DatabaseDefinition definition;
  bool if_not_exists = false;
};
struct DropDatabaseChange {
  std::string catalog;
  std::string database;
  Catalog::DropDatabaseOptions options;
};
struct CreateCatalogChange {
  std::string catalog;
  CatalogDefinition definition;
  bool if_not_exists = false;
};
struct DropCatalogChange {
  std::string catalog;
  bool if_exists = false;
};
struct AlterCatalogChange {
  std::string catalog;
  CatalogDefinition definition;
};
struct AlterDatabaseChange {
  std::string catalog;
  std::string database;
  DatabaseDefinition definition;
};
struct UseCatalogChange {
  std::string catalog;
};
struct UseDatabaseChange {
  std::vector<std::string> parts;
};
struct SetChange {
  std::string key;
  std::string value;
};
/// Without key: everything.
struct ResetChange {
  std::optional<std::string> key;
};

struct BoundChange {
  std::variant<CreateObject, DropObject, ReplaceObject, RenameObject, CreateFunctionChange,
               DropFunctionChange, CreateDatabaseChange, AlterDatabaseChange, DropDatabaseChange,
               CreateCatalogChange, AlterCatalogChange, DropCatalogChange, UseCatalogChange,
               UseDatabaseChange, SetChange, ResetChange>
      change;
};

/// ALTER .. IF EXISTS of what is not there.
struct BoundNothing {};

/// CREATE TABLE .. AS, REPLACE TABLE .. AS.
struct BoundCreateAs {
  /// Made before the job starts, and taken back when it cannot. Empty: IF NOT EXISTS, and it does;
  /// then `plan` is null.
  std::vector<BoundChange> changes;
  /// A SinkNode.
  LogicalNodePtr plan;
};

struct BoundStatement {
  std::variant<BoundQuery, BoundInsert, BoundExplain, BoundListing, BoundChange, BoundNothing,
               BoundCreateAs>
      what;
  SqlPosition position;
  /// Texts to show.
  std::vector<std::string> warnings;
};

/// Carries out a change of tables and views. Requires: it is none of anything else.
Status apply_to_catalog(const BoundChange& change, Catalog& catalog);

/// Carries a change out. Returns warnings to show. Fails as the catalog or configuration does,
/// with the statement's position.
Result<std::vector<std::string>> apply_change(const BoundStatement& statement, Catalog& catalog,
                                              SessionConfig& config);

}  // namespace hw
