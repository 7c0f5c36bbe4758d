// SPDX-License-Identifier: Apache-2.0
//
// Carries out what a bound statement changes.

#include <type_traits>
#include <utility>

#include "sql/bound_statement.h"

namespace hw {
namespace {

/// One call per kind of change of a catalog.
struct ApplyToCatalog {
  Catalog& catalog;

  Status operator()(const CreateObject& change) const {
    return catalog.create(change.path, change.object, change.options);
  }
  Status operator()(const DropObject& change) const {
    return catalog.drop(change.path, change.options);
  }
  Status operator()(const ReplaceObject& change) const {
    return catalog.replace(change.path, change.object);
  }
  Status operator()(const RenameObject& change) const {
    return catalog.rename(change.path, change.to);
  }
  Status operator()(const CreateFunctionChange& change) const {
    return catalog.create_function(change.path, change.place, change.function,
                                   change.if_not_exists);
  }
  Status operator()(const DropFunctionChange& change) const {
    return catalog.drop_function(change.path, change.place, change.if_exists);
  }
  Status operator()(const CreateDatabaseChange& change) const {
    return catalog.create_database(change.catalog, change.database, change.definition,
                                   change.if_not_exists);
  }
  Status operator()(const DropDatabaseChange& change) const {
    return catalog.drop_database(change.catalog, change.database, change.options);
  }
  Status operator()(const CreateCatalogChange& change) const {
    return catalog.create_catalog(change.catalog, change.definition, change.if_not_exists);
  }
  Status operator()(const DropCatalogChange& change) const {
    return catalog.drop_catalog(change.catalog, change.if_exists);
  }
  Status operator()(const AlterCatalogChange& change) const {
    return catalog.alter_catalog(change.catalog, change.definition);
  }
  Status operator()(const AlterDatabaseChange& change) const {
    return catalog.alter_database(change.catalog, change.database, change.definition);
  }
  Status operator()(const UseCatalogChange& change) const {
    return catalog.use_catalog(change.catalog);
  }
  Status operator()(const UseDatabaseChange& change) const {
    return catalog.use_database(change.parts);
  }
};

/// And of the settings.
struct Apply : ApplyToCatalog {
  SessionConfig& config;
  std::vector<std::string>& warnings;

  using ApplyToCatalog::operator();
  Status operator()(const SetChange& change) const {
    HW_ASSIGN_OR_RETURN(std::string warning, config.set(change.key, change.value));
    if (!warning.empty()) warnings.push_back(std::move(warning));
    return Status::OK();
  }
  Status operator()(const ResetChange& change) const {
    if (change.key) {
      config.reset(*change.key);
    } else {
      config.reset_all();
    }
    return Status::OK();
  }
};

}  // namespace

Status apply_to_catalog(const BoundChange& change, Catalog& catalog) {
  return std::visit(
      [&](const auto& one) -> Status {
        if constexpr (std::is_invocable_v<ApplyToCatalog, decltype(one)>) {
          return ApplyToCatalog{catalog}(one);
        } else {
          return Status::UnknownError("a change of settings where one of the catalog is wanted");
        }
      },
      change.change);
}

Result<std::vector<std::string>> apply_change(const BoundStatement& statement, Catalog& catalog,
                                              SessionConfig& config) {
  std::vector<std::string> warnings;
  const auto* change = std::get_if<BoundChange>(&statement.what);
  if (change == nullptr) return warnings;
  const Status status = std::visit(Apply{{catalog}, config, warnings}, change->change);
  if (!status.ok()) return at(statement.position, status);
  return warnings;
}

}  // namespace hw
