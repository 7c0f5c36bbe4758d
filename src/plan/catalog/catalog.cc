// SPDX-License-Identifier: Apache-2.0

#include "plan/catalog/catalog.h"

#include <utility>

#include "plan/catalog/near_names.h"

namespace hw {
namespace {

template <typename Map>
std::vector<std::string> keys_of(const Map& map) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

const char* word(const CatalogObject& object) { return object.view ? "view" : "table"; }

}  // namespace

Catalog::Catalog() : current_catalog_(kDefaultCatalog), current_database_(kDefaultDatabase) {
  catalogs_[current_catalog_][current_database_];
}

Status Catalog::use_catalog(const std::string& catalog) {
  const auto found = catalogs_.find(catalog);
  if (found == catalogs_.end()) {
    return Status::KeyError("there is no catalog '", catalog, "'",
                            did_you_mean(catalog, keys_of(catalogs_)));
  }
  current_catalog_ = catalog;
  current_database_ = found->second.contains(std::string(kDefaultDatabase)) || found->second.empty()
                          ? std::string(kDefaultDatabase)
                          : found->second.begin()->first;
  return Status::OK();
}

Status Catalog::use_database(std::span<const std::string> parts) {
  if (parts.empty() || parts.size() > 2) {
    return Status::Invalid("a database is named by one or two parts");
  }
  const std::string catalog = parts.size() == 2 ? parts[0] : current_catalog_;
  HW_TRY(require_database(catalog, parts.back()).status());
  current_catalog_ = catalog;
  current_database_ = parts.back();
  return Status::OK();
}

Result<ObjectPath> Catalog::complete(std::span<const std::string> parts) const {
  switch (parts.size()) {
    case 1:
      return ObjectPath{current_catalog_, current_database_, parts[0]};
    case 2:
      return ObjectPath{current_catalog_, parts[0], parts[1]};
    case 3:
      return ObjectPath{parts[0], parts[1], parts[2]};
    default:
      return Status::Invalid("a table is named by one to three parts, but there are ",
                             parts.size());
  }
}

const Catalog::Database* Catalog::find_database(const std::string& catalog,
                                                const std::string& database) const {
  const auto databases = catalogs_.find(catalog);
  if (databases == catalogs_.end()) return nullptr;
  const auto found = databases->second.find(database);
  return found == databases->second.end() ? nullptr : &found->second;
}

Result<Catalog::Database*> Catalog::require_database(const std::string& catalog,
                                                     const std::string& database) {
  const auto databases = catalogs_.find(catalog);
  if (databases == catalogs_.end()) {
    return Status::KeyError("there is no catalog '", catalog, "'",
                            did_you_mean(catalog, keys_of(catalogs_)));
  }
  const auto found = databases->second.find(database);
  if (found == databases->second.end()) {
    return Status::KeyError("there is no database '", database, "' in catalog '", catalog, "'",
                            did_you_mean(database, keys_of(databases->second)));
  }
  return &found->second;
}

const CatalogObject* Catalog::find(const ObjectPath& path) const {
  const Database* database = find_database(path.catalog, path.database);
  if (database == nullptr) return nullptr;
  for (const auto* space : {&database->temporary, &database->permanent}) {
    const auto found = space->find(path.object);
    if (found != space->end()) return &found->second;
  }
  return nullptr;
}

Result<const CatalogObject*> Catalog::require(const ObjectPath& path) const {
  const CatalogObject* object = find(path);
  if (object != nullptr) return object;
  const Database* database = find_database(path.catalog, path.database);
  if (database == nullptr) {
    return Status::KeyError("there is no table or view '", path.to_text(),
                            "': its catalog or database does not exist");
  }
  std::vector<std::string> names = keys_of(database->permanent);
  for (std::string& name : keys_of(database->temporary)) names.push_back(std::move(name));
  return Status::KeyError("there is no table or view '", path.object, "' in ", path.catalog, ".",
                          path.database, did_you_mean_or("there are", path.object, names));
}

Status Catalog::create(const ObjectPath& path, CatalogObject object, CreateOptions options) {
  HW_ASSIGN_OR_RETURN(Database * database, require_database(path.catalog, path.database));
  auto& space = object.temporary ? database->temporary : database->permanent;
  const auto found = space.find(path.object);
  if (found != space.end()) {
    if (options.if_not_exists) return Status::OK();
    return Status::Invalid("a ", word(found->second), " named '", path.object,
                           "' exists already; drop it first or write IF NOT EXISTS");
  }
  space.emplace(path.object, std::move(object));
  return Status::OK();
}

Status Catalog::drop(const ObjectPath& path, DropOptions options) {
  const char* wanted = options.kind == Kind::kView ? "view" : "table";
  auto missing = [&]() -> Status {
    if (options.if_exists) return Status::OK();
    return Status::KeyError("there is no ", options.temporary ? "temporary " : "", wanted, " '",
                            path.object, "'");
  };
  if (find_database(path.catalog, path.database) == nullptr) return missing();
  HW_ASSIGN_OR_RETURN(Database * database, require_database(path.catalog, path.database));
  auto& space = options.temporary ? database->temporary : database->permanent;
  const auto found = space.find(path.object);
  if (found == space.end()) {
    if (!options.temporary && database->temporary.contains(path.object)) {
      return Status::Invalid("'", path.object, "' is temporary: write DROP TEMPORARY ",
                             options.kind == Kind::kView ? "VIEW" : "TABLE");
    }
    return missing();
  }
  const bool is_view = found->second.view != nullptr;
  if (is_view != (options.kind == Kind::kView)) {
    return Status::Invalid("'", path.object, "' is a ", word(found->second), ", not a ", wanted,
                           ": write DROP ", is_view ? "VIEW" : "TABLE");
  }
  space.erase(found);
  return Status::OK();
}

Status Catalog::create_catalog(const std::string& catalog, bool if_not_exists) {
  if (catalogs_.contains(catalog)) {
    return if_not_exists ? Status::OK()
                         : Status::Invalid("a catalog named '", catalog, "' exists already");
  }
  catalogs_[catalog][std::string(kDefaultDatabase)];
  return Status::OK();
}

Status Catalog::drop_catalog(const std::string& catalog, bool if_exists) {
  if (!catalogs_.contains(catalog)) {
    return if_exists ? Status::OK() : Status::KeyError("there is no catalog '", catalog, "'");
  }
  if (catalog == current_catalog_) {
    return Status::Invalid("the current catalog '", catalog,
                           "' cannot be dropped; USE CATALOG another one first");
  }
  catalogs_.erase(catalog);
  return Status::OK();
}

Status Catalog::create_database(const std::string& catalog, const std::string& database,
                                bool if_not_exists) {
  const auto found = catalogs_.find(catalog);
  if (found == catalogs_.end()) return Status::KeyError("there is no catalog '", catalog, "'");
  if (found->second.contains(database)) {
    return if_not_exists ? Status::OK()
                         : Status::Invalid("a database named '", database, "' exists already");
  }
  found->second[database];
  return Status::OK();
}

Status Catalog::drop_database(const std::string& catalog, const std::string& database,
                              DropDatabaseOptions options) {
  const Database* found = find_database(catalog, database);
  if (found == nullptr) {
    return options.if_exists ? Status::OK()
                             : Status::KeyError("there is no database '", database,
                                                "' in catalog '", catalog, "'");
  }
  if (catalog == current_catalog_ && database == current_database_) {
    return Status::Invalid("the current database '", database,
                           "' cannot be dropped; USE another one first");
  }
  if (!options.cascade && !(found->permanent.empty() && found->temporary.empty())) {
    return Status::Invalid("database '", database, "' is not empty; write CASCADE to drop it all");
  }
  catalogs_[catalog].erase(database);
  return Status::OK();
}

std::vector<std::string> Catalog::catalogs() const { return keys_of(catalogs_); }

Result<std::vector<std::string>> Catalog::databases(const std::string& catalog) const {
  const auto found = catalogs_.find(catalog);
  if (found == catalogs_.end()) {
    return Status::KeyError("there is no catalog '", catalog, "'",
                            did_you_mean(catalog, keys_of(catalogs_)));
  }
  return keys_of(found->second);
}

Result<std::vector<std::string>> Catalog::objects(const std::string& catalog,
                                                  const std::string& database,
                                                  bool views_only) const {
  const Database* found = find_database(catalog, database);
  if (found == nullptr) {
    return Status::KeyError("there is no database '", database, "' in catalog '", catalog, "'");
  }
  std::map<std::string, const CatalogObject*> visible;
  for (const auto& [name, object] : found->permanent) visible[name] = &object;
  for (const auto& [name, object] : found->temporary) visible[name] = &object;
  std::vector<std::string> names;
  for (const auto& [name, object] : visible) {
    if (!views_only || object->view != nullptr) names.push_back(name);
  }
  return names;
}

}  // namespace hw
